#!/bin/bash
# The storm's part in make test: a number of kills, however long they take. It prints its seed.
build=${BUILD:-build/linux}
kills=3000
[ "$build" != build/linux-asan ] || kills=500 # a start takes thirty times as long there
exec "$build/tests/storm/storm" -k "${KILLS:-$kills}" -s "${SEED:-$RANDOM}"
