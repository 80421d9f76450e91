/*
 * id_run.h - walks over a HubSpot account's records: a check of its ids, a back-fill, and the watch over new deals.
 *
 * At most one check and one fill are under way (running or paused); of the watch there is one row ever.  The walk
 * (flow/ids.c) works under the lease `scan` of the tenant and keeps where it is after each page, so that whoever has
 * the lease next goes on there.
 */
#ifndef STORE_ID_RUN_H
#define STORE_ID_RUN_H

#include "io/db.h"
#include "store/lease.h"

enum id_run_kind {
	ID_RUN_CHECK,
	ID_RUN_FILL,
	ID_RUN_KEEP,
	ID_RUN_KINDS
};
enum id_run_state {
	ID_RUN_RUNNING,
	ID_RUN_PAUSED, /* by a person, or with a code: something must be mended first */
	ID_RUN_DONE,
	ID_RUN_FAILED,
	ID_RUN_STOPPED,
	ID_RUN_STATES
};

struct id_run {
	int64_t run_id;
	enum id_run_kind kind;
	enum id_run_state state;
	bool overwrite, scanned; /* scanned: all records were looked at */
	int64_t total, seen;
	struct str progress, result; /* JSON; empty when there is none yet */
	struct str author, code, message;
	int64_t started_ms, ended_ms; /* ended: 0 while it lasts */
	int64_t eta_s;                /* of the walk at its pace so far; -1: not known */
};

const char *id_run_kind_name(enum id_run_kind kind);
const char *id_run_state_name(enum id_run_state state);

/* Begins one and wakes the lease.  ERR_CONFLICT: one of its kind is under way.  Inside a transaction. */
bool id_run_begin(struct db *db, struct arena *a, int64_t tenant_id, enum id_run_kind kind, bool overwrite,
    struct str author, int64_t *run_id, struct err *e) CC_MUST_USE;
/* The latest of a kind, with `done` the latest that ended well; ERR_NOT_FOUND when there is none. */
bool id_run_latest(struct db *db, struct arena *a, int64_t tenant_id, enum id_run_kind kind, bool done,
    struct id_run *out, struct err *e) CC_MUST_USE;
/* What to work on now: a running check, else fill, else watch; ERR_NOT_FOUND when nothing is. */
bool id_run_next(struct db *db, struct arena *a, int64_t tenant_id, struct id_run *out, struct err *e) CC_MUST_USE;
/* Keeps where the walk is; ERR_CONFLICT when it does not run any more.  Inside a transaction. */
bool id_run_keep(struct db *db, int64_t tenant_id, const struct id_run *run, struct err *e) CC_MUST_USE;
/* From one state to another, and why: a code and words, both empty when a person did it. */
struct id_run_move {
	enum id_run_state from, to;
	struct str code, message;
};
/* False in *moved when it was not in that state.  Wakes the leases when it runs again. */
bool id_run_move(struct db *db, int64_t tenant_id, int64_t run_id, const struct id_run_move *m, bool *moved,
    struct err *e) CC_MUST_USE;

extern const struct sql id_run_sql[];
extern const size_t id_run_sql_n;

#endif
