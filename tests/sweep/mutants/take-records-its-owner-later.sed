# runtime/queue.c: take
# A lease has no owner for an instant after its commit.
s|(    atomic_store_explicit\(mark_at\(queue, position\), \(uint16_t\))\(mark . self\)(, memory_order_relaxed\);\n)|\1(mark \| 0x7f)\2    __asm__ volatile("" ::: "memory");\n\1(mark \| self)\2|
