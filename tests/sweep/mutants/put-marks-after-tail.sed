# runtime/queue.c: put
# A slot's old mark is cleared after tail has made the slot visible.
s|    if \(atomic_load_explicit\(mark, memory_order_relaxed\) != 0\)[^\n]*\n[^\n]*\n||
s|\(&state->tail, after\(queue, tail\), memory_order_release\);|&\n    atomic_store_explicit(mark, 0, memory_order_relaxed);|
