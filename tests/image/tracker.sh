#!/bin/bash
# A booted image decodes a capture that arrives at its serial port; its parser runs away on the way, and it powers off with
# the right status. What it prints is what the same program prints of the file.
set -uo pipefail
arch=${BUILD##*linux-}
capture=${COOP_NMEA_DIR:-../shared/nmea}/GPSmap-76S.nmea
[ -f "$capture" ] || capture=build/capture.nmea
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

fail() { echo "tracker.sh: $*" >&2; exit 1; }
# What doesn't depend on the machine.
essence() { tr -d '\r' <"$1" | grep -E '^\{|^root: [0-9]+ sentences|^root: re'; }

# shellcheck disable=SC2086  # a runner has arguments
${RUNNER:-} "$BUILD/tracker" --inject spin@100 "$capture" >"$scratch/file" 2>&1 || fail "from the file: status $?"
INPUT=$capture UNTIL='^{' TIMES=$(grep -c '^{' "$scratch/file") port/linux/image/run "$arch" \
    "build/image/tracker-$arch.cpio.gz" "build/kernel-$arch" --baud 4800 --inject spin@100 /dev/ttyS0 >"$scratch/serial"
status=$?
cat "$scratch/serial"
[ "$status" -eq 0 ] || fail "the machine ended with $status"
# Where it was is unknown when the emulator takes the processor away while it is asked: test_watch looks at that.
grep -q 'coop: parser\[0\] was a runaway: .*; restarts now' "$scratch/serial" || fail 'no runaway was restarted'
[ "$(essence "$scratch/file" | grep -c '^{')" -gt 0 ] || fail 'no fix'
diff <(essence "$scratch/file" | sort) <(essence "$scratch/serial" | sort) || fail 'it prints something else than of the file'

# A failure's status reaches the host, too.
port/linux/image/run "$arch" "build/image/tracker-$arch.cpio.gz" "build/kernel-$arch" --no-such-option >"$scratch/wrong"
status=$?
cat "$scratch/wrong"
# shellcheck disable=SC2086
${RUNNER:-} "$BUILD/tracker" --no-such-option >/dev/null 2>&1
[ "$status" -eq $? ] || fail "a wrong option ends the machine with $status"
