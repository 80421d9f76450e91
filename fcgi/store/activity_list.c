/*
 * activity_list.c - the lines of the list and their numbers; see activity.h.
 *
 * Newest first by (received_at, decision_id).  What a line counts as depends on its decision or, once it has one, on
 * its conversion's state: so an outcome is several arms, one a decision's outcome or conversion's state, each read by
 * an index that has this order, each no more than a page, and then merged.  A page costs the same among a thousand
 * rows and among a million.
 */
#include "base/arena.h"
#include "base/clock.h"
#include "core/state.h"
#include "core/verdict.h"
#include "store/activity_row.h"
#include "store/again.h"

#include <stdlib.h>

enum {
	BY_DECISION,
	BY_DECISION_CODE,
	REACH,
	BY_CONVERSION,
	FOUND,
	COUNT_DECISIONS,
	COUNT_DECISIONS_LONG,
	COUNT_CONVERSIONS,
	COUNT_FOUND,
	TOTALS
};

/*
 * Of DEAD and REJECTED ones those that were given up ('yes'), that no partner brought ('direct'), or the others
 * ('no').
 */
#define GIVEN_UP(x)                                                                                                    \
	" AND (? = '' OR CASE WHEN " x ".code IN " ACTIVITY_GIVEN_UP " THEN 'yes' WHEN " x ".code = " ACTIVITY_DIRECT  \
	" THEN 'direct' ELSE 'no' END = ?) "
/*
 * Decisions of one batch share the moment, and their conversions need not have its order: so the arm reaches back to
 * the moment of the last row that a page may need, and all of that moment are in it.  A conversion with several
 * decisions stands where the newest of them does, once, as it is counted.
 */
#define CONVERSION_ARM                                                                                                 \
	"SELECT d.decision_id FROM conversion c FORCE INDEX (conversion_list) STRAIGHT_JOIN decision d FORCE INDEX "   \
	"(decision_conversion) ON d.tenant_id = c.tenant_id AND d.conversion_id = c.conversion_id AND d.outcome = "    \
	"'CONVERSION' AND d.received_at = c.received_at WHERE c.tenant_id = ? AND c.state = ?" GIVEN_UP(               \
	    "c") "AND c.received_at >= ? AND c.received_at <= ? AND (c.received_at < ? OR d.decision_id < ?) AND NOT " \
	         "EXISTS (SELECT 1 FROM decision x FORCE INDEX (decision_conversion) WHERE x.tenant_id = "             \
	         "d.tenant_id AND x.conversion_id = d.conversion_id AND x.decision_id > d.decision_id AND "            \
	         "x.outcome = 'CONVERSION' AND x.received_at = d.received_at) AND "                                    \
	         "(? = '' OR c.object_type = ?) AND (? = '' OR c.code = ?) ORDER BY d.received_at DESC, "              \
	         "d.decision_id DESC LIMIT ?"
/* With a code by the index that has it before the moment. */
#define DECISION_ARM(index, of_code)                                                                                   \
	"SELECT d.decision_id FROM decision d FORCE INDEX (" index ") WHERE d.tenant_id = ? AND d.outcome = ? "        \
	"AND d.received_at >= ? AND d.received_at <= ? AND (d.received_at < ? OR d.decision_id < ?) AND (? = '' OR "   \
	"d.object_type = ?) AND " of_code " ORDER BY d.received_at DESC, d.decision_id DESC LIMIT ?"
#define DECISION_IN                                                                                                    \
	"istttissssi"                                                                                                  \
	"i"
#define ROWS_OF(ids)                                                                                                   \
	"SELECT " ACTIVITY_COLUMNS " FROM (" ids                                                                       \
	") f STRAIGHT_JOIN decision d ON d.tenant_id = ? AND d.decision_id = "                                         \
	"f.decision_id" ACTIVITY_JOINS

/*
 * What the words of a search may name: few rows by an index each, a name by walking through one, no further than to the
 * newest 20,000 that have it (behind a cursor: behind that).
 */
