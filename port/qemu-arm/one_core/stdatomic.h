/*
 * Found instead of the compiler's by the kernel. There is one core, and all who touch an object do it in the kernel, which
 * they enter one at a time: so an access is a plain one, and no store has to be ordered for anybody else.
 */
#ifndef ONE_CORE_STDATOMIC_H
#define ONE_CORE_STDATOMIC_H

#include_next <stdatomic.h>

#undef atomic_load_explicit
#undef atomic_store_explicit
#define PLAIN(at)                               (*(__typeof__((void)0, *(at)) *)(at))
#define atomic_load_explicit(at, order)         PLAIN(at)
#define atomic_store_explicit(at, value, order) ((void)(PLAIN(at) = (value)))

#define memory_order_acquire memory_order_relaxed
#define memory_order_release memory_order_relaxed
#define memory_order_acq_rel memory_order_relaxed

#endif
