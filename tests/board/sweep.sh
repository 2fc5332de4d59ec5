#!/bin/bash
# The board's sweep: the objects' in two halves beside each other, then those of a real run and of a driver. SWEEP_STRIDE,
# SWEEP_LEVELS, SWEEP_ONLY and SWEEP_UNTIL_FAILURE are arguments of sweep/sweep.c, life.c and driver.c. One shot is one
# instruction only with this clock: see sweep/timer.h. A kernel that hangs is reset by the hardware watchdog, which ends the
# emulator before its last line.
set -u -o pipefail

sweep() { # FIRMWARE ARGUMENT...
    timeout "${SWEEP_LIMIT_S:-1800}" port/qemu-arm/run --qemu -icount --qemu shift=6,sleep=off --qemu -no-reboot \
        "$BUILD/tests/board/sweep/$1.elf" "${@:2}" "stride=${SWEEP_STRIDE:-11}" "only=${SWEEP_ONLY:-}" </dev/null 2>&1 |
        awk '!/^coop: [a-z_]+\[0\] / { print; fflush() } /^swept:/ { whole = 1 } END { exit !whole }'
}

half() {
    sweep sweep "part=$1/2" "levels=${SWEEP_LEVELS:-1}" "until=${SWEEP_UNTIL_FAILURE:-0}"
}

failed=0
half 0 &
half 1 || failed=1
sweep life || failed=1
sweep driver || failed=1
wait $! || failed=1
exit $failed
