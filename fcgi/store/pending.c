/* pending.c - see pending.h. */
#include "store/pending.h"

#include "base/arena.h"
#include "io/db.h"
#include "store/lease.h"

enum {
	DUE,
	NEXT,
	DELETE,
	DELETE_SEEN,
	WAIT,
	WAIT_FOR,
	WAIT_NO_MORE,
	PASS,
	PASS_WAITED,
	HELD_UP,
	HELD_UP_FIRST,
	WAKE_ALL
};

/* A wait goes on until the event is looked at; the next one after that is another, and stands in its place. */
#define WAITS "(waited_since IS NOT NULL AND waited_until IS NULL)"
#define WAITED                                                                                                         \
	"waited_times = IF(" WAITS ", waited_times + 1, 1), "                                                          \
	"waited_since = IF(" WAITS ", waited_since, UTC_TIMESTAMP(3)), waited_until = NULL, waited_why = ?, "          \
	"waited_answer = ? "

const struct sql pending_sql[] = {
	[DUE] = { "pending.due", SQL_TENANT, "iii", "ssssssttisittisii",
	    "SELECT event_key, kind, object_type, object_id, property, value, occurred_at, received_at, looks, "
	    "contact_id, TIMESTAMPDIFF(MICROSECOND, received_at, UTC_TIMESTAMP(3)) DIV 1000, due, "
	    "waited_since, TIMESTAMPDIFF(MICROSECOND, waited_since, COALESCE(waited_until, UTC_TIMESTAMP(3))) DIV "
	    "1000, "
	    "COALESCE(waited_why, ''), COALESCE(waited_answer, 0), COALESCE(waited_times, 0) FROM pending "
	    "WHERE tenant_id = ? AND shard = ? AND due <= UTC_TIMESTAMP(3) ORDER BY due LIMIT ?",
	    NULL, NULL },
	[NEXT] = { "pending.next", SQL_TENANT, "ii", "i",
	    "SELECT GREATEST(0, TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(3), MIN(due)) DIV 1000) FROM pending "
	    "WHERE tenant_id = ? AND shard = ?",
	    NULL, NULL },
	[DELETE] = { "pending.delete", SQL_TENANT, "iis", "",
	    "DELETE FROM pending WHERE tenant_id = ? AND shard = ? AND event_key = ?", NULL, NULL },
	[DELETE_SEEN] = { "pending.delete_seen", SQL_TENANT, "iist", "",
	    "DELETE FROM pending WHERE tenant_id = ? AND shard = ? AND event_key = ? AND due = ?", NULL, NULL },
	/* A due time that is not the one we saw is a wake that came meanwhile: look again at once. */
	[WAIT] = { "pending.wait", SQL_TENANT, "tisiis", "",
	    "UPDATE pending SET due = IF(due = ?, UTC_TIMESTAMP(3) + INTERVAL ? * 1000 MICROSECOND, UTC_TIMESTAMP(3)), "
	    "contact_id = ?, looks = looks + 1, "
	    "waited_until = IF(waited_since IS NULL, NULL, COALESCE(waited_until, UTC_TIMESTAMP(3))) WHERE tenant_id = "
	    "? AND shard = ? AND event_key = ?",
	    NULL, NULL },
	[WAIT_FOR] = { "pending.wait_for", SQL_TENANT, "issis", "",
	    "INSERT INTO waiting (tenant_id, object_type, object_id, shard, event_key) VALUES", "(?, ?, ?, ?, ?)",
	    "ON DUPLICATE KEY UPDATE tenant_id = VALUES(tenant_id)" },
	[WAIT_NO_MORE] = { "pending.wait_no_more", SQL_TENANT, "iis", "",
	    "DELETE FROM waiting WHERE tenant_id = ? AND shard = ? AND event_key = ?", NULL, NULL },
	[PASS] = { "pending.pass", SQL_TENANT, "iiis", "",
	    "UPDATE pending SET due = UTC_TIMESTAMP(3) + INTERVAL ? * 1000 MICROSECOND "
	    "WHERE tenant_id = ? AND shard = ? AND event_key = ?",
	    NULL, NULL },
	[PASS_WAITED] = { "pending.pass_waited", SQL_TENANT, "isiiis", "",
	    "UPDATE pending SET due = UTC_TIMESTAMP(3) + INTERVAL ? * 1000 MICROSECOND, " WAITED
	    "WHERE tenant_id = ? AND shard = ? AND event_key = ?",
	    NULL, NULL },
	[HELD_UP] = { "pending.held_up", SQL_TENANT, "siiit", "",
	    "UPDATE pending SET " WAITED "WHERE tenant_id = ? AND shard = ? AND due <= ?", NULL, NULL },
	[HELD_UP_FIRST] = { "pending.held_up_first", SQL_TENANT, "siiit", "",
	    "UPDATE pending SET " WAITED "WHERE tenant_id = ? AND shard = ? AND due <= ? AND NOT " WAITS, NULL, NULL },
	[WAKE_ALL] = { "pending.wake_all", SQL_TENANT, "i", "",
	    "UPDATE pending SET due = UTC_TIMESTAMP(3) WHERE tenant_id = ? AND looks > 0 AND due > UTC_TIMESTAMP(3)",
	    NULL, NULL },
};
const size_t pending_sql_n = sizeof(pending_sql) / sizeof(pending_sql[0]);

