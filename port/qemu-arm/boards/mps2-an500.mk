# ARM MPS2 with AN500: Cortex-M7 with a double-precision FPU.
BOARD_MACHINE := mps2-an500
BOARD_CPU     := -mcpu=cortex-m7 -mfpu=fpv5-d16 -mfloat-abi=hard
BOARD_FPU     := fpu
