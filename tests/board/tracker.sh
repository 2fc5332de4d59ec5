#!/bin/bash
# shellcheck disable=SC1091,SC2154
# The tracker's firmware, fed captures through its UART, prints what the Linux binary prints; when its parser misbehaves, too,
# and then the log names the same process and the same cause. All captures on the default board; on others some, unless
# COOP_ALL_CAPTURES=1.
. "$(dirname "$0")/../tracker.sh"
linux=build/linux/tracker
firmware=$build/tracker.elf

[ "$build" = build/qemu-arm ] || [ -n "${COOP_ALL_CAPTURES:-}" ] || mapfile -t captures < <(some_captures GPSmap-76S beidou-gb bu353-glonass garmin48 \
    gpslim236 magellan-ec10 nl551e oncore quectel-l76k-dual rx210)

# on_both CAPTURE [OPTION...]: the same lines; the two logs in $work/linux.err and $work/err.
on_both() {
    local capture=$1
    shift
    timeout 60 "$linux" "$@" - <"$capture" >"$work/linux" 2>"$work/linux.err" || wrong "Linux: $capture $*: status $?"
    # shellcheck disable=SC2086  # a runner may have arguments
    timeout --kill-after=5 250 $runner "$firmware" "$@" - <"$capture" >"$work/out" 2>"$work/err" ||
        wrong "$capture $*: status $?"
    cmp "$work/linux" "$work/out" || wrong "$capture $*: other lines"
    [ -s "$work/out" ] || wrong "$capture $*: no lines"
    cmp <(grep sentences: "$work/linux.err") <(grep sentences: "$work/err") || wrong "$capture $*: another summary"
}

# The process and what became of it, not where: "coop: parser[0] faulted".
deaths() { grep -Eo '^coop: [a-z]+\[[0-9]+\] [a-z ]+' "$1" | sed 's/ *$//; s/ on address$//; s/ at [a-z ]*$//'; }

# every_second FIRST: in a subshell with a folder of its own.
every_second() {
    local i
    work=$work/$1
    mkdir "$work"
    for ((i = $1; i < ${#captures[@]}; i += 2)); do
        on_both "${captures[i]}"
    done
    exit $((failures > 0))
}

(every_second 0) &
(every_second 1) || failures=1
wait $! || failures=1

declare -A cause=([spin]='was a runaway' [hang]=hung [crash]=faulted [overflow]='overflowed its stack')
for kind in "${!cause[@]}"; do
    on_both "$made" --inject "$kind@100"
    says "^coop: parser\[0\] ${cause[$kind]}.*restarts" "$kind"
    cmp <(deaths "$work/linux.err") <(deaths "$work/err") || wrong "$kind: another death"
    [ "$(restarts_of parser)" = 1 ] || wrong "$kind: $(restarts_of parser) restarts"
done

finish "${#captures[@]} captures, ${#cause[@]} kinds"
