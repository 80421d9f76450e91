/* preview_judge.c - what would become of one record: which event it is judged by, and decide's judgement of it. */
#include "base/arena.h"
#include "base/clock.h"
#include "core/verdict.h"
#include "task/preview_round.h"

static struct str
value_now(struct arena *a, const struct hubspot_record *record, struct str property)
{
	return record == NULL ? STR("") : json_text_at(a, record->properties, str_c(a, property));
}

/* The event that a trigger waits for: its record's value as it is, or as it would have to become. */
static struct event
event_for(const struct preview *p, const struct preview_record *r, const struct config_trigger *t)
{
	struct event ev = { .portal_id = p->round.tenant.portal_id,
		.source = STR("hubspot"),
		.object_type = p->ask.object,
		.object_id = r->id,
		.kind = EVENT_CREATED,
		.occurred_ms = clock_wall_ms() };

	if (t == NULL || t->created)
		return ev;
	ev.kind = EVENT_CHANGED;
	ev.property = t->property;
	ev.value = value_now(p->round.step.arena, r->record, t->property);
	for (size_t i = 0; i < t->n_becomes; i++)
		if (str_eq(t->becomes[i], ev.value))
			return ev;
	if (t->n_becomes > 0)
		ev.value = t->becomes[0];
	return ev;
}

static struct event
event_asked(const struct preview *p, const struct preview_record *r)
{
	struct event ev = event_for(p, r, NULL);

	ev.kind = p->ask.kind;
	ev.property = p->ask.property;
	ev.value = p->ask.value;
	return ev;
}

/* ---- triggers */

/* How far one trigger gets with the event it waits for; *why is set when its condition ends it. */
static enum ruleset_match
try_trigger(struct preview *p, const struct preview_record *r, size_t i, const struct event *ev,
    enum build_wanted *wanted, struct catalogue_fault *why)
{
	const struct config_trigger *trigger = NULL;
	enum ruleset_match match = ruleset_match_trigger(r->item.object, i, ev);
	struct build_input in;
	struct chosen contact;

	*wanted = BUILD_NOT_WANTED;
	*why = (struct catalogue_fault){ .field = STR("") };
	if (match != RULESET_MATCHED || r->record == NULL)
		return match;
	decide_gather(&p->round, &r->item, ev, r->record, &in, &contact);
	*wanted = build_wanted(p->round.step.arena, &in, &trigger, why);
	return match;
}

static struct str
match_code(enum ruleset_match match, const struct catalogue_fault *why)
{
	switch (match) {
	case RULESET_NOT_CONCERNED:
		return STR("not_concerned");
	case RULESET_OTHER_VALUE:
		return STR("trigger_other_value");
	case RULESET_OFF:
		return STR("trigger_off");
	case RULESET_NO_CONSENT:
		return STR("no_consent");
	case RULESET_MATCHED:
		break;
	}
	return why->code;
}

static struct str
match_words(struct arena *a, struct str object, struct str code, const struct catalogue_fault *why)
{
	if (code.n == 0)
		return STR("");
	if (str_eq(code, STR("no_consent")))
		return str_printf(a, "No consent for " STR_FMT ".", STR_ARG(object));
	if (why->message.n > 0)
		return str_printf(a, "%s " STR_FMT, verdict_find(code)->sentence, STR_ARG(why->message));
	return str_from(verdict_find(code)->sentence);
}

static struct json *
strings(struct arena *a, const struct str *v, size_t n)
{
	struct json *list = json_array(a);

	for (size_t i = 0; i < n; i++)
		json_push_str(list, v[i]);
	return list;
}

struct json *
preview_triggers(struct preview *p, const struct preview_record *r)
{
	struct arena *a = p->round.step.arena;
	const struct config_object *o = r->item.object->config;
	struct json *list = json_array(a);

	for (size_t i = 0; i < o->n_triggers; i++) {
		const struct config_trigger *t = &o->triggers[i];
		/* An event that was asked for is put to every trigger. */
		struct event ev = p->ask.has_event ? event_asked(p, r) : event_for(p, r, t);
		struct catalogue_fault why;
		enum build_wanted wanted;
		enum ruleset_match match = try_trigger(p, r, i, &ev, &wanted, &why);
		bool fires = match == RULESET_MATCHED && wanted == BUILD_WANTED;
		struct str code = fires ? STR("") : match_code(match, &why);
		struct json *row = json_object(a);

		json_set_str(row, "id", t->id);
		json_set_str(row, "on", t->created ? STR("created") : STR("changed"));
		json_set_str(row, "property", t->property);
		json_set_str(row, "value", ev.value);
		json_set(row, "becomes", strings(a, t->becomes, t->n_becomes));
		json_set_str(row, "when", t->when);
		json_set_bool(row, "live", t->live);
		json_set_bool(row, "fires", fires);
		json_set_str(row, "code", code);
		json_set_str(row, "sentence", match_words(a, p->ask.object, code, &why));
		json_push(list, row);
	}
	return list;
}

/* What the record is judged by when nobody said: the first trigger that would fire, else the first live one. */
static struct event
event_by_itself(struct preview *p, const struct preview_record *r)
{
	const struct config_object *o = r->item.object->config;
	const struct config_trigger *first = o->n_triggers > 0 ? &o->triggers[0] : NULL;

	for (size_t i = 0; i < o->n_triggers; i++) {
		struct event ev = event_for(p, r, &o->triggers[i]);
		struct catalogue_fault why;
		enum build_wanted wanted;

		if (try_trigger(p, r, i, &ev, &wanted, &why) == RULESET_MATCHED && wanted == BUILD_WANTED)
			return ev;
		if (o->triggers[i].live && !first->live)
			first = &o->triggers[i];
	}
	return event_for(p, r, first);
}

/* ---- the judgement */

/* The fields are shown whether or not they would be sent. */
static void
build(struct preview *p, struct preview_record *r)
{
	struct build_input in;

	decide_gather(&p->round, &r->item, &r->judged.event, r->record, &in, &r->contact);
	r->n_items = in.n_items;
	if (r->judged.built.n_fields > 0)
		r->built = r->judged.built;
	else
		build_conversion(p->round.step.arena, &in, &r->built);
}

void
preview_judge(struct preview *p, struct str id, struct preview_record *out)
{
	struct arena *a = p->round.step.arena;

	*out = (struct preview_record){ .id = id, .record = records_find(p->round.records, p->ask.object, id) };
	out->notes = arena_array(a, PREVIEW_NOTES_MAX, sizeof(*out->notes));
	out->item =
	    (struct decide_item){ .pending = &p->pending, .object = ruleset_object(&p->round.rules, p->ask.object) };
	if (out->record != NULL && out->record->archived)
		out->record = NULL;
	out->item.event = p->ask.has_event ? event_asked(p, out) : event_by_itself(p, out);
	out->item.match = ruleset_match_event(&p->round.rules, &out->item.event, &out->item.trigger);
	decide_judge(&p->round, &out->item, &out->judged);
	if (out->judged.no_decision)
		out->judged.code = STR("not_concerned");
	if (out->record != NULL)
		build(p, out);
}
