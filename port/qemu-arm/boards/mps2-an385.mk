# ARM MPS2 with AN385: Cortex-M3.
BOARD_MACHINE := mps2-an385
BOARD_CPU     := -mcpu=cortex-m3 -mfloat-abi=soft
BOARD_FPU     := nofpu
