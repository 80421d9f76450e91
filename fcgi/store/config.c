/* config.c - see config.h. */
#include "store/config.h"

#include "base/arena.h"
#include "base/json.h"
#include "io/db.h"
#include "store/audit.h"
#include "store/cache.h"
#include "store/hold.h"
#include "store/transaction.h"

static const struct json_limits document_limits = { .max_depth = 16, .max_tokens = 200000 };

#define TRIES 3

enum {
	CURRENT,
	AT,
	LIST,
	INSERT,
	ADVANCE,
	PIN
};

#define COLUMNS "c.revision, c.author, c.origin, c.document, c.saved_at"

const struct sql config_sql[] = {
	[CURRENT] = { "config.current", SQL_TENANT, "i", "issst",
	    "SELECT " COLUMNS " FROM tenant t JOIN config c "
	    "ON c.tenant_id = t.tenant_id AND c.revision = t.config_revision WHERE t.tenant_id = ?",
	    NULL, NULL },
	[AT] = { "config.at", SQL_TENANT, "ii", "issst",
	    "SELECT " COLUMNS " FROM config c WHERE c.tenant_id = ? AND c.revision = ?", NULL, NULL },
	[LIST] = { "config.list", SQL_TENANT, "iii", "issst",
	    "SELECT c.revision, c.author, c.origin, '', c.saved_at FROM config c WHERE c.tenant_id = ? AND "
	    "c.revision < ? ORDER BY c.revision DESC LIMIT ?",
	    NULL, NULL },
	[INSERT] = { "config.insert", SQL_TENANT, "iisss", "",
	    "INSERT INTO config (tenant_id, revision, author, origin, saved_at, document) "
	    "VALUES (?, ?, ?, ?, UTC_TIMESTAMP(3), ?)",
	    NULL, NULL },
	[ADVANCE] = { "config.advance", SQL_TENANT, "iiii", "",
	    "UPDATE tenant SET config_revision = ?, impact_since = IF(? = 1, UTC_TIMESTAMP(3), impact_since), "
	    "version = version + 1 WHERE tenant_id = ? AND config_revision = ?",
	    NULL, NULL },
	[PIN] = { "config.pin", SQL_TENANT, "i", "i",
	    "SELECT config_revision FROM tenant WHERE tenant_id = ? LOCK IN SHARE MODE", NULL, NULL },
};
const size_t config_sql_n = sizeof(config_sql) / sizeof(config_sql[0]);

