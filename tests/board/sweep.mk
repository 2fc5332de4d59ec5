# The kill sweep on a board, and the watchdog's accuracy: what needs a clock that counts instructions. Included by board.mk.
#   make sweep-board SWEEP_STRIDE=3 SWEEP_ONLY="put, full"       see sweep/sweep.c

ifeq ($(PORT)-$(BOARD)-$(POLICY),qemu-arm-mps2-an386-priority)
PORT_TOOLS_qemu-arm   += $(addprefix board/sweep/,sweep life driver) board/watchdog
TEST_SCRIPTS_qemu-arm += tests/board/sweep.sh tests/board/watchdog.sh
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

sweep-board-run: $(addprefix $(BUILD)/tests/board/sweep/,sweep$(EXE) life$(EXE) driver$(EXE))
	@BUILD=$(BUILD) SWEEP_STRIDE=$(SWEEP_STRIDE) SWEEP_LEVELS=3 SWEEP_ONLY='$(SWEEP_ONLY)' tests/board/sweep.sh
