# port/qemu-arm/kernel.c: lock release
# Who releases a lock keeps the level that it inherited.
s|    if \(caller->level != caller->priority\)\n        inherit_lower\(caller->self\);[^\n]*\n|    (void)caller;\n|
