# runtime/queue_ring.h: done
# Head stops at the first slot, though later ones were freed before.
s| while \(head != state->seen_tail && [^;]*;| while (false);|
