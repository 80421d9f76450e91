/* standing.c - see standing.h. */
#include "store/standing.h"

#include "base/arena.h"

enum {
	TYPE_BY_CODE,
	TYPE_BY_ID,
	PROVED,
	PARENT,
	CONVERSION
};

#define TYPE                                                                                                           \
	"SELECT t.event_type_id, COALESCE(h.code, '') FROM event_type t LEFT JOIN event_type_hold h ON "               \
	"h.tenant_id = t.tenant_id AND h.event_type_id = t.event_type_id WHERE t.tenant_id = ? AND "                   \
	"t.program_id = ? AND t."

const struct sql standing_sql[] = {
	[TYPE_BY_CODE] = { "standing.type_by_code", SQL_TENANT, "iss", "is", TYPE "code = ?", NULL, NULL },
	[TYPE_BY_ID] = { "standing.type_by_id", SQL_TENANT, "iss", "is", TYPE "remote_id = ?", NULL, NULL },
	[PROVED] = { "standing.proved", SQL_TENANT, "ii", "i",
	    "SELECT 1 FROM conversion WHERE tenant_id = ? AND event_type_id = ? AND state = 'CONFIRMED' LIMIT 1", NULL,
	    NULL },
	[PARENT] = { "standing.parent", SQL_TENANT, "isi", "i",
	    "SELECT 1 FROM conversion WHERE tenant_id = ? AND lane = ? AND state IN ('ACCEPTED', 'CONFIRMED') AND "
	    "event_type_id <> ? LIMIT 1",
	    NULL, NULL },
	[CONVERSION] = { "standing.conversion", SQL_TENANT, "ii", "isssssst",
	    "SELECT COALESCE((SELECT MAX(d.decision_id) FROM decision d WHERE d.tenant_id = c.tenant_id AND "
	    "d.conversion_id = c.conversion_id AND d.outcome = 'CONVERSION'), 0), c.state, c.code, c.order_id, "
	    "c.object_type, c.object_id, c.body_hash, c.created_at FROM conversion c WHERE c.tenant_id = ? AND "
	    "c.conversion_id = ?",
	    NULL, NULL },
};
const size_t standing_sql_n = sizeof(standing_sql) / sizeof(standing_sql[0]);

static bool
any(struct db *db, struct arena *a, const struct sql *q, const struct db_value *in, size_t n, bool *out, struct err *e)
{
	struct db_rows rows;

	if (!db_query(db, q, in, n, a, &rows, e))
		return false;
	*out = rows.n > 0;
	return true;
}

bool
standing_type(struct db *db, struct arena *a, int64_t tenant_id, struct str program_id, bool by_code, struct str value,
    struct standing_type *out, struct err *e)
{
	struct db_rows rows;

	*out = (struct standing_type){ .event_type_id = 0 };
	if (!db_query(db, &standing_sql[by_code ? TYPE_BY_CODE : TYPE_BY_ID],
	        DB_IN(DB_V_I(tenant_id), DB_V_S(program_id), DB_V_S(value)), a, &rows, e))
		return err_wrap(e, "looking up an event type");
	if (rows.n == 0)
		return true;
	out->event_type_id = rows.v[0].i;
	out->held_code = rows.v[1].s;
	return any(db, a, &standing_sql[PROVED], DB_IN(DB_V_I(tenant_id), DB_V_I(out->event_type_id)), &out->proved,
	           e) ||
	       err_wrap(e, "looking for a credited conversion");
}

bool
standing_parent(struct db *db, struct arena *a, int64_t tenant_id, struct str lane, int64_t event_type_id, bool *out,
    struct err *e)
{
	return any(db, a, &standing_sql[PARENT], DB_IN(DB_V_I(tenant_id), DB_V_S(lane), DB_V_I(event_type_id)), out,
	           e) ||
	       err_wrap(e, "looking for an earlier conversion");
}

bool
standing_conversion(struct db *db, struct arena *a, int64_t tenant_id, int64_t id, struct standing_conversion *out,
    struct err *e)
{
	const struct db_value *v;

	if (!db_query_one(db, &standing_sql[CONVERSION], DB_IN(DB_V_I(tenant_id), DB_V_I(id)), a, &v, e))
		return err_wrap(e, "looking up conversion %lld", (long long)id);
	*out = (struct standing_conversion){ .decision_id = v[0].i,
		.state = v[1].s,
		.code = v[2].s,
		.order_id = v[3].s,
		.object_type = v[4].s,
		.object_id = v[5].s,
		.body_hash = v[6].s,
		.created_ms = v[7].i };
	return true;
}
