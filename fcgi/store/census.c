/* census.c - see census.h. */
#include "store/census.h"

#include "base/arena.h"
#include "io/db.h"

#define DUE     "CAST(COALESCE(SUM(due <= UTC_TIMESTAMP(3)), 0) AS SIGNED)"
#define WAITS_S "GREATEST(0, COALESCE(TIMESTAMPDIFF(SECOND, MIN(due), UTC_TIMESTAMP(3)), 0))"

enum {
	QUEUES,
	QUARANTINE
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
	[QUARANTINE] = { "census.quarantine", SQL_GLOBAL, "", "iitis",
	    "SELECT id, tenant_id, received_at, LENGTH(body), reason FROM quarantine ORDER BY id DESC LIMIT 100", NULL,
	    NULL },
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

bool
census_quarantine(struct db *db, struct arena *a, struct census_quarantine **out, size_t *n, struct err *e)
{
	struct db_rows rows;

	if (!db_query(db, &census_sql[QUARANTINE], NULL, 0, a, &rows, e))
		return err_wrap(e, "reading the quarantine");
	*n = rows.n;
	*out = arena_array(a, rows.n, sizeof(**out));
	for (size_t i = 0; i < rows.n; i++) {
		const struct db_value *v = &rows.v[i * rows.columns];

		(*out)[i] = (struct census_quarantine){ .id = v[0].i,
			.tenant_id = v[1].i,
			.received_ms = v[2].i,
			.bytes = v[3].i,
			.reason = v[4].s };
	}
	return true;
}
