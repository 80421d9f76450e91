/* census.c - see census.h. */
#include "store/census.h"

#include "base/arena.h"
#include "base/clock.h"
#include "io/db.h"

#define DUE     "CAST(COALESCE(SUM(due <= UTC_TIMESTAMP(3)), 0) AS SIGNED)"
#define WAITS_S "GREATEST(0, COALESCE(TIMESTAMPDIFF(SECOND, MIN(due), UTC_TIMESTAMP(3)), 0))"

/* More rows than that are not counted: a queue of millions must not cost seconds at each scrape. */
#define TEXT_OF(n)    #n
#define TEXT(n)       TEXT_OF(n)
#define BOUNDED(rows) "(SELECT " rows " LIMIT " TEXT(CENSUS_MAX) ") x"
#define COUNTED       "COUNT(*), CAST(COALESCE(SUM(may AND due <= UTC_TIMESTAMP(3)), 0) AS SIGNED) FROM "
#define GOES_ON       "t.state = 'active' AND (t.sending = 1 OR ? <> 'send')"
#define LATE          "GREATEST(0, COALESCE(MAX(TIMESTAMPDIFF(SECOND, x.since, UTC_TIMESTAMP(3))), 0))"

/* One state at a time, so that the index on it is used: the ledger is long, and most of it has ended. */
#define OPEN(label, state)                                                                                             \
	"UNION ALL SELECT 'conversions_open', 'state=\"" label "\"', COUNT(*) FROM " BOUNDED(                          \
	    "1 FROM tenant t JOIN conversion c ON c.tenant_id = t.tenant_id AND c.state = '" state "'") " "

enum {
	QUEUES,
	INBOX,
	COUNT_PENDING,
	COUNT_DELIVERY,
	LATE_PENDING,
	LATE_DELIVERY,
	GAUGES,
	FOREIGN_KEYS,
	CLIENT_REFUSED,
	CLOCK
};

