# port/qemu-arm/interrupt.c: semaphore
# An interrupt counts, but does not wake who waits for it.
s|(interrupt->flags, 0\)) >= 0\)\n        wait_wake\([^\n]*\n|\1 >= 0)\n        return;\n|
