#include "runtime/queue_repair.c"
