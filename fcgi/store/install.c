/* install.c - see install.h. */
#include "store/install.h"

#include "base/arena.h"
#include "io/db.h"
#include "store/alarm.h"
#include "store/audit.h"
#include "store/schedule.h"
#include "store/transaction.h"

enum {
	LOAD,
	SAVE,
	LEASE,
	REFRESHED,
	FAILED,
	ACCESS_REFUSED,
	LOOKED,
	DISCONNECTED,
	TENANT_OFF
};

#define AGE_MS(since) "TIMESTAMPDIFF(MICROSECOND, " since ", UTC_TIMESTAMP(3)) DIV 1000"
#define IN_MS         "UTC_TIMESTAMP(3) + INTERVAL ? * 1000 MICROSECOND"

const struct sql install_sql[] = {
	[LOAD] = { "install.load", SQL_TENANT, "i", "isssttsitsiiiiiiii",
	    "SELECT hub_user_id, scopes, access_token, refresh_token, expires_at, last_ok_at, state, access_refused, "
	    "state_since, trouble, refused, failures, version, -" AGE_MS("expires_at") ", " AGE_MS(
	        "issued_at") ", " AGE_MS("last_ok_at") ", -" AGE_MS("lease_until") ", lease_owner IS NOT NULL FROM "
	                                                                           "install WHERE tenant_id = ?",
	    NULL, NULL },
	[SAVE] = { "install.save", SQL_TENANT, "iisssi", "",
	    "INSERT INTO install (tenant_id, hub_user_id, scopes, access_token, refresh_token, expires_at, state, "
	    "state_since, issued_at, last_ok_at) VALUES (?, ?, ?, ?, ?, UTC_TIMESTAMP(3) + INTERVAL ? SECOND, "
	    "'connected', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), UTC_TIMESTAMP(3)) "
	    "ON DUPLICATE KEY UPDATE hub_user_id = VALUES(hub_user_id), scopes = VALUES(scopes), "
	    "access_token = VALUES(access_token), refresh_token = VALUES(refresh_token), "
	    "expires_at = VALUES(expires_at), state_since = IF(state = 'connected', state_since, VALUES(state_since)), "
	    "state = VALUES(state), issued_at = VALUES(issued_at), last_ok_at = VALUES(last_ok_at), trouble = 'none', "
	    "refused = 0, failures = 0, access_refused = 0, lease_owner = NULL, lease_until = NULL, version = version "
	    "+ 1",
	    NULL, NULL },
	[LEASE] = { "install.lease", SQL_TENANT, "sii", "",
	    "UPDATE install SET lease_owner = ?, lease_until = UTC_TIMESTAMP(3) + INTERVAL 30 SECOND "
	    "WHERE tenant_id = ? AND version = ? AND state = 'connected' "
	    "AND (lease_until IS NULL OR lease_until <= UTC_TIMESTAMP(3))",
	    NULL, NULL },
	[REFRESHED] = { "install.refreshed", SQL_TENANT, "ssisiiii", "",
	    "UPDATE install SET access_token = ?, refresh_token = COALESCE(?, refresh_token), "
	    "expires_at = UTC_TIMESTAMP(3) + INTERVAL ? SECOND, issued_at = UTC_TIMESTAMP(3), "
	    "last_ok_at = UTC_TIMESTAMP(3), trouble = ?, refused = 0, failures = ?, "
	    "access_refused = 0, lease_owner = NULL, lease_until = " IN_MS ", version = version + 1 "
	    "WHERE tenant_id = ? AND version = ? AND state = 'connected'",
	    NULL, NULL },
	/* The version stays: two refusals count only when they met the same tokens. */
	[FAILED] = { "install.failed", SQL_TENANT, "siiiis", "",
	    "UPDATE install SET trouble = ?, refused = refused + ?, failures = failures + 1, lease_owner = NULL, "
	    "lease_until = " IN_MS " WHERE tenant_id = ? AND version = ? AND lease_owner = ?",
	    NULL, NULL },
	/* The version stays here, too: it is the tokens'. */
	[ACCESS_REFUSED] = { "install.access_refused", SQL_TENANT, "ii", "",
	    "UPDATE install SET access_refused = 1 WHERE tenant_id = ? AND version = ? AND state = 'connected'", NULL,
	    NULL },
	[LOOKED] = { "install.looked", SQL_TENANT, "sii", "",
	    "UPDATE install SET scopes = ?, last_ok_at = UTC_TIMESTAMP(3), "
	    "failures = IF(access_refused, failures, 0), trouble = IF(access_refused, trouble, 'none') "
	    "WHERE tenant_id = ? AND version = ? AND state = 'connected'",
	    NULL, NULL },
	[DISCONNECTED] = { "install.disconnected", SQL_TENANT, "sii", "",
	    "UPDATE install SET state_since = IF(state = 'disconnected', state_since, UTC_TIMESTAMP(3)), "
	    "state = 'disconnected', trouble = ?, access_token = NULL, refresh_token = NULL, expires_at = NULL, "
	    "issued_at = NULL, access_refused = 0, lease_owner = NULL, lease_until = NULL, version = version + 1 "
	    "WHERE tenant_id = ? AND version = ?",
	    NULL, NULL },
	[TENANT_OFF] = { "install.tenant_off", SQL_TENANT, "si", "",
	    "UPDATE tenant SET state = ?, version = version + 1 "
	    "WHERE tenant_id = ? AND state IN ('active', 'paused')",
	    NULL, NULL },
};
const size_t install_sql_n = sizeof(install_sql) / sizeof(install_sql[0]);

