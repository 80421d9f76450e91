/* activity_json.c - see activity_json.h. */
#include "web/activity_json.h"

#include "base/arena.h"
#include "base/enc.h"
#include "core/event.h"
#include "store/cache.h"
#include "web/reply.h"
#include "web/words.h"

struct json *
activity_counters_json(struct arena *a, const struct activity_counters *c)
{
	struct json *out = json_object(a);

	json_set_int(out, "sent", c->sent);
	json_set_int(out, "waiting", c->waiting);
	json_set_int(out, "skipped", c->skipped);
	json_set_int(out, "direct", c->direct);
	json_set_int(out, "failed", c->failed);
	return out;
}

/* A kept document; a label is a courtesy, so that nothing here is a failure. */
static const struct json *
kept(const struct web_request *rq, struct str name)
{
	struct json *out = NULL;
	struct err e = { .code = ERR_NONE };
	struct str text;
	int64_t fetched_ms;

	if (!cache_get(rq->parts->db, rq->arena, rq->tenant_id, name, &text, &fetched_ms, &e) ||
	    !json_parse(rq->arena, text, &json_limits_answer, &out, &e))
		return NULL;
	return out;
}

static struct str
option_label(struct arena *a, const struct json *list, const char *key, struct str value)
{
	for (size_t i = 0; i < json_length(list); i++)
		if (str_eq(json_text_at(a, json_at(list, i), key), value))
			return json_text_at(a, json_at(list, i), "label");
	return STR("");
}

static struct str
stage_label(struct arena *a, const struct json *pipelines, struct str value)
{
	struct str label = STR("");

	for (size_t i = 0; i < json_length(pipelines) && label.n == 0; i++)
		label = option_label(a, json_get(json_at(pipelines, i), "stages"), "id", value);
	return label;
}

/* "Closed Won" of "closedwon"; empty when it has no label. */
static struct str
value_label(struct activity_labels *labels, struct str object_type, struct str property, struct str value)
{
	const struct web_request *rq = labels->rq;
	struct arena *a = rq->arena;
	bool deals = str_eq(object_type, STR("deals"));
	size_t k = 0;

	while (k < labels->n && !str_eq(labels->kept[k].object_type, object_type))
		k++;
	if (k == sizeof(labels->kept) / sizeof(labels->kept[0]))
		return STR("");
	if (k == labels->n) {
		labels->n++;
		labels->kept[k].object_type = object_type;
		labels->kept[k].properties =
		    kept(rq, str_printf(a, "hubspot.properties." STR_FMT, STR_ARG(object_type)));
		labels->kept[k].pipelines = deals ? kept(rq, STR("hubspot.pipelines.deals")) : NULL;
	}
	if (deals && str_eq(property, STR("dealstage")))
		return stage_label(a, labels->kept[k].pipelines, value);
	if (deals && str_eq(property, STR("pipeline")))
		return option_label(a, labels->kept[k].pipelines, "id", value);
	for (size_t i = 0; i < json_length(labels->kept[k].properties); i++) {
		const struct json *p = json_at(labels->kept[k].properties, i);

		if (str_eq(json_text_at(a, p, "name"), property))
			return option_label(a, json_get(p, "options"), "value", value);
	}
	return STR("");
}

static struct json *
event_json(struct activity_labels *labels, const struct activity_row *row)
{
	struct arena *a = labels->rq->arena;
	struct json *out = json_object(a);

	json_set_str(out, "kind", row->kind);
	json_set_str(out, "property", row->property);
	json_set_str(out, "value", row->value);
	json_set_str(out, "value_label",
	    row->property.n > 0 && row->value.n > 0 ? value_label(labels, row->object_type, row->property, row->value)
	                                            : STR(""));
	web_set_time(a, out, "occurred_at", row->occurred_ms);
	return out;
}

static void
set_text(struct json *object, const char *key, struct str value)
{
	if (value.n > 0)
		json_set_str(object, key, value);
	else
		json_set(object, key, NULL);
}

struct json *
activity_row_json(struct activity_labels *labels, const struct activity_row *row)
{
	struct arena *a = labels->rq->arena;
	const struct activity_conversion *c = &row->conversion;
	/* A conversion that stood in the way is another row's. */
	bool own = str_eq(row->decision, STR("CONVERSION"));
	struct json *out = json_object(a);

	json_set_int(out, "id", row->decision_id);
	web_set_time(a, out, "at", row->received_ms);
	web_set_time(a, out, "decided_at", row->decided_ms);
	json_set_str(out, "object_type", row->object_type);
	json_set_str(out, "object_id", row->object_id);
	json_set(out, "event", event_json(labels, row));
	json_set_str(out, "outcome", row->outcome);
	set_text(out, "state", own ? c->state : STR(""));
	set_text(out, "code", words_code(row));
	json_set_str(out, "sentence", words_sentence(a, row));
	if (c->conversion_id > 0)
		json_set_int(out, "conversion_id", c->conversion_id);
	else
		json_set(out, "conversion_id", NULL);
	json_set_str(out, "order_id", c->order_id);
	web_set_time(a, out, "waits_until", row->waits_until_ms);
	json_set_str(out, "name", row->name);
	return out;
}

struct str
activity_record_url(struct arena *a, const struct tenant *t, const struct activity_row *row)
{
	struct str type = event_object_type_id(row->object_type);

	if (type.n == 0)
		return STR("");
	return str_printf(a, "https://" STR_FMT "/contacts/%lld/record/" STR_FMT "/" STR_FMT, STR_ARG(t->ui_domain),
	    (long long)t->portal_id, STR_ARG(type), STR_ARG(enc_percent(a, row->object_id)));
}

struct json *
activity_conversion_json(struct arena *a, const struct activity_detail *d)
{
	const struct activity_conversion *c = &d->row.conversion;
	struct json *out;

	if (c->conversion_id == 0)
		return NULL;
	out = json_object(a);
	json_set_int(out, "id", c->conversion_id);
	json_set_str(out, "state", c->state);
	json_set_str(out, "order_id", c->order_id);
	json_set_str(out, "event_type", c->event_type);
	json_set_str(out, "program_id", c->program_id);
	json_set_str(out, "effect_key", enc_hex(a, d->effect_key));
	json_set_int(out, "attempts", c->attempts);
	json_set_int(out, "revision", c->revision);
	json_set_str(out, "batch_id", c->batch_id);
	json_set_str(out, "action_id", c->action_id);
	json_set_str(out, "partner_id", c->partner_id);
	json_set_str(out, "partner_name", c->partner_name);
	json_set_str(out, "amount", c->amount);
	json_set_str(out, "payout", c->payout);
	json_set_str(out, "currency", c->currency);
	json_set_str(out, "action_state", c->action_state);
	web_set_time(a, out, "locking_date", c->locking_ms);
	web_set_time(a, out, "cleared_date", c->cleared_ms);
	json_set_str(out, "error_code", c->code);
	json_set_str(out, "message", str_eq(c->state, STR("REJECTED")) ? c->message : STR(""));
	return out;
}
