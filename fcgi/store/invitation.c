/* invitation.c - see invitation.h. */
#include "store/invitation.h"

#include "base/arena.h"
#include "base/crypto.h"
#include "store/audit.h"
#include "store/mail.h"
#include "store/transaction.h"

#define NONCE_BYTES 16
#define COLUMNS                                                                                                        \
	"SELECT i.invitation_id, i.email, i.role, i.nonce, i.invited_by, i.created_at, i.expires_at, "                 \
	"i.expires_at <= UTC_TIMESTAMP(3), m.state, m.problem FROM invitation i LEFT JOIN mail m "                     \
	"ON m.tenant_id = i.tenant_id AND m.kind = 'invitation' AND m.subject_id = i.invitation_id "                   \
	"WHERE i.tenant_id = ? "
#define LETTERS "issssttiss"

enum {
	COUNT,
	DROP,
	INSERT,
	RENEW,
	DELETE,
	TAKE,
	LIST,
	LOAD,
	FOR_EMAIL,
	SWEEP
};

const struct sql invitation_sql[] = {
	[COUNT] = { "invitation.count", SQL_TENANT, "i", "i", "SELECT COUNT(*) FROM invitation WHERE tenant_id = ?",
	    NULL, NULL },
	[DROP] = { "invitation.drop", SQL_TENANT, "is", "", "DELETE FROM invitation WHERE tenant_id = ? AND email = ?",
	    NULL, NULL },
	[INSERT] = { "invitation.insert", SQL_TENANT, "issssi", "",
	    "INSERT INTO invitation (tenant_id, email, role, nonce, invited_by, created_at, expires_at) "
	    "VALUES (?, ?, ?, ?, ?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) + INTERVAL ? SECOND)",
	    NULL, NULL },
	[RENEW] = { "invitation.renew", SQL_TENANT, "siii", "",
	    "UPDATE invitation SET nonce = ?, expires_at = UTC_TIMESTAMP(3) + INTERVAL ? SECOND "
	    "WHERE tenant_id = ? AND invitation_id = ?",
	    NULL, NULL },
	[DELETE] = { "invitation.delete", SQL_TENANT, "ii", "",
	    "DELETE FROM invitation WHERE tenant_id = ? AND invitation_id = ?", NULL, NULL },
	[TAKE] = { "invitation.take", SQL_TENANT, "iis", "",
	    "DELETE FROM invitation WHERE tenant_id = ? AND invitation_id = ? AND nonce = ? "
	    "AND expires_at > UTC_TIMESTAMP(3)",
	    NULL, NULL },
	[LIST] = { "invitation.list", SQL_TENANT, "i", LETTERS, COLUMNS "ORDER BY i.invitation_id DESC LIMIT 500", NULL,
	    NULL },
	[LOAD] = { "invitation.load", SQL_TENANT, "ii", LETTERS, COLUMNS "AND i.invitation_id = ?", NULL, NULL },
	[FOR_EMAIL] = { "invitation.for_email", SQL_TENANT, "is", LETTERS,
	    COLUMNS "AND i.email = ? AND i.expires_at > UTC_TIMESTAMP(3)", NULL, NULL },
	/* Housekeeping of the installation. */
	[SWEEP] = { "invitation.sweep", SQL_GLOBAL, "", "",
	    "DELETE FROM invitation WHERE expires_at < UTC_TIMESTAMP(3) - INTERVAL 30 DAY LIMIT 1000", NULL, NULL },
};
const size_t invitation_sql_n = sizeof(invitation_sql) / sizeof(invitation_sql[0]);

static void
from_row(int64_t tenant_id, const struct db_value *v, struct invitation *out)
{
	*out = (struct invitation){ .tenant_id = tenant_id,
		.invitation_id = v[0].i,
		.email = v[1].s,
		.role = person_role_parse(v[2].s),
		.nonce = v[3].s,
		.invited_by = v[4].s,
		.created_ms = v[5].i,
		.expires_ms = v[6].i,
		.expired = v[7].i != 0,
		.mail_state = v[8].s,
		.mail_problem = v[9].s };
}

