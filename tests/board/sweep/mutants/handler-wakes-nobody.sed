# port/qemu-arm/kernel.c: get
# What an interrupt handler puts reaches nobody who waits.
s|    if \(result >= 0 && has_waiters\(object\)\)\n        wait_wake\(object, operation->wakes\);\n||
