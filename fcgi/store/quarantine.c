/* quarantine.c - see quarantine.h. */
#include "store/quarantine.h"

#include "base/arena.h"
#include "store/inbox.h"
#include "store/transaction.h"

enum {
	LIST,
	LOAD,
	DROP,
	WITH,
	CUT
};

const struct sql quarantine_sql[] = {
	/* The operator looks over all tenants. */
	[LIST] = { "quarantine.list", SQL_GLOBAL, "i", "iitis",
	    "SELECT id, tenant_id, received_at, LENGTH(body), reason FROM quarantine ORDER BY id DESC LIMIT ?", NULL,
	    NULL },
	/* As above. */
	[LOAD] = { "quarantine.load", SQL_GLOBAL, "i", "iitiss",
	    "SELECT id, tenant_id, received_at, LENGTH(body), reason, body FROM quarantine WHERE id = ?", NULL, NULL },
	/* As above. */
	[DROP] = { "quarantine.drop", SQL_GLOBAL, "i", "", "DELETE FROM quarantine WHERE id = ?", NULL, NULL },
	/* What told no account may hold parts of any. */
	[WITH] = { "quarantine.with", SQL_GLOBAL, "is", "iitiss",
	    "SELECT id, tenant_id, received_at, LENGTH(body), reason, body FROM quarantine WHERE id > ? AND "
	    "tenant_id = 0 AND INSTR(body, ?) > 0 ORDER BY id LIMIT 1",
	    NULL, NULL },
	/* As above. */
	[CUT] = { "quarantine.cut", SQL_GLOBAL, "si", "", "UPDATE quarantine SET body = ? WHERE id = ?", NULL, NULL },
};
const size_t quarantine_sql_n = sizeof(quarantine_sql) / sizeof(quarantine_sql[0]);

static struct quarantine
from_row(const struct db_value *v)
{
	return (struct quarantine){ .id = v[0].i,
		.tenant_id = v[1].i,
		.received_ms = v[2].i,
		.bytes = v[3].i,
		.reason = v[4].s };
}

bool
quarantine_list(struct db *db, struct arena *a, struct quarantine **out, size_t *n, struct err *e)
{
	struct db_rows rows;

	if (!db_query(db, &quarantine_sql[LIST], DB_IN(DB_V_I(QUARANTINE_LIST_MAX)), a, &rows, e))
		return err_wrap(e, "reading the quarantine");
	*n = rows.n;
	*out = arena_array(a, rows.n, sizeof(**out));
	for (size_t i = 0; i < rows.n; i++)
		(*out)[i] = from_row(&rows.v[i * rows.columns]);
	return true;
}

bool
quarantine_load(struct db *db, struct arena *a, int64_t id, struct quarantine *out, struct err *e)
{
	const struct db_value *row;

	if (!db_query_one(db, &quarantine_sql[LOAD], DB_IN(DB_V_I(id)), a, &row, e))
		return e->code == ERR_NOT_FOUND
		           ? err_set(e, ERR_NOT_FOUND, "there is no %lld in the quarantine", (long long)id)
		           : err_wrap(e, "reading the quarantine");
	*out = from_row(row);
	out->body = row[5].s;
	return true;
}

bool
quarantine_drop(struct db *db, int64_t id, struct err *e)
{
	int64_t changed;

	if (!db_run(db, &quarantine_sql[DROP], DB_IN(DB_V_I(id)), &changed, e))
		return err_wrap(e, "taking out of the quarantine");
	return changed == 1 || err_set(e, ERR_NOT_FOUND, "there is no %lld in the quarantine", (long long)id);
}

bool
quarantine_with(struct db *db, struct arena *a, struct str part, int64_t after, struct quarantine *out, struct err *e)
{
	const struct db_value *row;

	if (!db_query_one(db, &quarantine_sql[WITH], DB_IN(DB_V_I(after), DB_V_S(part)), a, &row, e))
		return e->code == ERR_NOT_FOUND ? false : err_wrap(e, "reading the quarantine");
	*out = from_row(row);
	out->body = row[5].s;
	return true;
}

bool
quarantine_cut(struct db *db, int64_t id, struct str body, struct err *e)
{
	return db_run(db, &quarantine_sql[CUT], DB_IN(DB_V_S(body), DB_V_I(id)), NULL, e) ||
	       err_wrap(e, "cutting down what is in the quarantine");
}

/* One element of a batch is kept without the brackets around it. */
static struct str
as_batch(struct arena *a, struct str body)
{
	return str_starts(str_trim(body), STR("[")) ? body : str_printf(a, "[" STR_FMT "]", STR_ARG(body));
}

bool
quarantine_retry(struct db *db, struct arena *a, int64_t id, struct err *e)
{
	struct quarantine q = { .id = id };

	return quarantine_load(db, a, id, &q, e) && transaction_begin(db, e) &&
	       transaction_end(db,
	           quarantine_drop(db, id, e) && inbox_put(db, id % INBOX_SHARDS, false, as_batch(a, q.body), e),
	           "trying it again", e);
}
