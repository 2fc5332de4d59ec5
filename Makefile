# coop: `make help` lists the targets.
#
# PORT=linux|qemu-arm picks a port (BOARD= and POLICY= imply qemu-arm), V=1 shows commands. What a port's build needs is data in
# port/$(PORT)/port.mk.

VERSION := 0.1.0
PORT    := $(if $(BOARD)$(POLICY),qemu-arm,linux)
LIBC    := musl
PREFIX  := /usr/local
APPS    := hello tracker
APP     := hello

# What `make test` builds and runs, one set of make's arguments each.
CONFIGURATIONS := PORT=linux SANITIZE=1 PORT=qemu-arm POLICY=feedback ARCH=armhf

PACKAGES       := gcc libc6-dev binutils musl-tools linux-libc-dev libcmocka-dev xz-utils pkgconf \
                  gcc-arm-none-eabi picolibc-arm-none-eabi qemu-system-arm spin
PACKAGES_bench := g++ libboost-dev libck-dev
PACKAGES_lint  := clang-format clang-tidy cppcheck git

MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:

# make -j setup install: what is missing comes first.
ifneq ($(filter setup,$(MAKECMDGOALS)),)
.NOTPARALLEL:
endif

all: $(if $(ARCH),programs,$(if $(filter linux,$(PORT)),help,test-programs))

include port/$(PORT)/port.mk runtime/sources.mk $(APPS:%=apps/%/app.mk) tests/tests.mk

O   := $(BUILD)/obj
LIB := $(BUILD)/libcoop.a
Q   := $(if $(filter 1,$(V)),,@)
say  = @$(if $(filter 1,$(V)),:,printf '  %-7s %s\n' $1 $2)

# Debian's own library where it fits (CMOCKA_LIBS), else one that is built from its source.
CMOCKA         := build/cmocka-src
CMOCKA_LIB     := $(if $(CMOCKA_LIBS),,$(BUILD)/libcmocka.a)
CMOCKA_INCLUDE := $(if $(CMOCKA_LIB),-isystem $(CMOCKA)/include)

objects = $(patsubst %,$O/%.o,$(basename $1))
program = $(BUILD)/$1$(EXE)
test    = $(BUILD)/tests/$1$(EXE)

CFLAGS  := -std=c11 -O2 -g -Wall -Wextra -Wshadow -Wconversion -Werror -ffunction-sections -fdata-sections
LDFLAGS := -Wl,--gc-sections

# Who may include whom: DESIGN.md's rule, kept by the compiler.
INSIDE := -Iruntime/include -Iruntime -Iport/$(PORT)
$O/apps/%:    FLAGS = -Iruntime/include $(APP_CPPFLAGS) $(APP_CFLAGS)
$O/runtime/%: FLAGS = $(INSIDE) $(KERNEL_CFLAGS)
$O/port/%:    FLAGS = $(INSIDE) $(PORT_CPPFLAGS) $(KERNEL_CFLAGS)
$O/tests/%:   FLAGS = $(INSIDE) -I. -Itests $(APPS:%=-Iapps/%) $(CMOCKA_INCLUDE) \
                      $(TEST_CPPFLAGS) $(APP_CFLAGS) -DCOOP_BUILD='"$(BUILD)"'

$O/%.o: %.c Makefile port/$(PORT)/port.mk $(SYSTEM_INCLUDES)
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$Q$(CC) $(CFLAGS) $(PORT_CFLAGS) $(FLAGS) $(SYSTEM_INCLUDES:%=-isystem %) $(EXTRA_CFLAGS) -MMD -MP -c $< -o $@

$O/%.o: %.S Makefile port/$(PORT)/port.mk
	$(call say,AS,$<)
	@mkdir -p $(@D)
	$Q$(CC) $(PORT_CFLAGS) $(FLAGS) -g -MMD -MP -c $< -o $@

$(LIB): $(call objects,$(filter-out $(PORT_REPLACES),$(RUNTIME_SOURCES)) $(PORT_SOURCES)) runtime/sources.mk
	$(call say,AR,$@)
	@mkdir -p $(@D) && rm -f $@
	$Q$(AR) rcs $@ $(filter %.o,$^)

