#!/bin/bash
# The hardware watchdog's device, played by a file: it is fed, and stopped by the magic letter at a clean end. One that can't be
# opened is told of, and all goes on.
set -uo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
fail() { echo "watchdog_device.sh: $*" >&2; exit 1; }

# shellcheck disable=SC2086  # a runner has arguments
run() { COOP_WATCHDOG_DEVICE=$1 ${RUNNER:-} "$BUILD/hello" 2>&1; }

: >"$scratch/device"
run "$scratch/device" >"$scratch/log" || fail "status $?"
written=$(od -An -c "$scratch/device" | tr -d ' \n')
[[ $written =~ ^(\\0)+V$ ]] || fail "it got $written"
grep -q "coop: hardware watchdog $scratch/device: 10 s" "$scratch/log" || fail "logged: $(cat "$scratch/log")"

run "$scratch/none" >"$scratch/log" || fail "without a device: status $?"
grep -q "coop: no hardware watchdog, $scratch/none: No such file" "$scratch/log" || fail "logged: $(cat "$scratch/log")"
grep -q 'reading 3' "$scratch/log" || fail 'nothing ran without a device'
