# The board port, as data. BOARD picks a board of port/qemu-arm/boards, POLICY=priority|feedback the scheduler's policy.

BOARD ?= mps2-an386
include port/qemu-arm/boards/$(BOARD).mk

POLICY ?= priority

BUILD := build/qemu-arm$(if $(filter-out mps2-an386,$(BOARD)),-$(BOARD))$(if $(filter-out priority,$(POLICY)),-$(POLICY))
EXE   := .elf

CC   := arm-none-eabi-gcc
AR   := arm-none-eabi-ar
NM   := arm-none-eabi-nm
LINK := port/qemu-arm/link $(CC)

PORT_SOURCES := $(addprefix port/qemu-arm/,vectors.c context.S start.c kernel.c interrupt.c schedule.c wait.c park.c inherit.c clock.c \
                  protect.c image.c memory.c fault.c reset.c console.c semihost.c port.c symbol.c libc.c thread_pointer.c heap.c sort.c \
                  $(addprefix fast/,queue.c semaphore.c lock.c))

# Compiled as part of fast/.
PORT_REPLACES := $(addprefix runtime/,queue.c semaphore.c lock.c)

# 32-bit integers are int, as on Linux, so that one source has one set of formats; the compiler would make them long.
PORT_CFLAGS := $(BOARD_CPU) -mthumb --specs=picolibc.specs -U__INT32_TYPE__ -U__UINT32_TYPE__ \
               -D__INT32_TYPE__=int -D__UINT32_TYPE__=unsigned

# The kernel, the runtime: at their own addresses, without floating point. Applications: their variables through r9.
# A call that waits ends with a jump: see context.S.
KERNEL_CFLAGS := -DPOLICY_FILE='"policy_$(POLICY).h"' -ffixed-r9 -mgeneral-regs-only -foptimize-sibling-calls \
                 -Iport/qemu-arm/$(BOARD_FPU) -Iport/qemu-arm/one_core
APP_CFLAGS    := -fPIC -msingle-pic-base -mpic-register=r9 -mno-pic-data-is-text-relative

# It begins when the caller's registers are saved.
$(BUILD)/obj/port/qemu-arm/park.o: KERNEL_CFLAGS += $(patsubst %,-fcall-used-%,r4 r5 r6 r8)

# Or its calloc would be a call of calloc.
$(BUILD)/obj/port/qemu-arm/heap.o: KERNEL_CFLAGS += -fno-builtin-malloc

APP_CPPFLAGS  := -D_POSIX_C_SOURCE=200809L
PORT_CPPFLAGS :=
TEST_CPPFLAGS :=

# What every firmware is linked with: the library too, since it brings the start.
LINKER_SCRIPTS := port/qemu-arm/firmware.ld port/qemu-arm/link $(BUILD)/libcoop.a
FIRMWARE       := -nostartfiles -pie -Wl,--no-dynamic-linker -Wl,-z,notext -Wl,--no-warn-rwx-segments
PORT_LDFLAGS   := $(FIRMWARE) -T port/qemu-arm/firmware.ld
PLAIN_LDFLAGS  := $(PORT_LDFLAGS)
PORT_LIBS      := -lc $(BUILD)/libcoop.a

CMOCKA_CPPFLAGS := -DHAVE_INTTYPES_H -DHAVE_SIGNAL_H -DHAVE_STRINGS_H -DHAVE_MALLOC_H $(APP_CFLAGS)

RUNNER := port/qemu-arm/run --board $(BOARD_MACHINE) --repeatable
SIZES  := port/qemu-arm/sizes

# For a firmware that is built elsewhere: what coop.pc tells, and the tools.
INSTALLED_CFLAGS  := $(PORT_CFLAGS) $(APP_CFLAGS)
INSTALLED_LDFLAGS := $(FIRMWARE)
define install_more
install -D port/qemu-arm/link $(INSTALLED)/bin/coop-link
install -D port/qemu-arm/run $(INSTALLED)/bin/coop-run
sed -i 's/^machine=.*/machine=$(BOARD_MACHINE)/' $(INSTALLED)/bin/coop-run
endef
