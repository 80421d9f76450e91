/* tenant.c - see tenant.h. */
#include "store/tenant.h"

#include "base/arena.h"
#include "core/config_document.h"
#include "io/db.h"
#include "store/config.h"
#include "store/lease.h"

#define COLUMNS                                                                                                        \
	"tenant_id, portal_id, state, sending, hub_domain, ui_domain, time_zone, currency, config_revision, "          \
	"last_event_at"

enum {
	LOAD,
	BY_PORTAL,
	LIST,
	INSERT,
	CONNECTED,
	SET_STATE,
	SET_SENDING
};

const struct sql tenant_sql[] = {
	[LOAD] = { "tenant.load", SQL_TENANT, "i", "iisissssit", "SELECT " COLUMNS " FROM tenant WHERE tenant_id = ?",
	    NULL, NULL },
	/* A webhook and a log-in know the portal before they know the tenant. */
	[BY_PORTAL] = { "tenant.by_portal", SQL_GLOBAL, "i", "iisissssit",
	    "SELECT " COLUMNS " FROM tenant WHERE portal_id = ?", NULL, NULL },
	/* The operator's list. */
	[LIST] = { "tenant.list", SQL_GLOBAL, "", "iisissssit", "SELECT " COLUMNS " FROM tenant ORDER BY tenant_id",
	    NULL, NULL },
	/* Makes the tenant; a portal that two log-ins bring at once is one row. */
	[INSERT] = { "tenant.insert", SQL_GLOBAL, "iss", "",
	    "INSERT INTO tenant (portal_id, state, data_key, master_key_id, created_at) "
	    "VALUES (?, 'active', ?, ?, UTC_TIMESTAMP(3)) ON DUPLICATE KEY UPDATE tenant_id = tenant_id",
	    NULL, NULL },
	[CONNECTED] = { "tenant.connected", SQL_TENANT, "ssssi", "",
	    "UPDATE tenant SET hub_domain = ?, ui_domain = ?, time_zone = ?, currency = ?, "
	    "state = IF(state = 'deleting', state, 'active'), version = version + 1 WHERE tenant_id = ?",
	    NULL, NULL },
	[SET_STATE] = { "tenant.set_state", SQL_TENANT, "si", "",
	    "UPDATE tenant SET state = ?, version = version + 1 WHERE tenant_id = ?", NULL, NULL },
	[SET_SENDING] = { "tenant.set_sending", SQL_TENANT, "ii", "",
	    "UPDATE tenant SET sending = ?, version = version + 1 WHERE tenant_id = ?", NULL, NULL },
};
const size_t tenant_sql_n = sizeof(tenant_sql) / sizeof(tenant_sql[0]);

static const char *const state_names[] = { "active", "paused", "disconnected", "deleting" };

const char *
tenant_state_name(enum tenant_state s)
{
	return state_names[s];
}

static void
tenant_from_row(const struct db_value *row, struct tenant *out)
{
	*out = (struct tenant){ .tenant_id = row[0].i,
		.portal_id = row[1].i,
		.state = TENANT_DELETING,
		.sending = row[3].i != 0,
		.hub_domain = row[4].s,
		.ui_domain = row[5].s,
		.time_zone = row[6].s,
		.currency = row[7].s,
		.config_revision = row[8].i,
		.last_event_ms = row[9].i };
	for (size_t i = 0; i < sizeof(state_names) / sizeof(state_names[0]); i++)
		if (str_eq(row[2].s, str_from(state_names[i])))
			out->state = (enum tenant_state)i;
}

bool
tenant_load(struct db *db, struct arena *a, int64_t tenant_id, struct tenant *out, struct err *e)
{
	const struct db_value *row;

	if (!db_query_one(db, &tenant_sql[LOAD], DB_IN(DB_V_I(tenant_id)), a, &row, e))
		return err_wrap(e, "tenant %lld", (long long)tenant_id);
	tenant_from_row(row, out);
	return true;
}

bool
tenant_by_portal(struct db *db, struct arena *a, int64_t portal_id, struct tenant *out, struct err *e)
{
	const struct db_value *row;

	if (!db_query_one(db, &tenant_sql[BY_PORTAL], DB_IN(DB_V_I(portal_id)), a, &row, e))
		return err_wrap(e, "portal %lld", (long long)portal_id);
	tenant_from_row(row, out);
	return true;
}

bool
tenant_ensure(struct db *db, struct arena *a, const struct vault *v, int64_t portal_id, struct str author,
    struct tenant *out, bool *created, struct err *e)
{
	struct str wrapped;
	int64_t changed;

	*created = false;
	if (tenant_by_portal(db, a, portal_id, out, e) && out->config_revision > 0)
		return true;
	if (e->code != ERR_NONE && e->code != ERR_NOT_FOUND)
		return false;
	*e = (struct err){ .code = ERR_NONE };
	if (!vault_new_data_key(v, a, portal_id, &wrapped, e) ||
	    !db_run(db, &tenant_sql[INSERT], DB_IN(DB_V_I(portal_id), DB_V_S(wrapped), DB_V_S(v->key_id)), &changed, e))
		return err_wrap(e, "making the tenant of portal %lld", (long long)portal_id);
	*created = changed > 0;
	if (!tenant_by_portal(db, a, portal_id, out, e))
		return false;
	/* A crash between the two leaves revision 0; the next log-in comes by here again. */
	if (out->config_revision == 0) {
		const struct person by = { .tenant_id = out->tenant_id, .email = author };
		struct config_revision first;

		if (!config_save(db, a, &by, 0, NULL, config_document_empty(a), &first, e) && e->code != ERR_CONFLICT)
			return false;
		*e = (struct err){ .code = ERR_NONE };
		return tenant_load(db, a, out->tenant_id, out, e);
	}
	return true;
}

bool
tenant_connected(struct db *db, int64_t tenant_id, struct str hub_domain, struct str ui_domain, struct str time_zone,
    struct str currency, struct err *e)
{
	return db_run(db, &tenant_sql[CONNECTED],
	    DB_IN(DB_V_S(hub_domain), DB_V_S(ui_domain), DB_V_S(time_zone), DB_V_S(currency), DB_V_I(tenant_id)), NULL,
	    e);
}

bool
tenant_set_state(struct db *db, int64_t tenant_id, enum tenant_state state, struct err *e)
{
	return db_run(db, &tenant_sql[SET_STATE], DB_IN(DB_V_S(str_from(state_names[state])), DB_V_I(tenant_id)), NULL,
	    e);
}

bool
tenant_set_sending(struct db *db, int64_t tenant_id, bool on, struct err *e)
{
	return db_run(db, &tenant_sql[SET_SENDING], DB_IN(DB_V_I(on ? 1 : 0), DB_V_I(tenant_id)), NULL, e) &&
	       (!on || (lease_wake(db, tenant_id, LEASE_SEND, 0, 0, e) &&
	                   lease_wake(db, tenant_id, LEASE_UPDATE, 0, 0, e)));
}

bool
tenant_list(struct db *db, struct arena *a, struct tenant **out, size_t *n, struct err *e)
{
	struct db_rows rows;

	if (!db_query(db, &tenant_sql[LIST], NULL, 0, a, &rows, e))
		return false;
	*out = arena_array(a, rows.n, sizeof(**out));
	*n = rows.n;
	for (size_t i = 0; i < rows.n; i++)
		tenant_from_row(&rows.v[i * rows.columns], &(*out)[i]);
	return true;
}
