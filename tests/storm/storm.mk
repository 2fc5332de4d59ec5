# The storm, kills at random, and the watchdog measured; for Linux. Included by tests.mk.
#   make storm SECONDS=600 SEED=1         or KILLS=100000
#   make watchdog-accuracy RUNAWAYS=5000, make watchdog-alarms SECONDS=3600

SECONDS  := $(if $(KILLS),,60)
RUNAWAYS := 1000

ifeq ($(PORT)$(RUNNER),linux)
PORT_TOOLS_linux   += storm/storm storm/watchdog
TEST_SCRIPTS_linux += tests/storm/part.sh
endif

storm/storm_SOURCES := $(addprefix tests/storm/, root.c kills.c queues.c holders.c lives.c worker.c check.c dump.c) \
                       tests/proc.c

.PHONY: storm watchdog-accuracy watchdog-alarms
storm: $(BUILD)/tests/storm/storm ## kill, suspend and mislead processes at random: SECONDS= or KILLS=, SEED=
	@$< $(if $(KILLS),-k $(KILLS)) $(if $(SECONDS),-t $(SECONDS)) $(if $(SEED),-s $(SEED))

watchdog-accuracy: $(BUILD)/tests/storm/watchdog ## how much CPU time a runaway gets before it is found: RUNAWAYS=
	@$< -n $(RUNAWAYS)

watchdog-alarms: $(BUILD)/tests/storm/watchdog ## false alarms of the watchdog on an overloaded machine: SECONDS=
	@$< -t $(SECONDS)
