/* preview_json.c - one previewed record as the site's JSON. */
#include "base/arena.h"
#include "core/date.h"
#include "core/record_name.h"
#include "core/verdict.h"
#include "task/preview_round.h"

static void
set_note(struct json *out, const struct preview_note *n)
{
	json_set_str(out, "level", str_from(preview_level_name(n->level)));
	json_set_str(out, "code", n->code);
	json_set_str(out, "sentence", n->sentence);
	json_set_str(out, "advice", n->advice);
	json_set_str(out, "fix", n->fix);
}

static struct json *
notes_of(struct arena *a, const struct preview_record *r, struct str field, enum preview_level *worst)
{
	struct json *list = json_array(a);

	*worst = PREVIEW_OK;
	for (size_t i = 0; i < r->n_notes; i++) {
		struct json *row;

		if (!str_eq(r->notes[i].field, field))
			continue;
		if (r->notes[i].level > *worst)
			*worst = r->notes[i].level;
		row = json_object(a);
		set_note(row, &r->notes[i]);
		json_push(list, row);
	}
	return list;
}

/* What was mapped to a field that came out empty. */
static struct str
expression_of(const struct preview_record *r, struct str field)
{
	const struct ruleset_object *o = r->item.object;

	for (size_t i = 0; i < o->n_rows; i++)
		if (str_eq(o->rows[i].row->field, field))
			return o->rows[i].row->expression;
	return STR("");
}

static void
push_field(struct arena *a, struct json *list, const struct preview_record *r, const struct build_field *f, bool built)
{
	struct json *row = json_object(a);
	enum preview_level worst;
	struct json *notes = notes_of(a, r, f->name, &worst);

	json_set_str(row, "name", f->name);
	if (built)
		json_set_str(row, "value", f->value);
	else
		json_set(row, "value", NULL);
	json_set_str(row, "expression", f->expression);
	json_set_str(row, "from",
	    f->expression.n == 0 ? STR("settings")
	    : f->from_event      ? STR("event")
	                         : STR("record"));
	json_set_str(row, "level", str_from(preview_level_name(worst)));
	json_set(row, "notes", notes);
	json_push(list, row);
}

static bool
was_built(const struct preview_record *r, struct str name)
{
	for (size_t i = 0; i < r->built.n_fields; i++)
		if (str_eq(r->built.fields[i].name, name))
			return true;
	return false;
}

/* What is sent, then what is missing and was remarked on. */
static struct json *
fields_json(struct arena *a, const struct preview_record *r)
{
	struct json *list = json_array(a);

	for (size_t i = 0; i < r->built.n_fields; i++)
		push_field(a, list, r, &r->built.fields[i], true);
	for (size_t i = 0; i < r->n_notes; i++) {
		const struct build_field f = { .name = r->notes[i].field,
			.expression = expression_of(r, r->notes[i].field) };
		bool said = f.name.n == 0 || was_built(r, f.name);

		for (size_t k = 0; k < i && !said; k++)
			said = str_eq(r->notes[k].field, f.name);
		if (!said)
			push_field(a, list, r, &f, false);
	}
	return list;
}

/* ---- the judgement in a sentence */

/* The words that decide wrote down for the trace, when the code alone says less. */
static struct str
detail_words(struct arena *a, const struct judged *j)
{
	struct err ignored = { .code = ERR_NONE };
	struct json *detail = NULL;

	if (j->detail.n == 0 || !json_parse(a, j->detail, &json_limits_answer, &detail, &ignored))
		return STR("");
	return json_text_at(a, json_at(json_get(detail, "faults"), 0), "message");
}

static struct preview_note
not_sent(struct arena *a, const struct preview *p, const struct preview_record *r)
{
	const struct judged *j = &r->judged;
	const struct verdict *v = verdict_find(j->code);
	struct preview_note n = { .level = PREVIEW_BAD,
		.code = j->code,
		.sentence = str_from(v->sentence),
		.advice = str_from(v->advice),
		.fix = str_from(v->fix) };
	struct str words = detail_words(a, j);

	if (j->pass_ms > 0)
		return (struct preview_note){ .level = PREVIEW_BAD,
			.code = STR("unreadable"),
			.sentence = STR("HubSpot did not give this record, or one that belongs to it, just now."),
			.advice = STR("Try again in a moment.") };
	if (str_eq(j->code, STR("record_gone"))) {
		n.sentence = STR("HubSpot has no such record, or it was deleted.");
		return n;
	}
	if (str_eq(j->code, STR("no_consent")))
		n.sentence = str_printf(a, "No consent for " STR_FMT ".", STR_ARG(p->ask.object));
	else if (str_starts(j->code, STR("condition")) || str_starts(j->code, STR("hubspot_")))
		n.sentence = str_printf(a, "%s " STR_FMT, v->sentence, STR_ARG(words));
	else if (words.n > 0)
		n.sentence = words;
	/* The rules say no, and that is what they are for. */
	if (str_eq(j->code, STR("condition")) || str_eq(j->code, STR("not_concerned")) ||
	    str_eq(j->code, STR("trigger_off")) || str_eq(j->code, STR("trigger_other_value")))
		n.level = PREVIEW_WARN;
	return n;
}