bool
invitation_load(struct db *db, struct arena *a, int64_t tenant_id, int64_t invitation_id, struct invitation *out,
    struct err *e)
{
	const struct db_value *row;

	if (!db_query_one(db, &invitation_sql[LOAD], DB_IN(DB_V_I(tenant_id), DB_V_I(invitation_id)), a, &row, e))
		return e->code == ERR_NOT_FOUND ? err_set(e, ERR_NOT_FOUND, "There is no such invitation.") : false;
	from_row(tenant_id, row, out);
	return true;
}

bool
invitation_list(struct db *db, struct arena *a, int64_t tenant_id, struct invitation **out, size_t *n, struct err *e)
{
	struct db_rows rows;

	if (!db_query(db, &invitation_sql[LIST], DB_IN(DB_V_I(tenant_id)), a, &rows, e))
		return err_wrap(e, "the invitations");
	*out = arena_array(a, rows.n, sizeof(**out));
	*n = rows.n;
	for (size_t i = 0; i < rows.n; i++)
		from_row(tenant_id, &rows.v[i * rows.columns], &(*out)[i]);
	return true;
}

static bool
record(struct db *db, struct arena *a, const struct person *by, const char *action, const struct invitation *i,
    struct err *e)
{
	struct json *role = json_object(a);
	bool gone = str_eq(str_from(action), STR("invitation.revoked"));

	json_set_str(role, "role", str_from(person_role_name(i->role)));
	return audit_add(db, a, by,
	    &(struct audit){ .action = action,
	        .subject = i->email,
	        .before = gone ? role : NULL,
	        .after = gone ? NULL : role },
	    e);
}

static bool
hand_over(struct db *db, const struct invitation *i, const struct invitation_terms *terms, struct err *e)
{
	return terms->by_mail ? mail_queue(db, i->tenant_id, MAIL_INVITATION, i->invitation_id, e)
	                      : mail_cancel(db, i->tenant_id, MAIL_INVITATION, i->invitation_id, e);
}

static bool
may_be_invited(struct db *db, struct arena *a, int64_t tenant_id, struct str email, struct err *e)
{
	const struct db_value *row;
	bool member;

	if (!person_is_member(db, a, tenant_id, email, &member, e) ||
	    !db_query_one(db, &invitation_sql[COUNT], DB_IN(DB_V_I(tenant_id)), a, &row, e))
		return false;
	if (member)
		return err_set(e, ERR_EXISTS, "This person is a member already.");
	return row[0].i < INVITATIONS_MAX ||
	       err_set(e, ERR_LIMIT, "There are %d open invitations. Revoke some of them first.", INVITATIONS_MAX);
}

static bool
make(struct db *db, struct arena *a, const struct person *by, struct str email, enum person_role role,
    const struct invitation_terms *terms, struct invitation *out, struct err *e)
{
	struct str nonce = crypto_random(a, NONCE_BYTES);

	return person_lock_as_owner(db, a, by, e) &&
	       db_run(db, &invitation_sql[DROP], DB_IN(DB_V_I(by->tenant_id), DB_V_S(email)), NULL, e) &&
	       may_be_invited(db, a, by->tenant_id, email, e) &&
	       db_run(db, &invitation_sql[INSERT],
	           DB_IN(DB_V_I(by->tenant_id), DB_V_S(email), DB_V_S(str_from(person_role_name(role))), DB_V_S(nonce),
	               DB_V_S(by->email), DB_V_I(terms->valid_s)),
	           NULL, e) &&
	       invitation_load(db, a, by->tenant_id, db_last_id(db), out, e) && hand_over(db, out, terms, e) &&
	       record(db, a, by, "invitation.made", out, e) &&
	       invitation_load(db, a, by->tenant_id, out->invitation_id, out, e);
}

