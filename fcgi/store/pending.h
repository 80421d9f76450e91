/* pending.h - decide's queue: events without a final decision, with all their facts. */
#ifndef STORE_PENDING_H
#define STORE_PENDING_H

#include "core/event.h"
#include "io/db.h"

/* HubSpot could not be read for an event: for its trace. */
struct pending_delay {
	struct str why;   /* "slow_down", "calls_used", "away" or "token"; empty: it did not wait */
	int64_t answer;   /* HubSpot's last, its HTTP status; 0: none */
	int64_t since_ms; /* the first time */
	int64_t ms;       /* from then until it was looked at */
	int64_t times;
};

struct pending {
	struct str key; /* the event's, 32 bytes */
	struct event event; /* kind, object, property, value, occurred */
	int64_t received_ms;
	int64_t looks;        /* how often data was missing */
	int64_t waiting_ms;   /* since it was received, by the database's clock */
	struct str contact_id; /* known from an earlier look */
	int64_t due_ms;        /* as it was seen */
	struct pending_delay waited;
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
 * The same of an event that was decided before and is here once more: what was made due again since pending_due()
 * stays, for somebody asked for one more look.
 */
bool pending_looked_again(struct db *db, int64_t tenant_id, int64_t shard, const struct pending *p,
    struct err *e) CC_MUST_USE;
/*
 * Data is missing: looked at again after that time, or at once when it was woken since pending_due().  Until then any
 * event of the object, of its associations or of that contact (when there is one) wakes it.
 */
bool pending_wait(struct db *db, int64_t tenant_id, int64_t shard, const struct pending *p, int64_t due_in_ms,
    struct str contact_id, struct err *e) CC_MUST_USE;
/* Could not be looked at: again after that time, and it does not count as a look.  Of *why only why and answer. */
bool pending_pass(struct db *db, int64_t tenant_id, int64_t shard, const struct pending *p, int64_t due_in_ms,
    const struct pending_delay *why, struct err *e) CC_MUST_USE;
/*
 * What is due up to that time could not be looked at; it stays due.  Of *why only why and answer; without an answer
 * only what does not wait already is written to.
 */
bool pending_held_up(struct db *db, int64_t tenant_id, int64_t shard, int64_t due_ms, const struct pending_delay *why,
    struct err *e) CC_MUST_USE;
/* All that waits in the tenant is looked at now: the connection to HubSpot was made anew. */
bool pending_wake_all(struct db *db, int64_t tenant_id, struct err *e) CC_MUST_USE;

/*
 * Statements that make decided events due once more, as if they had waited, with all their facts, begin so; behind it
 * come joins on `d` and conditions.  The first value is LEASE_DECIDE_SHARDS.  A fact that is no longer known whole is
 * not decided again: PENDING_KNOWN, beside a decision's PENDING_EVENT.
 */
#define PENDING_AGAIN                                                                                                  \
	"INSERT INTO pending (tenant_id, shard, event_key, due, looks, kind, object_type, object_id, property, "       \
	"value, occurred_at, received_at) SELECT d.tenant_id, CRC32(CONCAT(d.object_type, '/', d.object_id)) MOD ?, "  \
	"d.event_key, UTC_TIMESTAMP(3), 1, d.kind, d.object_type, d.object_id, d.property, COALESCE(e.value, "         \
	"d.value), d.occurred_at, d.received_at FROM decision d " PENDING_EVENT
#define PENDING_EVENT                                                                                                  \
	"LEFT JOIN event e ON e.tenant_id = d.tenant_id AND e.occurred_day = TIMESTAMPDIFF(DAY, '1970-01-01', "        \
	"d.occurred_at) AND e.event_key = d.event_key "
#define PENDING_KNOWN     " d.kind IN ('created', 'changed') AND (e.value IS NOT NULL OR LENGTH(d.value) < 255) "
#define PENDING_AGAIN_END "ON DUPLICATE KEY UPDATE due = UTC_TIMESTAMP(3)"
/* Wakes decide for what was made due so. */
bool pending_wake_shards(struct db *db, int64_t tenant_id, struct err *e) CC_MUST_USE;

extern const struct sql pending_sql[];
extern const size_t pending_sql_n;

#endif