/* The remark that keeps it from being sent, or the worst. */
static const struct preview_note *
worst_note(const struct preview_record *r)
{
	const struct preview_note *worst = NULL;

	for (size_t i = 0; i < r->n_notes; i++)
		if (r->notes[i].level > PREVIEW_OK && (worst == NULL || r->notes[i].level > worst->level))
			worst = &r->notes[i];
	return worst;
}

static struct json *
verdict_json(struct arena *a, const struct preview *p, const struct preview_record *r)
{
	struct json *out = json_object(a);
	const struct preview_note *worst = worst_note(r);
	bool sends = r->judged.outcome == DECISION_CONVERSION && r->judged.pass_ms == 0 &&
	             (r->earlier.conversion_id == 0 || r->earlier.revises);
	struct preview_note n = { .level = worst == NULL ? PREVIEW_OK : worst->level,
		.sentence = STR("It would be sent.") };

	if (r->judged.outcome != DECISION_CONVERSION || r->judged.pass_ms > 0)
		n = not_sent(a, p, r);
	else if (!sends)
		for (size_t i = 0; i < r->n_notes; i++)
			n = str_eq(r->notes[i].field, STR("OrderId")) && r->notes[i].level > PREVIEW_OK ? r->notes[i]
			                                                                                : n;
	else if (worst != NULL)
		n.sentence = STR("It would be sent; look at what is marked.");
	json_set_bool(out, "sends", sends);
	set_note(out, &n);
	return out;
}

/* ---- the record */

static struct json *
contact_json(struct arena *a, const struct preview *p, const struct preview_record *r)
{
	struct json *out;

	if (r->record == NULL || r->contact.record == NULL || str_eq(p->ask.object, STR("contacts")))
		return NULL;
	out = json_object(a);
	json_set_str(out, "id", r->contact.record->id);
	json_set_str(out, "name", record_name(a, STR("contacts"), r->contact.record->properties));
	json_set_str(out, "why", str_from(r->contact.why));
	json_set_int(out, "of", (int64_t)r->contact.of);
	return out;
}

static struct json *
event_json(struct arena *a, const struct event *ev)
{
	struct json *out = json_object(a);

	json_set_str(out, "kind", str_from(event_kind_name(ev->kind)));
	json_set_str(out, "property", ev->property);
	json_set_str(out, "value", ev->value);
	return out;
}

static struct json *
earlier_json(struct arena *a, const struct preview_earlier *x)
{
	struct json *out;

	if (x->conversion_id == 0)
		return NULL;
	out = json_object(a);
	json_set_int(out, "conversion_id", x->conversion_id);
	if (x->decision_id > 0)
		json_set_int(out, "decision_id", x->decision_id);
	else
		json_set(out, "decision_id", NULL);
	json_set_str(out, "state", x->state);
	json_set_str(out, "order_id", x->order_id);
	json_set_str(out, "object_type", x->object_type);
	json_set_str(out, "object_id", x->object_id);
	json_set_str(out, "at", date_iso_ms(a, x->created_ms));
	return out;
}

static int64_t
count(const struct preview_record *r, enum preview_level level)
{
	int64_t n = 0;

	for (size_t i = 0; i < r->n_notes; i++)
		n += r->notes[i].level == level;
	return n;
}

struct json *
preview_record_json(struct preview *p, const struct preview_record *r)
{
	struct arena *a = p->round.step.arena;
	struct json *out = json_object(a);

	json_set_str(out, "id", r->id);
	json_set_bool(out, "found", r->record != NULL);
	json_set_str(out, "name", r->record == NULL ? STR("") : record_name(a, p->ask.object, r->record->properties));
	json_set(out, "event", event_json(a, &r->item.event));
	json_set(out, "verdict", verdict_json(a, p, r));
	json_set(out, "triggers", preview_triggers(p, r));
	json_set_bool(out, "contact_wanted", r->item.object->needs_contact && !str_eq(p->ask.object, STR("contacts")));
	json_set(out, "contact", contact_json(a, p, r));
	json_set_int(out, "line_items", (int64_t)r->n_items);
	json_set(out, "fields", fields_json(a, r));
	json_set_str(out, "body", r->built.body);
	json_set(out, "earlier", earlier_json(a, &r->earlier));
	json_set_int(out, "bad", count(r, PREVIEW_BAD));
	json_set_int(out, "warn", count(r, PREVIEW_WARN));
	return out;
}
