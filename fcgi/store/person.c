/* person.c - see person.h. */
#include "store/person.h"

#include "base/arena.h"
#include "io/db.h"
#include "store/audit.h"
#include "store/invitation.h"

#define FACTS "person_id, COALESCE(hub_user_id, 0), email, role, removed_at IS NOT NULL"

enum {
	LOCK,
	COUNT,
	OWNERS,
	BY_USER,
	BY_EMAIL,
	BY_ID,
	INSERT,
	LINK,
	FORGET_EMAIL,
	RESTORE,
	LIST,
	SET_ROLE,
	REMOVE,
	DELETE,
	END_SESSIONS,
	ACCOUNTS_OF_USER,
	ACCOUNTS_OF_EMAIL
};

#define ACCOUNTS                                                                                                       \
	"SELECT p.tenant_id, p.person_id, COALESCE(p.hub_user_id, 0), p.email, p.role, t.portal_id, t.hub_domain, "    \
	"t.state FROM person p JOIN tenant t ON t.tenant_id = p.tenant_id WHERE "
#define ACCOUNTS_END                                                                                                   \
	" AND p.removed_at IS NULL AND t.state <> 'deleting' ORDER BY p.seen_at DESC, p.tenant_id LIMIT 100"

const struct sql person_sql[] = {
	[LOCK] = { "person.lock", SQL_TENANT, "i", "", "UPDATE tenant SET version = version + 1 WHERE tenant_id = ?",
	    NULL, NULL },
	[COUNT] = { "person.count", SQL_TENANT, "i", "i",
	    "SELECT COUNT(*) FROM person WHERE tenant_id = ? AND removed_at IS NULL", NULL, NULL },
	[OWNERS] = { "person.owners", SQL_TENANT, "i", "i",
	    "SELECT COUNT(*) FROM person WHERE tenant_id = ? AND role = 'owner' AND removed_at IS NULL", NULL, NULL },
	[BY_USER] = { "person.by_user", SQL_TENANT, "ii", "iissi",
	    "SELECT " FACTS " FROM person WHERE tenant_id = ? AND hub_user_id = ?", NULL, NULL },
	[BY_EMAIL] = { "person.by_email", SQL_TENANT, "is", "iissi",
	    "SELECT " FACTS " FROM person WHERE tenant_id = ? AND email = ? AND email <> '' "
	    "ORDER BY removed_at IS NOT NULL, person_id LIMIT 1",
	    NULL, NULL },
	[BY_ID] = { "person.by_id", SQL_TENANT, "ii", "iissi",
	    "SELECT " FACTS " FROM person WHERE tenant_id = ? AND person_id = ?", NULL, NULL },
	[INSERT] = { "person.insert", SQL_TENANT, "iiss", "",
	    "INSERT INTO person (tenant_id, hub_user_id, email, role, created_at) VALUES (?, ?, ?, ?, "
	    "UTC_TIMESTAMP(3))",
	    NULL, NULL },
	[LINK] = { "person.link", SQL_TENANT, "isii", "",
	    "UPDATE person SET hub_user_id = ?, email = ? WHERE tenant_id = ? AND person_id = ?", NULL, NULL },
	[FORGET_EMAIL] = { "person.forget_email", SQL_TENANT, "isi", "",
	    "UPDATE person SET email = '' WHERE tenant_id = ? AND email = ? AND person_id <> ?", NULL, NULL },
	[RESTORE] = { "person.restore", SQL_TENANT, "sii", "",
	    "UPDATE person SET role = ?, removed_at = NULL WHERE tenant_id = ? AND person_id = ?", NULL, NULL },
	[LIST] = { "person.list", SQL_TENANT, "i", "iissttt",
	    "SELECT person_id, COALESCE(hub_user_id, 0), email, role, created_at, seen_at, removed_at "
	    "FROM person WHERE tenant_id = ? ORDER BY role, email, person_id LIMIT 500",
	    NULL, NULL },
	[SET_ROLE] = { "person.set_role", SQL_TENANT, "sii", "",
	    "UPDATE person SET role = ? WHERE tenant_id = ? AND person_id = ?", NULL, NULL },
	[REMOVE] = { "person.remove", SQL_TENANT, "ii", "",
	    "UPDATE person SET removed_at = UTC_TIMESTAMP(3) WHERE tenant_id = ? AND person_id = ?", NULL, NULL },
	[DELETE] = { "person.delete", SQL_TENANT, "ii", "", "DELETE FROM person WHERE tenant_id = ? AND person_id = ?",
	    NULL, NULL },
	[END_SESSIONS] = { "person.end_sessions", SQL_TENANT, "ii", "",
	    "DELETE FROM session WHERE tenant_id = ? AND person_id = ?", NULL, NULL },
	/* Which accounts somebody belongs to is the question. */
	[ACCOUNTS_OF_USER] = { "person.accounts_of_user", SQL_GLOBAL, "i", "iiississ",
	    ACCOUNTS "p.hub_user_id = ?" ACCOUNTS_END, NULL, NULL },
	/* As above. */
	[ACCOUNTS_OF_EMAIL] = { "person.accounts_of_email", SQL_GLOBAL, "s", "iiississ",
	    ACCOUNTS "p.email = ? AND p.email <> ''" ACCOUNTS_END, NULL, NULL },
};
const size_t person_sql_n = sizeof(person_sql) / sizeof(person_sql[0]);

