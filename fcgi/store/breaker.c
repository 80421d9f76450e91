/* breaker.c - see breaker.h. */
#include "store/breaker.h"

#include "base/arena.h"

#define WHY_MAX     255
#define DOUBLES_MAX 20

enum {
	READ,
	PROBE,
	OPEN,
	FAILED,
	CLOSE,
	LIST
};

#define ONE "tenant_id = ? AND destination = ?"

const struct sql breaker_sql[] = {
	[READ] = { "breaker.read", SQL_TENANT, "is", "i",
	    "SELECT GREATEST(0, TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(3), open_until) DIV 1000) FROM breaker "
	    "WHERE " ONE,
	    NULL, NULL },
	[PROBE] = { "breaker.probe", SQL_TENANT, "iis", "",
	    "UPDATE breaker SET open_until = UTC_TIMESTAMP(3) + INTERVAL ? SECOND WHERE " ONE
	    " AND open_until <= UTC_TIMESTAMP(3)",
	    NULL, NULL },
	[OPEN] = { "breaker.open", SQL_TENANT, "isiis", "",
	    "INSERT INTO breaker (tenant_id, destination, since, open_until, why) VALUES (?, ?, UTC_TIMESTAMP(3) - "
	    "INTERVAL ? * 1000 MICROSECOND, UTC_TIMESTAMP(3) + INTERVAL ? SECOND, ?) "
	    "ON DUPLICATE KEY UPDATE tenant_id = breaker.tenant_id",
	    NULL, NULL },
	[FAILED] = { "breaker.failed", SQL_TENANT, "iiisis", "",
	    "UPDATE breaker SET open_until = UTC_TIMESTAMP(3) + INTERVAL LEAST(?, ? * POW(2, LEAST(?, opens))) SECOND, "
	    "opens = opens + 1, why = ? WHERE " ONE,
	    NULL, NULL },
	[CLOSE] = { "breaker.close", SQL_TENANT, "is", "", "DELETE FROM breaker WHERE " ONE, NULL, NULL },
	[LIST] = { "breaker.list", SQL_TENANT, "i", "stt",
	    "SELECT destination, since, open_until FROM breaker WHERE tenant_id = ? ORDER BY destination", NULL, NULL },
};
const size_t breaker_sql_n = sizeof(breaker_sql) / sizeof(breaker_sql[0]);

static const char *const names[BREAKER__COUNT] = { "hubspot", "impact", "impact_submissions", "impact_actions" };

#define TO(to) DB_V_S(str_from(names[to]))

const char *
breaker_name(enum breaker_to to)
{
	return names[to];
}

bool
breaker_may(struct db *db, struct arena *a, int64_t tenant_id, enum breaker_to to, int64_t probe_s, bool *probe,
    int64_t *wait_ms, struct err *e)
{
	struct db_rows rows;
	int64_t won = 0;

	*probe = false;
	*wait_ms = 0;
	if (!db_query(db, &breaker_sql[READ], DB_IN(DB_V_I(tenant_id), TO(to)), a, &rows, e))
		return err_wrap(e, "reading the circuit breaker");
	if (rows.n == 0)
		return true;
	*wait_ms = rows.v[0].i;
	if (*wait_ms > 0)
		return true;
	if (!db_run(db, &breaker_sql[PROBE], DB_IN(DB_V_I(probe_s), DB_V_I(tenant_id), TO(to)), &won, e))
		return err_wrap(e, "taking the probe of the circuit breaker");
	*probe = won == 1;
	*wait_ms = won == 1 ? 0 : probe_s * 1000;
	return true;
}

bool
breaker_open(struct db *db, int64_t tenant_id, enum breaker_to to, int64_t since_ms_ago,
    const struct breaker_wait *wait, struct str why, bool *opened, struct err *e)
{
	int64_t changed = 0;
	bool ok = db_run(db, &breaker_sql[OPEN],
	    DB_IN(DB_V_I(tenant_id), TO(to), DB_V_I(since_ms_ago), DB_V_I(wait->wait_s),
	        DB_V_S(str_slice(why, 0, WHY_MAX))),
	    &changed, e);

	*opened = changed == 1;
	return ok;
}

bool
breaker_failed(struct db *db, int64_t tenant_id, enum breaker_to to, const struct breaker_wait *wait, struct str why,
    struct err *e)
{
	return db_run(db, &breaker_sql[FAILED],
	    DB_IN(DB_V_I(wait->cap_s), DB_V_I(wait->wait_s), DB_V_I(DOUBLES_MAX), DB_V_S(str_slice(why, 0, WHY_MAX)),
	        DB_V_I(tenant_id), TO(to)),
	    NULL, e);
}

bool
breaker_close(struct db *db, int64_t tenant_id, enum breaker_to to, bool *closed, struct err *e)
{
	int64_t gone = 0;
	bool ok = db_run(db, &breaker_sql[CLOSE], DB_IN(DB_V_I(tenant_id), TO(to)), &gone, e);

	*closed = gone == 1;
	return ok;
}

bool
breaker_list(struct db *db, struct arena *a, int64_t tenant_id, struct breaker_row **out, size_t *n, struct err *e)
{
	struct db_rows rows;

	if (!db_query(db, &breaker_sql[LIST], DB_IN(DB_V_I(tenant_id)), a, &rows, e))
		return err_wrap(e, "reading circuit breakers");
	*out = arena_array(a, rows.n, sizeof(**out));
	*n = rows.n;
	for (size_t i = 0; i < rows.n; i++) {
		const struct db_value *r = &rows.v[i * rows.columns];
		struct breaker_row *b = &(*out)[i];

		*b = (struct breaker_row){ .since_ms = r[1].i, .until_ms = r[2].i };
		while (b->to < BREAKER__COUNT - 1 && !str_eq(r[0].s, str_from(names[b->to])))
			b->to++;
	}
	return true;
}
