/* event.c - see event.h. */
#include "store/event.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/crypto.h"
#include "core/date.h"
#include "io/db.h"
#include "store/merged.h"
#include "store/transaction.h"

enum {
	INSERT,
	PENDING,
	SHARDS,
	WAITS,
	WAKE_OBJECT,
	WAKE_TO,
	QUARANTINE,
	SEEN
};

/* A waiting row is looked at anew when something happens to what it waits for: from the few new events to it. */
#define WAKE(type, id)                                                                                                 \
	"UPDATE event e STRAIGHT_JOIN waiting w ON w.tenant_id = e.tenant_id AND w.object_type = e." type              \
	" AND w.object_id = e." id " STRAIGHT_JOIN pending p ON p.tenant_id = w.tenant_id AND p.shard = w.shard AND "  \
	"p.event_key = w.event_key SET p.due = UTC_TIMESTAMP(3) WHERE e.tenant_id = ? AND e.batch = ?"

const struct sql event_sql[] = {
	[INSERT] = { "event.insert", SQL_TENANT, "iissssssssttssssiiis", "",
	    "INSERT INTO event (tenant_id, occurred_day, event_key, source, kind, object_type, object_id, to_type, "
	    "to_id, property, value, occurred_at, received_at, event_id, subscription_type, change_source, source_id, "
	    "attempt, echo, unruled, batch) VALUES ",
	    "(?,?,?,'hubspot',?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", " ON DUPLICATE KEY UPDATE tenant_id = tenant_id" },
	[PENDING] = { "event.pending", SQL_TENANT, "iis", "",
	    "INSERT INTO pending (tenant_id, shard, event_key, due, kind, object_type, object_id, property, value, "
	    "occurred_at, received_at) SELECT tenant_id, CRC32(CONCAT(object_type, '/', object_id)) MOD ?, event_key, "
	    "UTC_TIMESTAMP(3), kind, object_type, object_id, property, value, occurred_at, received_at FROM event e "
	    "WHERE e.tenant_id = ? AND e.batch = ? AND e.echo = 0 AND e.unruled = 0 AND e.kind IN ('created', "
	    "'changed') "
	    "ON DUPLICATE KEY UPDATE due = pending.due",
	    NULL, NULL },
	[SHARDS] = { "event.shards", SQL_TENANT, "i", "i",
	    "SELECT s.shard FROM (SELECT 0 AS shard UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3) s "
	    "WHERE EXISTS (SELECT 1 FROM pending p FORCE INDEX (PRIMARY) WHERE p.tenant_id = ? AND "
	    "p.shard = s.shard AND p.due <= UTC_TIMESTAMP(3) + INTERVAL 5 SECOND) ORDER BY s.shard",
	    NULL, NULL },
	[WAITS] = { "event.waits", SQL_TENANT, "i", "i", "SELECT EXISTS (SELECT 1 FROM waiting WHERE tenant_id = ?)",
	    NULL, NULL },
	[WAKE_OBJECT] = { "event.wake_object", SQL_TENANT, "is", "", WAKE("object_type", "object_id"), NULL, NULL },
	[WAKE_TO] = { "event.wake_to", SQL_TENANT, "is", "", WAKE("to_type", "to_id"), NULL, NULL },
	[QUARANTINE] = { "event.quarantine", SQL_TENANT, "ists", "",
	    "INSERT INTO quarantine (tenant_id, source, reason, received_at, body) VALUES (?, 'hubspot', ?, ?, ?)",
	    NULL, NULL },
	[SEEN] = { "event.seen", SQL_TENANT, "i", "",
	    "UPDATE tenant SET last_event_at = UTC_TIMESTAMP(3) WHERE tenant_id = ?", NULL, NULL },
};
const size_t event_sql_n = sizeof(event_sql) / sizeof(event_sql[0]);

#define INSERT_LETTERS 20

static int
by_key(const void *x, const void *y)
{
	const struct event_row *a = x;
	const struct event_row *b = y;

	if (a->tenant_id != b->tenant_id)
		return a->tenant_id < b->tenant_id ? -1 : 1;
	return str_cmp(a->key, b->key);
}

static void
event_values(const struct event_row *r, struct str batch, struct db_value *v)
{
	const struct event *ev = &r->event;
	const struct db_value row[INSERT_LETTERS] = { DB_V_I(r->tenant_id), DB_V_I(date_day(ev->occurred_ms)),
		DB_V_S(r->key), DB_V_S(str_from(event_kind_name(ev->kind))), DB_V_S(ev->object_type),
		DB_V_S(ev->object_id), DB_V_S(ev->to_type), DB_V_S(ev->to_id), DB_V_S(ev->property), DB_V_S(ev->value),
		DB_V_T(ev->occurred_ms), DB_V_T(r->received_ms), DB_V_S(ev->event_id), DB_V_S(ev->subscription_type),
		DB_V_S(ev->change_source), DB_V_S(ev->source_id), DB_V_I(ev->attempt), DB_V_I(r->echo ? 1 : 0),
		DB_V_I(r->unruled ? 1 : 0), DB_V_S(batch) };

	memcpy(v, row, sizeof(row));
}

