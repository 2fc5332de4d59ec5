#include <coop.h>
#include "port.h"
#include <stdio.h>
#define N 10000
COOP_SEMAPHORE(sem, 0); COOP_SEMAPHORE(ping, 0); COOP_SEMAPHORE(pong, 0);
COOP_LOCK(lock);
struct m { unsigned char b[16]; };
COOP_QUEUE(q, struct m, 16); COOP_QUEUE(qa, struct m, 16); COOP_QUEUE(qb, struct m, 16);
COOP_SHARED(int, mode);
static void show(const char *what, uint64_t us, double div) { printf("%-28s %8.1f\n", what, (double)us * 1000.0 / (N * div)); }
static int other(const void *a)
{
    (void)a; struct m m = {0};
    for (int i = 0; i < N; i++) port_yield();
    for (int i = 0; i < N; i++) { if (coop_semaphore_acquire(&ping, COOP_FOREVER) < 0) return 1; coop_semaphore_release(&pong); }
    for (int i = 0; i < N; i++) { if (coop_queue_get(&qa, &m, COOP_FOREVER) < 0) return 1; if (coop_queue_put(&qb, &m, COOP_FOREVER) < 0) return 1; }
    return 0;
}
COOP_PROCESS(second, other);
static int nothing(const void *a) { (void)a; return 0; }
COOP_PROCESS(empty, nothing);
static int run(const void *a)
{
    (void)a; struct m m = {0}; uint64_t t; struct coop_handle h;
    t = port_now_us(); for (int i = 0; i < N; i++) __asm__ volatile("nop"); show("loop", port_now_us() - t, 1);
    t = port_now_us(); for (int i = 0; i < N; i++) port_yield(); show("yield alone", port_now_us() - t, 1);
    t = port_now_us(); for (int i = 0; i < N; i++) (void)coop_semaphore_value(&sem); show("semaphore value", port_now_us() - t, 1);
    t = port_now_us(); for (int i = 0; i < N; i++) { coop_semaphore_release(&sem); if (coop_semaphore_acquire(&sem, 0) < 0) return 1; } show("sem release+acquire", port_now_us() - t, 1);
    t = port_now_us(); for (int i = 0; i < N; i++) { coop_semaphore_release(&sem); if (coop_semaphore_acquire(&sem, -1) < 0) return 1; } show("sem release+acquire forever", port_now_us() - t, 1);
    t = port_now_us(); for (int i = 0; i < N; i++) { if (coop_lock_acquire(&lock, -1) < 0) return 1; coop_lock_release(&lock); } show("lock+unlock", port_now_us() - t, 1);
    t = port_now_us(); for (int i = 0; i < N; i++) { if (coop_queue_put(&q, &m, -1) < 0 || coop_queue_get(&q, &m, -1) < 0) return 1; } show("queue 16B put+get", port_now_us() - t, 1);
    if (coop_start(&second, NULL, 0, &h) < 0) return 2;
    t = port_now_us(); for (int i = 0; i < N; i++) port_yield(); show("voluntary switch", port_now_us() - t, 2);
    t = port_now_us(); for (int i = 0; i < N; i++) { coop_semaphore_release(&ping); if (coop_semaphore_acquire(&pong, COOP_FOREVER) < 0) return 1; } show("sem ping-pong / 2", port_now_us() - t, 2);
    t = port_now_us(); for (int i = 0; i < N; i++) { if (coop_queue_put(&qa, &m, -1) < 0 || coop_queue_get(&qb, &m, -1) < 0) return 1; } show("queue ping-pong / 2", port_now_us() - t, 2);
    t = port_now_us(); for (int i = 0; i < N / 10; i++) { if (coop_start(&empty, NULL, 0, &h) < 0 || coop_join(h, -1, NULL) < 0) return 1; } show("create, run, exit", port_now_us() - t, 0.1);
    return 0;
}
COOP_PROCESS(root, run);
int main(int argc, char **argv) { return coop_run(argc, argv, &root); }
