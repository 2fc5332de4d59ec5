/*
 * The log: whole records on standard error (Linux) or the console (board), written by the supervisor, which never waits
 * for whoever reads them. Records of different processes neither tear nor mix; one that was accepted comes out
 * even if its process dies at once. When nobody reads, records are dropped, and their number is logged later.
 *
 *     coop_log("link is up, %d dBm", level);
 */
#ifndef COOP_LOG_H
#define COOP_LOG_H

/* The longest text of a record, in bytes; longer ones are cut. */
#define COOP_LOG_BYTES 120

/*
 * Formats a record as printf does and hands it to the supervisor. A line feed at the end is not needed.
 * Doesn't block. Returns 0; COOP_EAGAIN when the log is full, COOP_EBUSY: the record is dropped, and counted.
 * Also from main(), before and after the run.
 */
int coop_log(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
