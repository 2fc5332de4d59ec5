/* One process tries, in turn, what it may not; each attempt ends it, and only it. */
#include <coop.h>
#include "port.h"
#include "port/qemu-arm/system_call.h"
#include <stdio.h>
#include <string.h>
COOP_QUEUE(q, int, 4); COOP_SEMAPHORE(sem, 0);
COOP_SHARED(volatile int *, victim_address);
COOP_SHARED(volatile int, beats);
COOP_SHARED(volatile int, survived);
static volatile int precious = 42;
static int witness(const void *a) { (void)a; victim_address = &precious; for (;;) { coop_sleep_ms(1); beats++; if (precious != 42) { printf("WITNESS TORN\n"); return 1; } } }
COOP_PROCESS(innocent, witness, .daemon = true);
static int recurse(volatile char *p) { volatile char b[256]; b[0] = *p; return recurse(b) + b[0]; }
#define CALL(n, a, b, c, d) system_call(n, (uintptr_t)(a), (uintptr_t)(b), (uintptr_t)(c), (uintptr_t)(d))
static uint32_t code_in_data[2] = {0x47704770, 0x47704770};
static int attempt(const void *a)
{
    int n = *(const int *)a; int value = 1; volatile int sink; struct coop_handle h;
    switch (n) {
    case 0: *victim_address = 1; break;
    case 1: sink = *victim_address; break;
    case 2: *(volatile int *)0x20000000 = 1; break;   /* kernel */
    case 3: sink = *(volatile int *)0x20003000; break;
    case 4: *(volatile int *)0x400 = 1; break;          /* flash */
    case 5: sink = *(volatile int *)0x40004000; break;  /* peripheral */
    case 6: *(volatile int *)0x40000000 = 0; break;
    case 7: ((void (*)(void))((uintptr_t)code_in_data | 1))(); break;
    case 8: { char c = 0; recurse(&c); break; }
    case 9: __asm__ volatile("cpsid i\n\tmsr basepri, %0\n\tmsr control, %1" :: "r"(0x40), "r"(0)); *(volatile int *)0xe000ed94 = 0; break; /* MPU off */
    case 10: sink = *(volatile int *)0xe000e100; break;
    case 11: *(volatile int *)0xe000ed0c = 0x05fa0004; break; /* reset */
    case 12: CALL(OP_QUEUE_PUT, &q, 0x20000000, 0, 0); break;
    case 13: CALL(OP_QUEUE_GET, &q, 0x20000100, 0, -1); break;
    case 14: CALL(OP_QUEUE_PUT, &q, victim_address, 0, 0); break;
    case 15: CALL(OP_QUEUE_PUT, (char *)&q + 4, &value, 0, 0); break;
    case 16: CALL(OP_QUEUE_PUT, &sem, &value, 0, 0); break;
    case 17: CALL(OP_QUEUE_PUT, 0x20000000, &value, 0, 0); break;
    case 18: CALL(OP_SEMAPHORE_RELEASE, 0, 0, 0, 0); break;
    case 19: CALL(47, &q, 0, 0, 0); break;
    case 20: CALL(0xffffffff, &q, 0, 0, 0); break;
    case 21: CALL(CALL_LISTEN, 0, 0, 0, 0); break;
    case 22: CALL(CALL_READ, 0, 0x20000000, 16, -1); break;
    case 23: CALL(CALL_WRITE, 0, 0x20000000, 16, -1); break;
    case 24: CALL(CALL_WRITE, 0, &value, 0xfffffff0, -1); break;
    case 25: __asm__ volatile("mov sp, %0\n\tsvc 0" :: "r"(0x20001000)); break;
    case 26: __asm__ volatile("mov sp, %0\n\tmov r12, #48\n\tsvc 0\n\tb ." :: "r"(0x40004000)); break;
    case 27: __asm__ volatile("mov sp, %0\n1: b 1b" :: "r"(0x20001000)); break;
    case 28: sink = *(volatile int *)0; break;
    case 29: ((void (*)(void))(uintptr_t)1)(); break;
    case 30: ((void (*)(void))(uintptr_t)0xfffffff1)(); break;
    case 31: __asm__ volatile("bkpt 0xab"); break; /* semihosting */
    case 32: __asm__ volatile("udf #0"); break;
    case 33: __asm__ volatile("mrs r0, psp\n\tmsr msp, r0\n\tmsr psp, r0" ::: "r0"); *(volatile int *)4 = 1; break;
    case 34: sink = *(volatile int *)0x60000001; break;
    case 35: __asm__ volatile("vmov s0, r0\n\tmov sp, %0\n1: b 1b" :: "r"(0x20001000)); break;
    case 36: { extern char coop_arena_start[]; memset(coop_arena_start, 0, 100); break; }
    case 37: h.slot = 77; h.generation = 5; return coop_kill(h) == COOP_ESTALE ? 0 : 1;
    case 38: coop_sleep_ms(-5); CALL(OP_QUEUE_GET, &q, &value, 0, -7); return CALL(OP_QUEUE_GET, &q, 0, 0, 0) == COOP_EINVAL ? 0 : 1;
    case 39: *(volatile int *)0xe000e010 = 0; break;
    case 40: __asm__ volatile("mov r0, %0\n\tldm r0, {r1-r4}\n\tstm r0, {r1-r4}" :: "r"(0x200000) : "r0","r1","r2","r3","r4"); break;
    case 41: for (;;) { } break;
    }
    (void)sink; survived = n + 1;
    return 0;
}
COOP_PROCESS(villain, attempt, .watchdog_ms = 50, .stack_bytes = 1024);
static int run(const void *a)
{
    (void)a; struct coop_handle h, w; struct coop_end end; int bad = 0;
    if (coop_start(&innocent, NULL, 0, &w) < 0) return 1;
    for (int n = 0; n < 42; n++) {
        survived = 0; int b = beats;
        if (coop_start(&villain, &n, sizeof n, &h) < 0) return 2;
        if (coop_join(h, 5000, &end) < 0) return 3;
        coop_sleep_ms(3);
        printf("%2d cause %d reason %d signal %d code %d pc %x address %x%s%s\n", n, end.cause, end.reason, end.signal, (int)end.code, (unsigned)end.pc, (unsigned)end.address, survived ? " SURVIVED" : "", beats == b ? " NO BEAT" : "");
        if (survived && n != 37 && n != 38) bad++;
    }
    printf("bad %d\n", bad);
    return bad;
}
COOP_PROCESS(root, run);
int main(int argc, char **argv) { return coop_run(argc, argv, &root); }
