# port/qemu-arm/wait.c: two locks, a put, and
# Who gets the lock of the dead at its deadline keeps its level, though higher ones wait.
s|    if \(result == COOP_EOWNERDEAD\)[^\n]*\n        process->level = inherit_level\(process\);\n||
