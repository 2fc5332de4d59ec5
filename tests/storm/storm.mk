# The storm, for Linux: kills at random. Included by tests.mk.
#   make storm SECONDS=600 SEED=1         or KILLS=100000

SECONDS := $(if $(KILLS),,60)

ifeq ($(PORT)$(RUNNER),linux)
PORT_TOOLS_linux   += storm/storm
TEST_SCRIPTS_linux += tests/storm/part.sh
endif

storm/storm_SOURCES := $(addprefix tests/storm/, root.c kills.c queues.c holders.c lives.c worker.c check.c dump.c)

.PHONY: storm
storm: $(BUILD)/tests/storm/storm ## kill, suspend and mislead processes at random: SECONDS= or KILLS=, SEED=
	@$< $(if $(KILLS),-k $(KILLS)) $(if $(SECONDS),-t $(SECONDS)) $(if $(SEED),-s $(SEED))