const struct sql census_sql[] = {
	/* The operator looks over all tenants. */
	[QUEUES] = { "census.queues", SQL_GLOBAL, "", "siiii",
	    "SELECT 'inbox', CAST(0 AS SIGNED), COUNT(*), COUNT(*), "
	    "COALESCE(TIMESTAMPDIFF(SECOND, MIN(received_at), UTC_TIMESTAMP(3)), 0) FROM inbox "
	    "UNION ALL SELECT 'pending', tenant_id, COUNT(*), " DUE ", " WAITS_S " FROM pending GROUP BY tenant_id "
	    "UNION ALL SELECT CONCAT('delivery.', stage), tenant_id, COUNT(*), " DUE ", " WAITS_S
	    " FROM delivery GROUP BY stage, tenant_id",
	    NULL, NULL },
	/* As above. */
	[INBOX] = { "census.inbox", SQL_GLOBAL, "", "ii",
	    "SELECT COUNT(*), COALESCE(TIMESTAMPDIFF(SECOND, MIN(received_at), UTC_TIMESTAMP(3)), 0) FROM inbox", NULL,
	    NULL },
	/* As above. */
	[COUNT_PENDING] = { "census.count_pending", SQL_GLOBAL, "", "ii",
	    "SELECT " COUNTED BOUNDED("q.due, t.state = 'active' AS may FROM tenant t STRAIGHT_JOIN pending q ON "
	                              "q.tenant_id = t.tenant_id"),
	    NULL, NULL },
	/* As above. */
	[COUNT_DELIVERY] = { "census.count_delivery", SQL_GLOBAL, "ss", "ii",
	    "SELECT " COUNTED BOUNDED("q.due, " GOES_ON " AS may FROM tenant t STRAIGHT_JOIN delivery q ON "
	                              "q.tenant_id = t.tenant_id AND q.stage = ?"),
	    NULL, NULL },
	/* As above.  The first of each shard is the first row of an index. */
	[LATE_PENDING] = { "census.late_pending", SQL_GLOBAL, "", "i",
	    "SELECT " LATE " FROM (SELECT (SELECT MIN(q.due) FROM pending q WHERE q.tenant_id = l.tenant_id AND "
	    "q.shard = l.shard) AS since FROM lease l JOIN tenant t ON t.tenant_id = l.tenant_id AND t.state = "
	    "'active' "
	    "WHERE l.stage = 'decide') x",
	    NULL, NULL },
	/* As above.  Nobody is late for a call that the far end's limit does not allow yet. */
	[LATE_DELIVERY] = { "census.late_delivery", SQL_GLOBAL, "ss", "i",
	    "SELECT " LATE
	    " FROM (SELECT GREATEST((SELECT MIN(q.due) FROM delivery q WHERE q.tenant_id = t.tenant_id AND "
	    "q.stage = ?), COALESCE(b.dry_until, '1970-01-02'), COALESCE(b.blocked_until, '1970-01-02')) AS since "
	    "FROM tenant t LEFT JOIN budget b ON b.tenant_id = t.tenant_id AND b.destination = 'impact' WHERE " GOES_ON
	    ") x",
	    NULL, NULL },
	/* As above.  Of conversions only those that something will still happen to, or that wait for a person. */
	[GAUGES] = { "census.gauges", SQL_GLOBAL, "iiii", "ssi",
	    "SELECT 'tenants', CONCAT('state=\"', state, '\"'), COUNT(*) FROM tenant GROUP BY state " OPEN("ready",
	        "READY") OPEN("sending", "SENDING") OPEN("unknown", "UNKNOWN") OPEN("accepted", "ACCEPTED") OPEN("held",
	        "HELD") OPEN("parked", "PARKED") OPEN("dead",
	        "DEAD") "UNION ALL SELECT 'quarantined', '', COUNT(*) FROM quarantine "
	                "UNION ALL SELECT 'tokens', CONCAT('state=\"', IF(state = 'connected' AND expires_at < "
	                "UTC_TIMESTAMP(3), "
	                "'expired', LOWER(state)), '\"'), COUNT(*) FROM install GROUP BY 2 "
	                "UNION ALL SELECT 'connections_troubled', CONCAT('trouble=\"', trouble, '\"'), COUNT(*) FROM "
	                "install "
	                "WHERE trouble <> 'none' GROUP BY trouble "
	                "UNION ALL SELECT 'alarms', CONCAT('kind=\"', kind, '\"'), COUNT(*) FROM alarm WHERE open = 1 "
	                "GROUP BY kind "
	                "UNION ALL SELECT 'token_soonest_expiry_seconds', '', TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(3), "
	                "MIN(expires_at)) "
	                "FROM install WHERE state = 'connected' HAVING MIN(expires_at) IS NOT NULL "
	                "UNION ALL SELECT 'budget_used_max', CONCAT('destination=\"', destination, '\"'), "
	                "CAST(MAX(IF(taken_at "
	                "> "
	                "UTC_TIMESTAMP(3) - INTERVAL IF(destination = 'hubspot', 10, ?) SECOND, used, 0)) AS SIGNED) "
	                "FROM budget "
	                "GROUP BY destination "
	                "UNION ALL SELECT 'budget_blocked', CONCAT('destination=\"', destination, '\"'), "
	                "CAST(COALESCE(SUM(blocked_until > UTC_TIMESTAMP(3)), 0) AS SIGNED) FROM budget GROUP BY "
	                "destination "
	                "UNION ALL SELECT 'breakers_open', CONCAT('destination=\"', destination, '\"'), "
	                "CAST(COUNT(*) AS SIGNED) FROM breaker GROUP BY destination "
	                "UNION ALL SELECT 'budget_limit', 'destination=\"hubspot\"', CAST(? AS SIGNED) "
	                "UNION ALL SELECT 'budget_limit', 'destination=\"impact\"', CAST(? AS SIGNED) "
	                "UNION ALL SELECT 'disk_free_min_bytes', '', CAST(? AS SIGNED)",
	    NULL, NULL },
	/* As above. */
	[FOREIGN_KEYS] = { "census.foreign_keys", SQL_GLOBAL, "s", "i",
	    "SELECT COUNT(*) FROM tenant WHERE master_key_id <> ?", NULL, NULL },
	/* As above. */
	[CLIENT_REFUSED] = { "census.client_refused", SQL_GLOBAL, "", "i",
	    "SELECT COUNT(*) FROM install WHERE state = 'connected' AND trouble = 'client'", NULL, NULL },
	/* As above. */
	[CLOCK] = { "census.clock", SQL_GLOBAL, "", "t", "SELECT UTC_TIMESTAMP(3)", NULL, NULL },
};
const size_t census_sql_n = sizeof(census_sql) / sizeof(census_sql[0]);

bool
census_queues(struct db *db, struct arena *a, struct census_row **out, size_t *n, struct err *e)
{
	struct db_rows rows;

	if (!db_query(db, &census_sql[QUEUES], NULL, 0, a, &rows, e))
		return err_wrap(e, "counting what waits");
	*n = rows.n;
	*out = arena_array(a, rows.n, sizeof(**out));
	for (size_t i = 0; i < rows.n; i++) {
		const struct db_value *v = &rows.v[i * rows.columns];

		(*out)[i] = (struct census_row){ .queue = v[0].s,
			.tenant_id = v[1].i,
			.rows = v[2].i,
			.due = v[3].i,
			.waits_s = v[4].i };
	}
	return true;
}

