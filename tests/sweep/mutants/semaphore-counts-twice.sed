# runtime/semaphore.c: semaphore
# A release passes through a value that was never there.
s|(    atomic_store_explicit\(count_of\(semaphore\), count)(, memory_order_relaxed\);[^\n]*\n)|\1 + 1\2    __asm__ volatile("" ::: "memory");\n\1\2|