define link
$(call say,LD,$@)
@mkdir -p $(@D)
$Q$(or $(LINK),$(CC)) $(CFLAGS) $(PORT_CFLAGS) $(filter %.o %.a,$^) $(LDFLAGS) $1 $2 -o $@
endef

define app_rule
$(call program,$1): $(call objects,$($1_SOURCES)) $(LIB) $(LINKER_SCRIPTS) apps/$1/app.mk
	$$(call link,$$(PORT_LDFLAGS) $$(MAP_LDFLAGS),$$(PORT_LIBS))
endef
$(foreach a,$(APPS),$(eval $(call app_rule,$a)))

# A plain test links only the sources that it names; a test on the port links the library as an application does.
define test_rule
$(call test,$1): $(call objects,tests/$1.c $($1_SOURCES)) $(CMOCKA_LIB) $2 $(LINKER_SCRIPTS) tests/tests.mk
	$$(call link,$$($3),$$(CMOCKA_LIBS) $$(PORT_LIBS))
$(call objects,tests/$1.c $(filter tests/%,$($1_SOURCES))): | $(CMOCKA_LIB)
endef
for_port = $($1) $($1_$(PORT))
$(foreach t,$(call for_port,PLAIN_TESTS) $(call for_port,TEST_TOOLS),$(eval $(call test_rule,$t,,PLAIN_LDFLAGS)))
$(foreach t,$(call for_port,PORT_TESTS) $(call for_port,PORT_TOOLS),$(eval $(call test_rule,$t,$(LIB),PORT_LDFLAGS)))

tests = $(foreach l,$1,$(foreach t,$(call for_port,$l),$(call test,$t)))
TEST_PROGRAMS := $(call tests,PLAIN_TESTS PORT_TESTS) $(OTHER_PROGRAMS)

# What every port must pass, whatever it has besides.
PORTABLE_TESTS := $(foreach t,$(PLAIN_TESTS) $(PORT_TESTS),$(call test,$t))

build/kernel-headers:
	@mkdir -p $@.part
	@ln -sfn /usr/include/linux $@.part/linux
	@ln -sfn /usr/include/asm-generic $@.part/asm-generic
	@ln -sfn /usr/include/$$(gcc -print-multiarch)/asm $@.part/asm
	@mv -T $@.part $@

build/sysroot-$(ARCH)/kernel-headers: $(BUILT_SYSROOT_$(ARCH)) | $(firstword $(GET_SYSROOT)) $(if $(GET_SYSROOT_$(ARCH)),build/kernel-$(ARCH)/boot)
	$(call say,GET,musl-$(ARCH))
	$Q$(GET_SYSROOT) $(@D)

build/kernel-$(ARCH)/boot: $(BUILT_KERNEL_$(ARCH)) | $(firstword $(GET_KERNEL))
	$(call say,GET,kernel-$(ARCH))
	$Q$(GET_KERNEL) $(@D) $(KERNEL_$(ARCH):%=%/)

$(CMOCKA)/src/cmocka.c: tests/get-cmocka
	$(call say,GET,CMocka)
	$Qtests/get-cmocka $(CMOCKA)

$(BUILD)/libcmocka.a: $(CMOCKA)/src/cmocka.c port/$(PORT)/port.mk $(SYSTEM_INCLUDES)
	$(call say,CC,$<)
	@mkdir -p $O
	$Q$(CC) -std=gnu99 -O2 -g $(PORT_CFLAGS) $(CMOCKA_CPPFLAGS) -I$(CMOCKA)/include -c $< -o $O/cmocka.o
	$Q$(AR) rcs $@ $O/cmocka.o

# The build machine's own program, whatever the port.
build/host/generate: $(tracker_GENERATOR)
	$(call say,HOSTCC,$<)
	@mkdir -p $(@D)
	$Qgcc $(CFLAGS) $< -lm -o $@

build/capture.nmea: build/host/generate
	$(call say,GEN,$@)
	$Q$< > $@.part && mv $@.part $@

include tests/bench/bench.mk
include tests/bench/board/board.mk

