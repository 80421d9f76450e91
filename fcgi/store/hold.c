/* hold.c - see hold.h. */
#include "store/hold.h"

#include "base/arena.h"
#include "store/lease.h"
#include "store/transaction.h"

enum {
	BEGIN,
	PARK,
	UNQUEUE,
	LIST,
	HELD,
	BUSY,
	OLDEST,
	AGAIN,
	AGAIN_ONE,
	RESUME,
	RESUME_ONE,
	QUEUE,
	END
};

/* The codes of verdict_holds_event_type(); a test compares the two. */
#define REFUSED "state = 'REJECTED' AND (code LIKE 'ACTIONTRACKER%' OR code = 'CAMPAIGN_NOT_FOUND')"
#define PARKED  "state = 'PARKED' AND code = '" HOLD_CODE "'"
#define NEXT_REVISION                                                                                                  \
	"UPDATE conversion SET state = 'READY', revision = revision + 1, code = '', message = '', unanswered = 0, "    \
	"batch_id = '', partner_id = '', accepted_at = NULL, ended_at = NULL, version = version + 1 "
#define READY "UPDATE conversion SET state = 'READY', code = '', message = '', version = version + 1 "
#define TYPE  "WHERE tenant_id = ? AND event_type_id = ? AND "
#define ONE   "WHERE tenant_id = ? AND conversion_id = ? AND "

const struct sql hold_sql[] = {
	/* One that was sent before the hold tells nothing new about a mended event type. */
	[BEGIN] = { "hold.begin", SQL_TENANT, "iisii", "",
	    "INSERT INTO event_type_hold (tenant_id, event_type_id, code, held_at) VALUES (?, ?, ?, UTC_TIMESTAMP(3)) "
	    "ON DUPLICATE KEY UPDATE held_at = IF(held_at < (SELECT c.sending_at FROM conversion c WHERE "
	    "c.tenant_id = ? AND c.conversion_id = ?), VALUES(held_at), held_at), code = VALUES(code)",
	    NULL, NULL },
	[PARK] = { "hold.park", SQL_TENANT, "ii", "",
	    "UPDATE conversion SET state = 'PARKED', code = '" HOLD_CODE "', version = version + 1 " TYPE
	    "state = 'READY'",
	    NULL, NULL },
	[UNQUEUE] = { "hold.unqueue", SQL_TENANT, "ii", "",
	    "DELETE d FROM delivery d JOIN conversion c ON c.tenant_id = d.tenant_id AND c.conversion_id = d.effect_id "
	    "WHERE d.tenant_id = ? AND d.kind = 'conversion' AND c.event_type_id = ? AND c." PARKED,
	    NULL, NULL },
	[LIST] = { "hold.list", SQL_TENANT, "i", "i",
	    "SELECT event_type_id FROM event_type_hold WHERE tenant_id = ? ORDER BY event_type_id LIMIT 1000", NULL,
	    NULL },
	[HELD] = { "hold.held", SQL_TENANT, "ii", "i",
	    "SELECT event_type_id FROM event_type_hold WHERE tenant_id = ? AND event_type_id = ? LOCK IN SHARE MODE",
	    NULL, NULL },
	[BUSY] = { "hold.busy", SQL_TENANT, "ii", "i",
	    "SELECT c.conversion_id FROM conversion c JOIN event_type_hold h ON h.tenant_id = c.tenant_id AND "
	    "h.event_type_id = c.event_type_id WHERE c.tenant_id = ? AND c.event_type_id = ? AND (c.state IN ('READY', "
	    "'SENDING', 'UNKNOWN') OR (c.state = 'ACCEPTED' AND c.sending_at > h.held_at)) LIMIT 1",
	    NULL, NULL },
	[OLDEST] = { "hold.oldest", SQL_TENANT, "ii", "i",
	    "SELECT conversion_id FROM conversion " TYPE "((" REFUSED ") OR (" PARKED
	    ")) ORDER BY occurred_at, conversion_id LIMIT 1",
	    NULL, NULL },
	[AGAIN] = { "hold.again", SQL_TENANT, "ii", "", NEXT_REVISION TYPE REFUSED, NULL, NULL },
	[AGAIN_ONE] = { "hold.again_one", SQL_TENANT, "ii", "", NEXT_REVISION ONE REFUSED, NULL, NULL },
	[RESUME] = { "hold.resume", SQL_TENANT, "ii", "", READY TYPE PARKED, NULL, NULL },
	[RESUME_ONE] = { "hold.resume_one", SQL_TENANT, "ii", "", READY ONE PARKED, NULL, NULL },
	/* A millisecond apart: the longest due goes first. */
	[QUEUE] = { "hold.queue", SQL_TENANT, "ii", "",
	    "INSERT INTO delivery (tenant_id, kind, effect_id, stage, due) SELECT c.tenant_id, 'conversion', "
	    "c.conversion_id, 'send', UTC_TIMESTAMP(3) + INTERVAL (ROW_NUMBER() OVER (ORDER BY c.occurred_at, "
	    "c.conversion_id) - 1) * 1000 MICROSECOND FROM conversion c WHERE c.tenant_id = ? AND c.event_type_id = ? "
	    "AND c.state = 'READY' ON DUPLICATE KEY UPDATE due = delivery.due",
	    NULL, NULL },
	[END] = { "hold.end", SQL_TENANT, "iiii", "",
	    "DELETE FROM event_type_hold WHERE tenant_id = ? AND event_type_id = ? AND held_at < (SELECT c.sending_at "
	    "FROM conversion c WHERE c.tenant_id = ? AND c.conversion_id = ?)",
	    NULL, NULL },
};
const size_t hold_sql_n = sizeof(hold_sql) / sizeof(hold_sql[0]);

