# port/qemu-arm/inherit.c: two locks, release
# Who releases a lock has no higher level any more, though somebody waits for its other one.
s|        uint8_t level = inherit_level\(process\);\n|        uint8_t level = process->priority;\n|
