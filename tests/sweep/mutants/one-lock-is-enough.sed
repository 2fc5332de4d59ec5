# runtime/repair.c: two locks
# Of the dead one's locks only the first is repaired.
s|(        job->recovered \+= )(\(unsigned\)entered \+ )(object_classes\[object->kind\]->repair\(object, job->dead\));\n|\1object->kind == COOP_KIND_LOCK \&\& job->recovered != 0 ? 0 : \2\3;\n|
