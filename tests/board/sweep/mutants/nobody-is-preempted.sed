# port/qemu-arm/schedule.c: semaphore
# A process that may be preempted is not.
s/(\(holder == NULL \|\| \(|else if \()policy_gives_way\(holder\)/\1false/g
