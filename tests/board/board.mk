# What only a board is tested for. Included by tests.mk. The tools are firmwares for the scripts.

POLICY_TESTS_priority := schedule policy_priority
POLICY_TESTS_feedback := policy_feedback
PORT_TESTS_qemu-arm += $(addprefix board/,abuse bad_calls calls driver interrupt grants overflow $(POLICY_TESTS_$(POLICY)))
PORT_TOOLS_qemu-arm += $(addprefix board/,stuck ends uart)
TEST_SCRIPTS_qemu-arm += $(patsubst %,tests/board/%.sh,hello tracker reset ends uart)

ifeq ($(PORT)-$(BOARD)-$(POLICY),qemu-arm-mps2-an386-priority)
TEST_SCRIPTS_qemu-arm += tests/installed.sh

# Other boards have the same kernel: hello, and the suites that another core could fail.
OTHER_BOARDS   := mps2-an385 mps2-an500
OTHER_SUITES   := test_supervisor test_misuse test_c_library $(addprefix board/,abuse bad_calls interrupt grants overflow)
suites_of       = $(OTHER_SUITES:%=build/qemu-arm-$1/tests/%.elf)
OTHER_PROGRAMS := $(foreach b,$(OTHER_BOARDS),$(call suites_of,$b))
$(foreach b,$(OTHER_BOARDS),$(eval $(call suites_of,$b): other-boards/$b))

.PHONY: $(OTHER_BOARDS:%=other-boards/%)
$(OTHER_BOARDS:%=other-boards/%): other-boards/%:
	@$(MAKE) --no-print-directory BOARD=$* build/qemu-arm-$*/hello.elf $(call suites_of,$*)
endif

ifeq ($(PORT),qemu-arm)
# With whose lines the firmware's are compared.
.PHONY: linux-programs
test-programs: linux-programs
linux-programs:
	@$(MAKE) --no-print-directory PORT=linux build/linux/hello build/linux/tracker
endif

include tests/board/sweep.mk