static void
revision_from_row(const struct db_value *row, struct config_revision *out)
{
	*out = (struct config_revision){ .revision = row[0].i,
		.author = row[1].s,
		.origin = row[2].s,
		.document = row[3].s,
		.saved_ms = row[4].i };
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

bool
config_pin(struct db *db, struct arena *a, int64_t tenant_id, int64_t *revision, struct err *e)
{
	const struct db_value *row;

	if (!db_query_one(db, &config_sql[PIN], DB_IN(DB_V_I(tenant_id)), a, &row, e))
		return err_wrap(e, "configuration of tenant %lld", (long long)tenant_id);
	*revision = row[0].i;
	return true;
}

/* Where conversions go by a document; empty: never set. */
struct goal {
	struct str account_sid, program_id;
};

static struct goal
goal_of(struct arena *a, struct str document)
{
	struct err ignored = { .code = ERR_NONE };
	struct json *j = NULL, *impact;

	if (!json_parse(a, document, &document_limits, &j, &ignored))
		return (struct goal){ .program_id = STR("") };
	impact = json_get(j, "impact");
	return (struct goal){ json_text_at(a, impact, "account_sid"), json_text_at(a, impact, "program_id") };
}

static bool
goal_before(struct db *db, struct arena *a, int64_t tenant_id, int64_t base, struct goal *out, struct err *e)
{
	struct db_rows rows;

	*out = (struct goal){ .program_id = STR("") };
	if (!db_query(db, &config_sql[AT], DB_IN(DB_V_I(tenant_id), DB_V_I(base)), a, &rows, e))
		return false;
	if (rows.n > 0)
		*out = goal_of(a, rows.v[3].s);
	return true;
}

static bool
save_next(struct db *db, struct arena *a, const struct person *by, const struct config_change *c, struct err *e)
{
	struct goal before, after = goal_of(a, c->document);
	int64_t changed, moved;

	if (!goal_before(db, a, by->tenant_id, c->base, &before, e))
		return false;
	moved = before.account_sid.n > 0 && !str_eq(before.account_sid, after.account_sid);
	if (!db_run(db, &config_sql[ADVANCE],
	        DB_IN(DB_V_I(c->base + 1), DB_V_I(moved), DB_V_I(by->tenant_id), DB_V_I(c->base)), &changed, e))
		return false;
	if (changed != 1)
		return err_set(e, ERR_CONFLICT, "the configuration was changed since revision %lld",
		    (long long)c->base);
	if ((moved || !str_eq(before.program_id, after.program_id)) &&
	    !cache_drop(db, by->tenant_id, STR("impact.check"), e))
		return false;
	/* The rules that made what is held may be what is mended. */
	return db_run(db, &config_sql[INSERT],
	           DB_IN(DB_V_I(by->tenant_id), DB_V_I(c->base + 1), DB_V_S(by->email), DB_V_S(c->origin),
	               DB_V_S(c->document)),
	           NULL, e) &&
	       hold_redo(db, a, by->tenant_id, e);
}

static struct json *
revision_number(struct arena *a, int64_t revision, struct str origin)
{
	struct json *out = json_object(a);

	json_set_int(out, "revision", revision);
	if (origin.n > 0)
		json_set_str(out, "origin", origin);
	return out;
}

static bool
record(struct db *db, struct arena *a, const struct person *by, const struct config_change *c, struct err *e)
{
	return c->action == NULL || audit_add(db, a, by,
	                                &(struct audit){ .action = c->action,
	                                    .before = revision_number(a, c->base, STR("")),
	                                    .after = revision_number(a, c->base + 1, c->origin) },
	                                e);
}

bool
config_save_within(struct db *db, struct arena *a, const struct person *by, const struct config_change *change,
    struct err *e)
{
	return save_next(db, a, by, change, e) && record(db, a, by, change, e);
}

static bool
save_once(struct db *db, struct arena *a, const struct person *by, const struct config_change *change, struct err *e)
{
	return transaction_begin(db, e) &&
	       transaction_end(db, config_save_within(db, a, by, change, e), "saving the configuration", e);
}

bool
config_save_from(struct db *db, struct arena *a, const struct person *by, const struct config_change *change,
    struct config_revision *out, struct err *e)
{
	struct config_revision now = { .revision = 0 };
	int left = TRIES;

	/* A conflict though nobody saved: of it and a decision about the same held events the database chose this. */
	while (!save_once(db, a, by, change, e)) {
		struct err other = { .code = ERR_NONE };

		if (e->code != ERR_CONFLICT || --left == 0 || !config_current(db, a, by->tenant_id, &now, &other) ||
		    now.revision != change->base)
			return false;
		*e = (struct err){ .code = ERR_NONE };
	}
	return config_at(db, a, by->tenant_id, change->base + 1, out, e);
}

bool
config_save(struct db *db, struct arena *a, const struct person *by, int64_t base, const char *action,
    struct str document, struct config_revision *out, struct err *e)
{
	const struct config_change change = { .base = base, .action = action, .document = document };

	return config_save_from(db, a, by, &change, out, e);
}

bool
config_list(struct db *db, struct arena *a, int64_t tenant_id, int64_t before, int64_t limit,
    struct config_revision **out, size_t *n, struct err *e)
{
	struct db_rows rows;

	if (!db_query(db, &config_sql[LIST],
	        DB_IN(DB_V_I(tenant_id), DB_V_I(before == 0 ? INT32_MAX : before), DB_V_I(limit)), a, &rows, e))
		return err_wrap(e, "the history of the configuration");
	*n = rows.n;
	*out = arena_array(a, rows.n, sizeof(**out));
	for (size_t i = 0; i < rows.n; i++)
		revision_from_row(&rows.v[i * rows.columns], &(*out)[i]);
	return true;
}
