/* budget.c - see budget.h. */
#include "store/budget.h"

#include "base/arena.h"
#include "io/db.h"

enum {
	READ,
	MAKE,
	TAKE,
	DRY,
	BLOCK,
	TOLD,
	OWED
};

#define ONE          "tenant_id = ? AND destination = ?"
#define LEFT_MS(col) "GREATEST(0, COALESCE(TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(3), " col ") DIV 1000, 0))"
#define IN_MS        "UTC_TIMESTAMP(3) + INTERVAL ? * 1000 MICROSECOND"

const struct sql budget_sql[] = {
	[READ] = { "budget.read", SQL_TENANT, "is", "sitiiiiii",
	    "SELECT spent, version, UTC_TIMESTAMP(3), " LEFT_MS("blocked_until") ", told_limit, told_left, " LEFT_MS(
	        "told_until") ", owed, " LEFT_MS("dry_until") " FROM budget WHERE " ONE,
	    NULL, NULL },
	[MAKE] = { "budget.make", SQL_TENANT, "is", "",
	    "INSERT INTO budget (tenant_id, destination, taken_at) VALUES (?, ?, UTC_TIMESTAMP(3)) "
	    "ON DUPLICATE KEY UPDATE tenant_id = tenant_id",
	    NULL, NULL },
	[TAKE] = { "budget.take", SQL_TENANT, "isiisi", "",
	    "UPDATE budget SET taken_at = UTC_TIMESTAMP(3), used = ?, spent = ?, told_left = GREATEST(0, told_left - "
	    "?), "
	    "version = version + 1 WHERE " ONE " AND version = ?",
	    NULL, NULL },
	[DRY] = { "budget.dry", SQL_TENANT, "iis", "", "UPDATE budget SET dry_until = " IN_MS " WHERE " ONE, NULL,
	    NULL },
	[BLOCK] = { "budget.block", SQL_TENANT, "isi", "",
	    "INSERT INTO budget (tenant_id, destination, taken_at, blocked_until) VALUES (?, ?, "
	    "UTC_TIMESTAMP(3), " IN_MS ") ON DUPLICATE KEY UPDATE blocked_until = "
	    "IF(VALUES(blocked_until) <= UTC_TIMESTAMP(3), VALUES(blocked_until), "
	    "GREATEST(COALESCE(blocked_until, VALUES(blocked_until)), VALUES(blocked_until)))",
	    NULL, NULL },
	[TOLD] = { "budget.told", SQL_TENANT, "iiiis", "",
	    "UPDATE budget SET told_limit = ?, told_left = ?, told_until = " IN_MS " WHERE " ONE, NULL, NULL },
	[OWED] = { "budget.owed", SQL_TENANT, "iisi", "", "UPDATE budget SET owed = ? WHERE " ONE " AND owed <> ?",
	    NULL, NULL },
};
const size_t budget_sql_n = sizeof(budget_sql) / sizeof(budget_sql[0]);

static const char *const names[] = { "hubspot", "impact", "hubspot_search" };

/* Another process took a slice between our look and our update: look again, a few times. */
#define LOOKS   5
#define RACE_MS 50
/* Of what a far end allows, a little is left: for calls that nobody counts, and for others. */
#define USED_PERCENT 98
/* Sending leaves every so many-th call to listings, which settle many conversions each. */
#define LISTINGS_PART 100

struct ask {
	int64_t tenant_id;
	struct str to;
	int64_t want;
	const struct budget_limit *limit;
};

/* The row, as far as the rule makes it count. */
struct state {
	struct budget_rule rule; /* its calls as told */
	struct budget_log log;
	struct budget_span sum;
	int64_t version, now_ms, blocked_ms, told_limit, told_left, told_ms, owed, dry_ms;
};

static bool
read_row(struct db *db, struct arena *a, const struct ask *q, struct state *out, struct err *e)
{
	const struct db_value *row;

	if (!db_query_one(db, &budget_sql[READ], DB_IN(DB_V_I(q->tenant_id), DB_V_S(q->to)), a, &row, e))
		return false;
	*out = (struct state){ .rule = q->limit->rule,
		.version = row[1].i,
		.now_ms = row[2].i,
		.blocked_ms = row[3].i,
		.told_limit = row[4].i,
		.told_left = row[5].i,
		.told_ms = row[6].i,
		.owed = row[7].i,
		.dry_ms = row[8].i };
	if (out->told_limit > 0) {
		out->rule.calls = out->told_limit * USED_PERCENT / 100;
		if (out->rule.calls == 0)
			out->rule.calls = 1;
	}
	budget_log_read(row[0].s, &out->rule, out->now_ms, &out->log);
	out->sum = budget_log_sum(&out->log);
	return true;
}

static int64_t
at_least_0(int64_t n)
{
	return n > 0 ? n : 0;
}

static int64_t
least(int64_t x, int64_t y)
{
	return x < y ? x : y;
}

/* What following may take in a window while something waits to be sent. */
static int64_t
share_left(const struct ask *q, const struct state *s)
{
	return at_least_0(s->rule.calls * q->limit->share / 100 - s->sum.spare);
}

/* Calls that may be counted in the window after a grant: the limit, less what is kept for others. */
static int64_t
most(const struct ask *q, const struct state *s)
{
	const struct budget_limit *limit = q->limit;
	int64_t kept = s->rule.calls / LISTINGS_PART - s->sum.spare;

	if (limit->spare || limit->share == 0)
		return (s->rule.calls * limit->percent + 99) / 100;
	if (s->owed > kept)
		kept = s->owed;
	return s->rule.calls - least(at_least_0(kept), share_left(q, s));
}

