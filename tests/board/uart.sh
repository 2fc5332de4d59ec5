#!/bin/bash
# Talks to the UART whose driver is a process: what comes in comes back in capitals, also after the driver has died.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"; kill "$reader" 2>/dev/null' EXIT
mkfifo "$work/uart.in" "$work/uart.out"
cat "$work/uart.out" >"$work/answer" &
reader=$!

{ printf 'hello\nbro!ken\n'; head -c 2000 /dev/zero | tr '\0' z; printf '\nquit\n'; } >"$work/said"
tr -d '!' <"$work/said" | tr '[:lower:]' '[:upper:]' >"$work/expected"
cat "$work/said" >"$work/uart.in" &

timeout 60 port/qemu-arm/run --qemu -chardev --qemu "pipe,id=uart2,path=$work/uart" --qemu -serial --qemu chardev:uart2 \
    "$BUILD/tests/board/uart.elf" </dev/null 2>"$work/log" || { echo "ended with $?"; cat "$work/log"; exit 1; }
wait "$reader"
cmp "$work/expected" "$work/answer" || exit 1
grep -q 'driver\[0\] faulted' "$work/log" || { echo 'the driver did not die'; exit 1; }
echo "a UART is driven by a process"
