# port/qemu-arm/wait.c: lock acquire
# The owner of a lock keeps the level of a waiter that was killed.
s|(    unpark\(process\);\n)    if \(process->operation->holder != NULL\)\n[^\n]*\n|\1|
