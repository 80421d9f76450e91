/* credential.c - see credential.h. */
#include "store/credential.h"

#include "base/arena.h"
#include "io/db.h"

/* Of a shorter secret the last four characters would give too much away. */
#define SHOWN_FROM 12

enum {
	SAVE,
	LOAD,
	FACTS
};

const struct sql credential_sql[] = {
	[SAVE] = { "credential.save", SQL_TENANT, "isss", "",
	    "INSERT INTO secret (tenant_id, name, sealed, last4, set_at) VALUES (?, ?, ?, ?, UTC_TIMESTAMP(3)) "
	    "ON DUPLICATE KEY UPDATE sealed = VALUES(sealed), last4 = VALUES(last4), set_at = VALUES(set_at)",
	    NULL, NULL },
	[LOAD] = { "credential.load", SQL_TENANT, "is", "s",
	    "SELECT sealed FROM secret WHERE tenant_id = ? AND name = ?", NULL, NULL },
	[FACTS] = { "credential.facts", SQL_TENANT, "is", "st",
	    "SELECT last4, set_at FROM secret WHERE tenant_id = ? AND name = ?", NULL, NULL },
};
const size_t credential_sql_n = sizeof(credential_sql) / sizeof(credential_sql[0]);

static struct str
place(struct arena *a, int64_t tenant_id, struct str name)
{
	return vault_place(a, tenant_id, "secret", "sealed", name);
}

bool
credential_save(struct db *db, const struct vault *v, struct arena *a, int64_t tenant_id, struct str name,
    const struct secret *value, struct err *e)
{
	struct str plain = secret_reveal(value), last4 = STR(""), sealed;

	if (plain.n >= SHOWN_FROM)
		last4 = str_slice(plain, plain.n - 4, plain.n);
	return vault_seal(v, db, a, tenant_id, place(a, tenant_id, name), value, &sealed, e) &&
	       db_run(db, &credential_sql[SAVE], DB_IN(DB_V_I(tenant_id), DB_V_S(name), DB_V_S(sealed), DB_V_S(last4)),
	           NULL, e);
}

bool
credential_load(struct db *db, const struct vault *v, struct arena *a, int64_t tenant_id, struct str name,
    struct secret *value, struct err *e)
{
	const struct db_value *row;

	if (!db_query_one(db, &credential_sql[LOAD], DB_IN(DB_V_I(tenant_id), DB_V_S(name)), a, &row, e))
		return err_wrap(e, STR_FMT, STR_ARG(name));
	return vault_open(v, db, a, tenant_id, place(a, tenant_id, name), row[0].s, value, e);
}

bool
credential_facts(struct db *db, struct arena *a, int64_t tenant_id, struct str name, struct credential_facts *out,
    struct err *e)
{
	struct db_rows rows;

	*out = (struct credential_facts){ .set = false };
	if (!db_query(db, &credential_sql[FACTS], DB_IN(DB_V_I(tenant_id), DB_V_S(name)), a, &rows, e))
		return false;
	if (rows.n > 0)
		*out = (struct credential_facts){ .set = true, .last4 = rows.v[0].s, .set_ms = rows.v[1].i };
	return true;
}
