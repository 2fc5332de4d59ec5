# port/qemu-arm/policy_feedback.h: two locks
# Whose slice has ended sinks, though somebody who was its equal waits for its lock.
s|    return inherit_level\(holder\);[^\n]*\n|    return holder->level > own + STEP ? holder->level : own;\n|
