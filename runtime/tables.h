/* The linker's tables of descriptors, and the check of a handle against them. */
#ifndef COOP_TABLES_H
#define COOP_TABLES_H

#include <coop/object.h>
#include <coop/process.h>

extern const struct coop_object coop_objects_start[], coop_objects_end[];
extern const struct coop_process coop_processes_start[], coop_processes_end[];

/* What a caller passes for a handle, as an object. It may be any pointer: no member of it is touched before object_is. */
static inline const struct coop_object *unchecked(const void *handle)
{
    return handle;
}

/* True when `object` is the address of an entry of the linker's tables that is of this kind. */
static inline bool object_is(const struct coop_object *object, enum coop_kind kind)
{
    uintptr_t address = (uintptr_t)object;
    if (kind == COOP_KIND_PROCESS) {
        uintptr_t offset = address - (uintptr_t)coop_processes_start;
        return address >= (uintptr_t)coop_processes_start && address < (uintptr_t)coop_processes_end &&
               offset % sizeof(struct coop_process) == 0;
    }
    return address >= (uintptr_t)coop_objects_start && address < (uintptr_t)coop_objects_end &&
           address % sizeof(struct coop_object) == 0 && object->kind == kind;
}

#endif
