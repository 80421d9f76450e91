/* activity_filter.c - see activity_filter.h. */
#include "web/activity_filter.h"

#include "base/arena.h"
#include "base/clock.h"
#include "core/date.h"
#include "core/event.h"
#include "core/zone.h"
#include "store/mail_hash.h"
#include "store/tenant.h"

#define PAGE_ROWS 50
#define DAY_MS    86400000LL

/* ---- the words of a search */

static bool
is_number(struct str s)
{
	int64_t n;

	return s.n <= 20 && str_to_int(s, 0, INT64_MAX, &n);
}

/* ".../record/0-3/4711" and the older ".../deal/4711", whatever stands behind. */
static bool
read_link(struct str q, struct activity_search *s)
{
	struct str rest = q, part, type = STR("");

	if (str_find(q, STR("/")) == q.n)
		return false;
	while (str_cut(&rest, '/', &part)) {
		struct str id = str_slice(part, 0, str_find_char(part, '?'));

		if (type.n > 0 && is_number(id)) {
			s->object_type = type;
			s->object_id = id;
			return true;
		}
		/* "contacts" is where every link begins. */
		type = str_eq(part, STR("contacts")) ? STR("") : event_object_type(part);
	}
	return false;
}

/* What LIKE takes for a sign is meant as it is written. */
static struct str
like(struct arena *a, struct str q)
{
	char *p = arena_alloc(a, 2 * q.n + 2);
	size_t n = 0;

	p[n++] = '%';
	for (size_t i = 0; i < q.n; i++) {
		if (q.p[i] == '%' || q.p[i] == '_' || q.p[i] == '\\')
			p[n++] = '\\';
		p[n++] = q.p[i];
	}
	p[n++] = '%';
	return (struct str){ p, n };
}

struct activity_search
activity_search_read(struct arena *a, struct str q, struct str *email)
{
	struct activity_search s = { .on = false };

	*email = STR("");
	q = str_trim(q);
	s.on = q.n > 0;
	if (!s.on || read_link(q, &s))
		return s;
	if (str_find_char(q, '@') < q.n && str_find_char(q, ' ') == q.n) {
		*email = q;
		s.word = q; /* an OrderId may have one */
		return s;
	}
	if (is_number(q))
		s.object_id = q;
	s.word = q;
	s.name = like(a, q);
	return s;
}

/* ---- periods */

static bool
one_of(struct str value, const char *const *allowed, size_t n, const char *what, struct err *e)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(value, str_from(allowed[i])))
			return true;
	return value.n == 0 || err_set(e, ERR_INVALID, "%s has a value that is not known here", what);
}

/* Midnight of that date in the zone; `zone` NULL: UTC. */
static int64_t
midnight_ms(const struct zone *zone, int64_t local_day_ms)
{
	return zone == NULL ? local_day_ms : zone_moment_ms(zone, local_day_ms);
}

static bool
read_day(struct str s, const char *what, int64_t *ms, struct err *e)
{
	struct err why = { .code = ERR_NONE };

	return (s.n == 10 && date_parse(s, ms, &why)) ||
	       err_set(e, ERR_INVALID, "%s must be a date like 2026-11-21", what);
}

/* From the first moment of the first day to the last of the last. */
static bool
read_period(const struct zone *zone, struct str period, struct str from, struct str to, struct activity_filter *f,
    struct err *e)
{
	int64_t now = clock_wall_ms(), day = 0;

	if (period.n > 0 && (from.n > 0 || to.n > 0))
		return err_set(e, ERR_INVALID, "period goes without from and to");
	if (period.n > 0) {
		day = date_day(now + (zone == NULL ? 0 : zone_offset_ms(zone, now))) * DAY_MS;
		if (!str_eq(period, STR("today")))
			day -= (str_eq(period, STR("7")) ? 6 : 29) * DAY_MS;
		f->from_ms = midnight_ms(zone, day);
	}
	if (from.n > 0) {
		if (!read_day(from, "from", &day, e))
			return false;
		f->from_ms = midnight_ms(zone, day);
	}
	if (to.n > 0) {
		if (!read_day(to, "to", &day, e))
			return false;
		f->to_ms = midnight_ms(zone, day + DAY_MS);
	}
	return f->to_ms == 0 || f->from_ms < f->to_ms || err_set(e, ERR_INVALID, "from must not be after to");
}

