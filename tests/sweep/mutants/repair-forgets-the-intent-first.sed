# runtime/pass.c: pass
# Repair clears the intent of a pass before it has finished the lease.
s|(        if \(port_enter\(in, dead\) < 0\)\n            return false;\n)|\1        set_intent(block, 0);\n|;