#define FOUND_LETTERS "isssississississtt"
#define FOUND_ARMS                                                                                                     \
	"SELECT d.decision_id FROM decision d FORCE INDEX (decision_object) WHERE d.tenant_id = ? AND d.object_type "  \
	"IN ('contacts', 'companies', 'deals') AND (? = '' OR d.object_type = ?) AND d.object_id = ? UNION "           \
	"SELECT d.decision_id FROM conversion c FORCE INDEX (conversion_order) STRAIGHT_JOIN decision d FORCE INDEX "  \
	"(decision_conversion) ON d.tenant_id = c.tenant_id AND d.conversion_id = c.conversion_id WHERE "              \
	"c.tenant_id = ? AND ? <> '' AND c.order_id = ? UNION "                                                        \
	"SELECT d.decision_id FROM conversion c FORCE INDEX (conversion_action) STRAIGHT_JOIN decision d FORCE INDEX " \
	"(decision_conversion) ON d.tenant_id = c.tenant_id AND d.conversion_id = c.conversion_id WHERE "              \
	"c.tenant_id = ? AND ? <> '' AND c.action_id = ? UNION "                                                       \
	"SELECT d.decision_id FROM decision d FORCE INDEX (decision_email) WHERE d.tenant_id = ? AND ? <> '' AND "     \
	"d.email_hash = ? UNION "                                                                                      \
	"(SELECT d.decision_id FROM decision d FORCE INDEX (decision_name) WHERE d.tenant_id = ? AND ? <> '' AND "     \
	"d.name <> '' AND CONVERT(d.name USING utf8mb4) COLLATE utf8mb4_general_ci LIKE ? "                            \
	"AND d.received_at >= ? AND d.received_at <= ? ORDER BY d.received_at DESC LIMIT 20000)"
#define FOUND_FILTERS                                                                                                  \
	"WHERE d.received_at >= ? AND d.received_at <= ? AND (d.received_at < ? OR d.decision_id < ?) AND (? = '' OR " \
	"d.object_type = ?) AND (? = '' OR IF(d.outcome = 'CONVERSION', c.code, d.code) = ?) "

/*
 * Of a long period in the order of an index, so that no table is made of a million rows to sort them; of a short one
 * only its rows are read.
 */
#define COUNT_BY(index)                                                                                                \
	"SELECT outcome, code, COUNT(*) FROM decision FORCE INDEX (" index ") WHERE tenant_id = ? AND outcome IN "     \
	"('WAITING', 'SKIPPED', 'SUPPRESSED', 'HELD') AND received_at >= ? AND received_at <= ? AND (? = '' OR "       \
	"object_type = ?) GROUP BY outcome, code"
/* Without causes, apart from those that tell what a person gave up: each part in the order of its index. */
#define BETWEEN "AND received_at >= ? AND received_at < ? "
#define TOTALS_OF                                                                                                      \
	"SELECT outcome, '', '', COUNT(*) FROM decision FORCE INDEX (decision_list) WHERE tenant_id = ? AND outcome "  \
	"IN ('WAITING', 'SKIPPED', 'SUPPRESSED', 'HELD') " BETWEEN "GROUP BY outcome UNION ALL "                       \
	"SELECT 'CONVERSION', state, '', COUNT(*) FROM conversion FORCE INDEX (conversion_list) WHERE tenant_id = ? "  \
	"AND state IN ('READY', 'SENDING', 'UNKNOWN', 'ACCEPTED', 'CONFIRMED', 'PARKED', 'SHADOW', "                   \
	"'ERASED') " BETWEEN "GROUP BY state UNION ALL "                                                               \
	"SELECT 'CONVERSION', state, code, COUNT(*) FROM conversion FORCE INDEX (conversion_list) WHERE tenant_id = "  \
	"? AND state IN ('REJECTED', 'DEAD') " BETWEEN "GROUP BY state, code"

