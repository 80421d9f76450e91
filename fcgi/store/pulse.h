/*
 * pulse.h - a process tells that it lives, and hands over what it counted (base/tally.h).
 *
 * Every loop beats about every PULSE_MS: the FastCGI programs by io/fcgi's tick, the worker by its own.
 */
#ifndef STORE_PULSE_H
#define STORE_PULSE_H

#include "base/err.h"
#include "base/str.h"
#include "io/db.h"

#define PULSE_MS 5000
/* A process that was silent this long is taken for dead. */
#define PULSE_DEAD_S 30

struct disk;

struct pulse {
	struct db *db;
	const struct disk *disk; /* what it sees of the database's disk is told to the others; may be NULL */
	struct str program, process; /* "connector-worker"; "host:pid:start" */
	bool away; /* the last one failed: told once */
};

/* Takes a struct pulse *.  A database that is away costs nothing: what was counted stays for the next beat. */
void pulse_beat(void *pulse);
/* The last one: the process ends, its row goes. */
void pulse_end(struct pulse *p);

/* The living processes of one program. */
struct pulse_program {
	struct str program;
	int64_t processes;
	int64_t silent_s;      /* since the last beat of any of them */
	int64_t memory_max_kb; /* of the largest */
};
bool pulse_programs(struct db *db, struct arena *a, struct pulse_program **out, size_t *n, struct err *e) CC_MUST_USE;
/* Forgets processes that have been silent for a day. */
bool pulse_sweep(struct db *db, struct err *e) CC_MUST_USE;

extern const struct sql pulse_sql[];
extern const size_t pulse_sql_n;

#endif
