# runtime/lock.c: lock
# A dead owner keeps its lock.
s|(static unsigned repair\(const struct coop_object \*[a-z]*, uint32_t dead\)\n\{\n)|\1    dead += 100;\n|
