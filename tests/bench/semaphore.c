/* The C library's semaphore and robust mutex; built once with glibc and once with musl, LIBC_NAME says which. */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <string.h>
#include <sys/mman.h>

#include "bench.h"

static double semaphore_pair(void)
{
    sem_t *semaphore = bench_shared(sizeof *semaphore);
    sem_init(semaphore, 1, 1);
    bench_pin(0);
    uint64_t count = 0, start = bench_now_ns(), now;
    do {
        for (int i = 0; i < 1000; i++) {
            sem_wait(semaphore);
            sem_post(semaphore);
        }
        count += 1000;
        now = bench_now_ns();
    } while (now < start + BENCH_ROUND_NS);
    return (double)(now - start) / (double)count;
}

static void init_robust(pthread_mutex_t *mutex)
{
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    if (pthread_mutex_init(mutex, &attributes) != 0)
        bench_fail("pthread_mutex_init");
}

static double robust_pair(void)
{
    pthread_mutex_t *mutex = bench_shared(sizeof *mutex);
    init_robust(mutex);
    bench_pin(0);
    uint64_t count = 0, start = bench_now_ns(), now;
    do {
        for (int i = 0; i < 1000; i++) {
            pthread_mutex_lock(mutex);
            pthread_mutex_unlock(mutex);
        }
        count += 1000;
        now = bench_now_ns();
    } while (now < start + BENCH_ROUND_NS);
    return (double)(now - start) / (double)count;
}

CONTENDER("semaphore", LIBC_NAME " sem_t", semaphore_pair);
CONTENDER("semaphore", LIBC_NAME " robust mutex", robust_pair);

/* A record guarded by a lock: the worker writes it whole, again and again. */
struct record {
    sem_t semaphore;
    pthread_mutex_t mutex;
    unsigned char bytes[BENCH_KILLED_BYTES];
};

static void *record_create(void)
{
    struct record *record = bench_shared(sizeof *record);
    sem_init(&record->semaphore, 1, 1);
    init_robust(&record->mutex);
    return record;
}

static void record_destroy(void *object)
{
    munmap(object, sizeof(struct record));
}

static int is_whole(const struct record *record)
{
    return memcmp(record->bytes, record->bytes + 1, sizeof record->bytes - 1) == 0;
}

static void work_under_semaphore(void *object)
{
    struct record *record = object;
    unsigned char next[BENCH_KILLED_BYTES];
    for (unsigned char stamp = 0;; stamp++) {
        memset(next, stamp, sizeof next);
        sem_wait(&record->semaphore);
        memcpy(record->bytes, next, sizeof next);
        sem_post(&record->semaphore);
    }
}

static int check_under_semaphore(void *object)
{
    struct record *record = object;
    sem_wait(&record->semaphore);
    return is_whole(record);
}

static void work_under_mutex(void *object)
{
    struct record *record = object;
    unsigned char next[BENCH_KILLED_BYTES];
    for (unsigned char stamp = 0;; stamp++) {
        memset(next, stamp, sizeof next);
        pthread_mutex_lock(&record->mutex);
        memcpy(record->bytes, next, sizeof next);
        pthread_mutex_unlock(&record->mutex);
    }
}

static int check_under_mutex(void *object)
{
    struct record *record = object;
    int error = pthread_mutex_lock(&record->mutex);
    /* A torn record is the next owner's to mend, as long as it is told. */
    return error == EOWNERDEAD || (error == 0 && is_whole(record));
}

static double killed_semaphore(void)
{
    static const struct bench_victim victim = {record_create, work_under_semaphore, check_under_semaphore,
                                               record_destroy};
    return bench_killed_percentage(&victim, 100);
}

static double killed_mutex(void)
{
    static const struct bench_victim victim = {record_create, work_under_mutex, check_under_mutex, record_destroy};
    return bench_killed_percentage(&victim, 100);
}

CONTENDER("killed", LIBC_NAME " sem_t as a lock", killed_semaphore);
CONTENDER("killed", LIBC_NAME " robust mutex, which tells", killed_mutex);