const struct sql activity_list_sql[] = {
	[BY_DECISION] = { "activity.by_decision", SQL_TENANT, DECISION_IN, ACTIVITY_LETTERS,
	    ROWS_OF(DECISION_ARM("decision_list", "(? = '' OR d.code = ?)")), NULL, NULL },
	[BY_DECISION_CODE] = { "activity.by_decision_code", SQL_TENANT, DECISION_IN, ACTIVITY_LETTERS,
	    ROWS_OF(DECISION_ARM("decision_cause", "? <> '' AND d.code = ?")), NULL, NULL },
	[REACH] = { "activity.reach", SQL_TENANT, "isssttssssi", "t",
	    "SELECT b.received_at FROM conversion b FORCE INDEX (conversion_list) WHERE b.tenant_id = ? AND b.state = "
	    "?" GIVEN_UP("b") "AND b.received_at >= ? AND b.received_at < ? AND (? = '' OR b.object_type = ?) AND "
	                      "(? = '' OR b.code = ?) ORDER BY b.received_at DESC LIMIT 1 OFFSET ?",
	    NULL, NULL },
	[BY_CONVERSION] = { "activity.by_conversion", SQL_TENANT,
	    "isssttti"
	    "ssssi"
	    "i",
	    ACTIVITY_LETTERS, ROWS_OF(CONVERSION_ARM), NULL, NULL },
	[FOUND] = { "activity.found", SQL_TENANT, FOUND_LETTERS "itttissssssi", ACTIVITY_LETTERS,
	    ROWS_OF(FOUND_ARMS) FOUND_FILTERS "AND ? IN ('', IF(d.outcome = 'HELD', 'held', ''), " ACTIVITY_OUTCOME
	                                      ") AND (? <> 'held' OR d.outcome = "
	                                      "'HELD') ORDER BY d.received_at DESC, d.decision_id DESC LIMIT ?",
	    NULL, NULL },
	[COUNT_DECISIONS] = { "activity.count_decisions", SQL_TENANT, "ittss", "ssi", COUNT_BY("decision_list"), NULL,
	    NULL },
	[COUNT_DECISIONS_LONG] = { "activity.count_decisions_long", SQL_TENANT, "ittss", "ssi",
	    COUNT_BY("decision_cause"), NULL, NULL },
	[COUNT_CONVERSIONS] = { "activity.count_conversions", SQL_TENANT, "ittss", "ssi",
	    "SELECT state, code, COUNT(*) FROM conversion FORCE INDEX (conversion_list) WHERE tenant_id = ? AND state "
	    "IN ('READY', 'SENDING', 'UNKNOWN', 'ACCEPTED', 'CONFIRMED', 'REJECTED', 'PARKED', 'SHADOW', 'DEAD', "
	    "'ERASED') AND received_at >= ? "
	    "AND received_at <= ? AND (? = '' OR object_type = ?) GROUP BY state, code",
	    NULL, NULL },
	[COUNT_FOUND] = { "activity.count_found", SQL_TENANT, FOUND_LETTERS "itttissss", "sssi",
	    "SELECT d.outcome, IF(d.outcome = 'CONVERSION', c.state, ''), IF(d.outcome = 'CONVERSION', c.code, "
	    "d.code), "
	    "COUNT(*) FROM (" FOUND_ARMS ") f STRAIGHT_JOIN decision d ON d.tenant_id = ? AND d.decision_id = "
	    "f.decision_id" ACTIVITY_JOINS FOUND_FILTERS "GROUP BY 1, 2, 3",
	    NULL, NULL },
	[TOTALS] = { "activity.totals", SQL_TENANT, "ittittitt", "sssi", TOTALS_OF, NULL, NULL },
};
const size_t activity_list_sql_n = sizeof(activity_list_sql) / sizeof(activity_list_sql[0]);

/* A state of conversions, or an outcome of decisions in lower case. */
struct arm {
	const char *of, *given_up;
};

#define ARMS_MAX 11

/* What a list is made of; "" is all of them, and with a code: all that have one. */
static const struct {
	const char *outcome;
	bool coded;
	struct arm arms[ARMS_MAX];
} lists[] = {
	/* clang-format off */
	{ "",        false, { { "conversion", "" }, { "waiting", "" }, { "skipped", "" }, { "suppressed", "" }, { "held", "" } } },
	{ "",        true,  { { "waiting", "" }, { "skipped", "" }, { "suppressed", "" }, { "held", "" }, { "READY", "" },
	                      { "SENDING", "" }, { "UNKNOWN", "" }, { "PARKED", "" }, { "ACCEPTED", "" },
	                      { "REJECTED", "" }, { "DEAD", "" } } },
	{ "sent",    false, { { "ACCEPTED", "" }, { "CONFIRMED", "" } } },
	{ "waiting", false, { { "waiting", "" }, { "held", "" }, { "READY", "" }, { "SENDING", "" }, { "UNKNOWN", "" },
	                      { "PARKED", "" } } },
	{ "skipped", false, { { "skipped", "" }, { "suppressed", "" }, { "DEAD", "yes" }, { "SHADOW", "" }, { "ERASED", "" } } },
	{ "direct",  false, { { "REJECTED", "direct" } } },
	{ "failed",  false, { { "REJECTED", "no" }, { "REJECTED", "yes" }, { "DEAD", "no" } } },
	{ "held",    false, { { "held", "" } } },
	/* clang-format on */
};

