/* pending.h - decide's queue: events without a final decision, with all their facts. */
#ifndef STORE_PENDING_H
#define STORE_PENDING_H

#include "core/event.h"
#include "io/db.h"

struct pending {
	struct str key; /* the event's, 32 bytes */
	struct event event; /* kind, object, property, value, occurred */
	int64_t received_ms;
	int64_t looks;        /* how often data was missing */
	int64_t waiting_ms;   /* since it was received, by the database's clock */
	struct str contact_id; /* known from an earlier look */
	int64_t due_ms;        /* as it was seen */
};

/* Due rows of one shard, at most `max`, the longest due first. */
bool pending_due(struct db *db, struct arena *a, int64_t tenant_id, int64_t shard, int64_t max, struct pending **out,
    size_t *n, struct err *e) CC_MUST_USE;
/* Ms until the next row of the shard is due (0: now), -1 when there is none. */
bool pending_next_ms(struct db *db, struct arena *a, int64_t tenant_id, int64_t shard, int64_t *ms,
    struct err *e) CC_MUST_USE;
/* Inside decide's transaction. */
bool pending_delete(struct db *db, int64_t tenant_id, int64_t shard, const struct pending *p,
    struct err *e) CC_MUST_USE;
/*
 * Data is missing: looked at again after that time, or at once when it was woken since pending_due().  Until then any
 * event of the object, of its associations or of that contact (when there is one) wakes it.
 */
bool pending_wait(struct db *db, int64_t tenant_id, int64_t shard, const struct pending *p, int64_t due_in_ms,
    struct str contact_id, struct err *e) CC_MUST_USE;
/* Could not be looked at: again after that time, and it does not count as a look. */
bool pending_pass(struct db *db, int64_t tenant_id, int64_t shard, const struct pending *p, int64_t due_in_ms,
    struct err *e) CC_MUST_USE;
/* All that waits in the tenant is looked at now: the connection to HubSpot was made anew. */
bool pending_wake_all(struct db *db, int64_t tenant_id, struct err *e) CC_MUST_USE;

extern const struct sql pending_sql[];
extern const size_t pending_sql_n;

#endif
