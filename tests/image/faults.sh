#!/bin/bash
# A machine that lacks things, and how one ends: it comes up and says what is missing; each signal means what it means to other
# inits; an orphan that ignores to be asked holds nothing up.
set -uo pipefail
arch=${BUILD##*linux-}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The least that Debian's kernel boots in, in MB, and a little; QEMU's loader needs more of armhf's machine.
declare -A memory=([armhf]=64 [aarch64]=56) least=([armhf]=mem=36M [aarch64]=)

# boot NAME STATUS IMAGE ARGUMENT...: two at a time.
boot() {
    local name=$1
    printf '%s\n' "$2" >"$scratch/$name.wanted"
    [ "$(jobs -rp | wc -l)" -lt 2 ] || wait -n
    { port/linux/image/run "$arch" "build/image/tests/image/$3-$arch.cpio.gz" "build/kernel-$arch" "${@:4}" |
          tr -d '\r' >"$scratch/$name"
      echo "$?" >"$scratch/$name.status"; } &
}
fail() { cat "$scratch/$name"; echo "faults.sh: $name: $*" >&2; exit 1; }
# of NAME: says and doesnt_say are about this boot from now on.
of() { name=$1; }
says() { grep -q -- "^$1" "$scratch/$name" || fail "it doesn't say: $1"; }
doesnt_say() { ! grep -q -- "$1" "$scratch/$name" || fail "it says: $1"; }

MEMORY=${memory[$arch]} PARAMETERS=${least[$arch]} boot little 0 spoiler folders
boot readonly 0 spoiler folders readonly
boot nothing 0 spoiler readonly mute
boot full 0 spoiler folders full
boot no_room 0 spoiler full
MEMORY=64 boot eaten 5 eater
PARAMETERS='coop.watchdog=off coop.end=reboot' boot by_option 3 ender
boot by_SIGUSR1 3 ender 10
PARAMETERS=coop.end=halt boot by_SIGUSR2 3 ender 12
PARAMETERS=coop.end=halt boot by_SIGINT 3 ender 2
wait

for boot in "$scratch"/*.wanted; do
    of "$(basename "$boot" .wanted)"
    cmp -s "$boot" "$scratch/$name.status" || fail "status $(cat "$scratch/$name.status"), not $(cat "$boot")"
    says 'coop: init since'
done
for name in little readonly full; do
    says 'coop: no hardware watchdog, /dev/watchdog: No such file'
    says 'reading 3: 23 degrees'
    doesnt_say ' on /'
done
for missing in 'nothing:Read-only file system' 'no_room:No space left on device'; do
    of "${missing%%:*}"
    for folder in 'proc on /proc' 'sysfs on /sys' 'devtmpfs on /dev' 'tmpfs on /run'; do
        says "coop: no $folder: ${missing#*:}"
    done
    says 'reading 3: 23 degrees'
done
of eaten
[ "$(grep -c '^coop: eater\[0\] was killed by signal 9; .* restarts' "$scratch/eaten")" -eq 2 ] || fail 'not restarted twice'

of by_option
says 'coop: the machine reboots; exit status 3'
doesnt_say 'hardware watchdog'
of by_SIGUSR1
says 'coop: the machine halts; exit status 3'
of by_SIGUSR2
says 'coop: the machine powers off; exit status 3'
of by_SIGINT
says 'coop: the machine reboots; exit status 3'
