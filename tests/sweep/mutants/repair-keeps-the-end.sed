# runtime/queue_repair.c: owned put
# The dead producer's end is not given back.
s|        atomic_store_explicit\(&state->producer, 0, memory_order_release\);[^\n]*\n||
