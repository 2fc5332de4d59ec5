#!/bin/bash
# Every capture gives exactly its positions, whether it comes as a file, through a pipe, or as standard input.
# shellcheck source=tests/tracker.sh
. "$(dirname "$0")/tracker.sh"

for capture in "${captures[@]}"; do
    tracks "$capture"
    is_right "$capture" "$work/out" "$capture"
    adds_up "$capture"
    cp "$work/out" "$work/file"
    # shellcheck disable=SC2002  # a pipe is what is meant
    cat "$capture" | tracker - >"$work/out" 2>"$work/err" || wrong "$capture through a pipe: status $?"
    cmp -s "$work/file" "$work/out" || wrong "$capture gives something else through a pipe"
    adds_up "$capture through a pipe"
done
tracker <"$made" >"$work/out" 2>"$work/err" || wrong "standard input: status $?"
is_right "$made" "$work/out" "standard input"

# The generated drive laps an oval: in and out of the circle in the north-east.
tracks "$made" --fence 51.478,0,800
is_right "$made" "$work/out" fence
adds_up fence
events=$(grep '"class":"FENCE"' "$work/out" | sed 's/.*"event":"\([a-z]*\)".*/\1/' | xargs)
[ "$events" = "enter leave" ] || wrong "fence: $events"
says 'entered 1 times, left 1 times' fence
tracks "$made" --fence 10,10,800
! grep -q FENCE "$work/out" || wrong "fence: entered a circle that is far away"

finish "${#captures[@]} captures"
