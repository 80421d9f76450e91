/*
 * budget.h - how many calls a tenant may still make to a destination.
 *
 * One row per tenant and destination; a process takes a slice by compare-and-set: a fixed window of
 * HubSpot 10 s and for searches 1 s, impact.com 1 hour.  A 429 blocks the destination until the time the server asked for.
 */
#ifndef STORE_BUDGET_H
#define STORE_BUDGET_H

#include "base/err.h"
#include "base/str.h"
#include "io/db.h"

enum budget_destination {
	BUDGET_HUBSPOT,
	BUDGET_IMPACT,
	BUDGET_HUBSPOT_SEARCH /* HubSpot counts searches apart from all other calls */
};

/* So many calls in a window of so many seconds. */
struct budget_limit {
	int64_t calls, window_s;
};

struct budget_slice {
	int64_t granted; /* 0 to what was wanted */
	int64_t wait_ms; /* when nothing was granted: ask again after this */
};

bool budget_take(struct db *db, struct arena *a, int64_t tenant_id, enum budget_destination to, int64_t want,
    const struct budget_limit *limit, struct budget_slice *out, struct err *e) CC_MUST_USE;
/* Nothing may be called for that long; 0 lifts it. */
bool budget_block(struct db *db, int64_t tenant_id, enum budget_destination to, int64_t for_ms,
    struct err *e) CC_MUST_USE;

extern const struct sql budget_sql[];
extern const size_t budget_sql_n;

#endif
