# The Linux bench: peers and coop in one table. Included by the top-level Makefile, after its rules for objects.
# Peers that are not installed (libck-dev, libboost-dev, python3) are left out, and the table says so.
#   make bench BENCH_ROUNDS=11 BENCH_ROWS="put_get semaphore"        rows.c names the rows

BENCH        := $(BUILD)/bench
BENCH_ROUNDS := 9
BENCH_ROWS   :=

# The C library's and Debian's peers are plain programs of the build machine, but for what measures musl.
BENCH_CFLAGS   := -std=c11 -O2 -D_GNU_SOURCE -Wall -Wextra -Wshadow -Wconversion -Werror
BENCH_CXXFLAGS := -std=c++17 -O2 -D_GNU_SOURCE -Wall -Wextra -Wshadow -Werror

BENCH_COMMON := bench killed bench_main
peers_SOURCES      := $(BENCH_COMMON) peer_pipe peer_mqueue peer_vyukov peer_robust floor semaphore start_bare \
                      start_spawn successor
peers_musl_SOURCES := $(BENCH_COMMON) semaphore start_spawn
peers_ck_SOURCES   := $(BENCH_COMMON) peer_ck_spsc peer_ck_mpmc
bench_coop_SOURCES := bench coop_main coop_queue coop_semaphore coop_process coop_killed

BENCH_HAS_CK    := $(wildcard /usr/include/ck_ring.h)
BENCH_HAS_BOOST := $(wildcard /usr/include/boost/interprocess/ipc/message_queue.hpp)
BENCH_BUILT     := peers peers_musl $(if $(BENCH_HAS_CK),peers_ck) $(if $(BENCH_HAS_BOOST),peers_boost)
BENCH_PROGRAMS  := $(addprefix $(BENCH)/,peers peers_musl peers_ck peers_boost) tests/bench/bench_python.py \
                   $(BUILD)/bench_coop

bench_sources = $(patsubst %,tests/bench/%.c,$1)
BENCH_HEADERS := $(wildcard tests/bench/*.h)

.PHONY: bench-programs bench-run
bench-run: bench-programs
	@$(BENCH)/driver -r $(BENCH_ROUNDS) $(addprefix -o ,$(BENCH_ROWS)) $(BENCH_PROGRAMS)

bench-programs: $(addprefix $(BENCH)/,driver bench_child $(BENCH_BUILT)) $(BUILD)/bench_coop

# $1: program, $2: compiler and flags, $3: sources, $4: libraries
define bench_rule
$(BENCH)/$1: $3 $(BENCH_HEADERS) tests/bench/bench.mk
	$$(call say,BENCH,$$@)
	@mkdir -p $$(@D)
	$$Q$2 -o $$@ $3 $4
endef
$(eval $(call bench_rule,driver,gcc $(BENCH_CFLAGS),$(call bench_sources,driver rows)))
$(eval $(call bench_rule,bench_child,musl-gcc -static $(BENCH_CFLAGS),$(call bench_sources,bench_child)))
$(eval $(call bench_rule,peers,gcc $(BENCH_CFLAGS) -DLIBC_NAME='"glibc"',$(call bench_sources,$(peers_SOURCES)),-lrt -pthread))
$(eval $(call bench_rule,peers_musl,musl-gcc -static $(BENCH_CFLAGS) -DLIBC_NAME='"musl"',$(call bench_sources,$(peers_musl_SOURCES))))
$(eval $(call bench_rule,peers_ck,gcc $(BENCH_CFLAGS),$(call bench_sources,$(peers_ck_SOURCES))))
$(eval $(call bench_rule,peers_boost,g++ $(BENCH_CXXFLAGS),tests/bench/peer_boost.cpp $(BENCH)/boost_common.o,-pthread -lrt))

# Only Boost's own file is C++.
$(BENCH)/boost_common.o: $(call bench_sources,$(BENCH_COMMON)) $(BENCH_HEADERS)
	@mkdir -p $(@D)
	$Qgcc $(BENCH_CFLAGS) -r -o $@ $(filter %.c,$^)

# As an application is built, with the bench's own headers beside its files.
$(BUILD)/bench_coop: $(call objects,$(call bench_sources,$(bench_coop_SOURCES))) $(LIB) $(LINKER_SCRIPTS)
	$(call link,$(PORT_LDFLAGS),$(PORT_LIBS))
