# What is tested in booted images, with ARCH= only. Included by tests.mk.
#   make check ARCH=aarch64

IMAGES_armhf   := tracker
SCRIPTS_armhf  := tracker
IMAGES_aarch64 := tests/image/stopper
SCRIPTS_aarch64 := watchdog

PORT_TOOLS_linux   := $(if $(ARCH),image/stopper)
TEST_IMAGES        := $(patsubst %,build/image/%-$(ARCH).cpio.gz,$(IMAGES_$(ARCH)))
TEST_SCRIPTS_linux += $(patsubst %,tests/image/%.sh,$(SCRIPTS_$(ARCH)))
