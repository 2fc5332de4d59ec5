# runtime/life.c: start
# The children of a process that was killed live on.
s#    bool children = end_children\(slot, now_us\);\n#    bool children = false \&\& end_children(slot, now_us);\n#