/* From here on it is cheaper to go through all of a tenant's causes than to sort the period's. */
#define LONG_MS (45 * 86400000LL)

/* No time of ours is later. */
#define END_MS 253402300799000LL

static int64_t
upper_ms(const struct activity_filter *f)
{
	int64_t to = f->to_ms > 0 ? f->to_ms - 1 : END_MS;

	return f->before_ms > 0 && f->before_ms < to ? f->before_ms : to;
}

/* A cursor stands between two rows: what is older than its moment, and of that moment what has a smaller number. */
static int64_t
before_id(const struct activity_filter *f)
{
	return f->before_ms > 0 && f->before_ms <= upper_ms(f) ? f->before : INT64_MAX;
}

static bool
read_arm(struct db *db, struct arena *a, int64_t tenant_id, const struct arm *arm, const struct activity_filter *f,
    struct db_rows *rows, struct err *e)
{
	bool decision = arm->of[0] >= 'a';
	struct str of = str_upper(a, str_from(arm->of));
	struct db_value tenant = DB_V_I(tenant_id), from = DB_V_T(f->from_ms), upper = DB_V_T(upper_ms(f));
	struct db_value id = DB_V_I(before_id(f)), limit = DB_V_I(f->limit), is = DB_V_S(of);
	struct db_value type = DB_V_S(f->object_type), code = DB_V_S(f->code), up = DB_V_S(str_from(arm->given_up));

	if (decision)
		return db_query(db, &activity_list_sql[f->code.n > 0 ? BY_DECISION_CODE : BY_DECISION],
		    DB_IN(tenant, is, from, upper, upper, id, type, type, code, code, limit, tenant), a, rows, e);
	if (!db_query(db, &activity_list_sql[REACH],
	        DB_IN(tenant, is, up, up, from, upper, type, type, code, code, limit), a, rows, e))
		return false;
	if (rows->n > 0)
		from = rows->v[0];
	return db_query(db, &activity_list_sql[BY_CONVERSION],
	    DB_IN(tenant, is, up, up, from, upper, upper, id, type, type, code, code, limit, tenant), a, rows, e);
}

#define FOUND_VALUES 27

static void
found_values(struct db_value *to, int64_t tenant_id, const struct activity_filter *f)
{
	const struct activity_search *s = &f->search;
	struct db_value tenant = DB_V_I(tenant_id), upper = DB_V_T(upper_ms(f)), word = DB_V_S(s->word);
	struct db_value type = DB_V_S(f->object_type), code = DB_V_S(f->code), name = DB_V_S(s->name);
	struct db_value hash = DB_V_S(s->email_hash), of = DB_V_S(s->object_type);
	const struct db_value v[FOUND_VALUES] = { tenant, of, of, DB_V_S(s->object_id), tenant, word, word, tenant,
		word, word, tenant, hash, hash, tenant, name, name, DB_V_T(f->from_ms), upper, tenant,
		DB_V_T(f->from_ms), upper, upper, DB_V_I(before_id(f)), type, type, code, code };

	memcpy(to, v, sizeof(v));
}

static bool
read_found(struct db *db, struct arena *a, int64_t tenant_id, const struct activity_filter *f, struct db_rows *rows,
    struct err *e)
{
	struct db_value in[FOUND_VALUES + 3];

	found_values(in, tenant_id, f);
	in[FOUND_VALUES] = in[FOUND_VALUES + 1] = DB_V_S(f->outcome);
	in[FOUND_VALUES + 2] = DB_V_I(f->limit);
	return db_query(db, &activity_list_sql[FOUND], in, FOUND_VALUES + 3, a, rows, e);
}