static const char *const role_names[] = { "owner", "editor", "viewer" };

const char *
person_role_name(enum person_role role)
{
	return role_names[role];
}

enum person_role
person_role_parse(struct str name)
{
	for (size_t i = 0; i < sizeof(role_names) / sizeof(role_names[0]); i++)
		if (str_eq(name, str_from(role_names[i])))
			return (enum person_role)i;
	return PERSON_VIEWER;
}

bool
person_lock(struct db *db, int64_t tenant_id, struct err *e)
{
	int64_t changed;

	if (!db_run(db, &person_sql[LOCK], DB_IN(DB_V_I(tenant_id)), &changed, e))
		return false;
	return changed == 1 || err_set(e, ERR_NOT_FOUND, "there is no tenant %lld", (long long)tenant_id);
}

struct found {
	bool there, removed;
	struct person person;
};

static bool
find(struct db *db, struct arena *a, int which, int64_t tenant_id, struct db_value key, struct found *out,
    struct err *e)
{
	struct db_rows rows;

	*out = (struct found){ .there = false };
	if (!db_query(db, &person_sql[which], DB_IN(DB_V_I(tenant_id), key), a, &rows, e))
		return false;
	if (rows.n > 0)
		*out = (struct found){ .there = true,
			.removed = rows.v[4].i != 0,
			.person = { .tenant_id = tenant_id,
			    .person_id = rows.v[0].i,
			    .hub_user_id = rows.v[1].i,
			    .email = rows.v[2].s,
			    .role = person_role_parse(rows.v[3].s) } };
	return true;
}

static struct json *
role_json(struct arena *a, enum person_role role)
{
	struct json *out = json_object(a);

	json_set_str(out, "role", str_from(role_names[role]));
	return out;
}

/* `by` NULL: the person did it. */
static bool
record(struct db *db, struct arena *a, const struct person *by, const char *action, const struct person *who,
    const enum person_role *after, struct err *e)
{
	bool joined = str_eq(str_from(action), STR("person.joined"));
	const struct audit what = { .action = action,
		.subject = who->email,
		.before = joined ? NULL : role_json(a, who->role),
		.after = after == NULL ? NULL : role_json(a, *after) };

	return audit_add(db, a, by == NULL ? who : by, &what, e);
}

static bool
insert(struct db *db, struct arena *a, struct person *p, struct err *e)
{
	struct db_value user = p->hub_user_id == 0 ? DB_V_NULL : DB_V_I(p->hub_user_id);

	if (!db_run(db, &person_sql[INSERT],
	        DB_IN(DB_V_I(p->tenant_id), user, DB_V_S(p->email), DB_V_S(str_from(role_names[p->role]))), NULL, e))
		return false;
	p->person_id = db_last_id(db);
	return record(db, a, NULL, "person.joined", p, &p->role, e);
}

bool
person_let_in(struct db *db, struct arena *a, int64_t tenant_id, struct str email, enum person_role role,
    struct person *out, struct err *e)
{
	struct found f;

	if (!find(db, a, BY_EMAIL, tenant_id, DB_V_S(email), &f, e))
		return false;
	if (!f.there) {
		*out = (struct person){ .tenant_id = tenant_id, .email = email, .role = role };
		return insert(db, a, out, e);
	}
	*out = f.person;
	/* An invitation takes nothing away from somebody who is a member already. */
	if (!f.removed && f.person.role <= role)
		return true;
	out->role = role;
	return db_run(db, &person_sql[RESTORE],
	           DB_IN(DB_V_S(str_from(role_names[role])), DB_V_I(tenant_id), DB_V_I(f.person.person_id)), NULL, e) &&
	       record(db, a, NULL, "person.joined", out, &role, e);
}

/*
 * Who it is, by HubSpot's user id, else by an address that no other HubSpot user has here.  An address that HubSpot now
 * says is this user's is no longer that of another member.
 */