static bool
read_cursor(struct str s, struct activity_filter *f)
{
	struct str ms;

	return s.n == 0 || (str_cut(&s, '.', &ms) && str_to_int(ms, 1, INT64_MAX, &f->before_ms) &&
	                       str_to_int(s, 1, INT64_MAX, &f->before));
}

struct str
activity_cursor(struct arena *a, const struct activity_row *row)
{
	return str_printf(a, "%lld.%lld", (long long)row->received_ms, (long long)row->decision_id);
}

enum {
	OUTCOME,
	OBJECT,
	CODE,
	Q,
	PERIOD,
	FROM,
	TO,
	CURSOR,
	LIMIT,
	VALUES
};

static bool
read_words(const struct web_request *rq, const struct str *v, struct activity_filter *f, struct err *e)
{
	struct str email;
	bool exact = false;

	if (v[Q].n > ACTIVITY_QUERY_MAX)
		return err_set(e, ERR_INVALID, "q is longer than %d bytes", ACTIVITY_QUERY_MAX);
	if (v[CODE].n > 255 || !str_is_utf8(v[CODE]) || !str_is_utf8(v[Q]))
		return err_set(e, ERR_INVALID, "%s cannot be looked for", v[CODE].n > 255 ? "code" : "q");
	f->code = v[CODE];
	f->search = activity_search_read(rq->arena, v[Q], &email);
	if (email.n > 0 &&
	    !mail_hash_of(rq->parts->vault, rq->parts->db, rq->arena, rq->tenant_id, email, &f->search.email_hash, e))
		return false;
	/* Names are walked through only for what is nothing else. */
	if (f->search.name.n > 0 && !activity_exact(rq->parts->db, rq->arena, rq->tenant_id, &f->search, &exact, e))
		return false;
	if (exact)
		f->search.name = STR("");
	return true;
}

bool
activity_filter_read(const struct web_request *rq, struct activity_filter *f, struct err *e)
{
	const struct zone *zone = NULL;
	struct err no_zone = { .code = ERR_NONE };
	struct tenant tenant;
	struct str v[VALUES];

	*f = (struct activity_filter){ .limit = PAGE_ROWS };
	if (!web_query(rq, WEB_NAMES("outcome", "object", "code", "q", "period", "from", "to", "cursor", "limit"), v,
	        e) ||
	    !one_of(v[OUTCOME], WEB_NAMES("sent", "waiting", "skipped", "direct", "failed", "held"), "outcome", e) ||
	    !one_of(v[OBJECT], WEB_NAMES("contacts", "companies", "deals"), "object", e) ||
	    !one_of(v[PERIOD], WEB_NAMES("today", "7", "30"), "period", e))
		return false;
	f->outcome = v[OUTCOME];
	f->object_type = v[OBJECT];
	if (!read_cursor(v[CURSOR], f))
		return err_set(e, ERR_INVALID, "cursor is not one that was given out");
	if (v[LIMIT].n > 0 && !str_to_int(v[LIMIT], 1, ACTIVITY_PAGE_MAX, &f->limit))
		return err_set(e, ERR_INVALID, "limit must be 1 to %d", ACTIVITY_PAGE_MAX);
	if (v[PERIOD].n + v[FROM].n + v[TO].n > 0) {
		if (!tenant_load(rq->parts->db, rq->arena, rq->tenant_id, &tenant, e))
			return false;
		/* A zone that is not known here: days are those of UTC. */
		if (tenant.time_zone.n > 0 && !zone_find(tenant.time_zone, &zone, &no_zone))
			zone = NULL;
	}
	return read_period(zone, v[PERIOD], v[FROM], v[TO], f, e) && read_words(rq, v, f, e);
}
