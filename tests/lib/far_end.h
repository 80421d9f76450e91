/*
 * far_end.h - a far end that misbehaves as told: far_end.mjs in a process of its own.
 *
 * The first segment of a path names the fault (the table FAULTS there), so a base URL is
 * "https://localhost:PORT/FAULT".  Tests are started from the root of the tree.
 */
#ifndef TESTS_LIB_FAR_END_H
#define TESTS_LIB_FAR_END_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

struct far_end {
	pid_t pid;
	int stop;       /* the process ends when this is closed, so also when the test dies */
	int port;       /* https */
	int mute_port;  /* accepts, never says a word */
	int plain_port; /* speaks no TLS */
	char ca_file[200];
};

bool far_end_start(struct far_end *f);
/*
 * A process that runs a script of tests/lib with an argument (or NULL) and a new folder; *out reads what it says, to be
 * closed by the caller.
 */
bool far_end_run(struct far_end *f, const char *script, const char *argument, FILE **out);
void far_end_stop(struct far_end *f);

#endif
