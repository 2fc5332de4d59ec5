#include <coop.h>
#include <stdio.h>
COOP_SHARED(int, runs);
static volatile int x;
static int spin(const void *a) { (void)a; runs++; printf("spin run %d\n", runs); if (runs >= 4) return 0; for (;;) x++; }
COOP_PROCESS(spinner, spin, .watchdog_ms = 50, .restart = COOP_RESTART_ON_FAILURE);
static int tick(const void *a) { (void)a; for (int i = 0; i < 5; i++) { coop_sleep_ms(100); printf("tick %d at %u\n", i, (unsigned)coop_now_ms()); } return 0; }
COOP_PROCESS(ticker, tick, .watchdog_ms = 1000);
static int over(int n) { volatile char b[64]; b[0] = (char)n; return n == 0 ? 0 : over(n - 1) + b[0]; }
static int deep(const void *a) { (void)a; return over(100000); }
COOP_PROCESS(deeper, deep, .stack_bytes = 1000);
static float fp(const void *a, float f) { (void)a; for (int i = 0; i < 100; i++) { f = f * 1.01f + 1; coop_yield(); } return f; }
static int floats(const void *a) { float f = fp(a, *(const int *)a); printf("float %d -> %d\n", *(const int *)a, (int)f); return 0; }
COOP_PROCESS(floater, floats, .instances = 3);
static int div0(const void *a) { volatile int z = 0; (void)a; return 5 / z; }
COOP_PROCESS(divider, div0);
static int undef(const void *a) { (void)a; __asm__ volatile("udf #1"); return 0; }
COOP_PROCESS(undefined, undef);
static int bkpt(const void *a) { (void)a; __asm__ volatile("bkpt #1"); return 0; }
COOP_PROCESS(breaker, bkpt);
static int hang(const void *a) { (void)a; coop_sleep_ms(100000); return 0; }
COOP_PROCESS(hanger, hang, .heartbeat_ms = 300);
static int run(const void *a)
{
    (void)a; struct coop_handle h, s, t, f[3]; struct coop_end e;
    const struct coop_process *all[] = { &deeper, &divider, &undefined, &breaker, &hanger };
    for (int i = 0; i < 3; i++) { int n = i + 1; if (coop_start(&floater, &n, sizeof n, &f[i]) < 0) return 1; }
    for (int i = 0; i < 3; i++) if (coop_join(f[i], -1, &e) < 0) return 1;
    if (coop_start(&ticker, NULL, 0, &t) < 0 || coop_start(&spinner, NULL, 0, &s) < 0) return 1;
    for (int i = 0; i < 5; i++) {
        if (coop_start(all[i], NULL, 0, &h) < 0 || coop_join(h, -1, &e) < 0) return 1;
        printf("%s: cause %d signal %d\n", coop_name(h), e.cause, e.signal);
    }
    if (coop_join(s, -1, &e) < 0 || coop_join(t, -1, &e) < 0) return 1;
    return 0;
}
COOP_PROCESS(root, run);
int main(int argc, char **argv) { return coop_run(argc, argv, &root); }
