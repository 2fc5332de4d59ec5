#include "copy.h"
#include "runtime/queue.c"
