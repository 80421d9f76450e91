/* erase.c - see erase.h. */
#include "store/erase.h"

#include <assert.h>

#include "base/arena.h"
#include "base/crypto.h"
#include "store/schedule.h"
#include "store/transaction.h"

enum {
	MARK,
	RECEIPT,
	LOG_OUT,
	LOAD,
	FOLLOW,
	UNINSTALLED,
	BURN_KEY,
	COUNT,
	LOCK,
	LAST_SCHEDULE,
	TENANT,
	END,
	SWEEP,
	MAILS,
	LINKS,
	TABLES /* the first of those that are emptied */
};

/* A row of the list below: every table with a tenant_id has one (tests/db/test_erase.c holds it against the schema). */
#define TABLE(name)                                                                                                    \
	{ "erase." name, SQL_TENANT, "ii", "", "DELETE FROM " name " WHERE tenant_id = ? LIMIT ?", NULL, NULL }
#define OF_RECEIPT                                                                                                     \
	"SELECT e.uninstall, TIMESTAMPDIFF(SECOND, e.began_at, UTC_TIMESTAMP(3)), e.erased, e.began_at, e.ended_at "

#define OF_PERSON                                                                                                      \
	"JOIN person p ON p.email = l.email WHERE p.tenant_id = ? AND NOT EXISTS (SELECT 1 FROM person o "             \
	"WHERE o.email = l.email AND o.tenant_id <> p.tenant_id AND o.removed_at IS NULL)"

const struct sql erase_sql[] = {
	[MARK] = { "erase.mark", SQL_TENANT, "si", "",
	    "UPDATE tenant SET state = 'deleting', sending = 0, erasure_hash = ?, version = version + 1 "
	    "WHERE tenant_id = ? AND state <> 'deleting'",
	    NULL, NULL },
	/* A receipt does not tell whose account it is about. */
	[RECEIPT] = { "erase.receipt", SQL_GLOBAL, "s", "",
	    "INSERT INTO erasure (receipt_hash, began_at) VALUES (?, UTC_TIMESTAMP(3))", NULL, NULL },
	[LOG_OUT] = { "erase.log_out", SQL_TENANT, "i", "", "DELETE FROM session WHERE tenant_id = ?", NULL, NULL },
	[LOAD] = { "erase.load", SQL_TENANT, "i", "siitt",
	    OF_RECEIPT "FROM tenant t JOIN erasure e ON e.receipt_hash = t.erasure_hash "
	               "WHERE t.tenant_id = ? AND t.state = 'deleting'",
	    NULL, NULL },
	/* As above. */
	[FOLLOW] = { "erase.follow", SQL_GLOBAL, "s", "siitt", OF_RECEIPT "FROM erasure e WHERE e.receipt_hash = ?",
	    NULL, NULL },
	[UNINSTALLED] = { "erase.uninstalled", SQL_TENANT, "si", "",
	    "UPDATE erasure e JOIN tenant t ON t.erasure_hash = e.receipt_hash SET e.uninstall = ? "
	    "WHERE t.tenant_id = ?",
	    NULL, NULL },
	[BURN_KEY] = { "erase.burn_key", SQL_TENANT, "i", "",
	    "UPDATE tenant SET data_key = '', master_key_id = '', version = version + 1 WHERE tenant_id = ? AND "
	    "state = 'deleting'",
	    NULL, NULL },
	[COUNT] = { "erase.count", SQL_TENANT, "ii", "",
	    "UPDATE erasure e JOIN tenant t ON t.erasure_hash = e.receipt_hash SET e.erased = e.erased + ? "
	    "WHERE t.tenant_id = ?",
	    NULL, NULL },
	[LOCK] = { "erase.lock", SQL_TENANT, "i", "i",
	    "SELECT tenant_id FROM tenant WHERE tenant_id = ? AND state = 'deleting' FOR UPDATE", NULL, NULL },
	[LAST_SCHEDULE] = { "erase.last_schedule", SQL_TENANT, "i", "", "DELETE FROM schedule WHERE tenant_id = ?",
	    NULL, NULL },
	[TENANT] = { "erase.tenant", SQL_TENANT, "i", "", "DELETE FROM tenant WHERE tenant_id = ?", NULL, NULL },
	[END] = { "erase.end", SQL_TENANT, "i", "",
	    "UPDATE erasure e JOIN tenant t ON t.erasure_hash = e.receipt_hash SET e.ended_at = UTC_TIMESTAMP(3) "
	    "WHERE t.tenant_id = ?",
	    NULL, NULL },
	/* Housekeeping of the installation. */
	[SWEEP] = { "erase.sweep", SQL_GLOBAL, "", "",
	    "DELETE FROM erasure WHERE ended_at < UTC_TIMESTAMP(3) - INTERVAL 7 DAY LIMIT 1000", NULL, NULL },
	/*
	 * Sign-in links belong to addresses: to those that only this account knows.  E-mails first, links lead to
	 * them.
	 */
	[MAILS] = { "erase.mails", SQL_TENANT, "i", "",
	    "DELETE m FROM mail m JOIN sign_in_link l ON l.link_id = m.subject_id " OF_PERSON
	    " AND m.tenant_id = 0 AND m.kind = 'sign_in'",
	    NULL, NULL },
	[LINKS] = { "erase.links", SQL_TENANT, "i", "", "DELETE l FROM sign_in_link l " OF_PERSON, NULL, NULL },
	/* Leases first: work that is under way finds that it has lost them, and writes nothing more. */
	[TABLES] = TABLE("lease"),
	/* Its own row stays till the end. */
	{ "erase.schedule", SQL_TENANT, "ii", "",
	    "DELETE FROM schedule WHERE tenant_id = ? AND kind <> 'erase' LIMIT ?", NULL, NULL },
	TABLE("session"),
	TABLE("invitation"),
	TABLE("mail"),
	TABLE("alarm"),
	TABLE("install"),
	TABLE("secret"),
	TABLE("delivery"),
	TABLE("asked"),
	TABLE("history"),
	TABLE("pending"),
	TABLE("waiting"),
	TABLE("record_update"),
	TABLE("id_run"),
	TABLE("attempt"),
	TABLE("conversion"),
	TABLE("decision"),
	TABLE("event"),
	TABLE("event_type_hold"),
	TABLE("event_type"),
	TABLE("merged"),
	TABLE("listing"),
	TABLE("quarantine"),
	TABLE("cache"),
	TABLE("counter"),
	TABLE("hubspot_calls"),
	TABLE("breaker"),
	TABLE("budget"),
	TABLE("config"),
	TABLE("audit"),
	TABLE("person"),
};
const size_t erase_sql_n = sizeof(erase_sql) / sizeof(erase_sql[0]);