.PHONY: all programs test-programs test-arm test-nommu check $(ARM:%=check-%) check-port run-qemu run-firmware image run-image install-image cmocka-source help run test bench size install setup clean distclean format lint

help: ## this list
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / { printf "  %-14s %s\n", $$1, $$2 }' Makefile $(filter tests/%.mk,$(MAKEFILE_LIST))

programs: $(foreach a,$(APPS),$(call program,$a)) ## build the library and the apps

cmocka-source: $(CMOCKA)/src/cmocka.c

setup: ## install the packages that are missing (Debian; root or sudo); ARCH=armhf|aarch64|x86_64 adds a cross compiler
	@port/linux/setup $(PACKAGES) $(PACKAGES_$(ARCH))
	@$(if $(ARCH),$(MAKE) --no-print-directory --silent $(SYSTEM_INCLUDES))

run: setup ## set up, build, and run the tracker on a capture that its generator makes
	@$(MAKE) --no-print-directory build/capture.nmea $(BUILD)/tracker
	$(BUILD)/tracker build/capture.nmea

test: setup ## set up, build everything, run all tests
	@rm -f build/results
	@for c in $(CONFIGURATIONS); do \
	  $(MAKE) --no-print-directory $$c setup && $(MAKE) --no-print-directory $$c test-programs || exit 1; done
	@for c in $(CONFIGURATIONS); do $(MAKE) --no-print-directory $$c check || failed=1; done; \
	tests/run --sum build/results && test -z "$$failed"

test-programs: programs $(TEST_PROGRAMS) $(call tests,TEST_TOOLS PORT_TOOLS) $(TEST_IMAGES)

check: test-programs ## build and run the tests of one configuration, e.g. make check SANITIZE=1
	@BUILD=$(BUILD) RUNNER='$(RUNNER)' tests/run build/results $(TEST_PROGRAMS) $(call for_port,TEST_SCRIPTS)

ARM := armhf aarch64

test-arm: setup ## build and run all tests for ARM, on two architectures at a time: under qemu-user, and on booted machines
	@rm -f build/results
	@for a in $(ARM); do \
	  $(MAKE) --no-print-directory ARCH=$$a BOOTS=all setup && $(MAKE) --no-print-directory ARCH=$$a BOOTS=all test-programs || exit 1; done
	@$(MAKE) --no-print-directory -k -j2 --output-sync=target $(ARM:%=check-%) || failed=1; \
	tests/run --sum build/results && test -z "$$failed"

$(ARM:%=check-%):
	@$(MAKE) --no-print-directory ARCH=$(@:check-%=%) BOOTS=all check

test-nommu: ## build a Linux for a Cortex-M, which has no MMU, boot it in QEMU, and run the tests there
	@$(MAKE) --no-print-directory test CONFIGURATIONS=ARCH=nommu

check-port: programs $(PORTABLE_TESTS) ## run the checks that a new port must pass (see port/README.md): PORT=qemu-arm
	@rm -f $(BUILD)/results
	@BUILD=$(BUILD) RUNNER='$(RUNNER)' tests/run $(BUILD)/results $(PORTABLE_TESTS); tests/run --sum $(BUILD)/results

run-qemu: ## run an app's firmware on a board in QEMU: APP=hello BOARD=mps2-an386 ARGS= and INPUT=FILE for its UART
	@$(MAKE) --no-print-directory setup
	@$(MAKE) --no-print-directory PORT=qemu-arm run-firmware

run-firmware: programs
	@$(filter-out --repeatable,$(RUNNER)) $(call program,$(APP)) $(ARGS) $(if $(INPUT),<$(INPUT))

# Of an app of this tree, by its name, or of any static program, by its path.
IMAGE = build/image/$(notdir $(APP))-$(ARCH).cpio.gz

image: ## an initramfs that is the app: APP=hello or ../any/program ARCH=armhf|aarch64 MODULES="softdog evdev" FILES="FROM:TO ..."
	@$(MAKE) --no-print-directory setup
	@rm -f $(IMAGE)
	@$(MAKE) --no-print-directory $(IMAGE)