static bool
recognise(struct db *db, struct arena *a, const struct person *who, struct found *f, struct err *e)
{
	if (!find(db, a, BY_USER, who->tenant_id, DB_V_I(who->hub_user_id), f, e))
		return false;
	if (!f->there) {
		if (!find(db, a, BY_EMAIL, who->tenant_id, DB_V_S(who->email), f, e))
			return false;
		if (f->there && !f->removed && f->person.hub_user_id != 0)
			f->there = false;
	}
	if (f->there && !db_run(db, &person_sql[LINK],
	                    DB_IN(DB_V_I(who->hub_user_id), DB_V_S(who->email), DB_V_I(who->tenant_id),
	                        DB_V_I(f->person.person_id)),
	                    NULL, e))
		return false;
	if (f->there)
		f->person.hub_user_id = who->hub_user_id;
	return db_run(db, &person_sql[FORGET_EMAIL],
	    DB_IN(DB_V_I(who->tenant_id), DB_V_S(who->email), DB_V_I(f->there ? f->person.person_id : 0)), NULL, e);
}

static bool
join(struct db *db, struct arena *a, struct person *who, struct err *e)
{
	const struct db_value *row;
	bool invited = false;
	struct found f;

	if (!person_lock(db, who->tenant_id, e) || !recognise(db, a, who, &f, e) ||
	    !invitation_take_for(db, a, who->tenant_id, who->email, &invited, &who->role, e))
		return false;
	if (f.there && f.removed && !invited)
		return err_set(e, ERR_DENIED, "an owner of the account has removed this person");
	if (f.there && !invited) {
		who->person_id = f.person.person_id;
		who->role = f.person.role;
		return true;
	}
	if (f.there)
		return person_let_in(db, a, who->tenant_id, who->email, who->role, who, e);
	if (!db_query_one(db, &person_sql[COUNT], DB_IN(DB_V_I(who->tenant_id)), a, &row, e))
		return false;
	if (!invited)
		who->role = row[0].i == 0 ? PERSON_OWNER : PERSON_EDITOR;
	return insert(db, a, who, e);
}

bool
person_join(struct db *db, struct arena *a, int64_t tenant_id, int64_t hub_user_id, struct str email,
    struct person *out, struct err *e)
{
	*out = (struct person){ .tenant_id = tenant_id, .hub_user_id = hub_user_id, .email = str_lower(a, email) };
	if (!db_begin(db, e))
		return false;
	if (!join(db, a, out, e)) {
		db_rollback(db);
		return err_wrap(e, "joining tenant %lld", (long long)tenant_id);
	}
	return db_commit(db, e) || err_wrap(e, "joining tenant %lld", (long long)tenant_id);
}

bool
person_list(struct db *db, struct arena *a, int64_t tenant_id, struct person_row **out, size_t *n, struct err *e)
{
	struct db_rows rows;

	if (!db_query(db, &person_sql[LIST], DB_IN(DB_V_I(tenant_id)), a, &rows, e))
		return err_wrap(e, "the members");
	*out = arena_array(a, rows.n, sizeof(**out));
	*n = rows.n;
	for (size_t i = 0; i < rows.n; i++) {
		const struct db_value *v = &rows.v[i * rows.columns];

		(*out)[i] = (struct person_row){ .person = { .tenant_id = tenant_id,
			                             .person_id = v[0].i,
			                             .hub_user_id = v[1].i,
			                             .email = v[2].s,
			                             .role = person_role_parse(v[3].s) },
			.joined_ms = v[4].i,
			.seen_ms = v[5].i,
			.removed_ms = v[6].i };
	}
	return true;
}

/* Whether the account keeps an owner when this member is none any more. */
static bool
not_the_last(struct db *db, struct arena *a, const struct person *p, struct err *e)
{
	const struct db_value *row;

	if (p->role != PERSON_OWNER)
		return true;
	if (!db_query_one(db, &person_sql[OWNERS], DB_IN(DB_V_I(p->tenant_id)), a, &row, e))
		return false;
	return row[0].i > 1 ||
	       err_set(e, ERR_EXISTS, "This is the account's last owner. Make somebody else an owner first.");
}

bool
person_lock_as_owner(struct db *db, struct arena *a, const struct person *by, struct err *e)
{
	struct found owner;

	if (!person_lock(db, by->tenant_id, e) || !find(db, a, BY_ID, by->tenant_id, DB_V_I(by->person_id), &owner, e))
		return false;
	return (owner.there && !owner.removed && owner.person.role == PERSON_OWNER) ||
	       err_set(e, ERR_DENIED, "Only an owner of the account may do this.");
}

bool
person_is_member(struct db *db, struct arena *a, int64_t tenant_id, struct str email, bool *out, struct err *e)
{
	struct found f;

	if (!find(db, a, BY_EMAIL, tenant_id, DB_V_S(email), &f, e))
		return false;
	*out = f.there && !f.removed;
	return true;
}

