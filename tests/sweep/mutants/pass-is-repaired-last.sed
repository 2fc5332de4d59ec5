# runtime/repair.c: pass
# The lease of an intent is given back before the intent is looked at.
s|    objects_visit\(repair_one, &job\);\n||
s|    if \(!pass_repair\(dead\)\)|    objects_visit(repair_one, \&job);\n&|
