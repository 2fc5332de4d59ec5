# port/qemu-arm/policy_feedback.h: semaphore release
# Who runs does not lose the CPU to a higher level.
s|(policy_gives_way\(const struct process \*holder\)\n\{\n    \(void\)holder;\n    return )true;|\1false;|
