# port/qemu-arm/wait.c: get
# The block of a process that goes on still says that it waits.
s|    \*blocked = COOP_RUNS;\n||
