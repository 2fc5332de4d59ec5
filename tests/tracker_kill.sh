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

# Takes what the killed ones left as beginnings of lines, each a line by itself, out of $work/out; at most KILLS of them.
without_beginnings() {
    awk -v most="$1" 'NR == FNR { whole[$0]; next }
        $0 in whole { print; next }
        { for (line in whole) if (index(line, $0) == 1 && most-- > 0) next; print }' \
        "$work/undisturbed" "$work/out" >"$work/lines" && mv "$work/lines" "$work/out"
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
without_beginnings $few
cmp -s <(tpv "$work/out") <(tpv "$work/undisturbed") || wrong "geofence: other reports"
cmp -s <(alerts "$work/out" | uniq) <(alerts "$work/undisturbed") || wrong "geofence: other alerts"
disturb reporter $few -f "$capture" -- -
without_beginnings $few
same_but_again reporter

# While nobody reads the output, parsers that are killed hold no sentence: none becomes a dead letter. A reporter that is killed
# then is in the middle of a line, for all that the next one knows.
mkfifo "$work/blocked"
exec 5<>"$work/blocked"
dd if=/dev/zero of=/dev/fd/5 bs=4096 oflag=nonblock 2>/dev/null
# shellcheck disable=SC2086
$runner "$build/tracker" "$made" >"$work/blocked" 2>"$work/err" &
pid=$!
waits() { victim=$(children "$pid" "$1") && grep -qs ') S ' "/proc/$victim/stat"; }
for name in parser parser parser parser parser parser parser parser reporter; do
    within 10 waits $name || wrong "blocked: there is no $name"
    kill -s KILL "$victim"
    within 10 has_ended "$victim"
done
tr -d '\0' <"$work/blocked" >"$work/out" 5>&- &
exec 5>&-
wait $! "$pid" || wrong "blocked: status $?"
[ -z "$(head -n 1 "$work/out")" ] || wrong "blocked: a line may stand behind the beginning of another"
sed -i 1d "$work/out"
is_right "$made" "$work/out" blocked
adds_up blocked
[ "$(restarts_of parser)" -ge 8 ] || wrong "blocked: 8 kills, but $(cat "$work/err")"

finish "$kills kills in each run"
