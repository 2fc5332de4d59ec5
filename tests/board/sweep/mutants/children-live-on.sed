# runtime/ended.c: start
# The children of a process that was killed live on.
s#        end_children\(slot, now_us\);\n#        (void)end_children;\n#
