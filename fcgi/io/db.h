/*
 * db.h - one connection to MariaDB or MySQL, and prepared statements from tables.
 *
 * Statements (static storage: they are known by their address) are prepared on first use and kept per
 * connection.  The letters of a statement are compared with the server's own counts.  The connection is
 * made on first use and again after it was lost (never inside a transaction); it speaks utf8mb4, UTC,
 * READ COMMITTED, strict mode.
 *
 * Every call ends: connecting after database_connect_s, a statement after database_wait_s (or db_set_wait()), a wait
 * for somebody's row after database_lock_wait_s.  When a server hangs, who calls again within a second is told at once.
 *
 * Failures (io/db_number.h knows the numbers): ERR_EXISTS a unique key is taken; ERR_CONFLICT deadlock, lock wait,
 * certification: the transaction is rolled back, repeat the whole unit; ERR_DB the server is away, full or cannot work
 * right now; ERR_FAULT it refused the statement, which is a defect.  When COMMIT itself got no answer the outcome is
 * unknown: db_commit() says ERR_TIMEOUT.
 */
#ifndef IO_DB_H
#define IO_DB_H

#include "base/err.h"
#include "base/settings.h"
#include "base/str.h"

struct db;

enum sql_scope {
	SQL_TENANT = 1, /* the text binds tenant_id = ? (or inserts it) */
	SQL_GLOBAL      /* says why in a comment beside it */
};

/*
 * Letters of `in` and `out`: i int64, s bytes, t time (int64 ms, DATETIME(3) in UTC).  Any may be NULL.
 * A statement with `row` inserts many rows: text + row, row, ... + tail; `in` is then one row's letters.
 */
struct sql {
	const char *name;
	enum sql_scope scope;
	const char *in, *out;
	const char *text;
	const char *row, *tail;
};

enum db_kind {
	DB_NULL,
	DB_INT,
	DB_BYTES,
	DB_TIME
};

struct db_value {
	enum db_kind kind;
	int64_t i;
	struct str s;
};

#define DB_V_I(x) ((struct db_value){ .kind = DB_INT, .i = (x) })
#define DB_V_S(x) ((struct db_value){ .kind = DB_BYTES, .s = (x) })
#define DB_V_T(x) ((struct db_value){ .kind = DB_TIME, .i = (x) })
#define DB_V_NULL ((struct db_value){ .kind = DB_NULL })
/* The arguments of a statement: db_run(db, &q, DB_IN(DB_V_I(7), DB_V_S(name)), &changed, e) */
#define DB_IN(...)                                                                                                     \
	(const struct db_value[]){ __VA_ARGS__ },                                                                      \
	    sizeof((const struct db_value[]){ __VA_ARGS__ }) / sizeof(struct db_value)

struct db_rows {
	size_t n, columns;
	const struct db_value *v; /* n * columns, row by row; lives in the arena */
};

/* Keeps a copy of what it needs of `s`.  Does not connect. */
struct db *db_new(const struct settings *s);
/* How long a statement may take from now on, in seconds; 0: as long as it likes.  Not inside a transaction. */
void db_set_wait(struct db *db, int64_t wait_s);
void db_free(struct db *db);
/* Connects now, for readiness checks. */
bool db_ping(struct db *db, struct err *e) CC_MUST_USE;

/* `changed` (may be NULL) gets the number of rows really changed (CLIENT_FOUND_ROWS is off). */
bool db_run(struct db *db, const struct sql *q, const struct db_value *in, size_t n, int64_t *changed,
    struct err *e) CC_MUST_USE;
/* A statement with `row`: n_rows * strlen(q->in) values.  Sent in groups of fixed sizes. */
bool db_run_rows(struct db *db, const struct sql *q, const struct db_value *in, size_t n_rows, int64_t *changed,
    struct err *e) CC_MUST_USE;
/* The id of the last inserted row on this connection. */
int64_t db_last_id(const struct db *db);
bool db_query(struct db *db, const struct sql *q, const struct db_value *in, size_t n, struct arena *a,
    struct db_rows *out, struct err *e) CC_MUST_USE;
/* One row or ERR_NOT_FOUND. */
bool db_query_one(struct db *db, const struct sql *q, const struct db_value *in, size_t n, struct arena *a,
    const struct db_value **row, struct err *e) CC_MUST_USE;

bool db_begin(struct db *db, struct err *e) CC_MUST_USE;
bool db_commit(struct db *db, struct err *e) CC_MUST_USE;
/* Always safe, also without a transaction.  After a failure inside a transaction only this or db_begin() goes on. */
void db_rollback(struct db *db);
bool db_in_transaction(const struct db *db);
/*
 * Whether somebody's lock was in the way (deadlock, lock wait, certification) since this was asked last: what tells
 * such an ERR_CONFLICT from one that is about what the rows say.
 */
bool db_collided(struct db *db);
/* For tests: the connection is gone, as when the network cuts it. */
void db_cut(struct db *db);

/* Prepares every statement of a table and compares letters and counts; all faults in *e. */
bool db_check(struct db *db, const struct sql *table, size_t n, struct err *e) CC_MUST_USE;
/* Runs one statement as it is, for migrations only.  `number` gets the server's error number. */
bool db_migrate_step(struct db *db, struct str text, unsigned *number, struct err *e) CC_MUST_USE;

#endif
