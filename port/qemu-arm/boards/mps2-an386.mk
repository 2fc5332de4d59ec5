# ARM MPS2 with AN386: Cortex-M4F.
BOARD_MACHINE := mps2-an386
BOARD_CPU     := -mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -mfloat-abi=hard
BOARD_FPU     := fpu
