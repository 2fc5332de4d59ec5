# The board's bench. Included by the top-level Makefile, after its rules.
BOARD_BENCH := $(BUILD)/bench_board$(EXE)
comma       := ,

$(BOARD_BENCH): $(call objects,$(addprefix tests/bench/board/,main.c rows.c metric.c meter.c meter_vectors.S)) $(LIB) $(LINKER_SCRIPTS) tests/bench/board/board.mk
	$(call link,$(PORT_LDFLAGS) -Wl$(comma)-Map=$@.map,$(PORT_LIBS))

.PHONY: bench-qemu
bench-qemu: ## the board's bench: instructions and exceptions of each operation, beside the peers'
	@port/linux/setup $(PACKAGES)
	@$(MAKE) --no-print-directory PORT=qemu-arm build/qemu-arm/bench_board.elf
	@$(MAKE) --no-print-directory PORT=qemu-arm BUILD=build/qemu-arm-small EXTRA_CFLAGS=-Os build/qemu-arm-small/bench_board.elf
	@tests/bench/board/run build/qemu-arm build/qemu-arm-small
