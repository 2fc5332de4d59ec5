/* The queue's operations, and calls of their own for those that are called most. */
#include "copy.h"

#include "../../../runtime/queue.c"

#include "operate.h"

FAST(queue_put)
FAST(queue_get)
