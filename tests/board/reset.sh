#!/bin/bash
# shellcheck disable=SC1091,SC2154
# A supervisor and a kernel that are stuck are reset by the hardware watchdog, one that panicked by itself when there is no host;
# the next run tells so, and who died before.
. "$(dirname "$0")/../tracker.sh"

# resets HOW WHY FIRST: the firmware runs twice in one run of the board.
resets() {
    # shellcheck disable=SC2086  # a runner may have arguments
    timeout --kill-after=5 200 $runner "$build/tests/board/stuck.elf" "$1" >"$work/out" 2>"$work/err" </dev/null ||
        wrong "$1: status $?"
    printf '%brun 2: 0\n' "$3" | cmp - "$work/out" || wrong "$1: ran otherwise: $(cat "$work/out")"
    says "^coop: the board was reset $2" "$1"
    [ -z "$3" ] || says '^coop: before it crasher ended: signal 11.*address 0x4$' "$1"
    [ "$(grep -c 'was reset' "$work/err")" = 1 ] || wrong "$1: another reset"
}

for how in supervisor interrupts faults; do
    resets "$how" 'by its watchdog at 0x[1-9a-f][0-9a-f]* loop[+]0x' 'run 1: 0\n'
done
resets handler 'by its watchdog at 0x[1-9a-f]' ''
for how in fault last-words; do
    resets $how 'by a kernel panic: fault of the supervisor at 0x[1-9a-f][0-9a-f]+ fault[+]0x0$' 'run 1: 0\n'
done
resets overflow 'by a kernel panic: stack overflow of the supervisor at 0x[1-9a-f][0-9a-f]+ overflow[.a-z0-9]*[+]0x' 'run 1: 0\n'
resets asked 'as asked$' 'run 1: 0\n'

finish "8 resets"
