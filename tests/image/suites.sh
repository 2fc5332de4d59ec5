#!/bin/bash
# The test programs that need a real kernel of the machine, in a booted image. What they print counts. The machine's watchdog waits longer
# than usual, since on a busy machine the whole emulator may have to wait.
set -uo pipefail
arch=${BUILD##*linux-}
MEMORY=256 LIMIT_S=800 PARAMETERS=coop.watchdog=60 port/linux/image/run "$arch" "build/image/tests/image/suites-$arch.cpio.gz" \
    "build/kernel-$arch" | tr -d '\r'
