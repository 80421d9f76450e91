/* vault.c - see vault.h. */
#include "store/vault.h"

#include "base/arena.h"
#include "base/crypto.h"
#include "io/db.h"

enum {
	KEY_OF
};

const struct sql vault_sql[] = {
	[KEY_OF] = { "vault.key_of", SQL_TENANT, "i", "iss",
	    "SELECT portal_id, data_key, master_key_id FROM tenant WHERE tenant_id = ?", NULL, NULL },
};
const size_t vault_sql_n = sizeof(vault_sql) / sizeof(vault_sql[0]);

struct str
vault_place(struct arena *a, int64_t tenant_id, const char *table, const char *column, struct str row)
{
	return str_printf(a, "%lld/%s/%s/" STR_FMT, (long long)tenant_id, table, column, STR_ARG(row));
}

static struct str
key_place(struct arena *a, int64_t portal_id)
{
	return str_printf(a, "%lld/tenant/data_key", (long long)portal_id);
}

bool
vault_new_data_key(const struct vault *v, struct arena *a, int64_t portal_id, struct str *wrapped, struct err *e)
{
	struct str key = crypto_random(a, CRYPTO_KEY_BYTES);
	struct secret plain = secret_copy(a, key);

	return crypto_seal(a, &v->master_key, key_place(a, portal_id), secret_reveal(&plain), wrapped, e);
}

bool
vault_data_key(const struct vault *v, struct db *db, struct arena *a, int64_t tenant_id, struct secret *key,
    struct err *e)
{
	const struct db_value *row;

	if (!db_query_one(db, &vault_sql[KEY_OF], DB_IN(DB_V_I(tenant_id)), a, &row, e))
		return err_wrap(e, "data key of tenant %lld", (long long)tenant_id);
	if (!str_eq(row[2].s, v->key_id))
		return err_set(e, ERR_DENIED, "the master key file is not the one that tenant %lld was sealed with",
		    (long long)tenant_id);
	return crypto_open(a, &v->master_key, key_place(a, row[0].i), row[1].s, key, e);
}

bool
vault_seal(const struct vault *v, struct db *db, struct arena *a, int64_t tenant_id, struct str place,
    const struct secret *plain, struct str *sealed, struct err *e)
{
	struct secret key;

	return vault_data_key(v, db, a, tenant_id, &key, e) &&
	       crypto_seal(a, &key, place, secret_reveal(plain), sealed, e);
}

bool
vault_open(const struct vault *v, struct db *db, struct arena *a, int64_t tenant_id, struct str place,
    struct str sealed, struct secret *plain, struct err *e)
{
	struct secret key;

	return vault_data_key(v, db, a, tenant_id, &key, e) && crypto_open(a, &key, place, sealed, plain, e);
}
