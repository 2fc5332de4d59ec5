# port/qemu-arm/inherit.c: two locks, acquire, another
# A level that an owner inherits while it waits itself does not go on to whom it waits for.
s|(        waiter = holder;\n)        self = holder_of\(waiter\);\n|\1        self = 0;\n|
