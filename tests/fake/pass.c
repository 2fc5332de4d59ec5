#include "runtime/pass.c"
