#!/bin/bash
# Runs watchdog.c with a clock that is slow enough for a thousand budgets to take seconds.
exec port/qemu-arm/run --qemu -icount --qemu shift=6,sleep=off "$BUILD/tests/board/watchdog.elf" </dev/null 2>/dev/null
