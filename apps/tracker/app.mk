tracker_SOURCES := $(addprefix apps/tracker/,tracker.c root.c reader.c parser.c reporter.c geofence.c options.c inject.c journal.c \
                     splitter.c nmea.c report.c fence.c decimal.c)

# A program of the build machine: writes the capture that `make run` reads.
tracker_GENERATOR := apps/tracker/generate.c
