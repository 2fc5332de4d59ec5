/* What the kernel tells of a process. Linux only. */
#ifndef PROC_H
#define PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The beginning of /proc/PID/FILE, as a string. False, and then it is empty, when there is no such file. */
bool proc_text(pid_t pid, const char *file, char *text, size_t bytes);

/* A number behind `key` in /proc/PID/FILE, or -1. */
long proc_number(pid_t pid, const char *file, const char *key);

/* 'R', 'S', 'T', 'Z', ... (man proc), or 0 when there is no such process. */
char proc_state(pid_t pid);

/* How many children its first thread has, zombies too, or -1 when the kernel doesn't tell. */
int proc_children(pid_t pid);

/* How many descriptors it has open, or -1. */
int proc_descriptors(pid_t pid);

#endif
