# port/linux/execute.c: put || get
# The futex word is read when the waiter goes to sleep, not before its last look.
s|linux_futex_wait\(word, sample,|linux_futex_wait(word, ((void)sample, atomic_load(word)),|
