#!/bin/bash
# An app outside this tree, of two files, built against an installed coop with the commands of README.md.
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
fail() { echo "installed.sh: $*" >&2; exit 1; }

prefix=$scratch/coop port=linux compile=(musl-gcc -static) link=() run=()
[[ $BUILD != *qemu-arm* ]] || { port=qemu-arm compile=(arm-none-eabi-gcc) link=("$prefix/bin/coop-link") run=("$prefix/bin/coop-run"); }
MAKEFLAGS='' make --no-print-directory PORT=$port PREFIX="$prefix" install >"$scratch/log" || fail "$(cat "$scratch/log")"

sed 's/degrees/degrees %s/; s/reading.celsius/&, where/; s/^COOP_QUEUE/extern const char *where;\n&/' apps/hello/hello.c >"$scratch/own.c"
echo 'const char *where = "here";' >"$scratch/where.c"
cd "$scratch"
flags=$(PKG_CONFIG_PATH=$prefix/lib/pkgconfig pkg-config --static --cflags --libs coop)
for level in 0 2 s; do
    # shellcheck disable=SC2086  # options
    "${link[@]}" "${compile[@]}" -O$level own.c where.c $flags -o own-$level
    timeout 60 "${run[@]}" ./own-$level >printed </dev/null || fail "-O$level: status $?"
    grep -qx 'reading 3: 23 degrees here' printed || fail "-O$level: $(cat printed)"
done
