/* The kernel's doors: buffers, handles and numbers that are not what they should be. */
#include "attack.h"

#include "system_call.h"

/* Object, arguments, timeout. */
#define CALL(number_, a_, b_, c_, d_)                                                                                  \
    (void)system_call(number_, (uintptr_t)(a_), (uintptr_t)(b_), (uintptr_t)(d_), (uintptr_t)(c_))
static int own;
static void put_from_kernel(void)
{
    CALL(OP_QUEUE_PUT, &queue, &scheduler, 0, 0);
}
static void put_from_another(void)
{
    CALL(OP_QUEUE_PUT, &queue, witness_memory, 0, 0);
}
static void get_into_kernel(void)
{
    CALL(OP_QUEUE_PUT, &queue, &own, 0, 0);
    CALL(OP_QUEUE_GET, &queue, &scheduler, 0, COOP_FOREVER);
}
static void get_into_flash(void)
{
    CALL(OP_QUEUE_GET, &queue, &queue, 0, COOP_FOREVER);
}
static void get_across_the_end(void)
{
    CALL(OP_QUEUE_GET, &queue, 0xfffffffe, 0, COOP_FOREVER);
}
static void take_with_lease_in_kernel(void)
{
    CALL(OP_QUEUE_TAKE, &queue, &own, &scheduler, COOP_FOREVER);
}
static void join_into_kernel(void)
{
    CALL(OP_PROCESS_JOIN, &witness, &scheduler, 0, COOP_FOREVER);
}
static void read_into_kernel(void)
{
    CALL(CALL_READ, 0, &scheduler, 16, COOP_FOREVER);
}
static void print_kernel(void)
{
    CALL(CALL_WRITE, 0, &scheduler, 16, COOP_FOREVER);
}
static void print_round_the_world(void)
{
    CALL(CALL_WRITE, 0, &own, 0xfffffff0, COOP_FOREVER);
}
static void handle_not_aligned(void)
{
    CALL(OP_QUEUE_PUT, (char *)(uintptr_t)&queue + 4, &own, 0, 0);
}
static void handle_of_other_kind(void)
{
    CALL(OP_QUEUE_PUT, &semaphore, &own, 0, 0);
}
static void handle_in_kernel(void)
{
    CALL(OP_QUEUE_PUT, &scheduler, &own, 0, 0);
}
static void handle_made_up(void)
{
    struct coop_queue forged = queue;
    CALL(OP_QUEUE_PUT, &forged, &own, 0, 0);
}
static void handle_null(void)
{
    CALL(OP_SEMAPHORE_RELEASE, 0, 0, 0, 0);
}
static void handle_all_ones(void)
{
    CALL(OP_SEMAPHORE_RELEASE, 0xffffffff, 0, 0, 0);
}
static void number_of_no_operation(void)
{
    CALL(CALL_YIELD - 1, &queue, 0, 0, 0);
}
static void number_far_too_large(void)
{
    CALL(0xffffffff, &queue, 0, 0, 0);
}
static void number_negative(void)
{
    CALL(0x80000000, &queue, 0, 0, 0);
}
static void number_behind_the_last(void)
{
    CALL(CALL_ENABLE + 1, &queue, 0, 0, 0);
}
static void release_as_another(void)
{
    uint32_t *header; /* struct image_header, from which port_self reads */
    __asm__("mov %0, r9" : "=r"(header));
    *header = witness_self;
    (void)coop_lock_release(&witness_lock);
}

#define BUFFER(attempt_) ENDS(attempt_, COOP_MISUSED, COOP_MISUSE_BAD_ADDRESS, SIGNAL_ABORT, false)
#define HANDLE(attempt_) ENDS(attempt_, COOP_MISUSED, COOP_MISUSE_BAD_HANDLE, SIGNAL_ABORT, false)
#define NUMBER(attempt_) ENDS(attempt_, COOP_MISUSED, COOP_MISUSE_BAD_OPERATION, SIGNAL_ABORT, false)

static const struct CMUnitTest attacks[] = {
    BUFFER(put_from_kernel),
    BUFFER(put_from_another),
    BUFFER(get_into_kernel),
    BUFFER(get_into_flash),
    BUFFER(get_across_the_end),
    BUFFER(take_with_lease_in_kernel),
    BUFFER(join_into_kernel),
    BUFFER(read_into_kernel),
    BUFFER(print_kernel),
    BUFFER(print_round_the_world),
    HANDLE(handle_not_aligned),
    HANDLE(handle_of_other_kind),
    HANDLE(handle_in_kernel),
    HANDLE(handle_made_up),
    HANDLE(handle_null),
    HANDLE(handle_all_ones),
    NUMBER(number_of_no_operation),
    NUMBER(number_far_too_large),
    NUMBER(number_negative),
    NUMBER(number_behind_the_last),
    ENDS(release_as_another, COOP_MISUSED, COOP_MISUSE_NOT_OWNER, SIGNAL_ABORT, false),
};
ATTACKS(attacks)
