# port/qemu-arm/operate.h: put
# A call that was done at once does not look whether somebody waits for what it did.
s|        call_wakes\(object, operation->wakes\);|        (void)object;|
