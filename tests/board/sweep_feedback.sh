#!/bin/bash
# The part of the board's sweep that `make test` runs under the feedback policy.
exec env SWEEP_STRIDE="${SWEEP_STRIDE:-43}" tests/board/sweep.sh
