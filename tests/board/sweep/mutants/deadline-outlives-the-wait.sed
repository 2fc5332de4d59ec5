# port/qemu-arm/wait.c: get
# A wait that ends before its time leaves its deadline in the list.
s|    if \(clock_has\(process\)\)\n        clock_remove\(process\);\n||