static int
newest_first(const void *x, const void *y)
{
	const struct activity_row *a = x, *b = y;

	if (a->received_ms != b->received_ms)
		return a->received_ms > b->received_ms ? -1 : 1;
	return a->decision_id == b->decision_id ? 0 : a->decision_id > b->decision_id ? -1 : 1;
}

static void
take(const struct db_rows *rows, struct activity_row *out, size_t *n)
{
	for (size_t i = 0; i < rows->n; i++)
		activity_row_from(&rows->v[i * rows->columns], &out[(*n)++]);
}

static const struct arm *
arms_of(const struct activity_filter *f)
{
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (str_eq(f->outcome, str_from(lists[i].outcome)) &&
		    (f->outcome.n > 0 || lists[i].coded == (f->code.n > 0)))
			return lists[i].arms;
	return NULL;
}

bool
activity_list(struct db *db, struct arena *a, int64_t tenant_id, const struct activity_filter *filter,
    struct activity_row **out, size_t *n, struct err *e)
{
	const struct arm *arms = filter->search.on ? NULL : arms_of(filter);
	struct db_rows rows;

	if (filter->limit < 1 || filter->limit > ACTIVITY_PAGE_MAX)
		return err_set(e, ERR_INVALID, "a page has 1 to %d rows", ACTIVITY_PAGE_MAX);
	*n = 0;
	*out = arena_array(a, (size_t)filter->limit * ARMS_MAX, sizeof(**out));
	if (filter->search.on) {
		if (!read_found(db, a, tenant_id, filter, &rows, e))
			return err_wrap(e, "searching activity");
		take(&rows, *out, n);
	}
	for (size_t i = 0; arms != NULL && i < ARMS_MAX && arms[i].of != NULL; i++) {
		if (!read_arm(db, a, tenant_id, &arms[i], filter, &rows, e))
			return err_wrap(e, "reading activity");
		take(&rows, *out, n);
	}
	if (*n > 0)
		qsort(*out, *n, sizeof(**out), newest_first);
	if ((int64_t)*n > filter->limit)
		*n = (size_t)filter->limit;
	return true;
}

bool
activity_exact(struct db *db, struct arena *a, int64_t tenant_id, const struct activity_search *search, bool *out,
    struct err *e)
{
	struct activity_filter f = { .search = *search, .limit = 1 };
	struct db_rows rows;

	f.search.name = STR("");
	if (!read_found(db, a, tenant_id, &f, &rows, e))
		return err_wrap(e, "searching activity");
	*out = rows.n > 0;
	return true;
}

/* ---- numbers */

static bool
given_up(struct str code)
{
	return str_eq(code, STR("dropped_by_person")) || str_eq(code, STR("superseded"));
}

/* The outcome of a decision or, when `state` is not empty, of its conversion. */
static struct str
counter_of(struct str decision, struct str state, struct str code)
{
	enum state s;

	if (state.n > 0)
		return !state_parse(state, &s)                          ? STR("")
		       : s == STATE_DEAD && given_up(code)              ? STR("skipped")
		       : s == STATE_REJECTED && verdict_is_direct(code) ? STR("direct")
		                                                        : str_from(state_counter(s));
	return str_eq(decision, STR("SKIPPED")) || str_eq(decision, STR("SUPPRESSED")) ? STR("skipped")
	                                                                               : STR("waiting");
}

struct tally_of_causes {
	struct activity_counters *counters;
	struct activity_cause *causes;
	size_t n;
};

static struct str
count_line(struct activity_counters *c, struct str decision, struct str state, struct str code, int64_t n)
{
	struct str counter = counter_of(decision, state, code);

	if (str_eq(counter, STR("sent")))
		c->sent += n;
	else if (str_eq(counter, STR("waiting")))
		c->waiting += n;
	else if (str_eq(counter, STR("skipped")))
		c->skipped += n;
	else if (str_eq(counter, STR("direct")))
		c->direct += n;
	else if (str_eq(counter, STR("failed")))
		c->failed += n;
	if (str_eq(decision, STR("HELD")))
		c->held += n;
	return counter;
}

