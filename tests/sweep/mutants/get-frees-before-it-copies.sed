# runtime/queue.c: owned put ||
# The slot of a get is free before its message has been copied out.
s|    copy_item\(\(void \*\)message, item_at\(queue, position\), queue->item_bytes\);[^\n]*\n(    uint32_t behind.*state->head, behind, memory_order_release\);\n)|\1    copy_item((void *)message, item_at(queue, position), queue->item_bytes);\n|
