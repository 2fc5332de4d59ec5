#!/bin/bash
# The supervisor of a booted image is stopped from inside: the hardware watchdog resets the machine, the image boots again and
# says why.
set -uo pipefail
arch=${BUILD##*linux-}

console=$(REBOOTS=1 DEVICES='-device i6300esb' PARAMETERS=coop.watchdog=4 LIMIT_S=90 port/linux/image/run "$arch" \
          "build/image/tests/image/stopper-$arch.cpio.gz" "build/kernel-$arch" | tr -d '\r')
status=$?
echo "$console"
[ "$status" -eq 42 ] || { echo "watchdog.sh: the machine ended with $status, not 42" >&2; exit 1; }
for line in 'root: the supervisor will be stopped' 'coop: the last reset was by the hardware watchdog'; do
    grep -qF "$line" <<<"$console" || { echo "watchdog.sh: not logged: $line" >&2; exit 1; }
done
[ "$(grep -c 'coop: init since' <<<"$console")" -eq 2 ] || { echo 'watchdog.sh: it did not boot twice' >&2; exit 1; }
