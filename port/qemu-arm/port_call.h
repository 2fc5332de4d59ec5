/*
 * One operation is one SVC: r0 the object, r1 its first argument, r2 the timeout, r3 its second argument, r12 its number. That is
 * where the functions of the API have most of them. What is a constant 0 the operation doesn't look at, and isn't passed.
 */
#ifndef PORT_CALL_H
#define PORT_CALL_H

#include <stdint.h>

/* By slot: for whom the bell was rung, and who may be named by an object. Of the kernel, where a try runs. */
extern uint32_t kernel_rung[], kernel_owners[];

static inline void port_mark(uint32_t slot)
{
    kernel_rung[slot / 32] |= 1u << slot % 32;
}

static inline void port_owns(uint32_t self)
{
    kernel_owners[(self - 1) / 32] |= 1u << (self - 1) % 32;
}

#define SYSTEM_CALL(result_, number_, ...)                                                                             \
    register uint32_t r12 __asm__("r12") = (number_);                                                                  \
    __asm__ volatile("svc 0" : "+r"(result_) : "r"(r12), __VA_ARGS__ : "memory")

static inline int system_call(uint32_t number, uintptr_t first, uintptr_t second, uintptr_t third, uintptr_t fourth)
{
    register uintptr_t r0 __asm__("r0") = first;
    register uintptr_t r1 __asm__("r1") = second;
    register uintptr_t r2 __asm__("r2") = third;
    register uintptr_t r3 __asm__("r3") = fourth;
    SYSTEM_CALL(r0, number, "r"(r1), "r"(r2), "r"(r3));
    return (int)r0;
}

static inline int system_call_with(uint32_t number, const struct coop_object *object, uintptr_t a, int timeout_ms)
{
    register uintptr_t r0 __asm__("r0") = (uintptr_t)object;
    register uintptr_t r1 __asm__("r1") = a;
    register int r2 __asm__("r2") = timeout_ms;
    SYSTEM_CALL(r0, number, "r"(r1), "r"(r2));
    return (int)r0;
}

static inline int system_call_timed(uint32_t number, const struct coop_object *object, int timeout_ms)
{
    register uintptr_t r0 __asm__("r0") = (uintptr_t)object;
    register int r2 __asm__("r2") = timeout_ms;
    SYSTEM_CALL(r0, number, "r"(r2));
    return (int)r0;
}

static inline int system_call_at_once(uint32_t number, const struct coop_object *object)
{
    register uintptr_t r0 __asm__("r0") = (uintptr_t)object;
    SYSTEM_CALL(r0, number, "m"(*object));
    return (int)r0;
}

static inline __attribute__((always_inline)) int
port_call(const struct operation *operation, const struct coop_object *object, uintptr_t a, uintptr_t b, int timeout_ms)
{
    bool without_a = __builtin_constant_p(a) && a == 0;
    bool without_b = __builtin_constant_p(b) && b == 0;
    if (!without_b)
        return system_call(operation->number, (uintptr_t)object, a, (uintptr_t)timeout_ms, b);
    if (!without_a)
        return system_call_with(operation->number, object, a, timeout_ms);
    if (operation->waits == DIRECTION_NONE)
        return system_call_at_once(operation->number, object);
    return system_call_timed(operation->number, object, timeout_ms);
}

#endif
