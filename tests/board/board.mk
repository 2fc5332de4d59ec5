# What only a board is tested for. Included by tests.mk. The tools are firmwares for the scripts.

POLICY_TESTS_priority := schedule policy_priority
POLICY_TESTS_feedback := policy_feedback
PORT_TESTS_qemu-arm += $(addprefix board/,abuse bad_calls interrupt grants overflow $(POLICY_TESTS_$(POLICY)))
PORT_TOOLS_qemu-arm += $(addprefix board/,stuck ends uart)
TEST_SCRIPTS_qemu-arm += $(patsubst %,tests/board/%.sh,hello tracker reset ends uart)

ifeq ($(PORT)-$(BOARD)-$(POLICY),qemu-arm-mps2-an386-priority)
# Other boards have the same kernel: hello, and whether they protect.
OTHER_BOARDS   := mps2-an385 mps2-an500
OTHER_PROGRAMS := $(foreach b,$(OTHER_BOARDS),build/qemu-arm-$b/tests/board/abuse.elf)
$(OTHER_PROGRAMS): build/qemu-arm-%/tests/board/abuse.elf: other-boards/%

.PHONY: $(OTHER_BOARDS:%=other-boards/%)
$(OTHER_BOARDS:%=other-boards/%): other-boards/%:
	@$(MAKE) --no-print-directory BOARD=$* build/qemu-arm-$*/hello.elf build/qemu-arm-$*/tests/board/abuse.elf
endif

ifeq ($(PORT),qemu-arm)
# With whose lines the firmware's are compared.
.PHONY: linux-programs
test-programs: linux-programs
linux-programs:
	@$(MAKE) --no-print-directory PORT=linux build/linux/hello build/linux/tracker
endif
