/*
 * budget.h - how many calls a tenant may still make to a destination.
 *
 * One row per tenant and destination; a process takes a slice by compare-and-set.  What counts is every stretch of the
 * window (core/budget.h).  A 429 blocks the destination until the time the server asked for.
 *
 * impact.com's calls are shared: what is sent leaves a hundredth of them for following, and as much as following says
 * it lacks (budget_owed), up to `share`; as long as something waits to be sent, following takes no more than that.
 */
#ifndef STORE_BUDGET_H
#define STORE_BUDGET_H

#include "base/err.h"
#include "base/str.h"
#include "core/budget.h"
#include "io/db.h"

enum budget_destination {
	BUDGET_HUBSPOT,
	BUDGET_IMPACT,
	BUDGET_HUBSPOT_SEARCH /* HubSpot counts searches apart from all other calls */
};

struct budget_limit {
	/* rule.calls gives way to what the far end's headers tell, less 2 % (budget_told) */
	struct budget_rule rule;
	int64_t percent; /* granted as long as less than so much of all is used */
	bool spare;      /* it could wait */
	int64_t share;   /* percent of all that is kept for what could wait when that lacks them; 0: nothing is */
};

struct budget_slice {
	int64_t granted;    /* 0 to what was wanted */
	int64_t wait_ms;    /* when nothing was granted: ask again after this */
	bool blocked;       /* nothing was granted because the far end asked for that (budget_block) */
	int64_t told_limit; /* what the headers told last; 0: nothing yet */
};

bool budget_take(struct db *db, struct arena *a, int64_t tenant_id, enum budget_destination to, int64_t want,
    const struct budget_limit *limit, struct budget_slice *out, struct err *e) CC_MUST_USE;
/* Nothing may be called for that long; 0 lifts it. */
bool budget_block(struct db *db, int64_t tenant_id, enum budget_destination to, int64_t for_ms,
    struct err *e) CC_MUST_USE;
/* The far end told its limit and what is left of it for so long: others may use the same account. */
bool budget_told(struct db *db, int64_t tenant_id, enum budget_destination to, int64_t limit, int64_t left,
    int64_t reset_ms, struct err *e) CC_MUST_USE;
/* So many calls that could wait are lacking. */
bool budget_owed(struct db *db, int64_t tenant_id, enum budget_destination to, int64_t calls,
    struct err *e) CC_MUST_USE;

/* When the last of n calls that cannot wait will be made, and how many may be made in a window. */
struct budget_outlook {
	int64_t limit;    /* of the far end, as told; before it told one, the configured */
	int64_t drain_ms; /* 0: all can be made now */
};
bool budget_outlook(struct db *db, struct arena *a, int64_t tenant_id, enum budget_destination to, int64_t n,
    const struct budget_limit *limit, struct budget_outlook *out, struct err *e) CC_MUST_USE;

extern const struct sql budget_sql[];
extern const size_t budget_sql_n;

#endif
