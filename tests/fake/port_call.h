/*
 * The fake port's part that is found instead of a real port's: every call of the port has a name of the fake's own, so that
 * a test may be linked with the real library too.
 */
#ifndef PORT_CALL_H
#define PORT_CALL_H

struct operation;

#define port_call  fake_call
#define port_enter fake_enter
#define port_leave fake_leave
#define port_wake  fake_wake
#define coop_log   fake_log

static inline void port_owns(uint32_t self)
{
    (void)self;
}

int port_call(const struct operation *operation, const struct coop_object *object, uintptr_t a, uintptr_t b,
              int timeout_ms);
int coop_log(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
