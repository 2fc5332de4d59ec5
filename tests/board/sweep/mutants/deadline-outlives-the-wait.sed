# port/qemu-arm/wait.c: get
# A wait that ends before its time leaves its deadline in the list.
s|    if \(also & UNPARK_DEADLINE\)\n        clock_remove\(process\);\n||
