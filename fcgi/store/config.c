/* config.c - see config.h. */
#include "store/config.h"

#include "base/arena.h"
#include "base/json.h"
#include "io/db.h"
#include "store/audit.h"

static const struct json_limits document_limits = { .max_depth = 16, .max_tokens = 200000 };

enum {
	CURRENT,
	AT,
	INSERT,
	ADVANCE
};

const struct sql config_sql[] = {
	[CURRENT] = { "config.current", SQL_TENANT, "i", "isst",
	    "SELECT c.revision, c.author, c.document, c.saved_at FROM tenant t JOIN config c "
	    "ON c.tenant_id = t.tenant_id AND c.revision = t.config_revision WHERE t.tenant_id = ?",
	    NULL, NULL },
	[AT] = { "config.at", SQL_TENANT, "ii", "isst",
	    "SELECT revision, author, document, saved_at FROM config WHERE tenant_id = ? AND revision = ?", NULL,
	    NULL },
	[INSERT] = { "config.insert", SQL_TENANT, "iiss", "",
	    "INSERT INTO config (tenant_id, revision, author, saved_at, document) "
	    "VALUES (?, ?, ?, UTC_TIMESTAMP(3), ?)",
	    NULL, NULL },
	[ADVANCE] = { "config.advance", SQL_TENANT, "iiii", "",
	    "UPDATE tenant SET config_revision = ?, impact_since = IF(? = 1, UTC_TIMESTAMP(3), impact_since), "
	    "version = version + 1 WHERE tenant_id = ? AND config_revision = ?",
	    NULL, NULL },
};
const size_t config_sql_n = sizeof(config_sql) / sizeof(config_sql[0]);

static void
revision_from_row(const struct db_value *row, struct config_revision *out)
{
	*out = (struct config_revision){ .revision = row[0].i,
		.author = row[1].s,
		.document = row[2].s,
		.saved_ms = row[3].i };
}

bool
config_current(struct db *db, struct arena *a, int64_t tenant_id, struct config_revision *out, struct err *e)
{
	const struct db_value *row;

	if (!db_query_one(db, &config_sql[CURRENT], DB_IN(DB_V_I(tenant_id)), a, &row, e))
		return err_wrap(e, "configuration of tenant %lld", (long long)tenant_id);
	revision_from_row(row, out);
	return true;
}

bool
config_at(struct db *db, struct arena *a, int64_t tenant_id, int64_t revision, struct config_revision *out,
    struct err *e)
{
	const struct db_value *row;

	if (!db_query_one(db, &config_sql[AT], DB_IN(DB_V_I(tenant_id), DB_V_I(revision)), a, &row, e))
		return err_wrap(e, "configuration revision %lld", (long long)revision);
	revision_from_row(row, out);
	return true;
}

static struct str
account_of(struct arena *a, struct str document)
{
	struct err ignored = { .code = ERR_NONE };
	struct json *j = NULL;

	if (!json_parse(a, document, &document_limits, &j, &ignored))
		return STR("");
	return json_text_at(a, json_get(j, "impact"), "account_sid");
}

/* Whether conversions go to another account of impact.com from this document on.  One that was never set had none. */
static bool
moves(struct db *db, struct arena *a, int64_t tenant_id, int64_t base, struct str document, int64_t *out, struct err *e)
{
	struct db_rows rows;
	struct str before;

	*out = 0;
	if (!db_query(db, &config_sql[AT], DB_IN(DB_V_I(tenant_id), DB_V_I(base)), a, &rows, e))
		return false;
	before = rows.n == 0 ? STR("") : account_of(a, rows.v[2].s);
	*out = before.n > 0 && !str_eq(before, account_of(a, document));
	return true;
}

static bool
save_next(struct db *db, struct arena *a, const struct person *by, int64_t base, struct str document, struct err *e)
{
	int64_t changed;
	int64_t moved;

	if (!moves(db, a, by->tenant_id, base, document, &moved, e) ||
	    !db_run(db, &config_sql[ADVANCE],
	        DB_IN(DB_V_I(base + 1), DB_V_I(moved), DB_V_I(by->tenant_id), DB_V_I(base)), &changed, e))
		return false;
	if (changed != 1)
		return err_set(e, ERR_CONFLICT, "the configuration was changed since revision %lld", (long long)base);
	return db_run(db, &config_sql[INSERT],
	    DB_IN(DB_V_I(by->tenant_id), DB_V_I(base + 1), DB_V_S(by->email), DB_V_S(document)), NULL, e);
}

static struct json *
revision_number(struct arena *a, int64_t revision)
{
	struct json *out = json_object(a);

	json_set_int(out, "revision", revision);
	return out;
}

static bool
record(struct db *db, struct arena *a, const struct person *by, int64_t base, const char *action, struct err *e)
{
	return action == NULL || audit_add(db, a, by,
	                             &(struct audit){ .action = action,
	                                 .before = revision_number(a, base),
	                                 .after = revision_number(a, base + 1) },
	                             e);
}

bool
config_save(struct db *db, struct arena *a, const struct person *by, int64_t base, const char *action,
    struct str document, struct config_revision *out, struct err *e)
{
	if (!db_begin(db, e))
		return false;
	if (!save_next(db, a, by, base, document, e) || !record(db, a, by, base, action, e)) {
		db_rollback(db);
		return err_wrap(e, "saving the configuration");
	}
	if (!db_commit(db, e))
		return err_wrap(e, "saving the configuration");
	return config_at(db, a, by->tenant_id, base + 1, out, e);
}