define make_image
@STRIP=$(STRIP) FILES='$(FILES)' port/linux/image/build $@ $< build/kernel-$(ARCH) $(MODULES)
endef
IMAGE_NEEDS := port/linux/image/build port/linux/port.mk build/kernel-$(ARCH)/boot

build/image/%-$(ARCH).cpio.gz: $(BUILD)/% $(IMAGE_NEEDS)
	$(make_image)
ifneq ($(findstring /,$(APP)),)
$(IMAGE): $(APP) $(IMAGE_NEEDS)
	$(make_image)
endif

run-image: image ## boot it in QEMU; ARGS=, and INPUT=FILE for its serial port /dev/ttyS0
	@INPUT='$(INPUT)' port/linux/image/run $(ARCH) $(IMAGE) build/kernel-$(ARCH) $(ARGS)

install-image: image ## put it into a board's boot partition: TO=/media/boot DTB=sun7i-a20-cubieboard2.dtb PARAMETERS="console=ttyS0,115200"
	@port/linux/image/install $(IMAGE) build/kernel-$(ARCH) '$(TO)' '$(DTB)' $(PARAMETERS)

bench: ## set up, build, and measure coop beside its peers (BENCH_ROUNDS=, BENCH_ROWS=)
	@port/linux/setup $(PACKAGES) $(PACKAGES_bench)
	@$(MAKE) --no-print-directory bench-run

size: programs ## the RAM that each process, queue, semaphore, ... of each app costs, and where its file or flash goes
	@for a in $(APPS); do echo "$$a:"; \
	  { $(NM) -S $(BUILD)/$$a$(EXE) | sort; $(or $(SIZES),:) $(BUILD)/$$a$(EXE); } | awk -f runtime/size.awk; \
	  $(or $(FILE_SIZES),:) $(BUILD)/$$a$(EXE); done

INSTALLED = $(DESTDIR)$(PREFIX)

install: $(LIB) ## install library, headers, linker script, coop.pc, and what a cross build needs, under PREFIX (DESTDIR is honoured)
	install -d $(INSTALLED)/include/coop $(INSTALLED)/lib/coop $(INSTALLED)/lib/pkgconfig
	install -m 644 runtime/include/coop.h $(INSTALLED)/include
	install -m 644 runtime/include/coop/*.h $(INSTALLED)/include/coop
	install -m 644 $(LIB) $(INSTALLED)/lib
	install -m 644 $(filter %.ld,$(LINKER_SCRIPTS)) $(INSTALLED)/lib/coop
	sed -e 's|@PREFIX@|$(PREFIX)|; s|@VERSION@|$(VERSION)|; s|@CFLAGS@|$(INSTALLED_CFLAGS)|; s|@LDFLAGS@|$(INSTALLED_LDFLAGS)|' \
	  port/$(PORT)/coop.pc.in > $(INSTALLED)/lib/pkgconfig/coop.pc
	$(install_more)

C_FILES = $(shell git ls-files --cached --others --exclude-standard '*.c' '*.h')

format: ## lay out all C files as .clang-format says
	@port/linux/setup $(PACKAGES_lint)
	clang-format -i $(C_FILES)

LINTED := $(sort $(RUNTIME_SOURCES) $(PORT_SOURCES) $(foreach a,$(APPS),$($a_SOURCES)))

lint: ## layout, clang-tidy and cppcheck
	@port/linux/setup $(PACKAGES_lint)
	clang-format --dry-run -Werror $(C_FILES)
	clang-tidy --quiet $(LINTED) -- -std=c11 $(INSIDE) $(PORT_CPPFLAGS)
	cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr --enable=warning,performance,portability \
	  --suppress=missingIncludeSystem --suppress=comparePointers --suppress=internalAstError -D__x86_64__ $(INSIDE) $(PORT_CPPFLAGS) $(LINTED)

clean: ## remove what was built (not the test library's source)
	rm -rf build/linux* build/qemu-arm* build/image build/model* build/host build/capture.nmea build/results

distclean: ## remove build/
	rm -rf build

-include $(shell find $O -name '*.d' 2>/dev/null)
