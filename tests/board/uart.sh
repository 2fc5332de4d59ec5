#!/bin/bash
# Talks to the UART whose driver is a process: lines come back in capitals; input comes in while another process keeps the CPU; of a
# long input the driver loses no more than a byte each time it is killed; and what it was given to send comes once and in order,
# wherever it is killed, tick by tick.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"; kill "$reader" 2>/dev/null' EXIT
mkfifo "$work/uart.in" "$work/uart.out"
cat "$work/uart.out" >"$work/answer" &
reader=$!

{ printf 'hello\nworld\nspin\n'; head -c 2000 /dev/zero | tr '\0' z; printf '\nquit\n'; } >"$work/said"
tr '[:lower:]' '[:upper:]' <"$work/said" | sed '/^SPIN/a 64 came' >"$work/expected"
echo '1 killed, 0 too many' >>"$work/expected"
for _ in {1..100}; do printf abcdefghijklmnopqrstuvwxyz; done >>"$work/said"
echo >>"$work/said"
cat "$work/said" >"$work/uart.in" &

# An instruction takes 32 ns, so that a tick of the timer that kills is little more than one.
# shellcheck disable=SC2086  # a runner has arguments
timeout 200 ${RUNNER% --repeatable} --qemu -icount --qemu shift=5,sleep=off --qemu -chardev \
    --qemu "pipe,id=uart2,path=$work/uart" --qemu -serial --qemu chardev:uart2 \
    "$BUILD/tests/board/uart.elf" </dev/null 2>"$work/log" || { echo "ended with $?"; tail "$work/log"; exit 1; }
wait "$reader"
counted=$(($(wc -l <"$work/answer") - $(wc -l <"$work/expected")))
[ "$counted" -ge 500 ] || { echo "only $counted kills"; exit 1; }
for ((i = 1; i <= counted; i++)); do printf '%04u\n' $i; done >>"$work/expected"
cmp "$work/expected" "$work/answer" || exit 1
grep -q 'driver\[0\] was killed' "$work/log" || { echo 'the driver did not die'; exit 1; }
echo "a UART is driven by a process, killed at $counted instants"
