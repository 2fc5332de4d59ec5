/* The state of everything in the arena, and what the kernel says of each process. Also from outside the system. */
#include "storm.h"

#include "port.h"
#include "proc.h"
#include "processes.h"
#include "queue_ring.h"

#include <string.h>

static void dump_proc(FILE *out, pid_t pid, const char *what)
{
    char text[300];
    if (!proc_text(pid, what, text, sizeof text))
        return;
    text[strcspn(text, "\n")] = '\0';
    const char *from = strrchr(text, ')'); /* of stat only what follows the name */
    fprintf(out, " %s: %.80s;", what, from != NULL ? from + 2 : text);
}

static void dump_queue(FILE *out, const struct coop_object *object)
{
    const struct coop_queue_state *state = state_of(object);
    fprintf(out, " head %x next %x tail %x closed %u producer %u consumer %u marks", atomic_load(&state->head),
            atomic_load(&state->next), atomic_load(&state->tail), atomic_load(&state->closed),
            atomic_load(&state->producer), atomic_load(&state->consumer));
    for (uint32_t i = 0; i < object->count && i < 16; i++)
        fprintf(out, " %x", atomic_load(mark_at(object, i)));
}

static void dump_object(FILE *out, const struct coop_object *object)
{
    const struct coop_control *control = object->control;
    uint32_t guard = atomic_load(&control->guard);
    fprintf(out, "%-24s guard %x (pid %u, slot %u) waits %u %u", object->name, guard, (guard & 0x7fffffff) >> 8,
            (guard & 0xff) - 1, atomic_load(&control->wait[0]), atomic_load(&control->wait[1]));
    if (object->kind == COOP_KIND_QUEUE)
        dump_queue(out, object);
    else if (object->kind == COOP_KIND_LOCK)
        fprintf(out, " owner %u", atomic_load(&((const struct coop_lock_state *)(const void *)control)->owner));
    else if (object->kind == COOP_KIND_SEMAPHORE)
        fprintf(out, " count %u", atomic_load(&((const struct coop_semaphore_state *)(const void *)control)->count));
    else if (object->kind == COOP_KIND_EVENT)
        fprintf(out, " flags %x", atomic_load(&((const struct coop_event_state *)(const void *)control)->flags));
    else if (object->kind == COOP_KIND_PERMITS)
        for (uint32_t i = 0; i < object->count; i++)
            fprintf(out, " %u", ((const unsigned char *)object->items)[i]);
    fputc('\n', out);
}

static void dump_slot(FILE *out, uint32_t slot)
{
    const struct coop_block *block = &coop_blocks_start[slot];
    const struct worker *worker = &storm.workers[slot < SLOTS ? slot : 0];
    pid_t pid = (pid_t)atomic_load(&block->native_pid);
    if (atomic_load(&block->state) == COOP_FREE)
        return;
    fprintf(out, "slot %2u %-20s state %u pid %d blocked %u request %u stopping %u checkins %u pass %u done %u;", slot,
            process_of(slot)->object.name, atomic_load(&block->state), pid, atomic_load(&block->blocked),
            atomic_load(&block->request), atomic_load(&block->stopping), atomic_load(&block->checkins),
            atomic_load(&block->pass_in), atomic_load(&worker->done));
    fprintf(out, " last life %d dying %d order %u;", atomic_load(&worker->pid), atomic_load(&worker->dying),
            atomic_load(&worker->order));
    if (pid != 0) {
        dump_proc(out, pid, "stat");
        dump_proc(out, pid, "wchan");
        dump_proc(out, pid, "syscall");
    }
    fputc('\n', out);
}

void dump(FILE *out)
{
    fprintf(out, "kills %llu, the root %s\n", (unsigned long long)storm.tally.kills, storm.doing);
    for (const struct coop_object *object = coop_objects_start; object < coop_objects_end; object++)
        dump_object(out, object);
    for (const struct coop_process *process = coop_processes_start; process < coop_processes_end; process++)
        dump_object(out, &process->object);
    for (uint32_t slot = 0; slot < process_slots(); slot++)
        dump_slot(out, slot);
    fflush(out);
}
