# port/qemu-arm/wait.c: lock acquire
# The owner of a lock does not get the level of who waits for it.
s|    if \(operation->holder != NULL\)\n        inherit_raise\(process\);\n||
