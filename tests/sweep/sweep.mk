# The kill sweep, for Linux on machines that can be single-stepped. Included by the top-level Makefile before its rules for tests.
#   make sweep SWEEP_STRIDE=3 SWEEP_ONLY="put, full"       see test_sweep.c

SWEEP_STRIDE        := 1
SWEEP_PAIR_STRIDE   := 6
SWEEP_REPAIR_STRIDE := 1
SWEEP_ONLY          :=
SWEEP_PARTS         := 0 1

# Not under the sanitizers: what they add to every operation is not what runs. Nor under an emulator: it has no ptrace.
ifeq ($(PORT)$(SANITIZE)$(ARCH),linux)
PORT_TESTS_linux += sweep/test_sweep sweep/test_sweep_life test_signals
endif

sweep/test_sweep_life_SOURCES := $(addprefix tests/sweep/, life_scenes.c stage.c stepper.c world.c) tests/proc.c
sweep/test_sweep_SOURCES := $(addprefix tests/sweep/, cases.c pair_cases.c model.c order.c judge.c pairs.c repairs.c run.c stage.c \
                              stepper.c world.c) tests/proc.c

.PHONY: sweep sweep-mutants
sweep: $(BUILD)/tests/sweep/test_sweep $(BUILD)/tests/sweep/test_sweep_life ## kill a process at every instruction of every operation
	@SWEEP_STRIDE=$(SWEEP_STRIDE) SWEEP_PAIR_STRIDE=$(SWEEP_PAIR_STRIDE) SWEEP_REPAIR_STRIDE=$(SWEEP_REPAIR_STRIDE) \
	  $(if $(SWEEP_ONLY),SWEEP_ONLY='$(SWEEP_ONLY)') tests/sweep/parts $(BUILD)/tests/sweep/test_sweep $(SWEEP_PARTS)
	@SWEEP_STRIDE=$(SWEEP_STRIDE) $(if $(SWEEP_ONLY),SWEEP_ONLY='$(SWEEP_ONLY)') $(BUILD)/tests/sweep/test_sweep_life
	@$(MAKE) --no-print-directory sweep-board

sweep-mutants: $(BUILD)/tests/sweep/test_sweep ## show that the sweeps catch a broken protocol
	@tests/sweep/mutate
	@tests/sweep/mutate --board
	@tests/sweep/mutate --feedback
