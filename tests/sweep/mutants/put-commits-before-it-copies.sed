# runtime/queue.c: put
# The store of tail is moved before the copy of the message.
s|    copy_item\(item_at\(queue, tail\), [^\n]*\n||
s|\(&state->tail, after\(queue, tail\), memory_order_release\);|&\n    copy_item(item_at(queue, tail), (const void *)message, queue->item_bytes);|
