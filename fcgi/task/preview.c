/* preview.c - the way of a preview: rules, records, judgement; see preview.h. */
#include "base/arena.h"
#include "base/clock.h"
#include "core/date.h"
#include "store/config.h"
#include "task/preview_round.h"

static bool
load_rules(struct preview *p, struct err *e)
{
	struct step *s = &p->round.step;
	struct config_revision current;

	if (!config_current(s->parts->db, s->arena, s->tenant_id, &current, e))
		return false;
	p->round.revision = current.revision;
	return decide_load(&p->round, p->ask.document.n > 0 ? p->ask.document : current.document, e);
}

/* The triggers' own properties: what they wait for is compared with what the record has now. */
static struct str_list
trigger_properties(const struct preview *p)
{
	const struct config_object *o = config_document_object(&p->round.rules.document, p->ask.object);
	struct str *list = arena_array(p->round.step.arena, o->n_triggers + 1, sizeof(*list));
	size_t n = 0;

	for (size_t i = 0; i < o->n_triggers; i++)
		if (!o->triggers[i].created)
			list[n++] = o->triggers[i].property;
	if (p->ask.has_event && p->ask.property.n > 0)
		list[n++] = p->ask.property;
	return (struct str_list){ .v = list, .n = n };
}

/* One item for each record, so that the round reads them. */
static void
want_records(struct preview *p)
{
	struct decide_round *r = &p->round;

	r->items = arena_array(r->step.arena, p->ask.ids.n, sizeof(*r->items));
	r->records = records_new(r->step.arena);
	r->n_items = 0;
	for (size_t i = 0; i < p->ask.ids.n; i++) {
		struct decide_item item = { .pending = &p->pending,
			.event = { .kind = EVENT_CREATED, .object_type = p->ask.object, .object_id = p->ask.ids.v[i] },
			.object = ruleset_object(&r->rules, p->ask.object) };

		records_want(r->records, p->ask.object, p->ask.ids.v[i]);
		r->items[r->n_items++] = item;
	}
	r->n_records = r->n_items;
}

static bool
answer(struct decide_round *r, struct err *e)
{
	struct preview *p = (struct preview *)r;
	struct arena *a = r->step.arena;
	struct json *list = json_array(a);

	if (p->then != NULL)
		return p->then(p, e);
	for (size_t i = 0; i < p->ask.ids.n; i++) {
		struct preview_record one;

		preview_judge(p, p->ask.ids.v[i], &one);
		if (!preview_notes(p, &one, e))
			return false;
		json_push(list, preview_record_json(p, &one));
	}
	p->answer = json_object(a);
	json_set_str(p->answer, "object", p->ask.object);
	json_set_str(p->answer, "read_at", date_iso_ms(a, r->read_at_ms));
	json_set(p->answer, "records", list);
	json_set(p->answer, "snapshot", preview_snapshot(p));
	return true;
}

static bool
read_records(struct preview *p, struct err *e)
{
	struct decide_round *r = &p->round;

	if (p->ask.ids.n == 0)
		return answer(r, e);
	r->also = trigger_properties(p);
	want_records(p);
	if (p->ask.snapshot != NULL && preview_recall(p))
		return answer(r, e);
	want_records(p);
	return decide_read_all(r, e);
}

static bool
take_last(struct step *s, struct err *e)
{
	struct preview *p = (struct preview *)s;

	return preview_take_last(p, e) && read_records(p, e);
}

static bool
begin(struct step *s, struct err *e)
{
	struct preview *p = (struct preview *)s;

	if (!load_rules(p, e))
		return false;
	p->round.read_at_ms = clock_wall_ms();
	return p->ask.ids.n == 0 ? preview_ask_last(p, take_last, e) : read_records(p, e);
}

void
preview_init(struct preview *p, struct arena *a, const struct parts *parts, int64_t tenant_id,
    const struct preview_ask *ask)
{
	p->round.step =
	    (struct step){ .arena = a, .parts = parts, .tenant_id = tenant_id, .next = begin, .again_in_ms = -1 };
	p->round.live = true;
	p->round.done = answer;
	p->ask = *ask;
	/* One of the names that records and rules know. */
	p->ask.object = event_object_type(ask->object);
}

struct preview *
preview_new(struct arena *a, const struct parts *parts, int64_t tenant_id, const struct preview_ask *ask)
{
	struct preview *p = arena_alloc(a, sizeof(*p));

	preview_init(p, a, parts, tenant_id, ask);
	return p;
}

struct step *
preview_step(struct preview *p)
{
	return &p->round.step;
}

struct json *
preview_answer(const struct preview *p)
{
	return p->answer;
}
