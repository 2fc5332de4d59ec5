/* Found instead of the compiler's: each atomic access is a step, at which the fake port can let the caller die. */
#ifndef FAKE_STDATOMIC_H
#define FAKE_STDATOMIC_H

#include_next <stdatomic.h>
#include "step.h"

#undef atomic_load_explicit
#undef atomic_store_explicit
#undef atomic_compare_exchange_strong_explicit
#define atomic_load_explicit(at, order)         (fake_step(), *(at))
#define atomic_store_explicit(at, value, order) (fake_step(), (void)(*(at) = (value)))
#define atomic_compare_exchange_strong_explicit(at, expected, value, order, order_otherwise)                           \
    (fake_step(), __atomic_compare_exchange_n((at), (expected), (value), 0, (order), (order_otherwise)))

#endif
