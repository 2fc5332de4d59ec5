# runtime/repair.c: permits
# After a death nobody is told that what the dead held is free.
s#    if \(object != job->woken_later\)\n        port_wake\(object\);\n##
