#!/bin/bash
# A machine that lacks things, and how one ends: it comes up and says what is missing; each signal means what it means to other
# inits; an orphan that ignores to be asked holds nothing up.
set -uo pipefail
arch=${BUILD##*linux-}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
fail() { cat "$scratch/console"; echo "faults.sh: $*" >&2; exit 1; }
boot() { # boot STATUS IMAGE ARGUMENT...
    local expected=$1 image=$2
    shift 2
    port/linux/image/run "$arch" "$image" "build/kernel-$arch" "$@" >"$scratch/raw"
    local status=$?
    tr -d '\r' <"$scratch/raw" >"$scratch/console"
    [ "$status" -eq "$expected" ] || fail "status $status, not $expected: $image $*"
}
says() { grep -q -- "$1" "$scratch/console" || fail "it doesn't say: $1"; }

# Nothing but /init, little memory, no watchdog.
BARE=1 port/linux/image/build "$scratch/bare.gz" "$BUILD/hello" none >/dev/null
MEMORY=64 boot 0 "$scratch/bare.gz"
says 'coop: no hardware watchdog, /dev/watchdog: No such file'
says 'reading 3: 23 degrees'

image=build/image/tests/image/ender-$arch.cpio.gz
PARAMETERS='coop.watchdog=off coop.end=reboot' boot 3 "$image"
says 'coop: the machine reboots; exit status 3'
! grep -q 'hardware watchdog' "$scratch/console" || fail 'it looks for a watchdog that is off'
boot 3 "$image" 10
says 'coop: the machine halts; exit status 3'
PARAMETERS=coop.end=halt boot 3 "$image" 12
says 'coop: the machine powers off; exit status 3'
PARAMETERS=coop.end=halt boot 3 "$image" 2
says 'coop: the machine reboots; exit status 3'