static bool
find_for_owner(struct db *db, struct arena *a, const struct person *by, int64_t person_id, struct person *out,
    struct err *e)
{
	struct found member;

	if (!person_lock_as_owner(db, a, by, e) || !find(db, a, BY_ID, by->tenant_id, DB_V_I(person_id), &member, e))
		return false;
	if (!member.there || member.removed)
		return err_set(e, ERR_NOT_FOUND, "There is no such member.");
	*out = member.person;
	return true;
}

static bool
change_role(struct db *db, struct arena *a, const struct person *by, int64_t person_id, enum person_role role,
    struct err *e)
{
	struct person p = { .tenant_id = 0 };

	if (!find_for_owner(db, a, by, person_id, &p, e))
		return false;
	if (p.role == role)
		return true;
	return not_the_last(db, a, &p, e) &&
	       db_run(db, &person_sql[SET_ROLE],
	           DB_IN(DB_V_S(str_from(role_names[role])), DB_V_I(p.tenant_id), DB_V_I(person_id)), NULL, e) &&
	       record(db, a, by, "person.role_changed", &p, &role, e);
}

static bool
end(struct db *db, const struct person *p, int how, struct err *e)
{
	return db_run(db, &person_sql[how], DB_IN(DB_V_I(p->tenant_id), DB_V_I(p->person_id)), NULL, e) &&
	       db_run(db, &person_sql[END_SESSIONS], DB_IN(DB_V_I(p->tenant_id), DB_V_I(p->person_id)), NULL, e);
}

static bool
finish(struct db *db, bool ok, struct err *e)
{
	if (ok)
		return db_commit(db, e);
	db_rollback(db);
	return false;
}

bool
person_change_role(struct db *db, struct arena *a, const struct person *by, int64_t person_id, enum person_role role,
    struct err *e)
{
	return db_begin(db, e) && finish(db, change_role(db, a, by, person_id, role, e), e);
}

bool
person_remove(struct db *db, struct arena *a, const struct person *by, int64_t person_id, struct err *e)
{
	struct person p = { .tenant_id = 0 };

	if (!db_begin(db, e))
		return false;
	return finish(db,
	    find_for_owner(db, a, by, person_id, &p, e) && not_the_last(db, a, &p, e) && end(db, &p, REMOVE, e) &&
	        record(db, a, by, "person.removed", &p, NULL, e),
	    e);
}

static bool
leave(struct db *db, struct arena *a, const struct person *who, struct err *e)
{
	struct found f;

	if (!person_lock(db, who->tenant_id, e) || !find(db, a, BY_ID, who->tenant_id, DB_V_I(who->person_id), &f, e))
		return false;
	if (!f.there || f.removed)
		return err_set(e, ERR_NOT_FOUND, "You are no longer a member.");
	return not_the_last(db, a, &f.person, e) && end(db, &f.person, DELETE, e) &&
	       record(db, a, NULL, "person.left", &f.person, NULL, e);
}

bool
person_leave(struct db *db, struct arena *a, const struct person *who, struct err *e)
{
	return db_begin(db, e) && finish(db, leave(db, a, who, e), e);
}

static bool
accounts(struct db *db, struct arena *a, int which, struct db_value key, struct person_account **out, size_t *n,
    struct err *e)
{
	struct db_rows rows;

	if (!db_query(db, &person_sql[which], DB_IN(key), a, &rows, e))
		return err_wrap(e, "the accounts of a person");
	*out = arena_array(a, rows.n, sizeof(**out));
	*n = rows.n;
	for (size_t i = 0; i < rows.n; i++) {
		const struct db_value *v = &rows.v[i * rows.columns];

		(*out)[i] = (struct person_account){ .person = { .tenant_id = v[0].i,
			                                 .person_id = v[1].i,
			                                 .hub_user_id = v[2].i,
			                                 .email = v[3].s,
			                                 .role = person_role_parse(v[4].s) },
			.portal_id = v[5].i,
			.name = v[6].s,
			.state = v[7].s };
	}
	return true;
}

bool
person_accounts_of_user(struct db *db, struct arena *a, int64_t hub_user_id, struct person_account **out, size_t *n,
    struct err *e)
{
	return accounts(db, a, ACCOUNTS_OF_USER, DB_V_I(hub_user_id), out, n, e);
}

bool
person_accounts_of_email(struct db *db, struct arena *a, struct str email, struct person_account **out, size_t *n,
    struct err *e)
{
	return accounts(db, a, ACCOUNTS_OF_EMAIL, DB_V_S(email), out, n, e);
}
