#!/bin/bash
# shellcheck disable=SC1091,SC2154
# hello prints the same on every board as on Linux.
. "$(dirname "$0")/../tracker.sh"

timeout 60 build/linux/hello >"$work/linux" 2>/dev/null || wrong "Linux: status $?"
boards=0
for firmware in "$build"/hello.elf "$build"-mps2-an{385,500}/hello.elf; do
    [ -e "$firmware" ] || continue # only the default board's tests have the others
    # shellcheck disable=SC2086  # a runner may have arguments
    timeout --kill-after=5 60 $runner "$firmware" >"$work/out" 2>"$work/err" </dev/null || wrong "$firmware: status $?"
    cmp "$work/linux" "$work/out" || wrong "$firmware: other lines"
    boards=$((boards + 1))
done

finish "$boards boards"
