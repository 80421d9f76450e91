/* summary.c - see summary.h. */
#include "store/summary.h"

#include "base/arena.h"
#include "core/state.h"

enum {
	EVENT_TYPES,
	CALLS,
	UNREAD,
	OPEN
};

#define ACCEPTED_AT(state)                                                                                             \
	"(SELECT c.accepted_at FROM conversion c WHERE c.tenant_id = t.tenant_id AND c.state = '" state "' "           \
	"ORDER BY c.received_at DESC LIMIT 1)"

const struct sql summary_sql[] = {
	[EVENT_TYPES] = { "summary.event_types", SQL_TENANT, "isi", "sis",
	    "SELECT COALESCE(t.code, t.remote_id, ''), t.proved_at IS NOT NULL, COALESCE(h.code, '') "
	    "FROM event_type t LEFT JOIN event_type_hold h ON h.tenant_id = t.tenant_id AND "
	    "h.event_type_id = t.event_type_id WHERE t.tenant_id = ? AND t.program_id = ? AND t.same_as IS NULL "
	    "ORDER BY h.code IS NULL, t.event_type_id LIMIT ?",
	    NULL, NULL },
	[CALLS] = { "summary.calls", SQL_TENANT, "i", "tttt",
	    "SELECT (SELECT d.decided_at FROM decision d WHERE d.tenant_id = t.tenant_id AND d.outcome = 'CONVERSION' "
	    "ORDER BY d.received_at DESC LIMIT 1), " ACCEPTED_AT("ACCEPTED") ", " ACCEPTED_AT(
	        "CONFIRMED") ", " ACCEPTED_AT("REJECTED") " FROM tenant t WHERE t.tenant_id = ?",
	    NULL, NULL },
	[UNREAD] = { "summary.unread", SQL_TENANT, "ii", "i",
	    "SELECT COUNT(*) FROM (SELECT 1 FROM pending WHERE tenant_id = ? AND looks = 0 LIMIT ?) x", NULL, NULL },
	[OPEN] = { "summary.open", SQL_TENANT, "i", "si",
	    "SELECT state, COUNT(*) FROM conversion WHERE tenant_id = ? AND state IN ('READY', 'PARKED', 'HELD', "
	    "'SENDING', 'UNKNOWN', 'ACCEPTED') GROUP BY state",
	    NULL, NULL },
};
const size_t summary_sql_n = sizeof(summary_sql) / sizeof(summary_sql[0]);

bool
summary_event_types(struct db *db, struct arena *a, int64_t tenant_id, struct str program_id,
    struct summary_event_type **out, size_t *n, struct err *e)
{
	struct db_rows rows;

	if (!db_query(db, &summary_sql[EVENT_TYPES],
	        DB_IN(DB_V_I(tenant_id), DB_V_S(program_id), DB_V_I(SUMMARY_EVENT_TYPES_MAX)), a, &rows, e))
		return err_wrap(e, "reading event types");
	*n = rows.n;
	*out = arena_array(a, rows.n, sizeof(**out));
	for (size_t i = 0; i < rows.n; i++) {
		const struct db_value *v = &rows.v[i * rows.columns];

		(*out)[i] = (struct summary_event_type){ .name = v[0].s, .proved = v[1].i != 0, .refusal = v[2].s };
	}
	return true;
}

bool
summary_calls(struct db *db, struct arena *a, int64_t tenant_id, struct summary_calls *out, struct err *e)
{
	const struct db_value *v;

	if (!db_query_one(db, &summary_sql[CALLS], DB_IN(DB_V_I(tenant_id)), a, &v, e))
		return err_wrap(e, "reading the last calls");
	*out = (struct summary_calls){ .hubspot_ms = v[0].i };
	for (size_t i = 1; i < 4; i++)
		if (v[i].i > out->impact_ms)
			out->impact_ms = v[i].i;
	return true;
}

bool
summary_unread(struct db *db, struct arena *a, int64_t tenant_id, int64_t *out, struct err *e)
{
	const struct db_value *row;

	if (!db_query_one(db, &summary_sql[UNREAD], DB_IN(DB_V_I(tenant_id), DB_V_I(SUMMARY_UNREAD_MAX)), a, &row, e))
		return err_wrap(e, "counting what HubSpot reported");
	*out = row[0].i;
	return true;
}

bool
summary_open(struct db *db, struct arena *a, int64_t tenant_id, struct summary_open *out, struct err *e)
{
	struct db_rows rows;
	enum state s;

	*out = (struct summary_open){ 0 };
	if (!db_query(db, &summary_sql[OPEN], DB_IN(DB_V_I(tenant_id)), a, &rows, e))
		return err_wrap(e, "counting what is not finished");
	for (size_t i = 0; i < rows.n; i++) {
		int64_t n = rows.v[i * 2 + 1].i;

		if (!state_parse(rows.v[i * 2].s, &s))
			continue;
		if (s == STATE_SENDING || s == STATE_UNKNOWN)
			out->in_doubt += n;
		else if (s == STATE_ACCEPTED)
			out->accepted += n;
		else
			out->waiting += n;
	}
	return true;
}
