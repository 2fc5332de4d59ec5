# What is tested for ARM. Included by tests.mk.
#   make check ARCH=armhf            the suites under qemu-user, and one image
#   make check ARCH=armhf BOOTS=all  and all images, as make test-arm does
#   make check ARCH=nommu            on a kernel without an MMU, in images only, as make test-nommu does
#
# Under qemu-user run the suites that its system calls suffice for. In a booted image, on a kernel of the machine's own, run all.

PORT_TESTS_linux   += test_vfork
TEST_SCRIPTS_linux += tests/watchdog_device.sh

ifneq ($(ARCH),)
BOOTS :=
TOO_LONG := test_queue_model # minutes, in an emulator

# They fork.
NOT_nommu     := test_fault test_scribble test_system test_spawn test_log test_bell
IMAGE_TESTS   := $(filter-out $(TOO_LONG) $(NOT_$(ARCH)),$(PLAIN_TESTS) $(PLAIN_TESTS_linux) $(PORT_TESTS) $(PORT_TESTS_linux))
IMAGES        := tracker $(if $(BOOTS),$(addprefix tests/image/,suites ender stopper eater spoiler))
IMAGE_SCRIPTS := size tracker $(if $(BOOTS),suites faults watchdog board)

PACKAGES_$(ARCH)   += $(if $(BOOTS),u-boot-qemu mtools)
TEST_IMAGES        := $(patsubst %,build/image/%-$(ARCH).cpio.gz,$(IMAGES))
PORT_TOOLS_linux   := image/suites image/ender image/stopper image/eater
TEST_TOOLS_linux   += image/spoiler
TEST_SCRIPTS_linux += $(patsubst %,tests/image/%.sh,$(IMAGE_SCRIPTS))

ifneq ($(RUNNER),)
NOT_EMULATED     := test_vfork test_spawn test_watch test_bad_input test_system test_fault test_guard
PORT_TOOLS_linux += $(NOT_EMULATED)
PLAIN_TESTS      := $(filter-out $(TOO_LONG),$(PLAIN_TESTS))
PORT_TESTS       := $(filter-out $(NOT_EMULATED),$(PORT_TESTS))
PORT_TESTS_linux := $(filter-out $(NOT_EMULATED),$(PORT_TESTS_linux))
# These look for processes by their names, and for the stack's own limits: both are the emulator's there.
TEST_SCRIPTS_linux := $(filter-out tests/tracker_kill.sh tests/tracker_inject.sh,$(TEST_SCRIPTS_linux))
endif

ifeq ($(ARCH),nommu)
IMAGE_TESTS        += test_isolation
TEST_TOOLS_linux   := $(filter $(IMAGE_TESTS),$(PLAIN_TESTS) $(PLAIN_TESTS_linux))
PORT_TOOLS_linux   := $(filter $(IMAGE_TESTS),$(PORT_TESTS) $(PORT_TESTS_linux)) test_isolation image/suites
PLAIN_TESTS        :=
PLAIN_TESTS_linux  :=
PORT_TESTS         :=
PORT_TESTS_linux   :=
TEST_IMAGES        := build/image/tests/image/suites-nommu.cpio.gz
TEST_SCRIPTS_linux := tests/image/suites.sh tests/image/nommu.sh
endif

SUITES := build/image/tests/image/suites-$(ARCH).cpio.gz
$(SUITES): $(IMAGE_TESTS:%=$(BUILD)/tests/%) tests/image/image.mk
$(SUITES): FILES = $(foreach t,$(IMAGE_TESTS),$(BUILD)/tests/$t:tests/$t)

SPOILER := build/image/tests/image/spoiler-$(ARCH).cpio.gz
$(SPOILER): $(BUILD)/hello
$(SPOILER): FILES = $(BUILD)/hello:app
$(SPOILER): MODULES =
endif
