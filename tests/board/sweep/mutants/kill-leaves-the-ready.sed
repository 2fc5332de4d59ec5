# port/qemu-arm/kernel.c: put
# A process that is killed while it can run stays in its ring.
s|    if \(process->state == STATE_READY\)\n        schedule_block\(process\);\n    else if|    if|
