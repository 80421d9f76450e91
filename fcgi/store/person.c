/* person.c - see person.h. */
#include "store/person.h"

#include "base/arena.h"
#include "io/db.h"

enum {
	LOCK,
	COUNT,
	JOIN,
	LOAD
};

const struct sql person_sql[] = {
	/* Log-ins of one account go one after the other, so that there is one owner. */
	[LOCK] = { "person.lock", SQL_TENANT, "i", "", "UPDATE tenant SET version = version + 1 WHERE tenant_id = ?",
	    NULL, NULL },
	[COUNT] = { "person.count", SQL_TENANT, "i", "i", "SELECT COUNT(*) FROM person WHERE tenant_id = ?", NULL,
	    NULL },
	[JOIN] = { "person.join", SQL_TENANT, "iiss", "",
	    "INSERT INTO person (tenant_id, hub_user_id, email, role, created_at) VALUES (?, ?, ?, ?, "
	    "UTC_TIMESTAMP(3)) "
	    "ON DUPLICATE KEY UPDATE email = VALUES(email)",
	    NULL, NULL },
	[LOAD] = { "person.load", SQL_TENANT, "ii", "iss",
	    "SELECT person_id, email, role FROM person WHERE tenant_id = ? AND hub_user_id = ?", NULL, NULL },
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

static bool
join(struct db *db, struct arena *a, int64_t tenant_id, int64_t hub_user_id, struct str email, struct err *e)
{
	const struct db_value *row;
	int64_t changed;
	enum person_role role;

	if (!db_run(db, &person_sql[LOCK], DB_IN(DB_V_I(tenant_id)), &changed, e))
		return false;
	if (changed != 1)
		return err_set(e, ERR_NOT_FOUND, "there is no tenant %lld", (long long)tenant_id);
	if (!db_query_one(db, &person_sql[COUNT], DB_IN(DB_V_I(tenant_id)), a, &row, e))
		return false;
	role = row[0].i == 0 ? PERSON_OWNER : PERSON_EDITOR;
	return db_run(db, &person_sql[JOIN],
	    DB_IN(DB_V_I(tenant_id), DB_V_I(hub_user_id), DB_V_S(email), DB_V_S(str_from(role_names[role]))), NULL, e);
}

bool
person_join(struct db *db, struct arena *a, int64_t tenant_id, int64_t hub_user_id, struct str email,
    struct person *out, struct err *e)
{
	const struct db_value *row;

	if (!db_begin(db, e))
		return false;
	if (!join(db, a, tenant_id, hub_user_id, email, e)) {
		db_rollback(db);
		return err_wrap(e, "joining tenant %lld", (long long)tenant_id);
	}
	if (!db_commit(db, e) ||
	    !db_query_one(db, &person_sql[LOAD], DB_IN(DB_V_I(tenant_id), DB_V_I(hub_user_id)), a, &row, e))
		return err_wrap(e, "joining tenant %lld", (long long)tenant_id);
	*out = (struct person){ .tenant_id = tenant_id,
		.person_id = row[0].i,
		.hub_user_id = hub_user_id,
		.email = row[1].s,
		.role = person_role_parse(row[2].s) };
	return true;
}
