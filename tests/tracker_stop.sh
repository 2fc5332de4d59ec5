#!/bin/bash
# Who reads goes away, nobody reads, signals come, the supervisor is killed: nothing hangs and nothing is left.
# shellcheck source=tests/tracker.sh
. "$(dirname "$0")/tracker.sh"

# Nobody reads the output any more, which is more than a pipe holds.
build/host/generate 600 >"$work/long.nmea"
tracker "$work/long.nmea" 2>"$work/err" | head -1 >"$work/out"
status=${PIPESTATUS[0]}
[ "$status" = 1 ] || wrong "closed output: status $status"
[ "$(wc -l <"$work/out")" = 1 ] || wrong "closed output: no line came out"
says 'nobody reads it any more' "closed output"
says '[1-9][0-9]* unfinished' "closed output"

# Nobody reads standard error, and it is full.
mkfifo "$work/full"
exec 3<>"$work/full"
dd if=/dev/zero of=/dev/fd/3 bs=4096 oflag=nonblock 2>/dev/null
tracker --inject crash@100 "$made" >"$work/out" 2>&3 || wrong "full standard error: status $?"
is_right "$made" "$work/out" "full standard error"
exec 3>&-

# starts STDOUT: the tracker on a pipe that stays open, at least with these children, from now on $pid and $all.
starts() {
    # A shell starts background jobs with SIGINT ignored, and coop leaves that so.
    # shellcheck disable=SC2086
    env --default-signal=INT $runner "$build/tracker" - <"$work/input" >"$1" 2>"$work/err" &
    pid=$!
    head -20 "$made" >&4
    within 10 all_run || wrong "it did not start"
    all=$(children "$pid")
}
# ends WHAT: in time, with $status.
ends() {
    within 5 has_ended "$pid" || { wrong "$1: it goes on: $(cat "$work/err")" && kill -s KILL "$pid"; }
    wait "$pid"
    status=$?
}
all_run() { for name in root reader parser reporter; do [ -n "$(children "$pid" $name)" ] || return 1; done; }
none_runs() { for p in $all $pid; do has_ended "$p" || return 1; done; }
mkfifo "$work/input"
exec 4<>"$work/input"

for signal in TERM INT; do
    starts "$work/out"
    kill -s $signal "$pid"
    ends "SIG$signal"
    [ "$status" = 0 ] || wrong "SIG$signal: status $status"
    says ' sentences: ' "SIG$signal"
    says 'restarts: parser 0' "SIG$signal"
    none_runs || wrong "SIG$signal: processes are left: $all"
done

# ... when it waits for a reader of its output, too: when it has read the first fix, at 1.2 KB, and can't print it.
mkfifo "$work/blocked"
exec 5<>"$work/blocked"
dd if=/dev/zero of=/dev/fd/5 bs=4096 oflag=nonblock 2>/dev/null
# shellcheck disable=SC2086
$runner "$build/tracker" "$work/long.nmea" >"$work/blocked" 2>"$work/err" &
pid=$!
has_read() {
    for fd in "/proc/$(children "$pid" reader)/fd"/*; do
        [ "$(readlink "$fd")" = "$work/long.nmea" ] && grep -Eqs '^pos:.([3-9]...|.....)' "${fd/fd/fdinfo}" && return
    done
    return 1
}
within 10 has_read || wrong "with a full output it reads nothing"
all=$(children "$pid")
kill -s TERM "$pid"
ends "SIGTERM, with a full output"
says '[1-9][0-9]* unfinished' "SIGTERM, with a full output"
none_runs || wrong "SIGTERM, with a full output: processes are left"
exec 5>&-

# The supervisor is killed.
for _ in 1 2 3; do
    starts "$work/out"
    kill -s KILL "$pid"
    within 1 none_runs || wrong "SIGKILL of the supervisor: $all are left"
    wait "$pid" 2>/dev/null
done

# A process of it is told to stop by somebody else: the others end, and the summary comes.
for name in reader parser reporter root; do
    starts "$work/out"
    kill -s TERM "$(children "$pid" $name)"
    ends "SIGTERM of the $name"
    says ' sentences: ' "SIGTERM of the $name"
    none_runs || wrong "SIGTERM of the $name: processes are left: $all"
done

finish "it stops, and nothing is left"
