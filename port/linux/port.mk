# The Linux port, as data. LIBC=musl (static, the default), LIBC=glibc (static), or SANITIZE=1 (glibc, dynamic).
# ARCH=armhf|aarch64|x86_64: musl, static, with a cross compiler of Debian's and a musl that arch/get-sysroot fetches.
# ARCH=nommu: for Linux on a Cortex-M3 (nommu/README.md), with a kernel and a musl that nommu/get-* build.

ARCH    :=
VARIANT := $(if $(ARCH),cross,$(if $(SANITIZE),asan,$(LIBC)))

BUILD_cross := build/linux-$(ARCH)
BUILD_musl  := build/linux
BUILD_glibc := build/linux-glibc
BUILD_asan  := build/linux-asan
BUILD       := $(BUILD_$(VARIANT))
EXE         :=

CROSS_armhf   := arm-linux-gnueabihf-
CROSS_aarch64 := aarch64-linux-gnu-
CROSS_x86_64  := x86_64-linux-gnu-
CROSS_nommu   := arm-none-eabi-

# A machine's own compiler has the same name as the one that another needs to cross compile for it.
MACHINE          := $(shell uname -m)
PACKAGES_armhf   := gcc-arm-linux-gnueabihf qemu-user-static
PACKAGES_aarch64 := $(if $(filter aarch64,$(MACHINE)),gcc,gcc-aarch64-linux-gnu qemu-user-static)
PACKAGES_x86_64  := $(if $(filter x86_64,$(MACHINE)),gcc,gcc-x86-64-linux-gnu qemu-user-static)
PACKAGES_nommu   := flex bison bc patch

DEBIAN_armhf   := armhf
DEBIAN_aarch64 := arm64
DEBIAN_x86_64  := amd64
KERNEL_armhf   := linux-image-armmp-lpae
KERNEL_aarch64 := linux-image-arm64
SYSROOT        := $(if $(ARCH),build/sysroot-$(ARCH))

# What gets a musl and a kernel: called with the folder, the kernel's with its package, too.
GET_SYSROOT_nommu := port/linux/nommu/get-musl build/kernel-nommu/headers
GET_SYSROOT       := $(or $(GET_SYSROOT_$(ARCH)),port/linux/arch/get-sysroot $(DEBIAN_$(ARCH)))
GET_KERNEL_nommu  := port/linux/nommu/get-kernel
GET_KERNEL        := $(or $(GET_KERNEL_$(ARCH)),port/linux/arch/get-packages $(DEBIAN_$(ARCH)))
# What they are built from, and built again when one of these changes.
BUILT_SYSROOT_nommu := $(addprefix port/linux/nommu/,get-musl musl-m-profile.patch musl-gcc.specs.in)
BUILT_KERNEL_nommu  := $(addprefix port/linux/nommu/,get-kernel kernel-m-profile.patch kernel.config)

CC_cross := $(CROSS_$(ARCH))gcc -specs=$(SYSROOT)/musl-gcc.specs
CC_musl  := musl-gcc
CC_glibc := gcc
CC_asan  := gcc
CC       := $(CC_$(VARIANT))
AR       := $(CROSS_$(ARCH))ar
NM       := $(CROSS_$(ARCH))nm
STRIP    := $(CROSS_$(ARCH))strip

# musl's vfork is a fork there.
SOURCES_aarch64 := arch/vfork_aarch64.S

ARENA_nommu := nommu/arena
ARENA       := $(or $(ARENA_$(ARCH)),arena)

PORT_SOURCES := $(addprefix port/linux/, $(ARENA).c bell.c child.c execute.c guard.c init.c log.c power_button.c \
                  run.c spawn.c stream.c symbol.c watchdog_device.c $(SOURCES_$(or $(ARCH),$(MACHINE))))

# Non-PIE: the arena and the tables hold addresses fixed at link time, the same in every process. Without an MMU each process
# is somewhere else, and takes every address of data from a word that is relocated.
CODE_nommu := -mcpu=cortex-m3 -mthumb -fPIC -mno-pic-data-is-text-relative -mno-single-pic-base
CODE       := $(or $(CODE_$(ARCH)),-fno-pie)

