/* breaker.h - far ends of a tenant that fail or refuse as a rule: no call but one probe at a time (core/breaker.h). */
#ifndef STORE_BREAKER_H
#define STORE_BREAKER_H

#include "base/err.h"
#include "base/str.h"
#include "io/db.h"

/* The last two are scopes of impact.com's token: their calls are refused, and all others go on. */
enum breaker_to {
	BREAKER_HUBSPOT,
	BREAKER_IMPACT,
	BREAKER_IMPACT_SUBMISSIONS,
	BREAKER_IMPACT_ACTIONS,
	BREAKER__COUNT
};

/* How long it stays open: wait_s, each time twice as long, at most cap_s. */
struct breaker_wait {
	int64_t wait_s, cap_s;
};

struct breaker_row {
	enum breaker_to to;
	int64_t since_ms, until_ms; /* wall clock: of the first failure, of the next probe */
};

const char *breaker_name(enum breaker_to to);
/*
 * Whether the tenant may call: *wait_ms is 0, or how long it may not.  *probe: one call, and its end is to be told by
 * breaker_close() or breaker_failed(); within probe_s nobody else gets it.
 */
bool breaker_may(struct db *db, struct arena *a, int64_t tenant_id, enum breaker_to to, int64_t probe_s, bool *probe,
    int64_t *wait_ms, struct err *e) CC_MUST_USE;
/* Failing since so many ms ago.  One that is open stays as it is.  *opened: it was not. */
bool breaker_open(struct db *db, int64_t tenant_id, enum breaker_to to, int64_t since_ms_ago,
    const struct breaker_wait *wait, struct str why, bool *opened, struct err *e) CC_MUST_USE;
/* The probe failed. */
bool breaker_failed(struct db *db, int64_t tenant_id, enum breaker_to to, const struct breaker_wait *wait,
    struct str why, struct err *e) CC_MUST_USE;
/* The probe was answered well, or somebody mended it.  *closed: it was open. */
bool breaker_close(struct db *db, int64_t tenant_id, enum breaker_to to, bool *closed, struct err *e) CC_MUST_USE;
bool breaker_list(struct db *db, struct arena *a, int64_t tenant_id, struct breaker_row **out, size_t *n,
    struct err *e) CC_MUST_USE;

extern const struct sql breaker_sql[];
extern const size_t breaker_sql_n;

#endif
