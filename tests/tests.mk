# The tests, by name: each tests/NAME.c is one CMocka program, with the sources that NAME_SOURCES adds.
# PLAIN_TESTS link only these sources, PORT_TESTS the library too. TEST_SCRIPTS end with 0 when they passed.
# TEST_TOOLS are built for the scripts, not run. A list whose name ends in a port's is for that port only.

# On tests/fake_port.c, which tests/fake/port_call.h and stdatomic.h bring in.
QUEUE_TESTS := test_queue test_queue_lease test_queue_repair test_queue_model test_pass
FAKE_TESTS  := test_semaphore test_permits test_lock test_event $(QUEUE_TESTS)

PLAIN_TESTS       := test_decimal test_nmea test_splitter test_report test_fence test_journal \
                     test_watchdog test_restart test_names $(FAKE_TESTS)
PLAIN_TESTS_linux := test_capture

PORT_TESTS       := test_process test_terminate test_supervisor test_watch test_bad_input test_misuse test_address \
                    test_references test_c_library
PORT_TESTS_linux := test_wakes test_system test_options test_fault test_guard test_spawn test_log test_stream test_bell \
                    test_scribble

TEST_TOOLS_linux := capture_check disturb

TEST_SCRIPTS       :=
TEST_SCRIPTS_linux := $(patsubst %,tests/tracker_%.sh,captures kill inject input stop)
ifeq ($(VARIANT),musl)
TEST_SCRIPTS_linux += tests/installed.sh
endif

# Thousands of systems: too many for an emulator.
ifeq ($(ARCH),)
PORT_TESTS_linux += test_scribble_words
endif
# It sets a tracee's registers, where they are x86-64's.
ifeq ($(SANITIZE)$(ARCH)$(MACHINE),x86_64)
PORT_TESTS_linux += test_failing_calls
endif

include tests/board/board.mk

# What the scripts give to the tracker.
test-programs: build/capture.nmea

FAKE_QUEUE := $(addprefix tests/,queue_play.c queue_model.c fake/queue.c fake/queue_repair.c fake/pass.c)
$(foreach t,$(FAKE_TESTS),$(eval $t_SOURCES := tests/fake_port.c $(if $(filter $t,$(QUEUE_TESTS)),$(FAKE_QUEUE))))
FAKE_OBJECTS := $(patsubst %.c,$(BUILD)/obj/%.o,tests/fake_port.c $(FAKE_QUEUE) $(FAKE_TESTS:%=tests/%.c))
$(FAKE_OBJECTS): TEST_CPPFLAGS += -iquote tests/fake -Itests/fake

test_watchdog_SOURCES := runtime/watchdog.c
test_restart_SOURCES  := runtime/restart.c
test_names_SOURCES    := runtime/names.c

test_decimal_SOURCES  := apps/tracker/decimal.c
test_nmea_SOURCES     := apps/tracker/nmea.c apps/tracker/decimal.c
test_splitter_SOURCES := apps/tracker/splitter.c
test_report_SOURCES := apps/tracker/report.c apps/tracker/nmea.c apps/tracker/decimal.c
test_fence_SOURCES    := apps/tracker/fence.c apps/tracker/decimal.c
test_journal_SOURCES  := apps/tracker/journal.c
test_options_SOURCES  := $(addprefix apps/tracker/,options.c inject.c fence.c decimal.c)

capture_SOURCES       := tests/capture.c $(addprefix apps/tracker/,nmea.c splitter.c report.c decimal.c)
test_capture_SOURCES  := $(capture_SOURCES)
capture_check_SOURCES := $(capture_SOURCES)

include tests/sweep/sweep.mk
include tests/model/model.mk
include tests/storm/storm.mk
include tests/image/image.mk

$(foreach t,test_system test_scribble test_scribble_words,$(eval $t_SOURCES := tests/system.c))
$(foreach t,test_spawn test_log test_bell,$(eval $t_SOURCES := tests/system.c tests/proc.c))
disturb_SOURCES := tests/proc.c
