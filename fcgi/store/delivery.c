/* delivery.c - see delivery.h. */
#include "store/delivery.h"

#include "base/arena.h"
#include "io/db.h"

enum {
	DUE_SEND,
	DUE_FOLLOW,
	NEXT_SEND,
	NEXT_FOLLOW,
	LATER,
	WAITING
};

#define TEXT_OF(n) #n
#define TEXT(n)    TEXT_OF(n)

#define COLUMNS                                                                                                        \
	"d.effect_id, d.stage, d.looks, d.tries, c.state, c.program_id, c.event_type, c.order_id, c.object_type, "     \
	"c.trigger_id, c.batch_id, c.action_id, c.event_type_id, c.event_date, c.attempts, c.unanswered, "             \
	"COALESCE(TIMESTAMPDIFF(MICROSECOND, c.accepted_at, UTC_TIMESTAMP(3)) DIV 1000, 0), "                          \
	"EXISTS (SELECT 1 FROM conversion o WHERE o.tenant_id = c.tenant_id AND o.order_id = c.order_id AND "          \
	"o.program_id = c.program_id AND o.event_type_id <> c.event_type_id), COALESCE(c.sending_at, c.event_date), "  \
	"COALESCE(c.sending_at <= (SELECT t.impact_since FROM tenant t WHERE t.tenant_id = c.tenant_id), 0), "         \
	"COALESCE(TIMESTAMPDIFF(MICROSECOND, c.sending_at, UTC_TIMESTAMP(3)) DIV 1000, 0)"
#define LETTERS "isiissssssssitiiiitii"
#define BODY    21 /* the column behind them */
#define TABLES                                                                                                         \
	" FROM delivery d FORCE INDEX (delivery_due) STRAIGHT_JOIN conversion c ON c.tenant_id = d.tenant_id AND "     \
	"c.conversion_id = d.effect_id "                                                                               \
	"WHERE d.tenant_id = ? AND d.kind = 'conversion' AND d.due <= UTC_TIMESTAMP(3) AND "

/*
 * The lane of a conversion is busy while an earlier one of it is on its way: ready, or being sent; or accepted, when
 * its event type is another one, until its verdict.  Nobody waits longer than order_wait_s for one that was put off or
 * is being judged.  For one that could go now nobody waits at all: it goes first, however long both have waited (for a
 * budget, for a pause to end).
 */
#define LATELY(moment) moment " > UTC_TIMESTAMP(3) - INTERVAL ? SECOND"
#define COULD_GO                                                                                                       \
	"EXISTS (SELECT 1 FROM delivery x WHERE x.tenant_id = b.tenant_id AND x.kind = 'conversion' AND "              \
	"x.effect_id = b.conversion_id AND x.due <= UTC_TIMESTAMP(3))"
const struct sql delivery_sql[] = {
	[DUE_SEND] = { "delivery.due_send", SQL_TENANT, "iiii", LETTERS "s",
	    "SELECT " COLUMNS ", c.body" TABLES
	    "d.stage = 'send' AND c.state = 'READY' AND NOT EXISTS (SELECT 1 FROM conversion "
	    "b FORCE INDEX (conversion_lane) "
	    "WHERE b.tenant_id = c.tenant_id AND b.lane = c.lane AND b.conversion_id <> c.conversion_id AND "
	    "b.state IN ('READY', 'SENDING', 'ACCEPTED') AND "
	    "(b.occurred_at < c.occurred_at OR (b.occurred_at = c.occurred_at AND b.conversion_id < "
	    "c.conversion_id)) AND (b.state = 'SENDING' OR (b.state = 'READY' AND (" LATELY(
	        "b.created_at") " OR " COULD_GO
	                        ")) OR (b.state = 'ACCEPTED' AND b.event_type_id <> c.event_type_id AND " LATELY(
	                            "COALESCE(b.accepted_at, b.created_at)") "))) ORDER BY d.due LIMIT ?",
	    NULL, NULL },
	[DUE_FOLLOW] = { "delivery.due_follow", SQL_TENANT, "ii", LETTERS,
	    "SELECT " COLUMNS TABLES "d.stage IN ('follow', 'reconcile') ORDER BY d.due LIMIT ?", NULL, NULL },
	[NEXT_SEND] = { "delivery.next_send", SQL_TENANT, "i", "i",
	    "SELECT GREATEST(0, TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(3), MIN(due)) DIV 1000) FROM delivery "
	    "WHERE tenant_id = ? AND stage = 'send'",
	    NULL, NULL },
	[NEXT_FOLLOW] = { "delivery.next_follow", SQL_TENANT, "i", "i",
	    "SELECT GREATEST(0, TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(3), MIN(due)) DIV 1000) FROM delivery "
	    "WHERE tenant_id = ? AND stage IN ('follow', 'reconcile')",
	    NULL, NULL },
	[LATER] = { "delivery.later", SQL_TENANT, "iii", "",
	    "UPDATE delivery SET due = UTC_TIMESTAMP(3) + INTERVAL ? * 1000 MICROSECOND, looks = looks + 1 "
	    "WHERE tenant_id = ? AND kind = 'conversion' AND effect_id = ?",
	    NULL, NULL },
	[WAITING] = { "delivery.waiting", SQL_TENANT, "i", "i",
	    "SELECT COUNT(*) FROM (SELECT 1 FROM delivery WHERE tenant_id = ? AND stage = 'send' LIMIT " TEXT(
	        DELIVERY_WAITING_MAX) ") x",
	    NULL, NULL },
};
const size_t delivery_sql_n = sizeof(delivery_sql) / sizeof(delivery_sql[0]);

