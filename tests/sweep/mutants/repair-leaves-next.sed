# runtime/queue_repair.c: take
# Repair makes leases ready again, but does not look for them from head on.
s|    set_next\(state, head\);\n||g
s|            release_lease\(queue, p\);|            atomic_store_explicit(mark_at(queue, p), (uint16_t)(atomic_load(mark_at(queue, p)) \& 0xff00), memory_order_relaxed);|
