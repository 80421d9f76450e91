/* schedule.c - see schedule.h. */
#include "store/schedule.h"

#include "base/arena.h"
#include "io/db.h"

enum {
	CANDIDATES,
	CLAIM,
	RELEASE,
	SET,
	SET_EARLIER
};

/* Nothing is due by itself: whoever changes that sets the row. */
#define IDLE_MS (24LL * 3600 * 1000)
#define IN_MS   "UTC_TIMESTAMP(3) + INTERVAL ? * 1000 MICROSECOND"

const struct sql schedule_sql[] = {
	/* One worker serves all tenants. */
	[CANDIDATES] = { "schedule.candidates", SQL_GLOBAL, "", "isii",
	    "SELECT tenant_id, kind, fence, tries FROM schedule WHERE due <= UTC_TIMESTAMP(3) AND "
	    "(lease_until IS NULL OR lease_until < UTC_TIMESTAMP(3)) ORDER BY due LIMIT 16",
	    NULL, NULL },
	/* While it is held its due time is the lease's end: an earlier one was set meanwhile. */
	[CLAIM] = { "schedule.claim", SQL_TENANT, "siiisi", "",
	    "UPDATE schedule SET owner = ?, lease_until = UTC_TIMESTAMP(3) + INTERVAL ? SECOND, "
	    "due = UTC_TIMESTAMP(3) + INTERVAL ? SECOND, fence = fence + 1 "
	    "WHERE tenant_id = ? AND kind = ? AND fence = ? AND "
	    "(lease_until IS NULL OR lease_until < UTC_TIMESTAMP(3))",
	    NULL, NULL },
	[RELEASE] = { "schedule.release", SQL_TENANT, "iiiisis", "",
	    "UPDATE schedule SET due = IF(due < lease_until, LEAST(due, " IN_MS "), " IN_MS "), owner = '', "
	    "lease_until = NULL, tries = ? "
	    "WHERE tenant_id = ? AND kind = ? AND fence = ? AND owner = ?",
	    NULL, NULL },
	[SET] = { "schedule.set", SQL_TENANT, "isi", "",
	    "INSERT INTO schedule (tenant_id, kind, due) VALUES (?, ?, " IN_MS ") "
	    "ON DUPLICATE KEY UPDATE due = VALUES(due), tries = 0",
	    NULL, NULL },
	[SET_EARLIER] = { "schedule.set_earlier", SQL_TENANT, "isi", "",
	    "INSERT INTO schedule (tenant_id, kind, due) VALUES (?, ?, " IN_MS ") "
	    "ON DUPLICATE KEY UPDATE due = LEAST(due, VALUES(due))",
	    NULL, NULL },
};
const size_t schedule_sql_n = sizeof(schedule_sql) / sizeof(schedule_sql[0]);

static const char *const kind_names[SCHEDULE__COUNT] = {
	[SCHEDULE_TOKEN] = "token",
	[SCHEDULE_HOUSEKEEPING] = "housekeeping",
	[SCHEDULE_MAIL] = "mail",
	[SCHEDULE_ERASE] = "erase",
	[SCHEDULE_IMPACT] = "impact",
};

const char *
schedule_kind_name(enum schedule_kind kind)
{
	return kind_names[kind];
}

bool
schedule_candidates(struct db *db, struct arena *a, struct schedule **out, size_t *n, struct err *e)
{
	struct db_rows rows;

	if (!db_query(db, &schedule_sql[CANDIDATES], NULL, 0, a, &rows, e))
		return err_wrap(e, "looking for periodic work");
	*out = arena_array(a, rows.n, sizeof(**out));
	*n = rows.n;
	for (size_t i = 0; i < rows.n; i++) {
		const struct db_value *row = &rows.v[i * rows.columns];
		struct schedule *s = &(*out)[i];

		*s = (struct schedule){ .tenant_id = row[0].i, .fence = row[2].i, .tries = row[3].i };
		for (int k = 0; k < SCHEDULE__COUNT; k++)
			if (str_eq(row[1].s, str_from(kind_names[k])))
				s->kind = (enum schedule_kind)k;
	}
	return true;
}

static bool
one_row(int64_t changed, const struct schedule *s, struct err *e)
{
	if (changed == 1)
		return true;
	return err_set(e, ERR_CONFLICT, "the %s schedule of tenant %lld is somebody else's", kind_names[s->kind],
	    (long long)s->tenant_id);
}

bool
schedule_claim(struct db *db, struct schedule *s, struct str owner, int64_t lease_s, struct err *e)
{
	int64_t changed;

	if (!db_run(db, &schedule_sql[CLAIM],
	        DB_IN(DB_V_S(owner), DB_V_I(lease_s), DB_V_I(lease_s), DB_V_I(s->tenant_id),
	            DB_V_S(str_from(kind_names[s->kind])), DB_V_I(s->fence)),
	        &changed, e) ||
	    !one_row(changed, s, e))
		return false;
	s->fence++;
	s->owner = owner;
	return true;
}

bool
schedule_release(struct db *db, const struct schedule *s, int64_t due_in_ms, int64_t tries, struct err *e)
{
	int64_t changed;

	if (due_in_ms < 0)
		due_in_ms = IDLE_MS;
	return db_run(db, &schedule_sql[RELEASE],
	           DB_IN(DB_V_I(due_in_ms), DB_V_I(due_in_ms), DB_V_I(tries), DB_V_I(s->tenant_id),
	               DB_V_S(str_from(kind_names[s->kind])), DB_V_I(s->fence), DB_V_S(s->owner)),
	           &changed, e) &&
	       one_row(changed, s, e);
}

bool
schedule_set(struct db *db, int64_t tenant_id, enum schedule_kind kind, int64_t due_in_ms, bool only_earlier,
    struct err *e)
{
	return db_run(db, &schedule_sql[only_earlier ? SET_EARLIER : SET],
	    DB_IN(DB_V_I(tenant_id), DB_V_S(str_from(kind_names[kind])), DB_V_I(due_in_ms)), NULL, e);
}
