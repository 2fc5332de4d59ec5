# runtime/permits.c: permits
# Who takes a permit ends cleanly, as if it had none.
s#    port_owns\(self\);\n##
