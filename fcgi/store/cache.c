/* cache.c - see cache.h. */
#include "store/cache.h"

#include "base/arena.h"
#include "io/db.h"

enum {
	PUT,
	GET,
	DROP
};

const struct sql cache_sql[] = {
	[PUT] = { "cache.put", SQL_TENANT, "iss", "",
	    "INSERT INTO cache (tenant_id, name, fetched_at, document) VALUES (?, ?, UTC_TIMESTAMP(3), ?) "
	    "ON DUPLICATE KEY UPDATE fetched_at = VALUES(fetched_at), document = VALUES(document)",
	    NULL, NULL },
	[GET] = { "cache.get", SQL_TENANT, "is", "st",
	    "SELECT document, fetched_at FROM cache WHERE tenant_id = ? AND name = ?", NULL, NULL },
	[DROP] = { "cache.drop", SQL_TENANT, "is", "", "DELETE FROM cache WHERE tenant_id = ? AND name = ?", NULL,
	    NULL },
};
const size_t cache_sql_n = sizeof(cache_sql) / sizeof(cache_sql[0]);

bool
cache_put(struct db *db, int64_t tenant_id, struct str name, struct str document, struct err *e)
{
	return db_run(db, &cache_sql[PUT], DB_IN(DB_V_I(tenant_id), DB_V_S(name), DB_V_S(document)), NULL, e);
}

bool
cache_get(struct db *db, struct arena *a, int64_t tenant_id, struct str name, struct str *document, int64_t *fetched_ms,
    struct err *e)
{
	const struct db_value *row;

	if (!db_query_one(db, &cache_sql[GET], DB_IN(DB_V_I(tenant_id), DB_V_S(name)), a, &row, e))
		return err_wrap(e, STR_FMT, STR_ARG(name));
	*document = row[0].s;
	*fetched_ms = row[1].i;
	return true;
}

bool
cache_drop(struct db *db, int64_t tenant_id, struct str name, struct err *e)
{
	return db_run(db, &cache_sql[DROP], DB_IN(DB_V_I(tenant_id), DB_V_S(name)), NULL, e);
}
