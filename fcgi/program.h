/*
 * program.h - how every program begins: options, configuration, log, database, the files of conf/.
 * Included by the main_*.c files only.
 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include "io/db.h"
#include "task/installation.h"

struct program {
	struct arena *arena;
	struct installation installation;
	struct db *db;
	bool check;       /* --check: prepare every statement, then leave */
	int rest_argc;    /* what follows the options */
	char **rest_argv;
};

/*
 * Reads "-c FILE [--check]".  False after telling on standard error what is wrong; the exit code for that is
 * PROGRAM_EXIT_CONFIG, as sysexits has it.
 */
#define PROGRAM_EXIT_CONFIG 78
bool program_open(struct program *p, const char *name, int argc, char **argv);
/* The end of --check: every statement of the product is prepared; the exit code. */
int program_check(struct program *p);
void program_close(struct program *p);

#endif
