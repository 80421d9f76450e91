/*
 * overview_counters.c - what became of the events of a period, by days of the account's time zone.
 *
 * By when HubSpot reported them, as Activity lists them: a counter and the list that it opens have the same lines.
 * Up to DAYS_MAX days one row is a day, of a longer period a week: so that a year is no more rows than a quarter.
 */
#include "base/arena.h"
#include "base/clock.h"
#include "core/date.h"
#include "core/zone.h"
#include "store/activity.h"
#include "store/tenant.h"
#include "web/activity_json.h"
#include "web/handlers.h"

#define DAY_MS     86400000LL
#define DAYS_MAX   92
#define PERIOD_MAX 366

struct period {
	const struct zone *zone; /* NULL: not known, days are UTC's */
	int64_t first, last;     /* days since 1970, both in it */
};

static int64_t
today(const struct period *p)
{
	int64_t now = clock_wall_ms();

	return date_day(now + (p->zone == NULL ? 0 : zone_offset_ms(p->zone, now)));
}

static int64_t
start_of(const struct period *p, int64_t day)
{
	return p->zone == NULL ? day * DAY_MS : zone_moment_ms(p->zone, day * DAY_MS);
}

static struct str
day_text(struct arena *a, int64_t day)
{
	return str_slice(date_iso(a, day * DAY_MS), 0, 10);
}

static bool
read_day(struct str s, const char *name, int64_t *day, struct err *e)
{
	int64_t ms;

	if (s.n != 10 || !date_parse(s, &ms, e))
		return err_set(e, ERR_INVALID, "%s must be a day, as in 2026-11-21", name);
	*day = date_day(ms);
	return true;
}

static bool
read_period(const struct web_request *rq, struct period *p, struct err *e)
{
	enum {
		DAYS,
		FROM,
		TO,
		VALUES
	};
	struct str v[VALUES];
	int64_t days = 7;

	if (!web_query(rq, WEB_NAMES("days", "from", "to"), v, e))
		return false;
	if (v[DAYS].n > 0 && (v[FROM].n > 0 || v[TO].n > 0))
		return err_set(e, ERR_INVALID, "give days, or from and to");
	if (v[DAYS].n > 0 && !str_to_int(v[DAYS], 1, PERIOD_MAX, &days))
		return err_set(e, ERR_INVALID, "days must be 1 to %d", PERIOD_MAX);
	p->last = today(p);
	p->first = p->last - days + 1;
	if (v[FROM].n == 0 && v[TO].n == 0)
		return true;
	if (!read_day(v[FROM], "from", &p->first, e) || !read_day(v[TO], "to", &p->last, e))
		return false;
	if (p->last < p->first || p->last - p->first >= PERIOD_MAX)
		return err_set(e, ERR_INVALID, "from must not be after to, and the period at most %d days", PERIOD_MAX);
	return true;
}

static struct json *
row_json(struct arena *a, int64_t first, int64_t last, const struct activity_counters *c)
{
	struct json *row = activity_counters_json(a, c);

	json_set_str(row, "from", day_text(a, first));
	json_set_str(row, "to", day_text(a, last));
	return row;
}

static void
add(struct activity_counters *sum, const struct activity_counters *c)
{
	sum->sent += c->sent;
	sum->waiting += c->waiting;
	sum->skipped += c->skipped;
	sum->direct += c->direct;
	sum->failed += c->failed;
}

bool
overview_counters(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct activity_counters sum = { 0 };
	struct arena *a = rq->arena;
	struct json *rows = json_array(a);
	struct err no_zone = { .code = ERR_NONE };
	struct period p = { 0 };
	struct tenant t;
	int64_t step;

	if (!tenant_load(rq->parts->db, a, rq->tenant_id, &t, e))
		return false;
	if (!zone_find(t.time_zone, &p.zone, &no_zone))
		p.zone = NULL;
	if (!read_period(rq, &p, e))
		return false;
	step = p.last - p.first < DAYS_MAX ? 1 : 7;
	for (int64_t day = p.first; day <= p.last; day += step) {
		int64_t last = day + step - 1 < p.last ? day + step - 1 : p.last;
		struct activity_counters c;

		if (!activity_totals(rq->parts->db, a, rq->tenant_id, start_of(&p, day), start_of(&p, last + 1), &c, e))
			return false;
		add(&sum, &c);
		json_push(rows, row_json(a, day, last, &c));
	}
	rp->json = json_object(a);
	json_set_str(rp->json, "from", day_text(a, p.first));
	json_set_str(rp->json, "to", day_text(a, p.last));
	json_set_str(rp->json, "time_zone", p.zone == NULL ? STR("UTC") : t.time_zone);
	json_set_bool(rp->json, "time_zone_known", p.zone != NULL);
	json_set_str(rp->json, "per", step == 1 ? STR("day") : STR("week"));
	json_set(rp->json, "totals", activity_counters_json(a, &sum));
	json_set(rp->json, "rows", rows);
	return true;
}
