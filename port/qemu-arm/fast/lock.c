/* The lock's operations, and calls of their own for those that are called most. */
#include "../../../runtime/lock.c"

#include "operate.h"

FAST(lock_acquire)
FAST(lock_release)
