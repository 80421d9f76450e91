/* counter.c - see counter.h. */
#include "store/counter.h"

#include "base/arena.h"
#include "io/db.h"

enum {
	ADD,
	GET
};

const struct sql counter_sql[] = {
	[ADD] = { "counter.add", SQL_TENANT, "isi", "",
	    "INSERT INTO counter (tenant_id, name, value) VALUES (?, ?, ?) "
	    "ON DUPLICATE KEY UPDATE value = value + VALUES(value)",
	    NULL, NULL },
	[GET] = { "counter.get", SQL_TENANT, "is", "i", "SELECT value FROM counter WHERE tenant_id = ? AND name = ?",
	    NULL, NULL },
};
const size_t counter_sql_n = sizeof(counter_sql) / sizeof(counter_sql[0]);

bool
counter_add(struct db *db, int64_t tenant_id, struct str name, int64_t by, struct err *e)
{
	return db_run(db, &counter_sql[ADD], DB_IN(DB_V_I(tenant_id), DB_V_S(name), DB_V_I(by)), NULL, e);
}

bool
counter_get(struct db *db, struct arena *a, int64_t tenant_id, struct str name, int64_t *out, struct err *e)
{
	struct db_rows rows;

	*out = 0;
	if (!db_query(db, &counter_sql[GET], DB_IN(DB_V_I(tenant_id), DB_V_S(name)), a, &rows, e))
		return false;
	if (rows.n > 0)
		*out = rows.v[0].i;
	return true;
}
