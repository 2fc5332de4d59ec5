#!/bin/bash
# Processes of the tracker are killed again and again, at random moments: what that costs is what tracker.c says.
# shellcheck source=tests/tracker.sh
. "$(dirname "$0")/tracker.sh"
seed=${SEED:-$RANDOM}
kills=${KILLS:-30}
few=8 # of those whose restarts wait longer each time
fence=51.478,0,800
echo "SEED=$seed KILLS=$kills"

# disturb VICTIM KILLS [-f FEED] -- ARGUMENT...: into $work/out and $work/err. On a busy machine the watchdog may add a restart.
disturb() {
    local victim=$1 number=$2
    shift 2
    local options=()
    while [ "$1" != -- ]; do options+=("$1") && shift; done
    shift
    seed=$((seed + 1))
    # shellcheck disable=SC2086
    $runner "$build/tests/disturb" -k "$victim" -n "$number" -s "$seed" "${options[@]}" "$work/out" "$work/err" \
        $runner "$build/tracker" --fence $fence "$@" >"$work/kills" || wrong "$victim, $*: status $?, $(cat "$work/kills")"
    [ "$(cat "$work/kills")" = "$number kills" ] || wrong "$victim, $*: of $number kills, $(cat "$work/kills")"
    [ "$(restarts_of "$victim")" -ge "$number" ] || wrong "$victim, $*: $number kills, but $(cat "$work/err")"
}

tpv() { grep -v '"class":"FENCE"' "$1"; }
alerts() { grep '"class":"FENCE"' "$1"; }

# The same reports and the same alerts, each once. Only how the two mix may differ: two processes print them.
same() {
    cmp -s <(tpv "$work/out") <(tpv "$work/undisturbed") || wrong "$1: other reports"
    cmp -s <(alerts "$work/out") <(alerts "$work/undisturbed") || wrong "$1: other alerts"
    adds_up "$1"
}

# The same reports in the same order, but a line may be printed again.
same_but_again() {
    awk 'NR == FNR { expected[++count] = $0; next }
         $0 == expected[at + 1] { at++; next }
         $0 != expected[at] { exit 1 }
         END { exit at != count }' <(tpv "$work/undisturbed") <(tpv "$work/out") || wrong "$1: other reports"
}

build/host/generate 600 >"$work/long.nmea"

for capture in "$work/long.nmea" $(some_captures quectel-l76k-dual skytraq-dgps); do
    tracks "$capture" --fence $fence
    cp "$work/out" "$work/undisturbed"

    disturb parser "$kills" -f "$capture" -- -
    same "$capture, parser, through a pipe"
    is_right "$capture" "$work/out" "$capture, parser, through a pipe"
    for victim in parser reader; do
        disturb $victim $few -- "$capture"
        same "$capture, $victim"
    done
done

capture=$work/long.nmea
tracks "$capture" --fence $fence
cp "$work/out" "$work/undisturbed"
disturb geofence $few -f "$capture" -- -
cmp -s <(tpv "$work/out") <(tpv "$work/undisturbed") || wrong "geofence: other reports"
cmp -s <(alerts "$work/out" | uniq) <(alerts "$work/undisturbed") || wrong "geofence: other alerts"
disturb reporter $few -f "$capture" -- -
same_but_again reporter

# While nobody reads the output, parsers that are killed hold no sentence: none becomes a dead letter.
mkfifo "$work/blocked"
exec 5<>"$work/blocked"
dd if=/dev/zero of=/dev/fd/5 bs=4096 oflag=nonblock 2>/dev/null
# shellcheck disable=SC2086
$runner "$build/tracker" "$made" >"$work/blocked" 2>"$work/err" &
pid=$!
waiting_parser() { parser=$(children "$pid" parser) && grep -qs ') S ' "/proc/$parser/stat"; }
for _ in 1 2 3 4 5 6 7 8; do
    within 10 waiting_parser || wrong "blocked: there is no parser"
    kill -s KILL "$parser"
    within 10 has_ended "$parser"
done
tr -d '\0' <"$work/blocked" >"$work/out" 5>&- &
exec 5>&-
wait $! "$pid" || wrong "blocked: status $?"
is_right "$made" "$work/out" blocked
adds_up blocked
[ "$(restarts_of parser)" -ge 8 ] || wrong "blocked: 8 kills, but $(cat "$work/err")"

finish "$kills kills in each run"
