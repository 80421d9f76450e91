/* history.c - see history.h. */
#include "store/history.h"

#include "base/arena.h"

enum {
	ADD,
	REFUSED,
	LIST
};

const struct sql history_sql[] = {
	[ADD] = { "history.add", SQL_TENANT, "iiisissssss", "",
	    "INSERT INTO history (tenant_id, decision_id, conversion_id, at, kind, revision, code, message, batch_id, "
	    "fields, author, note) VALUES (?, ?, ?, UTC_TIMESTAMP(3), ?, ?, ?, ?, ?, ?, ?, ?)",
	    NULL, NULL },
	[REFUSED] = { "history.refused", SQL_TENANT, "ii", "",
	    HISTORY_KEEP_REFUSED "tenant_id = ? AND conversion_id = ?", NULL, NULL },
	[LIST] = { "history.list", SQL_TENANT, "iiiiii", "tiisssssss",
	    "SELECT at, conversion_id, revision, kind, code, message, batch_id, COALESCE(fields, ''), author, note "
	    "FROM history WHERE tenant_id = ? AND ((? > 0 AND conversion_id = ?) OR (? > 0 AND decision_id = ?)) "
	    "ORDER BY at, history_id LIMIT ?",
	    NULL, NULL },
};
const size_t history_sql_n = sizeof(history_sql) / sizeof(history_sql[0]);

#define ROWS_MAX 100

bool
history_add(struct db *db, int64_t tenant_id, const struct history *h, struct err *e)
{
	return db_run(db, &history_sql[ADD],
	           DB_IN(DB_V_I(tenant_id), DB_V_I(h->decision_id), DB_V_I(h->conversion_id), DB_V_S(str_from(h->kind)),
	               DB_V_I(h->revision), DB_V_S(h->code), DB_V_S(h->message), DB_V_S(h->batch_id),
	               h->fields.n > 0 ? DB_V_S(h->fields) : DB_V_NULL, DB_V_S(h->author), DB_V_S(h->note)),
	           NULL, e) ||
	       err_wrap(e, "writing down what was done");
}

bool
history_refused(struct db *db, int64_t tenant_id, int64_t conversion_id, struct err *e)
{
	return db_run(db, &history_sql[REFUSED], DB_IN(DB_V_I(tenant_id), DB_V_I(conversion_id)), NULL, e) ||
	       err_wrap(e, "keeping a verdict");
}

bool
history_list(struct db *db, struct arena *a, int64_t tenant_id, int64_t decision_id, int64_t conversion_id,
    struct history **out, size_t *n, struct err *e)
{
	struct db_value c = DB_V_I(conversion_id), d = DB_V_I(decision_id);
	struct db_rows rows;

	if (!db_query(db, &history_sql[LIST], DB_IN(DB_V_I(tenant_id), c, c, d, d, DB_V_I(ROWS_MAX)), a, &rows, e))
		return err_wrap(e, "reading what was done");
	*n = rows.n;
	*out = arena_array(a, rows.n, sizeof(**out));
	for (size_t i = 0; i < rows.n; i++) {
		const struct db_value *v = &rows.v[i * rows.columns];

		(*out)[i] = (struct history){ .at_ms = v[0].i,
			.conversion_id = v[1].i,
			.revision = v[2].i,
			.name = v[3].s,
			.code = v[4].s,
			.message = v[5].s,
			.batch_id = v[6].s,
			.fields = v[7].s,
			.author = v[8].s,
			.note = v[9].s };
	}
	return true;
}
