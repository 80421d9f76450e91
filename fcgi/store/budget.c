/* budget.c - see budget.h. */
#include "store/budget.h"

#include "base/arena.h"
#include "io/db.h"

enum {
	READ,
	MAKE,
	NEW_WINDOW,
	TAKE,
	BLOCK
};

#define ONE "tenant_id = ? AND destination = ?"

const struct sql budget_sql[] = {
	[READ] = { "budget.read", SQL_TENANT, "is", "iii",
	    "SELECT used, TIMESTAMPDIFF(MICROSECOND, window_start, UTC_TIMESTAMP(3)) DIV 1000, "
	    "GREATEST(0, COALESCE(TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(3), blocked_until) DIV 1000, 0)) "
	    "FROM budget WHERE " ONE,
	    NULL, NULL },
	[MAKE] = { "budget.make", SQL_TENANT, "is", "",
	    "INSERT INTO budget (tenant_id, destination, window_start) VALUES (?, ?, UTC_TIMESTAMP(3)) "
	    "ON DUPLICATE KEY UPDATE tenant_id = tenant_id",
	    NULL, NULL },
	[NEW_WINDOW] = { "budget.new_window", SQL_TENANT, "iisii", "",
	    "UPDATE budget SET window_start = UTC_TIMESTAMP(3), used = ? WHERE " ONE " AND used = ? AND "
	    "window_start <= UTC_TIMESTAMP(3) - INTERVAL ? SECOND",
	    NULL, NULL },
	[TAKE] = { "budget.take", SQL_TENANT, "iisi", "",
	    "UPDATE budget SET used = used + ? WHERE " ONE " AND used = ?", NULL, NULL },
	[BLOCK] = { "budget.block", SQL_TENANT, "isi", "",
	    "INSERT INTO budget (tenant_id, destination, window_start, blocked_until) VALUES (?, ?, UTC_TIMESTAMP(3), "
	    "UTC_TIMESTAMP(3) + INTERVAL ? * 1000 MICROSECOND) ON DUPLICATE KEY UPDATE blocked_until = "
	    "IF(VALUES(blocked_until) <= UTC_TIMESTAMP(3), VALUES(blocked_until), "
	    "GREATEST(COALESCE(blocked_until, VALUES(blocked_until)), VALUES(blocked_until)))",
	    NULL, NULL },
};
const size_t budget_sql_n = sizeof(budget_sql) / sizeof(budget_sql[0]);

static const char *const names[] = { "hubspot", "impact", "hubspot_search" };

/* Another process took a slice between our look and our update: look again, a few times. */
#define LOOKS   5
#define RACE_MS 50

struct ask {
	int64_t tenant_id;
	struct str to;
	int64_t want;
	const struct budget_limit *limit;
};

/* A slice of the window that the row shows, or of a new one.  *changed is 1 when the row is as we left it. */
static bool
slice(struct db *db, const struct ask *q, const struct db_value *row, struct budget_slice *out, int64_t *changed,
    struct err *e)
{
	int64_t used = row[0].i;
	int64_t left = used >= q->limit->calls ? 0 : q->limit->calls - used;

	if (row[1].i >= q->limit->window_s * 1000) {
		out->granted = q->want < q->limit->calls ? q->want : q->limit->calls;
		return db_run(db, &budget_sql[NEW_WINDOW],
		    DB_IN(DB_V_I(out->granted), DB_V_I(q->tenant_id), DB_V_S(q->to), DB_V_I(used),
		        DB_V_I(q->limit->window_s)),
		    changed, e);
	}
	out->granted = q->want < left ? q->want : left;
	out->wait_ms = q->limit->window_s * 1000 - row[1].i;
	*changed = 1;
	return out->granted == 0 ||
	       db_run(db, &budget_sql[TAKE],
	           DB_IN(DB_V_I(out->granted), DB_V_I(q->tenant_id), DB_V_S(q->to), DB_V_I(used)), changed, e);
}

static bool
take_once(struct db *db, struct arena *a, const struct ask *q, struct budget_slice *out, int64_t *changed,
    struct err *e)
{
	const struct db_value *row;

	if (!db_query_one(db, &budget_sql[READ], DB_IN(DB_V_I(q->tenant_id), DB_V_S(q->to)), a, &row, e)) {
		if (e->code != ERR_NOT_FOUND)
			return false;
		*e = (struct err){ .code = ERR_NONE };
		return db_run(db, &budget_sql[MAKE], DB_IN(DB_V_I(q->tenant_id), DB_V_S(q->to)), NULL, e);
	}
	if (row[2].i > 0) { /* blocked */
		out->wait_ms = row[2].i;
		*changed = 1;
		return true;
	}
	return slice(db, q, row, out, changed, e);
}

bool
budget_take(struct db *db, struct arena *a, int64_t tenant_id, enum budget_destination to, int64_t want,
    const struct budget_limit *limit, struct budget_slice *out, struct err *e)
{
	const struct ask q = { .tenant_id = tenant_id, .to = str_from(names[to]), .want = want, .limit = limit };

	for (int look = 0; look < LOOKS; look++) {
		int64_t changed = 0;

		*out = (struct budget_slice){ .granted = 0 };
		if (!take_once(db, a, &q, out, &changed, e))
			return err_wrap(e, "taking from the call budget");
		if (changed == 1)
			return true;
	}
	*out = (struct budget_slice){ .granted = 0, .wait_ms = RACE_MS };
	return true;
}

bool
budget_block(struct db *db, int64_t tenant_id, enum budget_destination to, int64_t for_ms, struct err *e)
{
	return db_run(db, &budget_sql[BLOCK], DB_IN(DB_V_I(tenant_id), DB_V_S(str_from(names[to])), DB_V_I(for_ms)),
	    NULL, e);
}
