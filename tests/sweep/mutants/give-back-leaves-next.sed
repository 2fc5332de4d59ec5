# runtime/queue_ring.h: give back
# next stays after the message that is ready again.
s|        set_next\(state, position\); /\* @release_next: before the commit|        (void)state; /* before the commit|
