#!/bin/bash
# The file of the smallest app, and the account that `make size` gives of it.
set -uo pipefail
arch=${BUILD##*linux-}
declare -A most=([armhf]=49152)
fail() { echo "size.sh: $*" >&2; exit 1; }

account=$(MAKEFLAGS='' make --no-print-directory "ARCH=$arch" APPS=hello size) || fail 'make size'
# of TEXT: the number that stands before it.
of() { sed -n "s/^ *\([0-9]*\)  $1/\1/p" <<<"$account"; }
bytes=$(of 'in all$')
echo "hello for $arch: $bytes bytes"
[ "$bytes" -le "${most[$arch]:-$bytes}" ] || fail "more than ${most[$arch]}"
for part in 'application *in all.*' 'coop *in all.*' 'library *in all.*' 'compiler *in all.*' 'headers and alignment'; do
    number=$(of "$part")
    [ "${number:-0}" -gt 0 ] || fail "nothing of: $part"
    bytes=$((bytes - number))
done
[ "$bytes" -eq 0 ] || fail "$bytes bytes are unaccounted for"
