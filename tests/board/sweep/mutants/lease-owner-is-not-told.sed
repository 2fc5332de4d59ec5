# runtime/queue.c: take
# Who takes a lease ends cleanly, as if it had none.
s#    port_owns\(self\);\n(    if \(mark < MAX_DELIVERIES)#\1#