static const char *const trouble_names[] = { "none", "unreachable", "client", "denied", "refused", "removed",
	"account_gone" };

const char *
install_trouble_name(enum install_trouble trouble)
{
	return trouble_names[trouble];
}

bool
install_usable(const struct install *in)
{
	int64_t life = in->age_ms < 0 ? INT64_MAX : in->age_ms + in->expires_in_ms;
	int64_t margin = life / 10 < INSTALL_MARGIN_MS ? life / 10 : INSTALL_MARGIN_MS;

	return in->connected && !in->access_refused && in->expires_in_ms > margin;
}

static struct str
place(struct arena *a, int64_t tenant_id, const char *column)
{
	return vault_place(a, tenant_id, "install", column, STR("0"));
}

static bool
open_token(struct db *db, const struct vault *v, struct arena *a, int64_t tenant_id, const char *column,
    struct str sealed, struct secret *out, struct err *e)
{
	if (sealed.n == 0)
		return true;
	return vault_open(v, db, a, tenant_id, place(a, tenant_id, column), sealed, out, e);
}

static bool
load_row(struct db *db, struct arena *a, int64_t tenant_id, const struct db_value **row, struct install *out,
    struct err *e)
{
	const struct db_value *v;

	if (!db_query_one(db, &install_sql[LOAD], DB_IN(DB_V_I(tenant_id)), a, row, e))
		return err_wrap(e, "HubSpot's tokens of tenant %lld", (long long)tenant_id);
	v = *row;
	*out = (struct install){ .tenant_id = tenant_id,
		.hub_user_id = v[0].i,
		.scopes = v[1].s,
		.expires_ms = v[4].i,
		.last_ok_ms = v[5].i,
		.connected = str_eq(v[6].s, STR("connected")),
		.access_refused = v[7].i != 0,
		.since_ms = v[8].i,
		.refused = v[10].i,
		.failures = v[11].i,
		.version = v[12].i,
		.expires_in_ms = v[13].kind == DB_NULL ? -1 : v[13].i,
		.age_ms = v[14].kind == DB_NULL ? -1 : v[14].i,
		.ok_age_ms = v[15].kind == DB_NULL ? -1 : v[15].i,
		.rest_ms = v[16].kind == DB_NULL || v[16].i < 0 ? 0 : v[16].i };
	out->leased = out->rest_ms > 0 && v[17].i != 0;
	for (int i = 0; i < INSTALL_TROUBLE__COUNT; i++)
		if (str_eq(v[9].s, str_from(trouble_names[i])))
			out->trouble = (enum install_trouble)i;
	return true;
}

bool
install_facts(struct db *db, struct arena *a, int64_t tenant_id, struct install *out, struct err *e)
{
	const struct db_value *row;

	return load_row(db, a, tenant_id, &row, out, e);
}

bool
install_load(struct db *db, const struct vault *v, struct arena *a, int64_t tenant_id, struct install *out,
    struct err *e)
{
	const struct db_value *row;

	return load_row(db, a, tenant_id, &row, out, e) &&
	       open_token(db, v, a, tenant_id, "access_token", row[2].s, &out->access_token, e) &&
	       open_token(db, v, a, tenant_id, "refresh_token", row[3].s, &out->refresh_token, e);
}

static bool
save_rows(struct db *db, const struct install *in, struct str access, struct str refresh, int64_t expires_in_s,
    struct err *e)
{
	return db_run(db, &install_sql[SAVE],
	           DB_IN(DB_V_I(in->tenant_id), DB_V_I(in->hub_user_id), DB_V_S(in->scopes), DB_V_S(access),
	               DB_V_S(refresh), DB_V_I(expires_in_s)),
	           NULL, e) &&
	       schedule_set(db, in->tenant_id, SCHEDULE_TOKEN, 0, false, e);
}

bool
install_save(struct db *db, const struct vault *v, struct arena *a, const struct install *in, int64_t expires_in_s,
    struct err *e)
{
	struct str access, refresh;

	if (!vault_seal(v, db, a, in->tenant_id, place(a, in->tenant_id, "access_token"), &in->access_token, &access,
	        e) ||
	    !vault_seal(v, db, a, in->tenant_id, place(a, in->tenant_id, "refresh_token"), &in->refresh_token, &refresh,
	        e) ||
	    !db_begin(db, e))
		return err_wrap(e, "saving HubSpot's tokens");
	if (!save_rows(db, in, access, refresh, expires_in_s, e)) {
		db_rollback(db);
		return err_wrap(e, "saving HubSpot's tokens");
	}
	return db_commit(db, e);
}

