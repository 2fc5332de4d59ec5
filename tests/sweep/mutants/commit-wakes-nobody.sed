# port/linux/port_call.h: put
# A commit does not wake who waits for it.
s|(\|= atomic_load_explicit\(&control->wait\[direction\], memory_order_relaxed\)) & 1;|\1 \& 0;|