bool
pending_due(struct db *db, struct arena *a, int64_t tenant_id, int64_t shard, int64_t max, struct pending **out,
    size_t *n, struct err *e)
{
	struct db_rows rows;

	if (!db_query(db, &pending_sql[DUE], DB_IN(DB_V_I(tenant_id), DB_V_I(shard), DB_V_I(max)), a, &rows, e))
		return err_wrap(e, "reading pending events");
	*out = arena_array(a, rows.n, sizeof(**out));
	*n = rows.n;
	for (size_t i = 0; i < rows.n; i++) {
		const struct db_value *row = &rows.v[i * rows.columns];
		struct pending *p = &(*out)[i];

		p->key = row[0].s;
		p->event = (struct event){ .source = STR("hubspot"),
			.object_type = row[2].s,
			.object_id = row[3].s,
			.property = row[4].s,
			.occurred_ms = row[6].i };
		if (!event_kind_parse(row[1].s, &p->event.kind))
			return err_set(e, ERR_FAULT, "unknown event kind in pending");
		p->event.value = row[5].s;
		p->received_ms = row[7].i;
		p->looks = row[8].i;
		p->contact_id = row[9].s;
		p->waiting_ms = row[10].i;
		p->due_ms = row[11].i;
		if (row[12].kind != DB_NULL)
			p->waited = (struct pending_delay){ .since_ms = row[12].i,
				.ms = row[13].i,
				.why = row[14].s,
				.answer = row[15].i,
				.times = row[16].i };
	}
	return true;
}

bool
pending_next_ms(struct db *db, struct arena *a, int64_t tenant_id, int64_t shard, int64_t *ms, struct err *e)
{
	const struct db_value *row;

	if (!db_query_one(db, &pending_sql[NEXT], DB_IN(DB_V_I(tenant_id), DB_V_I(shard)), a, &row, e))
		return err_wrap(e, "reading pending events");
	*ms = row[0].kind == DB_NULL ? -1 : row[0].i;
	return true;
}

bool
pending_delete(struct db *db, int64_t tenant_id, int64_t shard, const struct pending *p, struct err *e)
{
	struct db_value tenant = DB_V_I(tenant_id);

	return db_run(db, &pending_sql[DELETE], DB_IN(tenant, DB_V_I(shard), DB_V_S(p->key)), NULL, e) &&
	       (p->looks == 0 ||
	           db_run(db, &pending_sql[WAIT_NO_MORE], DB_IN(tenant, DB_V_I(shard), DB_V_S(p->key)), NULL, e));
}

bool
pending_looked_again(struct db *db, int64_t tenant_id, int64_t shard, const struct pending *p, struct err *e)
{
	struct db_value tenant = DB_V_I(tenant_id);
	int64_t deleted;

	return db_run(db, &pending_sql[DELETE_SEEN], DB_IN(tenant, DB_V_I(shard), DB_V_S(p->key), DB_V_T(p->due_ms)),
	           &deleted, e) &&
	       (deleted == 0 ||
	           db_run(db, &pending_sql[WAIT_NO_MORE], DB_IN(tenant, DB_V_I(shard), DB_V_S(p->key)), NULL, e));
}

bool
pending_wait(struct db *db, int64_t tenant_id, int64_t shard, const struct pending *p, int64_t due_in_ms,
    struct str contact_id, struct err *e)
{
	struct db_value tenant = DB_V_I(tenant_id);
	const struct db_value what[] = { tenant, DB_V_S(p->event.object_type), DB_V_S(p->event.object_id),
		DB_V_I(shard), DB_V_S(p->key), tenant, DB_V_S(STR("contacts")), DB_V_S(contact_id), DB_V_I(shard),
		DB_V_S(p->key) };

	return db_run(db, &pending_sql[WAIT],
	           DB_IN(DB_V_T(p->due_ms), DB_V_I(due_in_ms), DB_V_S(contact_id), tenant, DB_V_I(shard),
	               DB_V_S(p->key)),
	           NULL, e) &&
	       db_run_rows(db, &pending_sql[WAIT_FOR], what, contact_id.n > 0 ? 2 : 1, NULL, e);
}

bool
pending_pass(struct db *db, int64_t tenant_id, int64_t shard, const struct pending *p, int64_t due_in_ms,
    const struct pending_delay *why, struct err *e)
{
	if (why->why.n > 0)
		return db_run(db, &pending_sql[PASS_WAITED],
		    DB_IN(DB_V_I(due_in_ms), DB_V_S(why->why), DB_V_I(why->answer), DB_V_I(tenant_id), DB_V_I(shard),
		        DB_V_S(p->key)),
		    NULL, e);
	return db_run(db, &pending_sql[PASS],
	    DB_IN(DB_V_I(due_in_ms), DB_V_I(tenant_id), DB_V_I(shard), DB_V_S(p->key)), NULL, e);
}

bool
pending_held_up(struct db *db, int64_t tenant_id, int64_t shard, int64_t due_ms, const struct pending_delay *why,
    struct err *e)
{
	return db_run(db, &pending_sql[why->answer > 0 ? HELD_UP : HELD_UP_FIRST],
	    DB_IN(DB_V_S(why->why), DB_V_I(why->answer), DB_V_I(tenant_id), DB_V_I(shard), DB_V_T(due_ms)), NULL, e);
}

bool
pending_wake_all(struct db *db, int64_t tenant_id, struct err *e)
{
	return db_run(db, &pending_sql[WAKE_ALL], DB_IN(DB_V_I(tenant_id)), NULL, e);
}

bool
pending_wake_shards(struct db *db, int64_t tenant_id, struct err *e)
{
	for (int64_t shard = 0; shard < LEASE_DECIDE_SHARDS; shard++)
		if (!lease_wake(db, tenant_id, LEASE_DECIDE, shard, 0, e))
			return false;
	return true;
}