#define Q(id) (&hold_sql[id])

bool
hold_begin(struct db *db, int64_t tenant_id, int64_t event_type_id, int64_t conversion_id, struct str code,
    struct err *e)
{
	return transaction_begin(db, e) &&
	       transaction_end(db,
	           db_run(db, Q(BEGIN),
	               DB_IN(DB_V_I(tenant_id), DB_V_I(event_type_id), DB_V_S(code), DB_V_I(tenant_id),
	                   DB_V_I(conversion_id)),
	               NULL, e) &&
	               db_run(db, Q(PARK), DB_IN(DB_V_I(tenant_id), DB_V_I(event_type_id)), NULL, e) &&
	               db_run(db, Q(UNQUEUE), DB_IN(DB_V_I(tenant_id), DB_V_I(event_type_id)), NULL, e),
	           "holding an event type", e);
}

bool
hold_list(struct db *db, struct arena *a, int64_t tenant_id, int64_t **event_type_ids, size_t *n, struct err *e)
{
	struct db_rows rows;

	if (!db_query(db, Q(LIST), DB_IN(DB_V_I(tenant_id)), a, &rows, e))
		return err_wrap(e, "reading held event types");
	*n = rows.n;
	*event_type_ids = arena_array(a, rows.n, sizeof(**event_type_ids));
	for (size_t i = 0; i < rows.n; i++)
		(*event_type_ids)[i] = rows.v[i].i;
	return true;
}

/* The first row's number, 0 when there is none. */
static bool
first(struct db *db, struct arena *a, const struct sql *q, int64_t tenant_id, int64_t event_type_id, int64_t *out,
    struct err *e)
{
	struct db_rows rows;

	if (!db_query(db, q, DB_IN(DB_V_I(tenant_id), DB_V_I(event_type_id)), a, &rows, e))
		return false;
	*out = rows.n == 0 ? 0 : rows.v[0].i;
	return true;
}

bool
hold_keeps(struct db *db, struct arena *a, int64_t tenant_id, int64_t event_type_id, bool *out, struct err *e)
{
	int64_t id;

	*out = false;
	if (!first(db, a, Q(HELD), tenant_id, event_type_id, &id, e))
		return false;
	*out = id != 0;
	return true;
}

static bool
send_one(struct db *db, int64_t tenant_id, int64_t event_type_id, int64_t id, struct err *e)
{
	int64_t again;
	int64_t resumed;

	return db_run(db, Q(AGAIN_ONE), DB_IN(DB_V_I(tenant_id), DB_V_I(id)), &again, e) &&
	       db_run(db, Q(RESUME_ONE), DB_IN(DB_V_I(tenant_id), DB_V_I(id)), &resumed, e) &&
	       (again + resumed == 1 || err_set(e, ERR_CONFLICT, "conversion %lld moved meanwhile", (long long)id)) &&
	       db_run(db, Q(QUEUE), DB_IN(DB_V_I(tenant_id), DB_V_I(event_type_id)), NULL, e) &&
	       lease_wake(db, tenant_id, LEASE_SEND, 0, 0, e);
}

bool
hold_probe(struct db *db, struct arena *a, int64_t tenant_id, int64_t *n, struct err *e)
{
	int64_t *types;
	size_t n_types;

	*n = 0;
	if (!hold_list(db, a, tenant_id, &types, &n_types, e))
		return false;
	for (size_t i = 0; i < n_types; i++) {
		int64_t busy;
		int64_t id;

		if (!first(db, a, Q(BUSY), tenant_id, types[i], &busy, e))
			return err_wrap(e, "trying a held event type");
		if (busy != 0)
			continue;
		if (!first(db, a, Q(OLDEST), tenant_id, types[i], &id, e))
			return err_wrap(e, "trying a held event type");
		if (id == 0)
			continue;
		if (!transaction_begin(db, e) ||
		    !transaction_end(db, send_one(db, tenant_id, types[i], id, e), "trying a held event type", e))
			return false;
		(*n)++;
	}
	return true;
}

static bool
release(struct db *db, int64_t tenant_id, int64_t event_type_id, int64_t conversion_id, int64_t *n, struct err *e)
{
	int64_t ended;
	int64_t again;
	int64_t resumed;

	if (!db_run(db, Q(END),
	        DB_IN(DB_V_I(tenant_id), DB_V_I(event_type_id), DB_V_I(tenant_id), DB_V_I(conversion_id)), &ended, e))
		return false;
	if (ended == 0)
		return true;
	if (!db_run(db, Q(AGAIN), DB_IN(DB_V_I(tenant_id), DB_V_I(event_type_id)), &again, e) ||
	    !db_run(db, Q(RESUME), DB_IN(DB_V_I(tenant_id), DB_V_I(event_type_id)), &resumed, e))
		return false;
	*n = again + resumed;
	return db_run(db, Q(QUEUE), DB_IN(DB_V_I(tenant_id), DB_V_I(event_type_id)), NULL, e) &&
	       lease_wake(db, tenant_id, LEASE_SEND, 0, 0, e);
}

bool
hold_end(struct db *db, int64_t tenant_id, int64_t event_type_id, int64_t conversion_id, int64_t *n, struct err *e)
{
	*n = 0;
	return transaction_begin(db, e) &&
	       transaction_end(db, release(db, tenant_id, event_type_id, conversion_id, n, e),
	           "releasing an event type", e);
}