bool
install_lease(struct db *db, int64_t tenant_id, int64_t version, struct str owner, struct err *e)
{
	int64_t changed;

	if (!db_run(db, &install_sql[LEASE], DB_IN(DB_V_S(owner), DB_V_I(tenant_id), DB_V_I(version)), &changed, e))
		return false;
	return changed == 1 || err_set(e, ERR_CONFLICT, "another process is refreshing this token");
}

bool
install_refreshed(struct db *db, const struct vault *v, struct arena *a, const struct install *held,
    const struct install_tokens *fresh, struct err *e)
{
	/* Refreshes that failed before this one say nothing of the token that it brings. */
	bool denied = held->trouble == INSTALL_NO_TROUBLE || held->trouble == INSTALL_DENIED;
	int64_t before = denied ? held->failures : 0;
	const char *trouble = trouble_names[fresh->forced && before > 0 ? INSTALL_DENIED : INSTALL_NO_TROUBLE];
	struct db_value refresh = DB_V_NULL;
	int64_t tenant_id = held->tenant_id, changed;
	struct str sealed;

	if (!secret_empty(&fresh->refresh)) {
		if (!vault_seal(v, db, a, tenant_id, place(a, tenant_id, "refresh_token"), &fresh->refresh, &sealed, e))
			return false;
		refresh = DB_V_S(sealed);
	}
	if (!vault_seal(v, db, a, tenant_id, place(a, tenant_id, "access_token"), &fresh->access, &sealed, e) ||
	    !db_run(db, &install_sql[REFRESHED],
	        DB_IN(DB_V_S(sealed), refresh, DB_V_I(fresh->expires_in_s), DB_V_S(str_from(trouble)),
	            DB_V_I(fresh->forced ? before + 1 : 0), DB_V_I(fresh->rest_ms), DB_V_I(tenant_id),
	            DB_V_I(held->version)),
	        &changed, e))
		return err_wrap(e, "saving the refreshed token");
	return changed == 1 || err_set(e, ERR_CONFLICT, "somebody newer refreshed this token");
}

bool
install_refresh_failed(struct db *db, const struct install *held, struct str owner, enum install_trouble trouble,
    int64_t rest_ms, struct err *e)
{
	return db_run(db, &install_sql[FAILED],
	    DB_IN(DB_V_S(str_from(trouble_names[trouble])), DB_V_I(trouble == INSTALL_REFUSED), DB_V_I(rest_ms),
	        DB_V_I(held->tenant_id), DB_V_I(held->version), DB_V_S(owner)),
	    NULL, e);
}

bool
install_access_refused(struct db *db, int64_t tenant_id, int64_t version, struct err *e)
{
	return db_run(db, &install_sql[ACCESS_REFUSED], DB_IN(DB_V_I(tenant_id), DB_V_I(version)), NULL, e);
}

bool
install_looked(struct db *db, const struct install *held, struct str scopes, struct err *e)
{
	return db_run(db, &install_sql[LOOKED], DB_IN(DB_V_S(scopes), DB_V_I(held->tenant_id), DB_V_I(held->version)),
	    NULL, e);
}

static bool
disconnect(struct db *db, struct arena *a, int64_t tenant_id, int64_t version, enum install_trouble why, struct err *e)
{
	enum tenant_state to = why == INSTALL_NO_TROUBLE ? TENANT_DISCONNECTED : TENANT_PAUSED;
	struct str word = str_from(trouble_names[why]);
	int64_t changed;

	if (!db_run(db, &install_sql[DISCONNECTED], DB_IN(DB_V_S(word), DB_V_I(tenant_id), DB_V_I(version)), &changed,
	        e))
		return false;
	if (changed != 1)
		return err_set(e, ERR_CONFLICT, "somebody logged in or refreshed the token meanwhile");
	if (!db_run(db, &install_sql[TENANT_OFF], DB_IN(DB_V_S(str_from(tenant_state_name(to))), DB_V_I(tenant_id)),
	        NULL, e))
		return false;
	/* What is to be mended is told; who disconnected it here knows. */
	return why == INSTALL_NO_TROUBLE ? alarm_end(db, a, tenant_id, ALARM_HUBSPOT_ENDED, NULL, e)
	                                 : alarm_raise(db, a, tenant_id, ALARM_HUBSPOT_ENDED, word, e);
}

bool
install_disconnected(struct db *db, struct arena *a, const struct person *by, int64_t version, enum install_trouble why,
    struct err *e)
{
	return transaction_begin(db, e) &&
	       transaction_end(db,
	           disconnect(db, a, by->tenant_id, version, why, e) &&
	               audit_add(db, a, by, &(struct audit){ .action = "hubspot.disconnected" }, e),
	           "disconnecting", e);
}
