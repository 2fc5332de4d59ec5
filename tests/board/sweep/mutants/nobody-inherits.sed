# port/qemu-arm/kernel.c: lock acquire
# The owner of a lock does not get the level of who waits for it.
s|        inherit_raise\(caller\);\n|        (void)0;\n|
