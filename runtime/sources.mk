# The portable runtime, by name.

RUNTIME_SOURCES := $(addprefix runtime/, ended.c event.c life.c lock.c log.c names.c obituary.c objects.c operations.c pass.c permits.c \
                     process.c queue.c queue_repair.c repair.c restart.c self.c semaphore.c stream.c supervisor.c watchdog.c)
