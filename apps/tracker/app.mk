tracker_SOURCES :=

# A program of the build machine: writes the capture that `make run` reads.
tracker_GENERATOR := apps/tracker/generate.c
