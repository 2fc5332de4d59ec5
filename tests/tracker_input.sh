#!/bin/bash
# Bad options and bad input: a clear answer, and an end.
# shellcheck source=tests/tracker.sh
. "$(dirname "$0")/tracker.sh"

# refuses STATUS MESSAGE ARGUMENT...
refuses() {
    local expected=$1 message=$2 status
    shift 2
    tracker "$@" >"$work/out" 2>"$work/err" </dev/null
    status=$?
    [ "$status" = "$expected" ] || wrong "tracker $*: status $status"
    says "$message" "tracker $*"
    [ ! -s "$work/out" ] || wrong "tracker $*: printed $(cat "$work/out")"
}

refuses 2 '--nonsense: there is no such option' --nonsense
refuses 2 '--baud: its value is missing' --baud
refuses 2 'x: .*no number' --baud x "$made"
refuses 2 '--baud: no device' --baud 9600
refuses 2 '1,2: .*LAT,LON,RADIUS_M' --fence 1,2 "$made"
refuses 2 'dance@1: .*spin@N' --inject dance@1 "$made"
refuses 2 'spin@0: .*number' --inject=spin@0 "$made"
refuses 2 'input already' "$made" "$made"
refuses 2 'name is too long' "$(printf '%300s' x)"
refuses 1 'reader: no such file' "$work/missing"
refuses 1 'reader: not a file' "$work"
refuses 1 'reader: no such file' -- --help

tracker --help >"$work/out" 2>"$work/err" || wrong "--help: status $?"
grep -q '^usage: tracker' "$work/out" || wrong "--help prints no usage"

if [ "$(id -u)" != 0 ]; then
    touch "$work/secret" && chmod 0 "$work/secret"
    refuses 1 'reader: .*may not' "$work/secret"
fi

: >"$work/empty"
tracks "$work/empty"
adds_up "empty file"
says ' 0 sentences' "empty file"
[ ! -s "$work/out" ] || wrong "empty file: printed something"

head -c 300000 /dev/urandom >"$work/junk"
tracks "$work/junk"
adds_up "junk"
head -c 100000 /dev/zero | tr '\0' '$' >"$work/dollars"
tracks "$work/dollars"
adds_up "dollars"
head -c 100000 /dev/zero | tr '\0' 'G' | sed 's/^/$/' >"$work/line"
tracks "$work/line"
adds_up "an endless line"
says '1 overlong' "an endless line"

# Junk between the sentences takes nothing from them.
{ head -c 5000 "$work/junk" | tr -d '$!'; echo; cat "$made"; head -c 5000 "$work/junk" | tr -d '$!'; } >"$work/mixed"
tracks "$work/mixed"
is_right "$made" "$work/out" "junk around a capture"

finish "bad options and bad input"
