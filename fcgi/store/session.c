/* session.c - see session.h. */
#include "store/session.h"

#include "base/arena.h"
#include "base/crypto.h"
#include "io/db.h"
#include "store/transaction.h"

/* A session's last use is written down at most this often. */
#define TOUCH_EVERY_S 30

enum {
	OPEN,
	FIND,
	TOUCH,
	SEEN,
	MOVE,
	CLOSE,
	LOGIN_BEGIN,
	LOGIN_PORTAL,
	LOGIN_TAKE,
	SWEEP_SESSIONS,
	SWEEP_LOGINS
};

const struct sql session_sql[] = {
	[OPEN] = { "session.open", SQL_TENANT, "siiss", "",
	    "INSERT INTO session (session_hash, tenant_id, person_id, csrf_token, proof, created_at, seen_at) "
	    "VALUES (?, ?, ?, ?, ?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))",
	    NULL, NULL },
	[SEEN] = { "session.seen", SQL_TENANT, "ii", "",
	    "UPDATE person SET seen_at = UTC_TIMESTAMP(3) WHERE tenant_id = ? AND person_id = ?", NULL, NULL },
	/* The new session is as old as the one that it comes from. */
	[MOVE] = { "session.move", SQL_TENANT, "siiss", "",
	    "INSERT INTO session (session_hash, tenant_id, person_id, csrf_token, proof, created_at, seen_at) "
	    "SELECT ?, ?, ?, ?, proof, created_at, UTC_TIMESTAMP(3) FROM session WHERE session_hash = ?",
	    NULL, NULL },
	/* The cookie comes before the tenant is known: it is what names the tenant. */
	[FIND] = { "session.find", SQL_GLOBAL, "sii", "iiisssis",
	    "SELECT s.tenant_id, s.person_id, COALESCE(p.hub_user_id, 0), p.email, p.role, s.csrf_token, "
	    "TIMESTAMPDIFF(SECOND, s.seen_at, UTC_TIMESTAMP(3)), s.proof "
	    "FROM session s JOIN person p ON p.tenant_id = s.tenant_id AND p.person_id = s.person_id "
	    "AND p.removed_at IS NULL "
	    "JOIN tenant t ON t.tenant_id = s.tenant_id AND t.state <> 'deleting' "
	    "WHERE s.session_hash = ? AND s.seen_at > UTC_TIMESTAMP(3) - INTERVAL ? SECOND "
	    "AND s.created_at > UTC_TIMESTAMP(3) - INTERVAL ? SECOND",
	    NULL, NULL },
	/* As above. */
	[TOUCH] = { "session.touch", SQL_GLOBAL, "s", "",
	    "UPDATE session SET seen_at = UTC_TIMESTAMP(3) WHERE session_hash = ?", NULL, NULL },
	/* As above: logging out needs no more than the cookie. */
	[CLOSE] = { "session.close", SQL_GLOBAL, "s", "", "DELETE FROM session WHERE session_hash = ?", NULL, NULL },
	/* There is no tenant before the log-in is done. */
	[LOGIN_BEGIN] = { "session.login_begin", SQL_GLOBAL, "ssi", "",
	    "INSERT INTO oauth_state (state_hash, browser_hash, portal_id, created_at) "
	    "VALUES (?, ?, ?, UTC_TIMESTAMP(3))",
	    NULL, NULL },
	/* As above. */
	[LOGIN_PORTAL] = { "session.login_portal", SQL_GLOBAL, "ss", "i",
	    "SELECT portal_id FROM oauth_state WHERE state_hash = ? AND browser_hash = ?", NULL, NULL },
	/* As above.  Deleting is taking: of two callbacks at once one finds the row. */
	[LOGIN_TAKE] = { "session.login_take", SQL_GLOBAL, "ssi", "",
	    "DELETE FROM oauth_state WHERE state_hash = ? AND browser_hash = ? "
	    "AND created_at > UTC_TIMESTAMP(3) - INTERVAL ? SECOND",
	    NULL, NULL },
	/* Housekeeping of the installation, in small bites. */
	[SWEEP_SESSIONS] = { "session.sweep", SQL_GLOBAL, "ii", "",
	    "DELETE FROM session WHERE seen_at < UTC_TIMESTAMP(3) - INTERVAL ? SECOND "
	    "OR created_at < UTC_TIMESTAMP(3) - INTERVAL ? SECOND LIMIT 1000",
	    NULL, NULL },
	/* As above. */
	[SWEEP_LOGINS] = { "session.sweep_logins", SQL_GLOBAL, "i", "",
	    "DELETE FROM oauth_state WHERE created_at < UTC_TIMESTAMP(3) - INTERVAL ? SECOND LIMIT 1000", NULL, NULL },
};
const size_t session_sql_n = sizeof(session_sql) / sizeof(session_sql[0]);

static const char *const proofs[] = { "hubspot", "email", "invitation" };

static enum session_proof
proof_parse(struct str name)
{
	for (size_t i = 0; i < sizeof(proofs) / sizeof(proofs[0]); i++)
		if (str_eq(name, str_from(proofs[i])))
			return (enum session_proof)i;
	return SESSION_INVITATION; /* the one that proves least */
}

