# port/linux/port_call.h: put
# A commit does not look whether somebody waits for it.
s|(            bits \|= atomic_load_explicit\(&control->wait\[direction\], memory_order_relaxed\));|\1 \& 0;|
