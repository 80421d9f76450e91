/*
 * lease.h - who works on what, by conditional UPDATE of one row, on the database's clock.
 *
 * Every claim counts `fence` up; results are written with it, and zero rows means "no longer mine".
 * Producers wake a lease row as the last statement of their transaction, rows in key order; release looks at
 * the wake it saw, else the row is due at once.
 *
 * Poison (F-137): a piece of work that kills its process kills the next one, too.  A lease that runs out without being
 * given back, and whose owner has not been seen since, was a dead one's.  Who takes it over is careful: it works on one
 * piece after the other and commits before each which one that is (lease_work()).  When it dies with one written down,
 * that is the suspect; the next holder works on the suspect first, alone.  After poison_after deaths the flow takes it
 * out of the queue instead.  A process that is killed from outside, or with a neighbour's poison, dies with nothing
 * written down, or once with something innocent: that is the suspect until it was worked on, which absolves it.  The
 * database's death is nobody's: its workers live.  As long as nobody dies nothing of this costs anything.
 */
#ifndef STORE_LEASE_H
#define STORE_LEASE_H

#include "base/err.h"
#include "base/str.h"
#include "io/db.h"

#define LEASE_DECIDE_SHARDS 4

enum lease_stage {
	LEASE_SPLIT, /* tenant 0, a shard of the inbox */
	LEASE_DECIDE,
	LEASE_SEND,
	LEASE_FOLLOW,
	LEASE_UPDATE, /* of records at HubSpot */
	LEASE_SCAN,   /* walks over all records of an account */
	LEASE__COUNT
};

struct lease {
	int64_t tenant_id;
	enum lease_stage stage;
	int64_t shard, fence, wake;
	struct str owner;
	/* of a candidate: who had it last and did not give it back; what that one worked on */
	struct str left_by, working;
	bool died;           /* it has not been seen since */
	bool careful;        /* of a claimed one: taken over from the dead */
	struct str suspect;  /* with what somebody died; LEASE_ANY: with more than one piece of work */
	int64_t deaths;      /* how often in a row */
};

/* In place of a piece of work: several, or none that has a name. */
#define LEASE_ANY "*"

const char *lease_stage_name(enum lease_stage stage);
/*
 * Free rows that have something to do: split shards with rows in the inbox, and rows of active tenants that
 * are due.  At most 32 of each stage, the longest due first, over all tenants.  `frugal`: only what ends things and
 * adds next to nothing to the database, which has little room left.
 */
bool lease_candidates(struct db *db, struct arena *a, bool frugal, struct lease **out, size_t *n,
    struct err *e) CC_MUST_USE;
/* Takes the candidate; fills fence and owner.  ERR_CONFLICT: somebody else has it. */
bool lease_claim(struct db *db, struct lease *l, struct str owner, int64_t lease_s, struct err *e) CC_MUST_USE;
/*
 * Of a careful holder, before it goes on: what it works on, at most 64 bytes; "": on nothing that could kill it.
 * Commits by itself, so outside of transactions.
 */
bool lease_work(struct db *db, const struct lease *l, struct str item, struct err *e) CC_MUST_USE;
/* The suspect was worked on to its end, or taken out of the queue. */
bool lease_absolve(struct db *db, struct lease *l, struct err *e) CC_MUST_USE;
/* For another lease_s, in one transaction; brings them into the order of their keys.  ERR_CONFLICT: some are lost. */
bool lease_renew(struct db *db, struct lease **leases, size_t n, int64_t lease_s, struct err *e) CC_MUST_USE;
/* Inside a transaction that writes results: ERR_CONFLICT when it is no longer ours. */
bool lease_hold(struct db *db, const struct lease *l, struct err *e) CC_MUST_USE;
/*
 * Gives it back, due again in `due_in_ms` (from now), or at once when it was woken meanwhile.  What l->suspect still is
 * stays suspect.
 */
bool lease_release(struct db *db, const struct lease *l, int64_t due_in_ms, struct err *e) CC_MUST_USE;
/* Inside the producer's transaction: there is work, due in `due_in_ms`.  Makes the row when it is not there. */
bool lease_wake(struct db *db, int64_t tenant_id, enum lease_stage stage, int64_t shard, int64_t due_in_ms,
    struct err *e) CC_MUST_USE;

extern const struct sql lease_sql[];
extern const size_t lease_sql_n;

#endif
