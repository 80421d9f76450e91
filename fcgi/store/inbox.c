/* inbox.c - see inbox.h. */
#include "store/inbox.h"

#include "base/arena.h"
#include "io/db.h"

enum {
	PUT,
	LOWEST,
	BODY,
	DELETE
};

const struct sql inbox_sql[] = {
	/* A raw batch may hold events of several tenants; it has none itself. */
	[PUT] = { "inbox.put", SQL_GLOBAL, "iis", "",
	    "INSERT INTO inbox (shard, source, packed, received_at, body) VALUES",
	    "(?, 'hubspot', ?, UTC_TIMESTAMP(3), ?)", "" },
	/* As above. */
	[LOWEST] = { "inbox.lowest", SQL_GLOBAL, "i", "iit",
	    "SELECT id, packed, received_at FROM inbox WHERE shard = ? ORDER BY id LIMIT 16", NULL, NULL },
	/* As above. */
	[BODY] = { "inbox.body", SQL_GLOBAL, "ii", "s", "SELECT body FROM inbox WHERE shard = ? AND id = ?", NULL,
	    NULL },
	/* As above. */
	[DELETE] = { "inbox.delete", SQL_GLOBAL, "ii", "", "DELETE FROM inbox WHERE shard = ? AND id = ?", NULL, NULL },
};
const size_t inbox_sql_n = sizeof(inbox_sql) / sizeof(inbox_sql[0]);

/* Of one read: a splitter's arena is bounded. */
#define BODIES_MAX (8UL * 1024 * 1024)

bool
inbox_put(struct db *db, int64_t shard, bool packed, struct str body, struct err *e)
{
	const struct db_value row[] = { DB_V_I(shard), DB_V_I(packed ? 1 : 0), DB_V_S(body) };

	return db_run_rows(db, &inbox_sql[PUT], row, 1, NULL, e);
}

bool
inbox_put_all(struct db *db, struct arena *a, const struct inbox_new *rows, size_t n, struct err *e)
{
	struct db_value *v = arena_array(a, n * 3, sizeof(*v));

	for (size_t i = 0; i < n; i++) {
		v[i * 3] = DB_V_I(rows[i].shard);
		v[i * 3 + 1] = DB_V_I(rows[i].packed ? 1 : 0);
		v[i * 3 + 2] = DB_V_S(rows[i].body);
	}
	return db_run_rows(db, &inbox_sql[PUT], v, n, NULL, e);
}

bool
inbox_lowest(struct db *db, struct arena *a, int64_t shard, struct inbox_row **out, size_t *n, struct err *e)
{
	struct db_rows rows;
	size_t bytes = 0;

	*n = 0;
	if (!db_query(db, &inbox_sql[LOWEST], DB_IN(DB_V_I(shard)), a, &rows, e))
		return err_wrap(e, "reading the inbox");
	*out = arena_array(a, rows.n, sizeof(**out));
	for (size_t i = 0; i < rows.n && bytes < BODIES_MAX; i++) {
		const struct db_value *row = &rows.v[i * rows.columns];
		const struct db_value *body;

		if (!db_query_one(db, &inbox_sql[BODY], DB_IN(DB_V_I(shard), DB_V_I(row[0].i)), a, &body, e)) {
			/* Its former splitter was late and has just deleted it. */
			if (e->code != ERR_NOT_FOUND)
				return err_wrap(e, "reading the inbox");
			*e = (struct err){ .code = ERR_NONE };
			continue;
		}
		(*out)[*n] = (struct inbox_row){ .shard = shard,
			.id = row[0].i,
			.packed = row[1].i != 0,
			.received_ms = row[2].i,
			.body = body[0].s };
		bytes += body[0].s.n;
		(*n)++;
	}
	return true;
}

bool
inbox_delete(struct db *db, int64_t shard, int64_t id, struct err *e)
{
	return db_run(db, &inbox_sql[DELETE], DB_IN(DB_V_I(shard), DB_V_I(id)), NULL, e);
}