PORT_CFLAGS_asan := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
# Of some calls of snprintf it would make strcpy, which is one function more.
CFLAGS_armhf      := -Os -fno-builtin-snprintf
CFLAGS_nommu      := -Os
PORT_CFLAGS_cross := $(CFLAGS_$(ARCH))
PORT_CFLAGS       := $(CODE) $(PORT_CFLAGS_$(VARIANT))

# The kernel's headers are not on musl's include path.
SYSTEM_INCLUDES_cross := $(SYSROOT)/kernel-headers
SYSTEM_INCLUDES_musl  := build/kernel-headers
SYSTEM_INCLUDES           := $(SYSTEM_INCLUDES_$(VARIANT))

# POSIX for applications; the port itself (and tests of it) use Linux's own calls.
APP_CPPFLAGS  := -D_POSIX_C_SOURCE=200809L
PORT_CPPFLAGS := -D_GNU_SOURCE=
TEST_CPPFLAGS := -D_GNU_SOURCE= -D_UINTPTR_T

LINKER_SCRIPTS     := port/linux/$(ARENA).ld
# musl protects nothing of a static program after its relocation; without the segment for that the file has a gap less.
LDFLAGS_musl       := -static -no-pie -Wl,-z,norelro
LDFLAGS_nommu      := -static
LDFLAGS_cross      := $(or $(LDFLAGS_$(ARCH)),$(LDFLAGS_musl))
LDFLAGS_glibc      := -static -no-pie
LDFLAGS_asan       := -no-pie
PORT_LDFLAGS       := $(LDFLAGS_$(VARIANT)) -Wl,--build-id -Wl,--fatal-warnings -Wl,-T,$(LINKER_SCRIPTS)
PLAIN_LDFLAGS      := $(PORT_LDFLAGS)
MAP_LDFLAGS         = -Wl,-Map,$@.map
PORT_LIBS          := -lm
FILE_SIZES         := STRIP=$(STRIP) port/linux/sizes

# The distribution's library is for glibc, dynamic; else it is built from source, with these flags.
CMOCKA_LIBS_asan := -lcmocka
CMOCKA_LIBS      := $(CMOCKA_LIBS_$(VARIANT))
CMOCKA_CPPFLAGS := -DHAVE_INTTYPES_H -DHAVE_SIGNAL_H -DHAVE_STRINGS_H -DHAVE_MALLOC_H -DHAVE_STRUCT_TIMESPEC \
                   -DHAVE_CLOCK_REALTIME -DHAVE_STRSIGNAL -DHAVE_SIGLONGJMP -D_GNU_SOURCE= -D_UINTPTR_T

# What is loaded in an image: the power button (make run-image presses it) and a watchdog.
MODULES_armhf   := evdev softdog
MODULES_aarch64 := evdev gpio_keys i6300esb
MODULES         := $(MODULES_$(ARCH))

# What runs a program of this port; nothing where the machine does.
# execve of a program of its own kind needs the emulator by name there (spawn.c).
QEMU_USER       = qemu-$1-static -E COOP_EMULATOR=/usr/bin/qemu-$1-static
RUNNER_armhf   := $(call QEMU_USER,arm)
RUNNER_aarch64 := $(call QEMU_USER,aarch64)
RUNNER_x86_64  := $(call QEMU_USER,x86_64)
RUNNER         := $(RUNNER_$(filter-out $(MACHINE),$(ARCH)))

# For an application that is built elsewhere: what coop.pc tells, and with ARCH= its musl.
MUSL              = $(PREFIX)/lib/coop/musl
INSTALLED_CFLAGS  = $(if $(SYSROOT),-specs=$(MUSL)/musl-gcc.specs) $(CODE)
INSTALLED_LDFLAGS = $(LDFLAGS_$(VARIANT))
define install_more
$(if $(SYSROOT),cp -rT $(SYSROOT) $(DESTDIR)$(MUSL))
$(if $(SYSROOT),sed 's|$(SYSROOT)|$(MUSL)|g' $(SYSROOT)/musl-gcc.specs > $(DESTDIR)$(MUSL)/musl-gcc.specs)
endef
