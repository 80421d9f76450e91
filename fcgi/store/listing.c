/* listing.c - see listing.h. */
#include "store/listing.h"

#include "io/db.h"

enum {
	WAIT,
	BEGIN
};

const struct sql listing_sql[] = {
	[WAIT] = { "listing.wait", SQL_TENANT, "ii", "i",
	    "SELECT GREATEST(0, ? * 1000 - TIMESTAMPDIFF(MICROSECOND, listed_at, UTC_TIMESTAMP(3)) DIV 1000) FROM "
	    "listing "
	    "WHERE tenant_id = ?",
	    NULL, NULL },
	[BEGIN] = { "listing.begin", SQL_TENANT, "i", "",
	    "INSERT INTO listing (tenant_id, listed_at) VALUES (?, UTC_TIMESTAMP(3)) "
	    "ON DUPLICATE KEY UPDATE listed_at = VALUES(listed_at)",
	    NULL, NULL },
};
const size_t listing_sql_n = sizeof(listing_sql) / sizeof(listing_sql[0]);

bool
listing_wait_ms(struct db *db, struct arena *a, int64_t tenant_id, int64_t every_s, int64_t *ms, struct err *e)
{
	struct db_rows rows;

	if (!db_query(db, &listing_sql[WAIT], DB_IN(DB_V_I(every_s), DB_V_I(tenant_id)), a, &rows, e))
		return err_wrap(e, "reading when actions were listed");
	*ms = rows.n == 0 ? 0 : rows.v[0].i;
	return true;
}

bool
listing_begin(struct db *db, int64_t tenant_id, struct err *e)
{
	return db_run(db, &listing_sql[BEGIN], DB_IN(DB_V_I(tenant_id)), NULL, e);
}
