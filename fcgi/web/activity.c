/* activity.c - one line per decision, by cursor; and one decision with all that is known about it. */
#include "store/activity.h"

#include "base/arena.h"
#include "web/activity_json.h"
#include "web/handlers.h"
#include "web/words.h"

#define PAGE_ROWS 50

static bool
one_of(struct str value, const char *const *allowed, size_t n, const char *what, struct err *e)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(value, str_from(allowed[i])))
			return true;
	return value.n == 0 || err_set(e, ERR_INVALID, "%s has a value that is not known here", what);
}

static bool
read_filter(const struct web_request *rq, struct activity_filter *f, struct err *e)
{
	enum {
		OUTCOME,
		OBJECT,
		CURSOR,
		LIMIT,
		VALUES
	};
	struct str v[VALUES];

	*f = (struct activity_filter){ .limit = PAGE_ROWS };
	if (!web_query(rq, WEB_NAMES("outcome", "object", "cursor", "limit"), v, e) ||
	    !one_of(v[OUTCOME], WEB_NAMES("sent", "waiting", "skipped", "failed"), "outcome", e) ||
	    !one_of(v[OBJECT], WEB_NAMES("contacts", "companies", "deals"), "object", e))
		return false;
	f->outcome = v[OUTCOME];
	f->object_type = v[OBJECT];
	if (v[CURSOR].n > 0 && !str_to_int(v[CURSOR], 1, INT64_MAX, &f->before))
		return err_set(e, ERR_INVALID, "cursor is not one that was given out");
	if (v[LIMIT].n > 0 && !str_to_int(v[LIMIT], 1, ACTIVITY_PAGE_MAX, &f->limit))
		return err_set(e, ERR_INVALID, "limit must be 1 to %d", ACTIVITY_PAGE_MAX);
	return true;
}

bool
activity_show(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct activity_labels labels = { .rq = rq };
	struct json *list = json_array(rq->arena);
	struct activity_counters counters;
	struct activity_filter filter;
	struct activity_row *rows;
	size_t n;

	if (!read_filter(rq, &filter, e) || !activity_count(rq->parts->db, rq->arena, rq->tenant_id, &counters, e) ||
	    !activity_list(rq->parts->db, rq->arena, rq->tenant_id, &filter, &rows, &n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		json_push(list, activity_row_json(&labels, &rows[i]));
	rp->json = json_object(rq->arena);
	json_set(rp->json, "counters", activity_counters_json(rq->arena, &counters));
	json_set(rp->json, "rows", list);
	if ((int64_t)n == filter.limit)
		json_set_str(rp->json, "next_cursor",
		    str_printf(rq->arena, "%lld", (long long)rows[n - 1].decision_id));
	else
		json_set(rp->json, "next_cursor", NULL);
	return true;
}

/* The exact fields, as they were built; an empty list when nothing was. */
static struct json *
fields_json(struct arena *a, struct str text)
{
	struct err e = { .code = ERR_NONE };
	struct json *list;

	if (text.n == 0 || !json_parse(a, text, &json_limits_answer, &list, &e))
		return json_array(a);
	return list;
}

bool
activity_decision(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct activity_labels labels = { .rq = rq };
	struct activity_attempt *attempts = NULL;
	struct arena *a = rq->arena;
	struct activity_detail d;
	struct tenant tenant;
	size_t n = 0;
	int64_t id;

	if (!web_query(rq, NULL, 0, NULL, e))
		return false;
	if (!str_to_int(rq->params[0], 1, INT64_MAX, &id))
		return err_set(e, ERR_NOT_FOUND, "there is no such decision");
	if (!tenant_load(rq->parts->db, a, rq->tenant_id, &tenant, e))
		return false;
	if (!activity_load(rq->parts->db, a, rq->tenant_id, id, &d, e))
		return e->code == ERR_NOT_FOUND ? err_set(e, ERR_NOT_FOUND, "there is no such decision") : false;
	if (d.row.conversion.conversion_id > 0 &&
	    !activity_attempts(rq->parts->db, a, rq->tenant_id, d.row.conversion.conversion_id, &attempts, &n, e))
		return false;
	rp->json = json_object(a);
	json_set(rp->json, "row", activity_row_json(&labels, &d.row));
	json_set_str(rp->json, "advice", words_advice(&d.row));
	json_set_str(rp->json, "fix", words_fix(&d.row));
	json_set_str(rp->json, "record_url", activity_record_url(a, &tenant, &d.row));
	json_set(rp->json, "timeline", activity_timeline_json(a, &d, attempts, n));
	json_set(rp->json, "fields", fields_json(a, d.fields));
	json_set(rp->json, "conversion", activity_conversion_json(a, &d));
	return true;
}