#define TABLES_END (sizeof(erase_sql) / sizeof(erase_sql[0]))

static bool
mark(struct db *db, int64_t tenant_id, struct str hash, struct err *e)
{
	int64_t changed;

	if (!db_run(db, &erase_sql[MARK], DB_IN(DB_V_S(hash), DB_V_I(tenant_id)), &changed, e))
		return false;
	if (changed != 1)
		return err_set(e, ERR_CONFLICT, "this account is being erased already");
	return db_run(db, &erase_sql[RECEIPT], DB_IN(DB_V_S(hash)), NULL, e) &&
	       db_run(db, &erase_sql[LOG_OUT], DB_IN(DB_V_I(tenant_id)), NULL, e) &&
	       schedule_set(db, tenant_id, SCHEDULE_ERASE, 0, false, e);
}

bool
erase_begin(struct db *db, struct arena *a, int64_t tenant_id, struct str *receipt, struct err *e)
{
	*receipt = crypto_random_id(a);
	return transaction_begin(db, e) &&
	       transaction_end(db, mark(db, tenant_id, crypto_sha256(a, *receipt), e), "erasing the account", e);
}

static void
erasure_from_row(const struct db_value *row, struct erasure *out)
{
	*out = (struct erasure){ .uninstall = row[0].s,
		.age_s = row[1].i,
		.erased = row[2].i,
		.began_ms = row[3].i,
		.ended_ms = row[4].i };
}

