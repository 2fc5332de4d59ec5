/* One operation is one SVC: r0 the object, r1 and r2 its arguments, r3 the timeout, r12 its number. */
#ifndef PORT_CALL_H
#define PORT_CALL_H

#include <stdint.h>

struct operation;
struct coop_object;

static inline int system_call(uint32_t number, uintptr_t first, uintptr_t second, uintptr_t third, uintptr_t fourth)
{
    register uintptr_t r0 __asm__("r0") = first;
    register uintptr_t r1 __asm__("r1") = second;
    register uintptr_t r2 __asm__("r2") = third;
    register uintptr_t r3 __asm__("r3") = fourth;
    register uint32_t r12 __asm__("r12") = number;
    __asm__ volatile("svc 0" : "+r"(r0) : "r"(r1), "r"(r2), "r"(r3), "r"(r12) : "memory");
    return (int)r0;
}

/* A macro, since only the including file knows what an operation is; the number becomes a constant. */
#define port_call(operation_, object_, a_, b_, timeout_ms_)                                                            \
    system_call((operation_)->number, (uintptr_t)(object_), (a_), (b_), (uintptr_t)(timeout_ms_))

#endif
