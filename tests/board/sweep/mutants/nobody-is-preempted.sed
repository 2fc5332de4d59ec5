# port/qemu-arm/schedule.c: semaphore
# A process that may be preempted is not.
s/\|\| !policy_gives_way\(holder\)/|| policy_gives_way(holder) || true/
