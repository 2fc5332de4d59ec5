# runtime/lock.c: lock
# Repair takes the owner away before it says that it died: between the two the supervisor may be interrupted.
s|(    atomic_store_explicit\(&state->owner_died, 1, memory_order_relaxed\);\n)(    atomic_store_explicit\(&state->owner, 0, memory_order_relaxed\);\n)|\2\1|;
