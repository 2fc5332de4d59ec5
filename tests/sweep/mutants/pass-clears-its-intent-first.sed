# runtime/pass.c: pass
# The intent is gone before the lease is finished.
s|(    if \(holds\(in, self, \(uint32_t\)position\)\)\n        free_slot[^\n]*\n)    set_intent\(&coop_blocks_start\[self - 1\], 0\);[^\n]*\n|    set_intent(\&coop_blocks_start[self - 1], 0);\n    __asm__ volatile("" ::: "memory");\n\1|
