#!/bin/bash
# A supervisor or kernel that gets stuck in the middle of a run resets the board, and the reboot tells why and who died before;
# an overflow of the supervisor's or the kernel's stack ends everything, named, before it damages anything.
set -u
log=$(mktemp)
trap 'rm -f "$log"' EXIT
failed=0

expect() { # STATUS ACT LINE...
    local status=$1 act=$2 line
    shift 2
    # shellcheck disable=SC2086  # a runner may have arguments
    timeout 120 $RUNNER "$BUILD/tests/board/ends.elf" "$act" </dev/null >"$log" 2>&1
    local is=$?
    [ $is -eq "$status" ] || { echo "$act: ended with $is"; failed=1; }
    for line; do
        grep -aq -- "$line" "$log" || { echo "$act: no line like: $line"; failed=1; }
    done
    [ $failed -eq 0 ] || cat "$log"
}

for runner in "$RUNNER" "${RUNNER% --repeatable}"; do # guards must not depend on how the emulator counts
    RUNNER=$runner expect 70 supervisor-overflow 'kernel panic: stack overflow of the supervisor.* address 0x20000[cdef]'
    RUNNER=$runner expect 70 kernel-overflow 'kernel panic: stack overflow of the kernel.* address 0x20000[0-3]'
done
for act in stuck-supervisor stuck-kernel; do
    expect 0 $act 'second run' 'the board was reset by its watchdog at 0x' 'before it crasher ended: signal 4'
done
[ $failed -eq 0 ] && echo "the board is reset when it is stuck"
exit $failed
