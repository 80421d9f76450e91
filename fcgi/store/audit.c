/* audit.c - see audit.h. */
#include "store/audit.h"

#include <assert.h>

#include "base/arena.h"

enum {
	ADD,
	LIST
};

const struct sql audit_sql[] = {
	[ADD] = { "audit.add", SQL_TENANT, "iisssss", "",
	    "INSERT INTO audit (tenant_id, at, person_id, email, action, subject, before_json, after_json) "
	    "VALUES (?, UTC_TIMESTAMP(3), ?, ?, ?, ?, ?, ?)",
	    NULL, NULL },
	[LIST] = { "audit.list", SQL_TENANT, "iissssstti", "itisssss",
	    "SELECT audit_id, at, person_id, email, action, subject, before_json, after_json FROM audit "
	    "WHERE tenant_id = ? AND audit_id < ? AND (? = '' OR email = ?) "
	    "AND (? = '' OR LEFT(action, CHAR_LENGTH(?)) = ?) AND at >= ? AND at < ? ORDER BY audit_id DESC LIMIT ?",
	    NULL, NULL },
};
const size_t audit_sql_n = sizeof(audit_sql) / sizeof(audit_sql[0]);

static struct str
written(struct arena *a, const struct json *j)
{
	struct str text = j == NULL ? STR("") : json_write(a, j);

	return text.n <= AUDIT_JSON_MAX ? text : STR("{\"too_long\":true}");
}

bool
audit_add(struct db *db, struct arena *a, const struct person *by, const struct audit *what, struct err *e)
{
	assert(db_in_transaction(db));
	return db_run(db, &audit_sql[ADD],
	           DB_IN(DB_V_I(by->tenant_id), DB_V_I(by->person_id), DB_V_S(by->email),
	               DB_V_S(str_from(what->action)), DB_V_S(str_slice(what->subject, 0, AUDIT_SUBJECT_MAX)),
	               DB_V_S(written(a, what->before)), DB_V_S(written(a, what->after))),
	           NULL, e) ||
	       err_wrap(e, "recording the change");
}

bool
audit_list(struct db *db, struct arena *a, int64_t tenant_id, const struct audit_filter *f, struct audit_row **out,
    size_t *n, struct err *e)
{
	static const int64_t far_ms = 4102444800000; /* 2100 */
	struct db_rows rows;

	if (!db_query(db, &audit_sql[LIST],
	        DB_IN(DB_V_I(tenant_id), DB_V_I(f->before_id > 0 ? f->before_id : INT64_MAX), DB_V_S(f->email),
	            DB_V_S(f->email), DB_V_S(f->action), DB_V_S(f->action), DB_V_S(f->action), DB_V_T(f->from_ms),
	            DB_V_T(f->until_ms > 0 ? f->until_ms : far_ms), DB_V_I(f->limit)),
	        a, &rows, e))
		return err_wrap(e, "the list of changes");
	*out = arena_array(a, rows.n, sizeof(**out));
	*n = rows.n;
	for (size_t i = 0; i < rows.n; i++) {
		const struct db_value *v = &rows.v[i * rows.columns];

		(*out)[i] = (struct audit_row){ .audit_id = v[0].i,
			.at_ms = v[1].i,
			.person_id = v[2].i,
			.email = v[3].s,
			.action = v[4].s,
			.subject = v[5].s,
			.before = v[6].s,
			.after = v[7].s };
	}
	return true;
}