static bool
insert_events(struct db *db, struct arena *a, const struct event_batch *b, struct str batch, int64_t *n_new,
    struct err *e)
{
	struct db_value *v = arena_array(a, b->n_events * INSERT_LETTERS, sizeof(*v));

	for (size_t i = 0; i < b->n_events; i++)
		event_values(&b->events[i], batch, v + i * INSERT_LETTERS);
	return b->n_events == 0 || db_run_rows(db, &event_sql[INSERT], v, b->n_events, n_new, e);
}

/* Every shard that has something due now: new events, and rows that waited. */
static bool
wake_shards(struct db *db, struct arena *a, const struct event_batch *b, int64_t tenant_id, struct str batch,
    struct err *e)
{
	struct db_rows shards;

	(void)b, (void)batch; /* each_tenant()'s common form */
	if (!db_query(db, &event_sql[SHARDS], DB_IN(DB_V_I(tenant_id)), a, &shards, e))
		return false;
	for (size_t i = 0; i < shards.n; i++)
		if (!lease_wake(db, tenant_id, LEASE_DECIDE, shards.v[i].i, 0, e))
			return false;
	return true;
}

static bool
any_association(const struct event_batch *b, int64_t tenant_id)
{
	for (size_t i = 0; i < b->n_events; i++)
		if (b->events[i].tenant_id == tenant_id && b->events[i].event.to_id.n > 0)
			return true;
	return false;
}

static bool
any_merge(const struct event_batch *b, int64_t tenant_id)
{
	for (size_t i = 0; i < b->n_events; i++)
		if (b->events[i].tenant_id == tenant_id && b->events[i].event.kind == EVENT_MERGED)
			return true;
	return false;
}

/* In most tenants nothing waits. */
static bool
wake_waiting(struct db *db, struct arena *a, const struct event_batch *b, int64_t tenant_id, struct str batch,
    struct err *e)
{
	struct db_value tenant = DB_V_I(tenant_id);
	const struct db_value *waits;

	if (!db_query_one(db, &event_sql[WAITS], DB_IN(tenant), a, &waits, e))
		return false;
	return waits[0].i == 0 || (db_run(db, &event_sql[WAKE_OBJECT], DB_IN(tenant, DB_V_S(batch)), NULL, e) &&
	                              (!any_association(b, tenant_id) ||
	                                  db_run(db, &event_sql[WAKE_TO], DB_IN(tenant, DB_V_S(batch)), NULL, e)));
}

/* What follows for one tenant from the events of this batch. */
static bool
spread(struct db *db, struct arena *a, const struct event_batch *b, int64_t tenant_id, struct str batch, struct err *e)
{
	return wake_waiting(db, a, b, tenant_id, batch, e) &&
	       (!any_merge(b, tenant_id) || merged_learn(db, tenant_id, batch, e)) &&
	       db_run(db, &event_sql[PENDING], DB_IN(DB_V_I(LEASE_DECIDE_SHARDS), DB_V_I(tenant_id), DB_V_S(batch)),
	           NULL, e) &&
	       db_run(db, &event_sql[SEEN], DB_IN(DB_V_I(tenant_id)), NULL, e);
}

static bool
each_tenant(struct db *db, struct arena *a, const struct event_batch *b, struct str batch,
    bool (*fn)(struct db *, struct arena *, const struct event_batch *, int64_t, struct str, struct err *),
    struct err *e)
{
	for (size_t i = 0; i < b->n_events; i++)
		if ((i == 0 || b->events[i].tenant_id != b->events[i - 1].tenant_id) &&
		    !fn(db, a, b, b->events[i].tenant_id, batch, e))
			return false;
	return true;
}

static bool
write_batch(struct db *db, struct arena *a, const struct event_batch *b, int64_t *n_new, struct err *e)
{
	struct str batch = crypto_random(a, 16);

	if (!lease_hold(db, b->lease, e) || !insert_events(db, a, b, batch, n_new, e) ||
	    !each_tenant(db, a, b, batch, spread, e))
		return false;
	for (size_t i = 0; i < b->n_quarantine; i++) {
		const struct event_quarantined *q = &b->quarantine[i];

		if (!db_run(db, &event_sql[QUARANTINE],
		        DB_IN(DB_V_I(q->tenant_id), DB_V_S(q->reason), DB_V_T(q->received_ms), DB_V_S(q->body)), NULL,
		        e))
			return false;
	}
	for (size_t i = 0; i < b->n_inbox; i++)
		if (!inbox_delete(db, b->inbox[i].shard, b->inbox[i].id, e))
			return false;
	return each_tenant(db, a, b, batch, wake_shards, e);
}

bool
event_commit(struct db *db, struct arena *a, struct event_batch *batch, int64_t *n_new, struct err *e)
{
	*n_new = 0;
	if (batch->n_events > 1)
		qsort(batch->events, batch->n_events, sizeof(batch->events[0]), by_key);
	return transaction_begin(db, e) &&
	       transaction_end(db, write_batch(db, a, batch, n_new, e), "storing events", e);
}
