/* event_type.c - see event_type.h. */
#include "store/event_type.h"

#include "base/arena.h"

enum {
	BY_CODE,
	BY_ID,
	SET_ID,
	SET_CODE,
	JOIN,
	ALL,
	PROVED
};

#define ROW "SELECT event_type_id, COALESCE(same_as, event_type_id), code, remote_id FROM event_type "

const struct sql event_type_sql[] = {
	[BY_CODE] = { "event_type.by_code", SQL_TENANT, "iss", "iiss",
	    ROW "WHERE tenant_id = ? AND program_id = ? AND code = ?", NULL, NULL },
	[BY_ID] = { "event_type.by_id", SQL_TENANT, "iss", "iiss",
	    ROW "WHERE tenant_id = ? AND program_id = ? AND remote_id = ?", NULL, NULL },
	[SET_ID] = { "event_type.set_id", SQL_TENANT, "sii", "",
	    "UPDATE event_type SET remote_id = ? WHERE tenant_id = ? AND event_type_id = ? AND remote_id IS NULL", NULL,
	    NULL },
	[SET_CODE] = { "event_type.set_code", SQL_TENANT, "sii", "",
	    "UPDATE event_type SET code = ? WHERE tenant_id = ? AND event_type_id = ? AND code IS NULL", NULL, NULL },
	[JOIN] = { "event_type.join", SQL_TENANT, "iiii", "",
	    "UPDATE event_type SET same_as = ? WHERE tenant_id = ? AND (event_type_id = ? OR same_as = ?)", NULL,
	    NULL },
	[ALL] = { "event_type.all_same", SQL_TENANT, "i", "ii",
	    "SELECT event_type_id, same_as FROM event_type WHERE tenant_id = ? AND same_as IS NOT NULL", NULL, NULL },
	[PROVED] = { "event_type.proved", SQL_TENANT, "ii", "",
	    "UPDATE event_type SET proved_at = UTC_TIMESTAMP(3) WHERE tenant_id = ? AND event_type_id = ? AND "
	    "proved_at IS NULL",
	    NULL, NULL },
};
const size_t event_type_sql_n = sizeof(event_type_sql) / sizeof(event_type_sql[0]);

struct row {
	int64_t id, root; /* id 0: there is none */
	struct str code, remote_id;
};

static bool
find(struct db *db, struct arena *a, const struct sql *q, const struct db_value *in, struct row *out, struct err *e)
{
	struct db_rows rows;

	*out = (struct row){ .id = 0 };
	if (!db_query(db, q, in, 3, a, &rows, e))
		return err_wrap(e, "reading event types");
	if (rows.n > 0)
		*out = (struct row){ .id = rows.v[0].i,
			.root = rows.v[1].i,
			.code = rows.v[2].s,
			.remote_id = rows.v[3].s };
	return true;
}

/* A code that was given to another event type, or an id with several codes: that is for people to sort out. */
static bool
differs(struct str known, struct str told)
{
	return known.n > 0 && !str_eq(known, told);
}

bool
event_type_learn(struct db *db, struct arena *a, int64_t tenant_id, struct str program_id, struct str code,
    struct str remote_id, struct err *e)
{
	const struct db_value by_code[] = { DB_V_I(tenant_id), DB_V_S(program_id), DB_V_S(code) };
	const struct db_value by_id[] = { DB_V_I(tenant_id), DB_V_S(program_id), DB_V_S(remote_id) };
	struct row c;
	struct row r;
	bool ok = true;

	if (!find(db, a, &event_type_sql[BY_CODE], by_code, &c, e) ||
	    !find(db, a, &event_type_sql[BY_ID], by_id, &r, e))
		return false;
	if (differs(c.remote_id, remote_id) || differs(r.code, code))
		return true;
	if (c.id != 0 && r.id == 0)
		ok = db_run(db, &event_type_sql[SET_ID], DB_IN(DB_V_S(remote_id), DB_V_I(tenant_id), DB_V_I(c.id)),
		    NULL, e);
	else if (c.id == 0 && r.id != 0)
		ok = db_run(db, &event_type_sql[SET_CODE], DB_IN(DB_V_S(code), DB_V_I(tenant_id), DB_V_I(r.id)), NULL,
		    e);
	else if (c.root != r.root)
		ok = db_run(db, &event_type_sql[JOIN],
		    DB_IN(DB_V_I(c.root), DB_V_I(tenant_id), DB_V_I(r.root), DB_V_I(r.root)), NULL, e);
	return ok || err_wrap(e, "joining event types");
}

bool
event_type_all_same(struct db *db, struct arena *a, int64_t tenant_id, struct event_type_same **out, size_t *n,
    struct err *e)
{
	struct db_rows rows;

	if (!db_query(db, &event_type_sql[ALL], DB_IN(DB_V_I(tenant_id)), a, &rows, e))
		return err_wrap(e, "reading event types");
	*n = rows.n;
	*out = arena_array(a, rows.n, sizeof(**out));
	for (size_t i = 0; i < rows.n; i++)
		(*out)[i] =
		    (struct event_type_same){ .event_type_id = rows.v[i * 2].i, .same_as = rows.v[i * 2 + 1].i };
	return true;
}

static int64_t
root(const struct event_type_same *same, size_t n, int64_t id)
{
	for (size_t i = 0; i < n; i++)
		if (same[i].event_type_id == id)
			return same[i].same_as;
	return id;
}

bool
event_type_equal(const struct event_type_same *same, size_t n, int64_t x, int64_t y)
{
	return root(same, n, x) == root(same, n, y);
}

bool
event_type_proved(struct db *db, int64_t tenant_id, int64_t event_type_id, struct err *e)
{
	return db_run(db, &event_type_sql[PROVED], DB_IN(DB_V_I(tenant_id), DB_V_I(event_type_id)), NULL, e) ||
	       err_wrap(e, "noting that an event type exists");
}
