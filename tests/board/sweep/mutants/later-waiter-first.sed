# port/qemu-arm/kernel.h: put
# A waiter is put before those of its own level.
s|\(\*list\)->level >= process->level|(*list)->level > process->level|
