# port/qemu-arm/wait.c: put
# A waiter is put before those of its own level.
s|\(\*place\)->level >= process->level|(*place)->level > process->level|
