# runtime/pass.c: pass
# The message is out before anything says that a lease goes with it.
s|    set_intent\(block, \(uint32_t\)\(call->in - coop_objects_start\) \+ 1\);[^\n]*\n(    int result = [^\n]*\n)|\1    __asm__ volatile("" ::: "memory");\n    set_intent(block, (uint32_t)(call->in - coop_objects_start) + 1);\n|