bool
invitation_make(struct db *db, struct arena *a, const struct person *by, struct str email, enum person_role role,
    const struct invitation_terms *terms, struct invitation *out, struct err *e)
{
	bool ok;

	if (!db_begin(db, e))
		return false;
	ok = make(db, a, by, email, role, terms, out, e);
	if (!ok)
		db_rollback(db);
	return ok && db_commit(db, e);
}

static bool
renew(struct db *db, struct arena *a, const struct person *by, int64_t invitation_id,
    const struct invitation_terms *terms, struct invitation *out, struct err *e)
{
	struct str nonce = crypto_random(a, NONCE_BYTES);

	return person_lock_as_owner(db, a, by, e) &&
	       db_run(db, &invitation_sql[RENEW],
	           DB_IN(DB_V_S(nonce), DB_V_I(terms->valid_s), DB_V_I(by->tenant_id), DB_V_I(invitation_id)), NULL,
	           e) &&
	       invitation_load(db, a, by->tenant_id, invitation_id, out, e) && hand_over(db, out, terms, e) &&
	       record(db, a, by, "invitation.sent_again", out, e) &&
	       invitation_load(db, a, by->tenant_id, invitation_id, out, e);
}

bool
invitation_renew(struct db *db, struct arena *a, const struct person *by, int64_t invitation_id,
    const struct invitation_terms *terms, struct invitation *out, struct err *e)
{
	bool ok;

	if (!db_begin(db, e))
		return false;
	ok = renew(db, a, by, invitation_id, terms, out, e);
	if (!ok)
		db_rollback(db);
	return ok && db_commit(db, e);
}

bool
invitation_revoke(struct db *db, struct arena *a, const struct person *by, int64_t invitation_id, struct err *e)
{
	struct invitation i = { .tenant_id = 0 };
	bool ok;

	if (!db_begin(db, e))
		return false;
	ok = person_lock_as_owner(db, a, by, e) && invitation_load(db, a, by->tenant_id, invitation_id, &i, e) &&
	     db_run(db, &invitation_sql[DELETE], DB_IN(DB_V_I(by->tenant_id), DB_V_I(invitation_id)), NULL, e) &&
	     mail_cancel(db, by->tenant_id, MAIL_INVITATION, invitation_id, e) &&
	     record(db, a, by, "invitation.revoked", &i, e);
	if (!ok)
		db_rollback(db);
	return ok && db_commit(db, e);
}

/* Behind the lock. */
static bool
take(struct db *db, const struct invitation *i, struct err *e)
{
	int64_t changed;

	if (!db_run(db, &invitation_sql[TAKE], DB_IN(DB_V_I(i->tenant_id), DB_V_I(i->invitation_id), DB_V_S(i->nonce)),
	        &changed, e))
		return false;
	if (changed != 1)
		return err_set(e, ERR_NOT_FOUND, "There is no such invitation.");
	return mail_cancel(db, i->tenant_id, MAIL_INVITATION, i->invitation_id, e);
}

bool
invitation_accept(struct db *db, struct arena *a, const struct invitation *i, struct person *out, struct err *e)
{
	bool ok;

	if (!db_begin(db, e))
		return false;
	ok = person_lock(db, i->tenant_id, e) && take(db, i, e) &&
	     person_let_in(db, a, i->tenant_id, i->email, i->role, out, e);
	return transaction_end(db, ok, "accepting an invitation", e);
}

bool
invitation_take_for(struct db *db, struct arena *a, int64_t tenant_id, struct str email, bool *taken,
    enum person_role *role, struct err *e)
{
	struct invitation i;
	struct db_rows rows;

	*taken = false;
	if (!db_query(db, &invitation_sql[FOR_EMAIL], DB_IN(DB_V_I(tenant_id), DB_V_S(email)), a, &rows, e))
		return false;
	if (rows.n == 0)
		return true;
	from_row(tenant_id, rows.v, &i);
	*taken = true;
	*role = i.role;
	return take(db, &i, e);
}

bool
invitation_sweep(struct db *db, struct err *e)
{
	return db_run(db, &invitation_sql[SWEEP], NULL, 0, NULL, e);
}
