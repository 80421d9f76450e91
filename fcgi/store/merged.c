/* merged.c - see merged.h. */
#include "store/merged.h"

#include "io/db.h"

enum {
	LEARN,
	MERGED_AGAIN,
	KNOWN_LATER,
	ANY,
	SURVIVOR
};

const struct sql merged_sql[] = {
	[LEARN] = { "merged.learn", SQL_TENANT, "is", "",
	    "INSERT INTO merged (tenant_id, object_type, loser_id, survivor_id) SELECT e.tenant_id, e.object_type, "
	    "e.to_id, e.object_id FROM event e WHERE e.tenant_id = ? AND e.batch = ? AND e.kind = 'merged' AND "
	    "e.to_id <> e.object_id ON DUPLICATE KEY UPDATE survivor_id = VALUES(survivor_id)",
	    NULL, NULL },
	/* Their survivor was merged away in this batch. */
	[MERGED_AGAIN] = { "merged.again", SQL_TENANT, "is", "",
	    "UPDATE event e STRAIGHT_JOIN merged m ON m.tenant_id = e.tenant_id AND m.object_type = e.object_type AND "
	    "m.survivor_id = e.to_id SET m.survivor_id = e.object_id WHERE e.tenant_id = ? AND e.batch = ? AND "
	    "e.kind = 'merged' AND m.loser_id <> e.object_id",
	    NULL, NULL },
	/* The survivor of this batch was merged away before: the events came in another order. */
	[KNOWN_LATER] = { "merged.known_later", SQL_TENANT, "is", "",
	    "UPDATE event e STRAIGHT_JOIN merged up ON up.tenant_id = e.tenant_id AND up.object_type = e.object_type "
	    "AND "
	    "up.loser_id = e.object_id STRAIGHT_JOIN merged m ON m.tenant_id = e.tenant_id AND m.object_type = "
	    "e.object_type AND m.survivor_id = e.object_id SET m.survivor_id = up.survivor_id WHERE e.tenant_id = ? "
	    "AND "
	    "e.batch = ? AND e.kind = 'merged' AND m.loser_id <> up.survivor_id",
	    NULL, NULL },
	[ANY] = { "merged.any", SQL_TENANT, "i", "i", "SELECT EXISTS (SELECT 1 FROM merged WHERE tenant_id = ?)", NULL,
	    NULL },
	[SURVIVOR] = { "merged.survivor", SQL_TENANT, "iss", "s",
	    "SELECT survivor_id FROM merged WHERE tenant_id = ? AND object_type = ? AND loser_id = ?", NULL, NULL },
};
const size_t merged_sql_n = sizeof(merged_sql) / sizeof(merged_sql[0]);

bool
merged_learn(struct db *db, int64_t tenant_id, struct str batch, struct err *e)
{
	static const int steps[] = { LEARN, MERGED_AGAIN, KNOWN_LATER };

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (!db_run(db, &merged_sql[steps[i]], DB_IN(DB_V_I(tenant_id), DB_V_S(batch)), NULL, e))
			return err_wrap(e, "keeping merges");
	return true;
}

bool
merged_any(struct db *db, struct arena *a, int64_t tenant_id, bool *any, struct err *e)
{
	const struct db_value *row;

	if (!db_query_one(db, &merged_sql[ANY], DB_IN(DB_V_I(tenant_id)), a, &row, e))
		return err_wrap(e, "looking for merges");
	*any = row[0].i != 0;
	return true;
}

bool
merged_survivor(struct db *db, struct arena *a, int64_t tenant_id, struct str object_type, struct str id,
    struct str *survivor, struct err *e)
{
	struct db_rows rows;

	if (!db_query(db, &merged_sql[SURVIVOR], DB_IN(DB_V_I(tenant_id), DB_V_S(object_type), DB_V_S(id)), a, &rows,
	        e))
		return err_wrap(e, "looking for what a record was merged into");
	*survivor = rows.n == 0 ? id : rows.v[0].s;
	return true;
}
