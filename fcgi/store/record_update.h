/*
 * record_update.h - updates of HubSpot records: what a record shall have, and its delivery (kind hubspot_update).
 *
 * Whoever wants a record written plans it inside his own transaction; flow/update.c writes them, 100 a call.  A row
 * belongs to a run (store/id_run.h) or, with run 0, to nobody; while its run is paused it waits.
 */
#ifndef STORE_RECORD_UPDATE_H
#define STORE_RECORD_UPDATE_H

#include "core/update_state.h"
#include "io/db.h"
#include "store/id_run.h"
#include "store/lease.h"

struct record_update {
	int64_t update_id, run_id, attempts, tries;
	struct str object_type, object_id;
	struct str properties; /* JSON: {"impact_customer_id":"77"} */
	bool overwrite;        /* else only what is empty there */
};

/* Inside a transaction: n new rows of one run, due at once; wakes the lease (call it last). */
bool record_update_plan(struct db *db, int64_t tenant_id, int64_t run_id, const struct record_update *rows, size_t n,
    struct err *e) CC_MUST_USE;
/* What the lease's owner before us had under way is to be read and written anew; *n of them. */
bool record_update_recover(struct db *db, const struct lease *l, int64_t *n, struct err *e) CC_MUST_USE;
/* Due rows of one object type whose run goes on, at most max, the longest due first. */
bool record_update_due(struct db *db, struct arena *a, int64_t tenant_id, int64_t max, struct record_update **out,
    size_t *n, struct err *e) CC_MUST_USE;
/* Ms until the next of them is due (0: now); -1: none. */
bool record_update_next_ms(struct db *db, struct arena *a, int64_t tenant_id, int64_t *ms, struct err *e) CC_MUST_USE;
/* Inside a transaction that holds the lease: they go out now; an attempt of each begins, rows[i].attempts is it. */
bool record_update_sending(struct db *db, const struct lease *l, struct record_update *const *rows, size_t n,
    struct err *e) CC_MUST_USE;

/* What became of a row; an ended one loses its delivery.  Inside a transaction. */
struct record_update_end {
	enum update_state from, to;
	struct str code, message;
	int64_t http_status;
	int64_t due_in_ms; /* READY: when it is looked at again */
	bool counts;       /* READY: as one more try */
};
/* False in *kept when the row is not in that state any more, or the attempt is not its last. */
bool record_update_end(struct db *db, int64_t tenant_id, const struct record_update *row,
    const struct record_update_end *end, bool *kept, struct err *e) CC_MUST_USE;

/* How many rows of a run are still to be written.  Costs as much as there are of these, not as the run is long. */
bool record_update_waiting(struct db *db, struct arena *a, int64_t tenant_id, int64_t run_id, int64_t *n,
    struct err *e) CC_MUST_USE;
/* How many rows of a run are in each state. */
bool record_update_count(struct db *db, struct arena *a, int64_t tenant_id, int64_t run_id,
    int64_t counts[UPDATE__COUNT], struct err *e) CC_MUST_USE;
/* The refused rows of a run again, each due at once; *n of them.  Inside a transaction. */
bool record_update_retry(struct db *db, int64_t tenant_id, int64_t run_id, int64_t *n, struct err *e) CC_MUST_USE;
/* What has not left yet does not.  Inside a transaction. */
bool record_update_stop(struct db *db, int64_t tenant_id, int64_t run_id, struct err *e) CC_MUST_USE;
/* Forgets ended rows of runs of that kind up to that one, with their attempts: so many at most; *any tells of any. */
#define RECORD_UPDATE_FORGET_MAX 1000
bool record_update_forget(struct db *db, int64_t tenant_id, enum id_run_kind kind, int64_t last_run_id, bool *any,
    struct err *e) CC_MUST_USE;

struct record_update_problem {
	int64_t update_id;
	struct str object_type, object_id, code, message;
};
/* Refused rows of a run behind the id `after`, in the order of ids, RECORD_UPDATE_PROBLEMS_MAX at most. */
#define RECORD_UPDATE_PROBLEMS_MAX 51
bool record_update_problems(struct db *db, struct arena *a, int64_t tenant_id, int64_t run_id, int64_t after,
    struct record_update_problem **out, size_t *n, struct err *e) CC_MUST_USE;

extern const struct sql record_update_sql[];
extern const size_t record_update_sql_n;

#endif
