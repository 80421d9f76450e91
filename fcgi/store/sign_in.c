/* sign_in.c - see sign_in.h. */
#include "store/sign_in.h"

#include "base/arena.h"
#include "base/crypto.h"
#include "store/mail.h"
#include "store/transaction.h"

#define NONCE_BYTES 16

enum {
	RECENT,
	ADD,
	LOAD,
	TAKE,
	END_OTHERS,
	SWEEP
};

/* None of them knows a tenant: a link belongs to an address. */
const struct sql sign_in_sql[] = {
	/* See above. */
	[RECENT] = { "sign_in.recent", SQL_GLOBAL, "ssi", "iii",
	    "SELECT (SELECT COUNT(*) FROM sign_in_link WHERE email = ? "
	    "AND created_at > UTC_TIMESTAMP(3) - INTERVAL 1 HOUR), "
	    "(SELECT COUNT(*) FROM sign_in_link WHERE email = ? AND created_at > UTC_TIMESTAMP(3) - INTERVAL ? "
	    "SECOND), "
	    "(SELECT COUNT(*) FROM sign_in_link WHERE created_at > UTC_TIMESTAMP(3) - INTERVAL 1 MINUTE)",
	    NULL, NULL },
	/* See above. */
	[ADD] = { "sign_in.add", SQL_GLOBAL, "ss", "",
	    "INSERT INTO sign_in_link (email, nonce, created_at) VALUES (?, ?, UTC_TIMESTAMP(3))", NULL, NULL },
	/* See above. */
	[LOAD] = { "sign_in.load", SQL_GLOBAL, "ii", "iss",
	    "SELECT link_id, email, nonce FROM sign_in_link WHERE link_id = ? "
	    "AND created_at > UTC_TIMESTAMP(3) - INTERVAL ? SECOND",
	    NULL, NULL },
	/* See above.  Deleting is taking. */
	[TAKE] = { "sign_in.take", SQL_GLOBAL, "is", "", "DELETE FROM sign_in_link WHERE link_id = ? AND nonce = ?",
	    NULL, NULL },
	/* See above. */
	[END_OTHERS] = { "sign_in.end_others", SQL_GLOBAL, "s", "", "DELETE FROM sign_in_link WHERE email = ?", NULL,
	    NULL },
	/* See above. */
	[SWEEP] = { "sign_in.sweep", SQL_GLOBAL, "", "",
	    "DELETE FROM sign_in_link WHERE created_at < UTC_TIMESTAMP(3) - INTERVAL 2 DAY LIMIT 1000", NULL, NULL },
};
const size_t sign_in_sql_n = sizeof(sign_in_sql) / sizeof(sign_in_sql[0]);

static bool
add(struct db *db, struct arena *a, struct str email, struct err *e)
{
	return db_run(db, &sign_in_sql[ADD], DB_IN(DB_V_S(email), DB_V_S(crypto_random(a, NONCE_BYTES))), NULL, e) &&
	       mail_queue(db, 0, MAIL_SIGN_IN, db_last_id(db), e);
}

bool
sign_in_ask(struct db *db, struct arena *a, struct str email, int64_t limit_s, struct err *e)
{
	const struct db_value *row;

	if (!db_query_one(db, &sign_in_sql[RECENT], DB_IN(DB_V_S(email), DB_V_S(email), DB_V_I(limit_s)), a, &row, e))
		return err_wrap(e, "asking for a sign-in link");
	if (row[2].i >= SIGN_IN_PER_MINUTE)
		return err_set(e, ERR_LIMIT, "Too many sign-in links are asked for right now. Try again in a minute.");
	/* Others may ask for this address as often as they like: its owner never goes without a link that works. */
	if (row[0].i >= SIGN_IN_PER_HOUR && row[1].i > 0)
		return true;
	return transaction_begin(db, e) && transaction_end(db, add(db, a, email, e), "asking for a sign-in link", e);
}

bool
sign_in_load(struct db *db, struct arena *a, int64_t link_id, int64_t limit_s, struct sign_in *out, struct err *e)
{
	const struct db_value *row;

	if (!db_query_one(db, &sign_in_sql[LOAD], DB_IN(DB_V_I(link_id), DB_V_I(limit_s)), a, &row, e))
		return err_wrap(e, "the sign-in link");
	*out = (struct sign_in){ .link_id = row[0].i, .email = row[1].s, .nonce = row[2].s };
	return true;
}

bool
sign_in_take(struct db *db, const struct sign_in *link, struct err *e)
{
	int64_t changed;

	if (!db_run(db, &sign_in_sql[TAKE], DB_IN(DB_V_I(link->link_id), DB_V_S(link->nonce)), &changed, e))
		return false;
	if (changed != 1)
		return err_set(e, ERR_NOT_FOUND, "the sign-in link was used meanwhile");
	return db_run(db, &sign_in_sql[END_OTHERS], DB_IN(DB_V_S(link->email)), NULL, e);
}

bool
sign_in_sweep(struct db *db, struct err *e)
{
	return db_run(db, &sign_in_sql[SWEEP], NULL, 0, NULL, e);
}