bool
session_open(struct db *db, struct arena *a, const struct person *who, enum session_proof proof, struct str *cookie,
    struct err *e)
{
	struct str id = crypto_random_id(a), csrf = crypto_random_id(a);

	if (!db_run(db, &session_sql[OPEN],
	        DB_IN(DB_V_S(crypto_sha256(a, id)), DB_V_I(who->tenant_id), DB_V_I(who->person_id), DB_V_S(csrf),
	            DB_V_S(str_from(proofs[proof]))),
	        NULL, e) ||
	    !db_run(db, &session_sql[SEEN], DB_IN(DB_V_I(who->tenant_id), DB_V_I(who->person_id)), NULL, e))
		return err_wrap(e, "opening a session");
	*cookie = id;
	return true;
}

static bool
move(struct db *db, struct arena *a, struct str from, const struct person *to, struct str id, struct err *e)
{
	int64_t changed;

	if (!db_run(db, &session_sql[MOVE],
	        DB_IN(DB_V_S(crypto_sha256(a, id)), DB_V_I(to->tenant_id), DB_V_I(to->person_id),
	            DB_V_S(crypto_random_id(a)), DB_V_S(crypto_sha256(a, from))),
	        &changed, e))
		return false;
	if (changed != 1)
		return err_set(e, ERR_NOT_FOUND, "the session has ended");
	return session_close(db, a, from, e) &&
	       db_run(db, &session_sql[SEEN], DB_IN(DB_V_I(to->tenant_id), DB_V_I(to->person_id)), NULL, e);
}

bool
session_move(struct db *db, struct arena *a, struct str from, const struct person *to, struct str *cookie,
    struct err *e)
{
	*cookie = crypto_random_id(a);
	return transaction_begin(db, e) &&
	       transaction_end(db, move(db, a, from, to, *cookie, e), "going to another account", e);
}

bool
session_find(struct db *db, struct arena *a, struct str cookie, const struct session_limits *limits,
    struct session *out, struct err *e)
{
	struct str hash = crypto_sha256(a, cookie);
	const struct db_value *row;
	int64_t touch_s = limits->idle_s / 4 < TOUCH_EVERY_S ? limits->idle_s / 4 : TOUCH_EVERY_S;

	if (cookie.n != SESSION_ID_LENGTH)
		return err_set(e, ERR_NOT_FOUND, "no session");
	if (!db_query_one(db, &session_sql[FIND],
	        DB_IN(DB_V_S(hash), DB_V_I(limits->idle_s), DB_V_I(limits->absolute_s)), a, &row, e))
		return err_wrap(e, "the session");
	*out = (struct session){ .person = { .tenant_id = row[0].i,
		                     .person_id = row[1].i,
		                     .hub_user_id = row[2].i,
		                     .email = row[3].s,
		                     .role = person_role_parse(row[4].s) },
		.csrf_token = row[5].s,
		.proof = proof_parse(row[7].s) };
	if (row[6].i < touch_s)
		return true;
	return db_run(db, &session_sql[TOUCH], DB_IN(DB_V_S(hash)), NULL, e);
}

bool
session_close(struct db *db, struct arena *a, struct str cookie, struct err *e)
{
	return db_run(db, &session_sql[CLOSE], DB_IN(DB_V_S(crypto_sha256(a, cookie))), NULL, e);
}

bool
session_login_begin(struct db *db, struct arena *a, struct str state, struct str browser, int64_t portal_id,
    struct err *e)
{
	return db_run(db, &session_sql[LOGIN_BEGIN],
	    DB_IN(DB_V_S(crypto_sha256(a, state)), DB_V_S(crypto_sha256(a, browser)), DB_V_I(portal_id)), NULL, e);
}

bool
session_login_take(struct db *db, struct arena *a, struct str state, struct str browser, int64_t limit_s,
    int64_t *portal_id, struct err *e)
{
	const struct db_value *row;
	int64_t changed;

	if (!db_query_one(db, &session_sql[LOGIN_PORTAL],
	        DB_IN(DB_V_S(crypto_sha256(a, state)), DB_V_S(crypto_sha256(a, browser))), a, &row, e))
		return err_wrap(e, "the log-in under way");
	*portal_id = row[0].i;
	if (!db_run(db, &session_sql[LOGIN_TAKE],
	        DB_IN(DB_V_S(crypto_sha256(a, state)), DB_V_S(crypto_sha256(a, browser)), DB_V_I(limit_s)), &changed,
	        e))
		return false;
	return changed == 1 || err_set(e, ERR_NOT_FOUND, "no log-in under way with this state in this browser");
}

bool
session_sweep(struct db *db, const struct session_limits *limits, int64_t login_s, struct err *e)
{
	return db_run(db, &session_sql[SWEEP_SESSIONS], DB_IN(DB_V_I(limits->idle_s), DB_V_I(limits->absolute_s)), NULL,
	           e) &&
	       db_run(db, &session_sql[SWEEP_LOGINS], DB_IN(DB_V_I(login_s)), NULL, e);
}