#define INBOX_QUEUE   0
#define PENDING_QUEUE 1

/* A queue that is empty is told too; the names behind a dot are stages. */
static const char *const queue_names[CENSUS_QUEUES] = { "inbox", "pending", "delivery.send", "delivery.follow",
	"delivery.reconcile" };

static struct db_value
stage_of(size_t queue)
{
	return DB_V_S(str_from(strchr(queue_names[queue], '.') + 1));
}

bool
census_late(struct db *db, struct arena *a, struct census_row out[CENSUS_QUEUES], struct err *e)
{
	for (size_t q = 0; q < CENSUS_QUEUES; q++) {
		const struct db_value *row;
		bool ok;

		out[q] = (struct census_row){ .queue = str_from(queue_names[q]) };
		if (q == INBOX_QUEUE)
			ok = db_query_one(db, &census_sql[INBOX], NULL, 0, a, &row, e);
		else if (q == PENDING_QUEUE)
			ok = db_query_one(db, &census_sql[LATE_PENDING], NULL, 0, a, &row, e);
		else
			ok = db_query_one(db, &census_sql[LATE_DELIVERY], DB_IN(stage_of(q), stage_of(q)), a, &row, e);
		if (!ok)
			return err_wrap(e, "looking for what is late");
		if (q == INBOX_QUEUE)
			out[q].rows = out[q].due = row[0].i;
		out[q].waits_s = row[q == INBOX_QUEUE ? 1 : 0].i;
	}
	return true;
}

bool
census_totals(struct db *db, struct arena *a, struct census_row out[CENSUS_QUEUES], struct err *e)
{
	if (!census_late(db, a, out, e))
		return false;
	for (size_t q = PENDING_QUEUE; q < CENSUS_QUEUES; q++) {
		const struct db_value *row;

		if (q == PENDING_QUEUE
		        ? !db_query_one(db, &census_sql[COUNT_PENDING], NULL, 0, a, &row, e)
		        : !db_query_one(db, &census_sql[COUNT_DELIVERY], DB_IN(stage_of(q), stage_of(q)), a, &row, e))
			return err_wrap(e, "counting what waits");
		out[q].rows = row[0].i;
		out[q].due = row[1].i;
	}
	return true;
}

bool
census_gauges(struct db *db, struct arena *a, const struct settings *s, struct census_gauge **out, size_t *n,
    struct err *e)
{
	struct db_rows rows;

	if (!db_query(db, &census_sql[GAUGES],
	        DB_IN(DB_V_I(s->impact_hour_s), DB_V_I(s->hubspot_calls_per_10s), DB_V_I(s->impact_calls_per_hour),
	            DB_V_I(s->disk_free_min_mb * 1024 * 1024)),
	        a, &rows, e))
		return err_wrap(e, "looking over the installation");
	*n = rows.n;
	*out = arena_array(a, rows.n, sizeof(**out));
	for (size_t i = 0; i < rows.n; i++) {
		const struct db_value *v = &rows.v[i * rows.columns];

		(*out)[i] = (struct census_gauge){ .metric = v[0].s, .labels = v[1].s, .value = v[2].i };
	}
	return true;
}

bool
census_foreign_keys(struct db *db, struct arena *a, struct str key_id, int64_t *out, struct err *e)
{
	const struct db_value *row;

	if (!db_query_one(db, &census_sql[FOREIGN_KEYS], DB_IN(DB_V_S(key_id)), a, &row, e))
		return err_wrap(e, "comparing master keys");
	*out = row[0].i;
	return true;
}

bool
census_client_refused(struct db *db, struct arena *a, int64_t *out, struct err *e)
{
	const struct db_value *row;

	if (!db_query_one(db, &census_sql[CLIENT_REFUSED], NULL, 0, a, &row, e))
		return err_wrap(e, "counting refused connections");
	*out = row[0].i;
	return true;
}

bool
census_clock_ahead_ms(struct db *db, struct arena *a, int64_t *out, struct err *e)
{
	const struct db_value *row;
	int64_t before = clock_wall_ms(), after;

	if (!db_query_one(db, &census_sql[CLOCK], NULL, 0, a, &row, e))
		return err_wrap(e, "reading the database's clock");
	after = clock_wall_ms();
	/* It was read somewhen in between. */
	*out = row[0].i < before ? row[0].i - before : row[0].i > after ? row[0].i - after : 0;
	return true;
}
