# runtime/repair.c: permits
# After a death nobody is told that what the dead held is free.
s|    port_wake\(object\);\n\}\n\nstatic void wake_one|}\n\nstatic void wake_one|
