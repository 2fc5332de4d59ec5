#!/bin/bash
# An app outside this tree, as README.md tells: built against an installed coop, put into an image and onto a disk, from which
# U-Boot boots it as on a board.
set -euo pipefail
arch=${BUILD##*linux-}
case $arch in
armhf) gcc=arm-linux-gnueabihf-gcc machine=(qemu-system-arm -cpu cortex-a15) firmware=qemu_arm ;;
aarch64) gcc=aarch64-linux-gnu-gcc machine=(qemu-system-aarch64 -cpu cortex-a53) firmware=qemu_arm64 ;;
esac
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
fail() { echo "board.sh: $*" >&2; exit 1; }

MAKEFLAGS='' make --no-print-directory ARCH="$arch" PREFIX="$scratch/coop" install >"$scratch/log" || fail "$(cat "$scratch/log")"
sed 's/degrees/degrees here/' apps/hello/hello.c >"$scratch/own.c"
cd "$scratch"
flags=$(PKG_CONFIG_PATH=$scratch/coop/lib/pkgconfig pkg-config --static --cflags --libs coop)
# shellcheck disable=SC2086  # options
"$gcc" -Os own.c $flags -o own
cd - >/dev/null
MAKEFLAGS='' make --no-print-directory ARCH="$arch" APP="$scratch/own" TO="$scratch/boot" \
    PARAMETERS='console=ttyAMA0 quiet coop.semihosting' install-image

# A disk with one bootable FAT partition, from 1 MB on.
disk=$scratch/disk megabytes=100
truncate -s $((megabytes + 1))M "$disk"
sectors=$(printf '%08x' $((megabytes * 2048)))
printf '\x80\0\0\0\x0c\0\0\0\0\x08\0\0'"\\x${sectors:6:2}\\x${sectors:4:2}\\x${sectors:2:2}\\x${sectors:0:2}" |
    dd of="$disk" bs=1 seek=446 conv=notrunc status=none
printf '\x55\xaa' | dd of="$disk" bs=1 seek=510 conv=notrunc status=none
mformat -i "$disk@@1M" -T $((megabytes * 2048)) -F ::
mcopy -s -i "$disk@@1M" "$scratch"/boot/* ::/

status=0
timeout 250 "${machine[@]}" -M virt -m 256 -display none -nic none -serial stdio -no-reboot \
    -semihosting-config enable=on,userspace=on,target=native -bios "/usr/lib/u-boot/$firmware/u-boot.bin" \
    -drive "file=$disk,format=raw,if=none,id=disk" -device virtio-blk-device,drive=disk </dev/null |
    tr -d '\r' | tee "$scratch/console" || status=$?
grep -q '^reading 3: 23 degrees here' "$scratch/console" || fail 'the app did not run'
grep -q '^coop: the machine powers off; exit status 0' "$scratch/console" || fail 'it did not end'
[ "$status" -eq 0 ] || fail "the machine ended with $status"
