/* The semaphore's operations, and calls of their own for those that are called most. */
#include "../../../runtime/semaphore.c"

#include "operate.h"

FAST(semaphore_acquire)
FAST(semaphore_release)
