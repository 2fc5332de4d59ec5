# shellcheck shell=bash disable=SC2034
# Sourced by tests/tracker_*.sh: runs of the tracker, and what they must give. BUILD and RUNNER are set by tests/run.
# The captures are the one that the generator makes and, where they are, those of COOP_NMEA_DIR.
set -uo pipefail
build=${BUILD:-build/linux}
runner=${RUNNER:-}
nmea=${COOP_NMEA_DIR:-../shared/nmea}
made=build/capture.nmea
failures=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
shopt -s nullglob
captures=("$made" "$nmea"/*.nmea)

wrong() {
    echo "FAILED: $*"
    failures=$((failures + 1))
}

finish() {
    [ "$failures" -eq 0 ] || exit 1
    echo "passed: $*"
}

# Named real captures that are there, and always the generated one.
some_captures() {
    echo "$made"
    for name; do [ -r "$nmea/$name.nmea" ] && echo "$nmea/$name.nmea"; done
}

# shellcheck disable=SC2086  # a runner may have arguments
tracker() { timeout --kill-after=5 60 $runner "$build/tracker" "$@"; }

# tracks CAPTURE [OPTION...]: into $work/out and $work/err, and it must end well.
tracks() {
    local capture=$1
    shift
    tracker "$@" "$capture" >"$work/out" 2>"$work/err" </dev/null || wrong "$capture $*: status $?: $(tail -1 "$work/err")"
}

# is_right CAPTURE OUTPUT WHAT: exactly the capture's positions, each once, in order, and as gpsd has them.
# shellcheck disable=SC2086
is_right() {
    local reference=${1%.nmea}.fixes.csv
    [ -r "$reference" ] || reference=-
    $runner "$build/tests/capture_check" "$reference" "$1" <"$2" >"$work/verdict" || wrong "$3: $(cat "$work/verdict")"
}

# says PATTERN WHAT: the tracker's standard error has such a line.
says() {
    grep -Eq -- "$1" "$work/err" || wrong "$2: no line like '$1' in: $(cat "$work/err")"
}

# summary WORD: the number before (sentences: 12) or after (parser 12) the word in the summary; empty if it isn't there.
count_of() { grep -Eo "[0-9]+ $1" "$work/err" | tail -1 | cut -d' ' -f1; }
restarts_of() { grep -Eo "restarts:.*" "$work/err" | grep -Eo "$1 [0-9]+" | tail -1 | cut -d' ' -f2; }

# adds_up WHAT [DEAD]: each sentence is in the summary once, each fix was printed once, and none was left.
adds_up() {
    local all fixes others rejected dead unfinished
    all=$(count_of sentences) fixes=$(count_of fixes) others=$(count_of 'of other kinds')
    rejected=$(count_of rejected) dead=$(count_of 'dead letters') unfinished=$(count_of unfinished)
    [ "$((fixes + others + rejected + dead + unfinished))" = "${all:-none}" ] || wrong "$1: the summary doesn't add up"
    [ "$fixes" = "$(grep -c '"class":"TPV"' "$work/out")" ] || wrong "$1: $fixes fixes are not the lines printed"
    [ "$dead $unfinished" = "${2:-0} 0" ] || wrong "$1: $dead dead letters, $unfinished unfinished"
}

# children PID [NAME]: the pids of its living children. Processes that end meanwhile are no error.
children() {
    { cat /proc/[0-9]*/stat 2>/dev/null || true; } | awk -v parent="$1" -v name="(${2:-})" \
        '$4 == parent && $3 != "Z" && (name == "()" || $2 == name) { print $1 }'
}

# within SECONDS COMMAND...: the command becomes true in time.
within() {
    local deadline=$((${EPOCHREALTIME/[.,]/} + $1 * 1000000))
    shift
    until "$@"; do
        [ "${EPOCHREALTIME/[.,]/}" -lt "$deadline" ] || return 1
        sleep 0.01
    done
}

# A process that ends between two looks has ended.
has_ended() { ! grep -qs ') [^Z] ' "/proc/$1/stat"; }
