# What is tested for ARM. Included by tests.mk.
#   make check ARCH=armhf
#
# Under qemu-user run the suites that its system calls suffice for; those of faults, stacks and exact times run in a booted
# image, on a kernel of the machine's own. test_spawn starts thousands of processes, too many for either.

PORT_TESTS_linux   += test_vfork
TEST_SCRIPTS_linux += tests/watchdog_device.sh

ifneq ($(ARCH),)
IMAGE_TESTS := test_vfork test_watch test_bad_input test_system test_fault test_guard test_wakes test_process

IMAGES_armhf    := tracker tests/image/suites tests/image/ender
SCRIPTS_armhf   := tracker suites faults
IMAGES_aarch64  := tests/image/stopper tests/image/suites
SCRIPTS_aarch64 := watchdog suites

TEST_IMAGES        := $(patsubst %,build/image/%-$(ARCH).cpio.gz,$(IMAGES_$(ARCH)))
PORT_TOOLS_linux   := image/stopper image/suites image/ender
TEST_SCRIPTS_linux += $(patsubst %,tests/image/%.sh,$(SCRIPTS_$(ARCH)))

ifneq ($(RUNNER),)
NOT_EMULATED     := test_vfork test_spawn test_watch test_bad_input test_system test_fault test_guard
PORT_TOOLS_linux += $(NOT_EMULATED)
PLAIN_TESTS      := $(filter-out test_queue_model,$(PLAIN_TESTS)) # minutes
PORT_TESTS       := $(filter-out $(NOT_EMULATED),$(PORT_TESTS))
PORT_TESTS_linux := $(filter-out $(NOT_EMULATED),$(PORT_TESTS_linux))
# These look for processes by their names, and for the stack's own limits: both are the emulator's there.
TEST_SCRIPTS_linux := $(filter-out tests/tracker_kill.sh tests/tracker_inject.sh,$(TEST_SCRIPTS_linux))
endif

SUITES := build/image/tests/image/suites-$(ARCH).cpio.gz
$(SUITES): $(IMAGE_TESTS:%=$(BUILD)/tests/%)
$(SUITES): FILES = $(foreach t,$(IMAGE_TESTS),$(BUILD)/tests/$t:tests/$t)
endif
