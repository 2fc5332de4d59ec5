# runtime/permits.c: permits
# A permit is taken first, and then says by whom.
s|    set_owner\(permits, permit, self\);|    set_owner(permits, permit, 0x7f);\n    __asm__ volatile("" ::: "memory");\n    set_owner(permits, permit, self);|
