# runtime/repair.c: put
# Repair's wake of all is left out: the wake of one who died after its commit is lost.
s|    port_wake\(object\);\n\}\n\nstatic void wake_one|}\n\nstatic void wake_one|