bool
erase_load(struct db *db, struct arena *a, int64_t tenant_id, struct erasure *out, struct err *e)
{
	const struct db_value *row;

	if (!db_query_one(db, &erase_sql[LOAD], DB_IN(DB_V_I(tenant_id)), a, &row, e))
		return err_wrap(e, "the erasing of tenant %lld", (long long)tenant_id);
	erasure_from_row(row, out);
	return true;
}

bool
erase_follow(struct db *db, struct arena *a, struct str receipt, struct erasure *out, struct err *e)
{
	const struct db_value *row;

	if (!db_query_one(db, &erase_sql[FOLLOW], DB_IN(DB_V_S(crypto_sha256(a, receipt))), a, &row, e))
		return false;
	erasure_from_row(row, out);
	return true;
}

static const struct sql *
table(const char *name)
{
	for (size_t i = TABLES; i < TABLES_END; i++)
		if (str_eq(str_from(erase_sql[i].name), str_from(name)))
			return &erase_sql[i];
	assert(false);
	return NULL;
}

static bool
burn(struct db *db, int64_t tenant_id, struct str how, struct err *e)
{
	const struct db_value tenant = DB_V_I(tenant_id);

	return db_run(db, &erase_sql[UNINSTALLED], DB_IN(DB_V_S(how), tenant), NULL, e) &&
	       db_run(db, &erase_sql[BURN_KEY], DB_IN(tenant), NULL, e) &&
	       db_run(db, table("erase.install"), DB_IN(tenant, DB_V_I(ERASE_BATCH)), NULL, e) &&
	       db_run(db, table("erase.secret"), DB_IN(tenant, DB_V_I(ERASE_BATCH)), NULL, e);
}

bool
erase_uninstalled(struct db *db, int64_t tenant_id, struct str how, struct err *e)
{
	return transaction_begin(db, e) &&
	       transaction_end(db, burn(db, tenant_id, how, e), "destroying the account's key", e);
}

/* Tenant 0 is the installation. */
static bool
delete_some(struct db *db, int64_t tenant_id, int64_t *n, struct err *e)
{
	assert(tenant_id > 0);
	*n = 0;
	if (!db_run(db, &erase_sql[MAILS], DB_IN(DB_V_I(tenant_id)), NULL, e) ||
	    !db_run(db, &erase_sql[LINKS], DB_IN(DB_V_I(tenant_id)), NULL, e))
		return err_wrap(e, "sign-in links");
	for (size_t i = TABLES; i < TABLES_END; i++) {
		int64_t changed;

		if (!db_run(db, &erase_sql[i], DB_IN(DB_V_I(tenant_id), DB_V_I(ERASE_BATCH)), &changed, e))
			return err_wrap(e, "%s", erase_sql[i].name);
		*n += changed;
	}
	return true;
}

bool
erase_some(struct db *db, int64_t tenant_id, int64_t *n, struct err *e)
{
	return delete_some(db, tenant_id, n, e) &&
	       (*n == 0 || db_run(db, &erase_sql[COUNT], DB_IN(DB_V_I(*n), DB_V_I(tenant_id)), NULL, e));
}

static bool
end(struct db *db, struct arena *a, int64_t tenant_id, struct err *e)
{
	const struct db_value tenant = DB_V_I(tenant_id), *row;
	int64_t n;

	/* Whoever made rows for it until now had seen the account; from here on nobody does. */
	if (!db_query_one(db, &erase_sql[LOCK], DB_IN(tenant), a, &row, e))
		return false;
	do {
		if (!delete_some(db, tenant_id, &n, e))
			return false;
	} while (n > 0);
	return db_run(db, &erase_sql[END], DB_IN(tenant), NULL, e) &&
	       db_run(db, &erase_sql[LAST_SCHEDULE], DB_IN(tenant), NULL, e) &&
	       db_run(db, &erase_sql[TENANT], DB_IN(tenant), NULL, e);
}

bool
erase_end(struct db *db, struct arena *a, int64_t tenant_id, struct err *e)
{
	return transaction_begin(db, e) && transaction_end(db, end(db, a, tenant_id, e), "ending the account", e);
}

bool
erase_sweep(struct db *db, struct err *e)
{
	return db_run(db, &erase_sql[SWEEP], NULL, 0, NULL, e);
}
