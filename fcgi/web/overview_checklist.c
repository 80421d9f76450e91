/*
 * overview_checklist.c - the set-up, one line each: done, to do, or not to be known from here (I-10, I-15..I-17).
 *
 * The words are the site's; a line brings the facts that they need.
 */
#include "base/arena.h"
#include "web/overview.h"

enum line_state {
	DONE,
	OPEN,
	UNKNOWN
};

static struct json *
push(struct arena *a, struct json *list, const char *id, enum line_state state)
{
	static const char *const names[] = { "done", "todo", "unknown" };
	struct json *row = json_object(a);

	json_set_str(row, "id", str_from(id));
	json_set_str(row, "state", str_from(names[state]));
	json_set_str(row, "detail", STR(""));
	json_set(row, "names", json_array(a));
	json_push(list, row);
	return row;
}

static enum line_state
done_if(bool yes)
{
	return yes ? DONE : OPEN;
}

/* The state of a check of the last Submit. */
static struct str
check_state(struct arena *a, const struct json *check, const char *id)
{
	const struct json *list = json_get(check, "checks");

	for (size_t i = 0; i < json_length(list); i++)
		if (str_eq(json_text_at(a, json_at(list, i), "id"), str_from(id)))
			return json_text_at(a, json_at(list, i), "state");
	return STR("");
}

static void
push_program(struct arena *a, struct json *list, const struct overview *o)
{
	struct str state = check_state(a, o->impact.check, "program");
	bool current = str_eq(json_text_at(a, o->impact.check, "program_id"), o->impact.document.program_id);
	enum line_state line = UNKNOWN;
	struct json *row;

	if (o->impact.document.program_id.n == 0 || (current && str_eq(state, STR("unproved"))))
		line = OPEN;
	else if (current && str_eq(state, STR("ok")))
		line = DONE;
	row = push(a, list, "program", line);
	if (current)
		json_set_str(row, "detail", json_text_at(a, o->impact.check, "program_state"));
}

static void
push_rules(struct arena *a, struct json *list, const struct overview *o)
{
	const struct set_up *s = &o->set_up;
	struct json *row, *lacking = json_array(a);

	for (size_t i = 0; i < CONFIG_OBJECTS; i++) {
		const struct config_object *c = &o->impact.document.objects[i];

		if (set_up_is_live(c) && set_up_is_faulty(s, c))
			json_push_str(lacking, c->type);
	}
	push(a, list, "consent", done_if(s->consent));
	push(a, list, "trigger", done_if(s->live));
	row = push(a, list, "mapping", done_if(s->mapping));
	json_set(row, "names", lacking);
}

/* Which event types impact.com has taken: that is the only proof of a code (impact.md 7.3: none lists them). */
static void
push_event_types(struct arena *a, struct json *list, const struct overview *o)
{
	struct json *names = json_array(a), *row;
	bool refused = false;

	for (size_t i = 0; i < o->n_event_types; i++) {
		const struct summary_event_type *t = &o->event_types[i];

		refused = refused || t->refusal.n > 0;
		if (t->refusal.n > 0 || !t->proved)
			json_push_str(names, t->name);
	}
	row = push(a, list, "event_types",
	    o->n_event_types == 0 ? UNKNOWN : (json_length(names) == 0 ? DONE : (refused ? OPEN : UNKNOWN)));
	json_set_str(row, "detail",
	    o->n_event_types == 0 ? STR("none") : str_printf(a, "%zu", o->n_event_types - json_length(names)));
	json_set(row, "names", names);
}

/* C-13: these are looked for on a landing page. */
static void
push_gateway(struct arena *a, struct json *list, const struct overview *o)
{
	static const char *const known[] = { "im_ref", "irclickid", "clickid" };
	struct str parameter = json_text_at(a, o->impact.check, "click_parameter");
	enum line_state line = parameter.n == 0 ? UNKNOWN : OPEN;
	struct json *row;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (str_eq(parameter, str_from(known[i])))
			line = DONE;
	row = push(a, list, "gateway", line);
	json_set_str(row, "detail", parameter);
}

struct json *
overview_checklist(struct arena *a, const struct overview *o)
{
	struct json *list = json_array(a);

	push(a, list, "hubspot", done_if(o->install.connected));
	push(a, list, "impact", done_if(str_eq(str_from(impact_state_name(&o->impact)), STR("connected"))));
	push_program(a, list, o);
	push_rules(a, list, o);
	push_event_types(a, list, o);
	push_gateway(a, list, o);
	push(a, list, "tracking", UNKNOWN);
	push(a, list, "first_conversion", done_if(o->impact.proved));
	return list;
}
