#!/bin/bash
# The parser misbehaves in each way that the tracker knows: the log says how and where, and no other sentence is lost.
# shellcheck source=tests/tracker.sh
. "$(dirname "$0")/tracker.sh"

declare -A log=(
    [spin]='parser.* runaway: .* CPU time .* at spin\+0x.*restarts'
    [hang]='parser.* hung: no heartbeat for .*restarts'
    [crash]='parser.* faulted .* at crash\+0x.*restarts'
    [overflow]='parser.* overflowed its stack.*restarts'
    [exit]='parser.* exited with 1.*restarts'
)

for capture in $(some_captures quectel-l76k-dual); do
    tracks "$capture"
    cp "$work/out" "$work/undisturbed"
    for kind in "${!log[@]}"; do
        tracks "$capture" --inject "$kind@100"
        is_right "$capture" "$work/out" "$kind"
        adds_up "$kind"
        says "${log[$kind]}" "$kind"
        [ "$(restarts_of parser)" = 1 ] || wrong "$kind: $(restarts_of parser) restarts"
    done
done

# poison KIND NUMBER LINES: so many lines are missing, those of that sentence; the 100th has a fix, the first and the last have none.
poison() {
    tracks "$made" --inject "$1@$2!"
    adds_up "$1@$2!" 1
    says "dead letter: sentence $2: \\\$GP" "$1@$2!"
    [ "$(restarts_of parser)" = 3 ] || wrong "$1@$2!: $(restarts_of parser) restarts"
    [ "$(diff "$work/undisturbed" "$work/out" | grep -c '^[<>]')" = "$3" ] || wrong "$1@$2!: more than that line is missing"
}

tracks "$made"
cp "$work/out" "$work/undisturbed"
for kind in "${!log[@]}"; do
    poison "$kind" 100 1
done
tracks "$made"
last=$(count_of sentences)
poison exit 1 0
poison crash "$last" 0

finish "${#log[@]} kinds"
