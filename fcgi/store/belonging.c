/* belonging.c - see belonging.h. */
#include "store/belonging.h"

#include "base/arena.h"
#include "base/crypto.h"

#define ACCOUNTS_MAX 200

const struct sql belonging_sql[] = {
	/* It is about all accounts of one person: the cookie is what proves who that is. */
	{ "belonging.list", SQL_GLOBAL, "si", "iis",
	    "SELECT DISTINCT t.tenant_id, t.portal_id, t.hub_domain FROM session s "
	    "JOIN person me ON me.tenant_id = s.tenant_id AND me.person_id = s.person_id AND me.removed_at IS NULL "
	    "JOIN person p ON p.removed_at IS NULL AND ((s.proof = 'hubspot' AND p.hub_user_id = me.hub_user_id) OR "
	    "(s.proof = 'email' AND p.email = me.email AND me.email <> '')) "
	    "JOIN tenant t ON t.tenant_id = p.tenant_id AND t.state <> 'deleting' AND t.tenant_id <> s.tenant_id "
	    "WHERE s.session_hash = ? ORDER BY t.hub_domain, t.portal_id LIMIT ?",
	    NULL, NULL },
};
const size_t belonging_sql_n = sizeof(belonging_sql) / sizeof(belonging_sql[0]);

bool
belonging_list(struct db *db, struct arena *a, struct str cookie, struct belonging **out, size_t *n, struct err *e)
{
	struct db_rows rows;

	if (!db_query(db, &belonging_sql[0], DB_IN(DB_V_S(crypto_sha256(a, cookie)), DB_V_I(ACCOUNTS_MAX)), a, &rows,
	        e))
		return err_wrap(e, "the person's accounts");
	*n = rows.n;
	*out = arena_array(a, rows.n, sizeof(**out));
	for (size_t i = 0; i < rows.n; i++) {
		const struct db_value *v = &rows.v[i * rows.columns];

		(*out)[i] = (struct belonging){ .tenant_id = v[0].i, .portal_id = v[1].i, .name = v[2].s };
	}
	return true;
}