static bool
delivery_from_row(const struct db_value *r, struct delivery *d, struct err *e)
{
	*d = (struct delivery){ .conversion_id = r[0].i,
		.stage = DELIVERY_SEND,
		.looks = r[2].i,
		.tries = r[3].i,
		.program_id = r[5].s,
		.event_type = r[6].s,
		.order_id = r[7].s,
		.object_type = r[8].s,
		.trigger_id = r[9].s,
		.batch_id = r[10].s,
		.action_id = r[11].s,
		.event_type_id = r[12].i,
		.event_date_ms = r[13].i,
		.attempts = r[14].i,
		.unanswered = r[15].i,
		.since_accepted_ms = r[16].i,
		.order_id_shared = r[17].i != 0,
		.sending_ms = r[18].i,
		.elsewhere = r[19].i != 0,
		.since_sending_ms = r[20].i };
	if (str_eq(r[1].s, STR("follow")))
		d->stage = DELIVERY_FOLLOW;
	else if (str_eq(r[1].s, STR("reconcile")))
		d->stage = DELIVERY_RECONCILE;
	return state_parse(r[4].s, &d->state) || err_set(e, ERR_FAULT, "unknown state in conversion");
}

static bool
deliveries(const struct db_rows *rows, struct arena *a, struct delivery **out, size_t *n, struct err *e)
{
	*out = arena_array(a, rows->n, sizeof(**out));
	*n = rows->n;
	for (size_t i = 0; i < rows->n; i++) {
		if (!delivery_from_row(&rows->v[i * rows->columns], &(*out)[i], e))
			return false;
		if (rows->columns > BODY)
			(*out)[i].body = rows->v[i * rows->columns + BODY].s;
	}
	return true;
}

struct str
delivery_name(struct arena *a, const void *list, size_t i)
{
	const struct delivery *d = list;

	return str_printf(a, "%lld", (long long)d[i].conversion_id);
}

bool
delivery_due_send(struct db *db, struct arena *a, int64_t tenant_id, int64_t order_wait_s, int64_t max,
    struct delivery **out, size_t *n, struct err *e)
{
	struct db_rows rows;

	return (db_query(db, &delivery_sql[DUE_SEND],
	            DB_IN(DB_V_I(tenant_id), DB_V_I(order_wait_s), DB_V_I(order_wait_s), DB_V_I(max)), a, &rows, e) &&
	           deliveries(&rows, a, out, n, e)) ||
	       err_wrap(e, "reading what to send");
}

bool
delivery_due_follow(struct db *db, struct arena *a, int64_t tenant_id, int64_t max, struct delivery **out, size_t *n,
    struct err *e)
{
	struct db_rows rows;

	return (db_query(db, &delivery_sql[DUE_FOLLOW], DB_IN(DB_V_I(tenant_id), DB_V_I(max)), a, &rows, e) &&
	           deliveries(&rows, a, out, n, e)) ||
	       err_wrap(e, "reading what to follow");
}

bool
delivery_next_ms(struct db *db, struct arena *a, int64_t tenant_id, enum lease_stage stage, int64_t *ms, struct err *e)
{
	const struct db_value *row;

	if (!db_query_one(db, &delivery_sql[stage == LEASE_SEND ? NEXT_SEND : NEXT_FOLLOW], DB_IN(DB_V_I(tenant_id)), a,
	        &row, e))
		return err_wrap(e, "reading deliveries");
	*ms = row[0].kind == DB_NULL ? -1 : row[0].i;
	return true;
}

bool
delivery_later(struct db *db, int64_t tenant_id, int64_t conversion_id, int64_t due_in_ms, struct err *e)
{
	return db_run(db, &delivery_sql[LATER], DB_IN(DB_V_I(due_in_ms), DB_V_I(tenant_id), DB_V_I(conversion_id)),
	    NULL, e);
}

bool
delivery_waiting(struct db *db, struct arena *a, int64_t tenant_id, int64_t *n, struct err *e)
{
	const struct db_value *row;

	if (!db_query_one(db, &delivery_sql[WAITING], DB_IN(DB_V_I(tenant_id)), a, &row, e))
		return err_wrap(e, "counting what waits to be sent");
	*n = row[0].i;
	return true;
}