/* Half of what we leave by ourselves: by what is on its way, less may be left than our own count says. */
static int64_t
told_room(const struct state *s)
{
	return s->told_ms == 0 ? INT64_MAX : at_least_0(s->told_left - (s->told_limit - s->rule.calls) / 2);
}

/* How many may be granted, and when not one, how long until one may. */
static void
look(const struct ask *q, const struct state *s, struct budget_slice *out)
{
	bool sharing = q->limit->spare && q->limit->share > 0 && s->dry_ms > 0;
	int64_t counted = at_least_0(most(q, s) - s->sum.calls);
	int64_t room = least(counted, told_room(s));

	if (sharing)
		room = least(room, share_left(q, s));
	*out = (struct budget_slice){ .granted = least(room, q->want), .told_limit = s->told_limit };
	if (out->granted > 0)
		return;
	if (counted == 0)
		out->wait_ms = budget_log_wait_ms(&s->log, &s->rule, s->now_ms, at_least_0(most(q, s) - 1));
	if (told_room(s) == 0 && s->told_ms > out->wait_ms)
		out->wait_ms = s->told_ms;
	if (sharing && share_left(q, s) == 0 && s->dry_ms > out->wait_ms)
		out->wait_ms = s->dry_ms;
	if (out->wait_ms < RACE_MS)
		out->wait_ms = RACE_MS;
}

static bool
grant(struct db *db, struct arena *a, const struct ask *q, struct state *s, const struct budget_slice *slice,
    int64_t *changed, struct err *e)
{
	struct db_value tenant = DB_V_I(q->tenant_id), to = DB_V_S(q->to);

	*changed = 1;
	if (slice->granted == 0)
		return q->limit->share == 0 || q->limit->spare ||
		       db_run(db, &budget_sql[DRY], DB_IN(DB_V_I(slice->wait_ms), tenant, to), NULL, e);
	budget_log_add(&s->log, &s->rule, s->now_ms, slice->granted, q->limit->spare ? slice->granted : 0);
	return db_run(db, &budget_sql[TAKE],
	    DB_IN(DB_V_I(s->sum.calls + slice->granted), DB_V_S(budget_log_write(a, &s->log)), DB_V_I(slice->granted),
	        tenant, to, DB_V_I(s->version)),
	    changed, e);
}

static bool
take_once(struct db *db, struct arena *a, const struct ask *q, struct budget_slice *out, int64_t *changed,
    struct err *e)
{
	struct state s;

	if (!read_row(db, a, q, &s, e)) {
		if (e->code != ERR_NOT_FOUND)
			return false;
		*e = (struct err){ .code = ERR_NONE };
		return db_run(db, &budget_sql[MAKE], DB_IN(DB_V_I(q->tenant_id), DB_V_S(q->to)), NULL, e);
	}
	if (s.blocked_ms > 0) {
		out->wait_ms = s.blocked_ms;
		out->blocked = true;
		*changed = 1;
		return true;
	}
	look(q, &s, out);
	return grant(db, a, q, &s, out, changed, e);
}

bool
budget_take(struct db *db, struct arena *a, int64_t tenant_id, enum budget_destination to, int64_t want,
    const struct budget_limit *limit, struct budget_slice *out, struct err *e)
{
	const struct ask q = { .tenant_id = tenant_id, .to = str_from(names[to]), .want = want, .limit = limit };

	for (int i = 0; i < LOOKS; i++) {
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

bool
budget_told(struct db *db, int64_t tenant_id, enum budget_destination to, int64_t limit, int64_t left, int64_t reset_ms,
    struct err *e)
{
	return db_run(db, &budget_sql[TOLD],
	    DB_IN(DB_V_I(limit), DB_V_I(left), DB_V_I(reset_ms), DB_V_I(tenant_id), DB_V_S(str_from(names[to]))), NULL,
	    e);
}

bool
budget_owed(struct db *db, int64_t tenant_id, enum budget_destination to, int64_t calls, struct err *e)
{
	return db_run(db, &budget_sql[OWED],
	    DB_IN(DB_V_I(calls), DB_V_I(tenant_id), DB_V_S(str_from(names[to])), DB_V_I(calls)), NULL, e);
}

bool
budget_outlook(struct db *db, struct arena *a, int64_t tenant_id, enum budget_destination to, int64_t n,
    const struct budget_limit *limit, struct budget_outlook *out, struct err *e)
{
	const struct ask q = { .tenant_id = tenant_id, .to = str_from(names[to]), .want = n, .limit = limit };
	struct state s = { .rule = limit->rule };
	int64_t first_ms;

	*out = (struct budget_outlook){ .limit = limit->rule.calls };
	if (!read_row(db, a, &q, &s, e)) {
		if (e->code != ERR_NOT_FOUND)
			return err_wrap(e, "reading the call budget");
		*e = (struct err){ .code = ERR_NONE };
	}
	if (s.told_limit > 0)
		out->limit = s.told_limit;
	/* While following lacks calls it gets its share of what becomes free. */
	out->drain_ms = budget_log_drain_ms(&s.log, &s.rule, s.now_ms, n, s.owed > 0 ? 100 - limit->share : 100);
	first_ms = s.blocked_ms > 0 ? s.blocked_ms : told_room(&s) == 0 ? s.told_ms : 0;
	if (n > 0 && first_ms > 0)
		out->drain_ms = out->drain_ms > first_ms ? out->drain_ms : first_ms;
	return true;
}
