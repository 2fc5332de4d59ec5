#!/bin/bash
# The supervisor of a booted image is stopped from inside: the hardware watchdog resets the machine, the image boots again and
# says why, where the watchdog's driver knows.
set -uo pipefail
arch=${BUILD##*linux-}
case $arch in
armhf) devices='' card_reset=0 ;; # softdog, a module, keeps nothing over a reset
aarch64) devices='-device i6300esb' card_reset=32 ;;
esac
fail() { echo "watchdog.sh: $*" >&2; exit 1; }

# 128 MB from 1 GB on, the last 32 of which the kernel leaves alone.
console=$(REBOOTS=1 DEVICES=$devices PARAMETERS='mem=96M coop.watchdog=4' LIMIT_S=200 port/linux/image/run "$arch" \
          "build/image/tests/image/stopper-$arch.cpio.gz" "build/kernel-$arch" $(((1024 + 96) * 1024 * 1024)) | tr -d '\r')
status=$?
echo "$console"
[ "$status" -eq 42 ] || fail "the machine ended with $status, not 42"
[ "$(grep -c 'coop: init since' <<<"$console")" -eq 2 ] || fail 'it did not boot twice'
grep -q 'stopper: the supervisor will be stopped' <<<"$console" || fail 'it was not the supervisor that stopped'
[ "$(grep -c 'coop: the last reset was by the hardware watchdog' <<<"$console")" -eq $((card_reset / 32)) ] || fail 'the cause'
[ "$(grep "driver's word" <<<"$console" | grep -o '[0-9]*$' | xargs)" = "0 $card_reset" ] || fail "the driver's word"
