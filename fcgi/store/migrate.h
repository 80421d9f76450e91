/*
 * migrate.h - brings the schema up to date from sql/NNNN_name.sql, forward only.
 *
 * A lease row lets one process migrate at a time.  Each statement is one step, recorded before and after it
 * runs, because DDL commits by itself: a step that was begun and not finished is run again, and then (only
 * then) "it is there already" is no failure.  A step that was finished must still have the same text.
 */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include "base/err.h"
#include "base/str.h"
#include "io/db.h"

struct db;

struct migrate_report {
	int64_t files, steps; /* known */
	int64_t run;          /* of them run now */
};

/* Waits up to wait_ms for another process that migrates.  `owner` names this one. */
bool migrate_run(struct db *db, struct arena *a, struct str sql_dir, struct str owner, int64_t wait_ms,
    struct migrate_report *out, struct err *e) CC_MUST_USE;

/* How the schema stands against the files, without changing anything. */
struct migrate_state {
	int64_t steps, missing; /* in the files; of them not run yet */
	int64_t unknown;        /* steps of files that are not here: the schema is newer than these programs */
};
bool migrate_look(struct db *db, struct arena *a, struct str sql_dir, struct migrate_state *out,
    struct err *e) CC_MUST_USE;

/*
 * Cuts the next statement off *rest: up to a ';' outside quotes and comments, comments left out, trimmed.
 * False at the end.
 */
bool migrate_next_statement(struct arena *a, struct str *rest, struct str *statement);

extern const struct sql migrate_sql[];
extern const size_t migrate_sql_n;

#endif
