# port/qemu-arm/kernel.c: get
# A process that is killed while it is parked stays in its wait list.
s|(    else if \(process->state == STATE_PARKED\)\n        )wait_leave\(process\);|\1(void)wait_leave;|