static void
count_in(struct tally_of_causes *t, struct str decision, struct str state, struct str code, int64_t n)
{
	struct str counter = count_line(t->counters, decision, state, code, n);
	size_t i = 0;

	if (code.n == 0)
		return;
	while (i < t->n && !(str_eq(t->causes[i].code, code) && str_eq(t->causes[i].outcome, counter)))
		i++;
	if (i == t->n)
		t->causes[t->n++] = (struct activity_cause){ .outcome = counter, .code = code };
	t->causes[i].n += n;
	if ((str_eq(state, STR("REJECTED")) && again_all_may(code)) || str_eq(decision, STR("SKIPPED")))
		t->causes[i].again += n;
}

bool
activity_totals(struct db *db, struct arena *a, int64_t tenant_id, int64_t from_ms, int64_t to_ms,
    struct activity_counters *out, struct err *e)
{
	struct db_value tenant = DB_V_I(tenant_id), from = DB_V_T(from_ms), to = DB_V_T(to_ms);
	struct db_rows rows;

	*out = (struct activity_counters){ 0 };
	if (!db_query(db, &activity_list_sql[TOTALS], DB_IN(tenant, from, to, tenant, from, to, tenant, from, to), a,
	        &rows, e))
		return err_wrap(e, "counting activity");
	for (size_t i = 0; i < rows.n; i++) {
		const struct db_value *v = &rows.v[i * rows.columns];

		(void)count_line(out, v[0].s, v[1].s, v[2].s, v[3].i);
	}
	return true;
}

static unsigned
count_statement(const struct activity_filter *f)
{
	int64_t now = clock_wall_ms(), to = upper_ms(f);

	if (f->search.on)
		return COUNT_FOUND;
	return (to < now ? to : now) - f->from_ms > LONG_MS ? COUNT_DECISIONS_LONG : COUNT_DECISIONS;
}

bool
activity_causes(struct db *db, struct arena *a, int64_t tenant_id, const struct activity_filter *f,
    struct activity_counters *counters, struct activity_cause **causes, size_t *n, struct err *e)
{
	struct tally_of_causes t = { .counters = counters };
	struct db_value in[FOUND_VALUES];
	size_t n_in = FOUND_VALUES;
	struct db_rows d, c = { .n = 0 };
	struct activity_filter all = *f;

	*counters = (struct activity_counters){ 0 };
	all.code = STR("");
	all.before_ms = 0;
	if (f->search.on) {
		found_values(in, tenant_id, &all);
	} else {
		n_in = 0;
		in[n_in++] = DB_V_I(tenant_id);
		in[n_in++] = DB_V_T(f->from_ms);
		in[n_in++] = DB_V_T(upper_ms(&all));
		in[n_in++] = DB_V_S(f->object_type);
		in[n_in++] = DB_V_S(f->object_type);
	}
	if (!db_query(db, &activity_list_sql[count_statement(&all)], in, n_in, a, &d, e) ||
	    (!f->search.on && !db_query(db, &activity_list_sql[COUNT_CONVERSIONS], in, n_in, a, &c, e)))
		return err_wrap(e, "counting activity");
	t.causes = arena_array(a, d.n + c.n, sizeof(*t.causes));
	for (size_t i = 0; i < d.n; i++) {
		const struct db_value *v = &d.v[i * d.columns];

		if (f->search.on)
			count_in(&t, v[0].s, v[1].s, v[2].s, v[3].i);
		else
			count_in(&t, v[0].s, STR(""), v[1].s, v[2].i);
	}
	for (size_t i = 0; i < c.n; i++)
		count_in(&t, STR("CONVERSION"), c.v[i * c.columns].s, c.v[i * c.columns + 1].s,
		    c.v[i * c.columns + 2].i);
	*causes = t.causes;
	*n = t.n;
	return true;
}

bool
activity_count(struct db *db, struct arena *a, int64_t tenant_id, struct activity_counters *out, struct err *e)
{
	const struct activity_filter all = { .limit = 1 };
	struct activity_cause *causes;
	size_t n;

	return activity_causes(db, a, tenant_id, &all, out, &causes, &n, e);
}
