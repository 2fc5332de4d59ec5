#!/bin/bash
# A program for a kernel without an MMU refers to data as it must. Booted there, the tracker decodes a capture while its parser
# misbehaves in each way it can, and prints what it prints on this machine.
set -uo pipefail
capture=build/capture.nmea
reference=build/linux/tracker
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
fail() { cat "$scratch/console" 2>/dev/null; echo "nommu.sh: $*" >&2; exit 1; }
essence() { tr -d '\r' <"$1" | grep -E '^\{|^root: [0-9]+ sentences|^root: re' | sort; }

make --no-print-directory ARCH= PORT=linux "$reference" >/dev/null || fail 'make'
FILES="$capture:capture.nmea" STRIP=arm-none-eabi-strip port/linux/image/build "$scratch/image.gz" "$BUILD/tracker" none >/dev/null

# What arena.c stands on: code takes the address of data from nowhere but the table.
others=$(find "$BUILD/obj" -name '*.o' -exec arm-none-eabi-readelf -rW {} + |
         awk '/^Relocation section/ { code = $3 ~ /\.text/ } code && $3 ~ /^R_ARM/ { print $3 }' | sort -u |
         grep -vx 'R_ARM_GOT_BREL\|R_ARM_BASE_PREL\|R_ARM_THM_CALL\|R_ARM_THM_JUMP24')
[ -z "$others" ] || fail "code refers to data by $others"

for inject in spin@100 hang@50 exit@7 crash@30 overflow@60; do
    "$reference" --inject "$inject" "$capture" >"$scratch/here" 2>&1 || fail "$inject: status $? here"
    port/linux/image/run nommu "$scratch/image.gz" build/kernel-nommu --inject "$inject" /capture.nmea >"$scratch/console"
    status=$?
    [ "$status" -eq 0 ] || fail "$inject: status $status"
    grep -q 'root: restarts: parser 1, ' "$scratch/console" || fail "$inject: nothing was restarted"
    [ "$(essence "$scratch/here" | grep -c '^{')" -gt 0 ] || fail "$inject: no fix"
    # The log isn't compared: it shares the console, and the supervisor doesn't wait for that.
    diff <(essence "$scratch/here") <(essence "$scratch/console") || fail "$inject: it prints something else than here"
    grep 'coop: parser' "$scratch/console"
done
exit 0
