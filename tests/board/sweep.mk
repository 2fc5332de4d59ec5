# The kill sweep on a board, and the watchdog's accuracy: what needs a clock that counts instructions. Included by board.mk.
#   make sweep-board SWEEP_STRIDE=3 SWEEP_ONLY="put, full"       see sweep/sweep.c

ifeq ($(PORT)-$(BOARD),qemu-arm-mps2-an386)
SWEEP_SCRIPTS_priority := tests/board/sweep.sh tests/board/watchdog.sh
SWEEP_SCRIPTS_feedback := tests/board/sweep_feedback.sh
PORT_TOOLS_qemu-arm   += $(addprefix board/sweep/,sweep life driver) $(if $(filter priority,$(POLICY)),board/watchdog)
TEST_SCRIPTS_qemu-arm += $(SWEEP_SCRIPTS_$(POLICY))
board/sweep/sweep_SOURCES := $(addprefix tests/board/sweep/,run.c sound.c stage.c timer.c heap.c) \
                             $(addprefix tests/sweep/,cases.c judge.c model.c order.c world.c)
board/sweep/life_SOURCES  := tests/sweep/life_scenes.c $(addprefix tests/board/sweep/,sound.c timer.c heap.c)
board/sweep/driver_SOURCES := $(addprefix tests/board/sweep/,sound.c heap.c)

# The table of cases stays in flash: as an application's it would be in every process's image.
$(BUILD)/obj/tests/sweep/cases.o: APP_CFLAGS =
endif

.PHONY: sweep-board sweep-board-run
sweep-board: ## the board's part of make sweep
	@$(MAKE) --no-print-directory PORT=qemu-arm sweep-board-run
	@$(MAKE) --no-print-directory POLICY=feedback sweep-board-run

sweep-board-run: $(addprefix $(BUILD)/tests/board/sweep/,sweep$(EXE) life$(EXE) driver$(EXE))
	@BUILD=$(BUILD) SWEEP_STRIDE=$(SWEEP_STRIDE) SWEEP_LEVELS=4 SWEEP_ONLY='$(SWEEP_ONLY)' tests/board/sweep.sh
