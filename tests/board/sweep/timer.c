#include "timer.h"

COOP_PERIPHERALS(timer, {(uintptr_t)DUAL_TIMER, 4096});
