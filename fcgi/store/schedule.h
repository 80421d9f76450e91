/* schedule.h - periodic work, one row per tenant and kind: any number of workers, one does it. */
#ifndef STORE_SCHEDULE_H
#define STORE_SCHEDULE_H

#include "base/err.h"
#include "base/str.h"
#include "io/db.h"

enum schedule_kind {
	SCHEDULE_TOKEN,        /* refresh HubSpot's token before it expires; is the app still installed? */
	SCHEDULE_HOUSEKEEPING, /* tenant 0: partitions, old sessions */
	SCHEDULE_ERASE,        /* an account that is being deleted */
	SCHEDULE_MAIL,         /* tenant 0: e-mails that are to be sent */
	SCHEDULE_IMPACT,       /* try impact.com's credentials */
	SCHEDULE__COUNT
};

struct schedule {
	int64_t tenant_id;
	enum schedule_kind kind;
	int64_t fence, tries;
	struct str owner;
};

/* "token", ...: in the schema and in the log. */
const char *schedule_kind_name(enum schedule_kind kind);
/* Due rows that nobody holds, at most 16. */
bool schedule_candidates(struct db *db, struct arena *a, struct schedule **out, size_t *n, struct err *e) CC_MUST_USE;
/* ERR_CONFLICT: somebody else has it. */
bool schedule_claim(struct db *db, struct schedule *s, struct str owner, int64_t lease_s, struct err *e) CC_MUST_USE;
/*
 * Done, next time in due_in_ms (negative: not by itself), or earlier when that was set meanwhile; tries counts
 * failures in a row (0 after a success).
 */
bool schedule_release(struct db *db, const struct schedule *s, int64_t due_in_ms, int64_t tries,
    struct err *e) CC_MUST_USE;
/* Makes the row, or moves its due time (earlier only when `only_earlier`). */
bool schedule_set(struct db *db, int64_t tenant_id, enum schedule_kind kind, int64_t due_in_ms, bool only_earlier,
    struct err *e) CC_MUST_USE;

extern const struct sql schedule_sql[];
extern const size_t schedule_sql_n;

#endif
