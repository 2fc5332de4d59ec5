# runtime/repair.c: put
# Repair's wake of all is left out: the wake of one who died after its commit is lost.
s#    if \(object != job->woken_later\)\n        port_wake\(object\);\n##
