# port/qemu-arm/kernel.c: get
# What an interrupt handler puts reaches nobody who waits.
s|    if \(result >= 0 && wait_is_any\(object\)\)\n        wait_wake\(object, operation->wakes\);\n||
