# port/qemu-arm/operate.h: put
# A call that is done at once does not look whether somebody waits for what it does.
s|SELDOM_TRUE\(waiter != NULL\)|SELDOM_TRUE(waiter != NULL \&\& false)|
