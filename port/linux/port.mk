# The Linux port, as data. LIBC=musl (static, the default), LIBC=glibc (static), or SANITIZE=1 (glibc, dynamic).

VARIANT := $(if $(SANITIZE),asan,$(LIBC))

BUILD_musl  := build/linux
BUILD_glibc := build/linux-glibc
BUILD_asan  := build/linux-asan
BUILD       := $(BUILD_$(VARIANT))
EXE         :=

CC_musl  := musl-gcc
CC_glibc := gcc
CC_asan  := gcc
CC       := $(CC_$(VARIANT))
AR       := ar
NM       := nm

PORT_SOURCES := $(addprefix port/linux/, arena.c bell.c child.c execute.c log.c spawn.c stream.c symbol.c)

# Non-PIE: the arena and the tables hold addresses fixed at link time, the same in every process.
PORT_CFLAGS_asan := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
PORT_CFLAGS      := -fno-pie $(PORT_CFLAGS_$(VARIANT))

# The kernel's headers are not on musl's include path.
SYSTEM_INCLUDES_musl := build/kernel-headers
SYSTEM_INCLUDES      := $(SYSTEM_INCLUDES_$(VARIANT))

# POSIX for applications; the port itself (and tests of it) use Linux's own calls.
APP_CPPFLAGS  := -D_POSIX_C_SOURCE=200809L
PORT_CPPFLAGS := -D_GNU_SOURCE=
TEST_CPPFLAGS := -D_GNU_SOURCE=

LINKER_SCRIPTS     := port/linux/arena.ld
LDFLAGS_musl       := -static
LDFLAGS_glibc      := -static
PORT_LDFLAGS       := $(LDFLAGS_$(VARIANT)) -no-pie -Wl,--build-id -Wl,-T,port/linux/arena.ld
PLAIN_LDFLAGS      := $(PORT_LDFLAGS)
PORT_LIBS          :=

# The distribution's library is for glibc, dynamic; else it is built from source, with these flags.
CMOCKA_LIBS_asan := -lcmocka
CMOCKA_LIBS      := $(CMOCKA_LIBS_$(VARIANT))
CMOCKA_CPPFLAGS := -DHAVE_INTTYPES_H -DHAVE_SIGNAL_H -DHAVE_STRINGS_H -DHAVE_MALLOC_H -DHAVE_STRUCT_TIMESPEC \
                   -DHAVE_CLOCK_REALTIME -DHAVE_STRSIGNAL -DHAVE_SIGLONGJMP -D_GNU_SOURCE=

# What runs a program of this port; nothing where the machine does.
RUNNER :=
