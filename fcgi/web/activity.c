/* activity.c - one line per decision, by cursor; and one decision with all that is known about it. */
#include "store/activity.h"

#include <stdlib.h>

#include "base/arena.h"
#include "core/verdict.h"
#include "store/again.h"
#include "web/act.h"
#include "web/activity_filter.h"
#include "web/activity_json.h"
#include "web/handlers.h"
#include "web/words.h"

bool
activity_show(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct activity_labels labels = { .rq = rq };
	struct json *list = json_array(rq->arena);
	struct activity_filter filter;
	struct activity_row *rows;
	size_t n;

	if (!activity_filter_read(rq, &filter, e) ||
	    !activity_list(rq->parts->db, rq->arena, rq->tenant_id, &filter, &rows, &n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		json_push(list, activity_row_json(&labels, &rows[i]));
	rp->json = json_object(rq->arena);
	json_set(rp->json, "rows", list);
	if ((int64_t)n == filter.limit)
		json_set_str(rp->json, "next_cursor", activity_cursor(rq->arena, &rows[n - 1]));
	else
		json_set(rp->json, "next_cursor", NULL);
	return true;
}

static int
most_first(const void *x, const void *y)
{
	const struct activity_cause *a = x, *b = y;

	return a->n == b->n ? str_cmp(a->code, b->code) : a->n > b->n ? -1 : 1;
}

bool
activity_numbers(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct json *list = json_array(rq->arena), *counters;
	struct activity_counters c;
	struct activity_filter filter;
	struct activity_cause *causes;
	int64_t left;
	size_t n;

	if (!activity_filter_read(rq, &filter, e) || !again_left(rq->parts->db, rq->arena, rq->tenant_id, &left, e) ||
	    !activity_causes(rq->parts->db, rq->arena, rq->tenant_id, &filter, &c, &causes, &n, e))
		return false;
	if (n > 0)
		qsort(causes, n, sizeof(*causes), most_first);
	for (size_t i = 0; i < n; i++) {
		struct json *one = json_object(rq->arena);

		json_set_str(one, "code", causes[i].code);
		json_set_str(one, "outcome", causes[i].outcome);
		json_set_str(one, "sentence", str_from(verdict_find(causes[i].code)->sentence));
		json_set_int(one, "count", causes[i].n);
		json_set_int(one, "again", causes[i].again);
		json_push(list, one);
	}
	counters = activity_counters_json(rq->arena, &c);
	json_set_int(counters, "held", c.held);
	rp->json = json_object(rq->arena);
	json_set(rp->json, "counters", counters);
	json_set(rp->json, "causes", list);
	json_set_int(rp->json, "asked", left);
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

static bool
load_story(const struct web_request *rq, const struct activity_detail *d, struct activity_story *story, struct err *e)
{
	bool own = str_eq(d->row.decision, STR("CONVERSION"));
	int64_t id = own ? d->row.conversion.conversion_id : 0;
	struct activity_attempt *attempts = NULL;
	struct history *history;

	*story = (struct activity_story){ 0 };
	if ((id > 0 &&
	        !activity_attempts(rq->parts->db, rq->arena, rq->tenant_id, id, &attempts, &story->n_attempts, e)) ||
	    !history_list(rq->parts->db, rq->arena, rq->tenant_id, d->row.decision_id, id, &history, &story->n_history,
	        e) ||
	    !activity_value_before(rq->parts->db, rq->arena, rq->tenant_id, &d->row, &story->value_before, e))
		return false;
	story->attempts = attempts;
	story->history = history;
	return true;
}

bool
activity_decision(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct activity_labels labels = { .rq = rq };
	struct activity_story story;
	struct arena *a = rq->arena;
	struct activity_detail d;
	struct json *actions;
	struct tenant tenant;
	int64_t id;

	if (!web_query(rq, NULL, 0, NULL, e))
		return false;
	if (!str_to_int(rq->params[0], 1, INT64_MAX, &id))
		return err_set(e, ERR_NOT_FOUND, "there is no such decision");
	if (!tenant_load(rq->parts->db, a, rq->tenant_id, &tenant, e))
		return false;
	if (!activity_load(rq->parts->db, a, rq->tenant_id, id, &d, e))
		return e->code == ERR_NOT_FOUND ? err_set(e, ERR_NOT_FOUND, "there is no such decision") : false;
	if (!load_story(rq, &d, &story, e) || !act_json(rq, &d, &actions, e))
		return false;
	rp->json = json_object(a);
	json_set(rp->json, "row", activity_row_json(&labels, &d.row));
	json_set_str(rp->json, "advice", words_advice(&d.row));
	json_set_str(rp->json, "fix", words_fix(&d.row));
	json_set_str(rp->json, "record_url", activity_record_url(a, &tenant, &d.row));
	json_set(rp->json, "timeline", activity_timeline_json(a, &d, &story));
	json_set(rp->json, "fields", fields_json(a, d.fields));
	json_set(rp->json, "conversion", activity_conversion_json(a, &d));
	json_set(rp->json, "actions", actions);
	json_set_int(rp->json, "revision", d.revision);
	json_set_str(rp->json, "trigger", d.trigger_id);
	return true;
}
