/* decide.c - the reading half of a decide round; see decide.h. */
#include "flow/decide.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "core/record_name.h"
#include "core/retry.h"
#include "flow/access.h"
#include "flow/decide_round.h"
#include "store/budget.h"
#include "store/cache.h"
#include "store/config.h"

/* After a read that failed for a moment. */
#define RETRY_MS 2000
/* After a read that will not work until somebody mends something. */
#define REFUSED_MS     60000
#define PROPERTIES_MAX 4096
/* Events looked at in one round; most of a burst concern no rule and cost nothing but this. */
#define EVENTS_MAX 1000
/* The longest wait that an answer may ask of us at once. */
#define HINT_CAP_MS (10LL * 60 * 1000)

static struct str
plural(struct str type)
{
	/* Stable names: records keep them by reference. */
	return event_object_type(type);
}

static bool
load_rules(struct decide_round *r, struct err *e)
{
	struct step *s = &r->step;
	struct config_revision current;
	struct config_document document;
	struct config_fault *faults;
	struct str labels;
	int64_t fetched_ms;
	size_t n;

	if (!tenant_load(s->parts->db, s->arena, s->tenant_id, &r->tenant, e) ||
	    !config_current(s->parts->db, s->arena, s->tenant_id, &current, e) ||
	    !config_document_parse(s->arena, current.document, &document, &faults, &n, e))
		return false;
	r->revision = current.revision;
	ruleset_compile(s->arena, &document, s->parts->catalogue, &r->rules, &faults, &n);
	if (!document.computed_label)
		return true;
	if (cache_get(s->parts->db, s->arena, s->tenant_id, STR("hubspot.stage_labels"), &labels, &fetched_ms, e))
		return json_parse(s->arena, labels, &json_limits_answer, &r->stage_labels, e);
	if (e->code != ERR_NOT_FOUND)
		return false;
	*e = (struct err){ .code = ERR_NONE };
	return true;
}

/* Takes an event into the round, unless it is one record too many: that one stays due for the next. */
static void
take_event(struct decide_round *r, const struct pending *p, size_t *records)
{
	struct decide_item item = { .pending = p };
	struct str type = plural(p->event.object_type);

	item.match = ruleset_match_event(&r->rules, &p->event, &item.trigger);
	if (item.match == RULESET_MATCHED) {
		bool known = records_wanted(r->records, type, p->event.object_id);

		if (!known && *records == HUBSPOT_BATCH_READ_MAX)
			return;
		*records += !known;
		item.object = ruleset_object(&r->rules, p->event.object_type);
		records_want(r->records, type, p->event.object_id);
		if (p->looks > 0 || p->waiting_ms > r->oldest_ms)
			r->oldest_ms = p->looks > 0 ? INT64_MAX : p->waiting_ms;
	}
	r->items[r->n_items++] = item;
}

/* Loads the due events and wants the records of those that a rule matches. */
static bool
load_events(struct decide_round *r, struct err *e)
{
	struct step *s = &r->step;
	struct pending *due;
	size_t n;

	if (!pending_due(s->parts->db, s->arena, s->tenant_id, r->lease.shard, EVENTS_MAX, &due, &n, e))
		return false;
	r->items = arena_array(s->arena, n, sizeof(*r->items));
	r->records = records_new(s->arena);
	for (size_t i = 0; i < n; i++)
		take_event(r, &due[i], &r->n_records);
	return true;
}

/*
 * A few records are not read at once: within decide_linger_ms more of a burst may come, and HubSpot counts
 * calls, not records.
 */
static bool
linger(struct decide_round *r)
{
	int64_t left_ms = r->step.parts->settings->decide_linger_ms - r->oldest_ms;

	if (r->n_records == 0 || r->n_records == HUBSPOT_BATCH_READ_MAX || left_ms <= 0)
		return false;
	r->step.again_in_ms = left_ms;
	return true;
}

static void
request(struct decide_round *r, const struct http_request *q, struct decide_read read)
{
	size_t i = step_request(&r->step, q);

	r->reads[i] = read;
}

static bool
room(const struct decide_round *r)
{
	return r->step.n < STEP_REQUESTS_MAX;
}

/* Adds the names that are not there yet. */
static size_t
add_names(struct str *set, size_t n_set, const struct str *list, size_t n)
{
	for (size_t i = 0; i < n && n_set < PROPERTIES_MAX; i++) {
		size_t j = 0;

		while (j < n_set && !str_eq(set[j], list[i]))
			j++;
		if (j == n_set)
			set[n_set++] = list[i];
	}
	return n_set;
}

/* The union of what every object's mapping reads of that type. */
static struct str_list
wanted_properties(const struct decide_round *r, struct str type)
{
	const struct ruleset_object *own = ruleset_object(&r->rules, type);
	struct str *set = arena_array(r->step.arena, PROPERTIES_MAX, sizeof(*set));
	struct str_list named = record_name_properties(type);
	size_t n = 0;

	if (own != NULL)
		n = add_names(set, n, own->properties, own->n_properties);
	if (own != NULL && own->config->n_triggers > 0)
		n = add_names(set, n, named.v, named.n);
	for (int k = 0; k < CONFIG_OBJECTS; k++) {
		const struct ruleset_object *o = &r->rules.objects[k];

		if (str_eq(type, STR("contacts")))
			n = add_names(set, n, o->contact_properties, o->n_contact_properties);
		else if (str_eq(type, STR("companies")))
			n = add_names(set, n, o->company_properties, o->n_company_properties);
		else if (str_eq(type, STR("line_items")))
			n = add_names(set, n, o->item_properties, o->n_item_properties);
	}
	return (struct str_list){ .v = set, .n = n };
}

static void
request_records(struct decide_round *r, struct str type)
{
	struct step *s = &r->step;
	struct str_list properties = wanted_properties(r, type);

	while (room(r)) {
		struct str *ids = arena_array(s->arena, HUBSPOT_BATCH_READ_MAX, sizeof(*ids));
		size_t n = records_ask(r->records, type, ids, HUBSPOT_BATCH_READ_MAX);
		struct http_request q;

		if (n == 0)
			return;
		hubspot_crm_batch_read(s->arena, s->parts->settings, &r->token, type, (struct str_list){ ids, n },
		    properties, &q);
		request(r, &q, (struct decide_read){ .kind = DECIDE_RECORDS, .type = type });
	}
}

static void
request_links(struct decide_round *r, struct str type, struct str to_type)
{
	struct step *s = &r->step;
	struct str *ids = arena_array(s->arena, r->n_items, sizeof(*ids));
	struct http_request q;
	size_t n = 0;

	for (size_t i = 0; i < r->n_items; i++) {
		const struct event *ev = &r->items[i].pending->event;
		bool known = r->items[i].object == NULL || !str_eq(ev->object_type, type);

		for (size_t j = 0; j < n && !known; j++)
			known = str_eq(ids[j], ev->object_id);
		if (!known)
			ids[n++] = ev->object_id;
	}
	if (n == 0)
		return;
	hubspot_crm_associations_read(s->arena, s->parts->settings, &r->token, type, to_type, ids, n, &q);
	request(r, &q, (struct decide_read){ .kind = DECIDE_LINKS, .type = type, .to_type = to_type });
}

static void
request_more_links(struct decide_round *r)
{
	struct step *s = &r->step;
	size_t done = 0;

	for (; done < r->n_more && room(r); done++) {
		const struct decide_read *m = &r->more[done];
		struct http_request q;

		hubspot_crm_associations_more(s->arena, s->parts->settings, &r->token, m->type, m->to_type, m->from_id,
		    r->more_after[done], &q);
		request(r, &q, *m);
	}
	for (size_t i = done; i < r->n_more; i++) {
		r->more[i - done] = r->more[i];
		r->more_after[i - done] = r->more_after[i];
	}
	r->n_more -= done;
}

static const struct str object_types[CONFIG_OBJECTS] = { { "contacts", 8 }, { "companies", 9 }, { "deals", 5 } };

static bool take_answers(struct step *s, struct err *e);

/* Takes the requests at hand from the budget, or waits with them: what the round has read is not thrown away. */
static bool
pay(struct step *s, struct err *e)
{
	struct decide_round *r = (struct decide_round *)s;
	struct access access;

	if (!access_hubspot(s, (int64_t)s->n, &r->token, &access, e))
		return false;
	s->pause_ms = access.ready ? 0 : access.wait_ms > 0 ? access.wait_ms : RETRY_MS;
	s->next = access.ready ? take_answers : pay;
	return true;
}

/* Everything that is wanted now and was not asked for: another turn, until nothing is left. */
static bool
ask(struct decide_round *r, struct err *e)
{
	struct step *s = &r->step;

	request_records(r, STR("contacts"));
	request_records(r, STR("companies"));
	request_records(r, STR("deals"));
	request_records(r, STR("line_items"));
	request_more_links(r);
	if (s->n == 0)
		return decide_write(r, e);
	return pay(s, e);
}

static void
keep_more(struct decide_round *r, struct str type, struct str to_type, struct str from_id, struct str after)
{
	if (r->n_more == r->cap_more) {
		size_t cap = r->cap_more * 2 + 16;
		struct decide_read *more = arena_array(r->step.arena, cap, sizeof(*more));
		struct str *afters = arena_array(r->step.arena, cap, sizeof(*afters));

		if (r->n_more > 0) {
			memcpy(more, r->more, r->n_more * sizeof(*more));
			memcpy(afters, r->more_after, r->n_more * sizeof(*afters));
		}
		r->more = more;
		r->more_after = afters;
		r->cap_more = cap;
	}
	r->more[r->n_more] =
	    (struct decide_read){ .kind = DECIDE_LINKS_MORE, .type = type, .to_type = to_type, .from_id = from_id };
	r->more_after[r->n_more++] = after;
}

static void
keep_links(struct decide_round *r, const struct decide_read *read, const struct hubspot_association *pairs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		records_link(r->records, read->type, read->to_type, &pairs[i]);
		records_want(r->records, read->to_type, pairs[i].to_id);
	}
}

static bool
take_links(struct decide_round *r, const struct decide_read *read, const struct http_answer *answer, struct err *e)
{
	struct arena *a = r->step.arena;
	struct hubspot_association *pairs;
	struct hubspot_association_more *more;
	struct str after;
	size_t n;
	size_t n_more;

	if (read->kind == DECIDE_LINKS_MORE) {
		if (!hubspot_crm_read_associations_page(a, read->from_id, answer, &pairs, &n, &after, e))
			return false;
		keep_links(r, read, pairs, n);
		if (after.n > 0)
			keep_more(r, read->type, read->to_type, read->from_id, after);
		return true;
	}
	if (!hubspot_crm_read_associations(a, answer, &pairs, &n, &more, &n_more, e))
		return false;
	keep_links(r, read, pairs, n);
	for (size_t i = 0; i < n_more; i++)
		keep_more(r, read->type, read->to_type, more[i].from_id, more[i].after);
	return true;
}

static bool
take_answer(struct decide_round *r, size_t i, struct err *e)
{
	const struct decide_read *read = &r->reads[i];
	const struct http_answer *answer = &r->step.answers[i];
	struct hubspot_record *records;
	size_t n;

	if (read->kind != DECIDE_RECORDS)
		return take_links(r, read, answer, e);
	if (!hubspot_crm_read_records(r->step.arena, answer, &records, &n, e))
		return false;
	for (size_t k = 0; k < n; k++)
		records_put(r->records, read->type, &records[k]);
	return true;
}

/* A read did not work: nothing is written, the events stay due, and the round ends with a time to come back. */
static bool
give_up_round(struct decide_round *r, enum hubspot_result result, const struct http_answer *answer,
    const struct err *why, struct err *e)
{
	struct step *s = &r->step;
	int64_t hint = retry_hint_ms(answer, clock_wall_ms(), HINT_CAP_MS, s->arena);

	log_event(LOG_WARN, "decide.read_failed", LOG_C("why", why->text), LOG_I("status", answer->status));
	s->again_in_ms = hint >= 0 ? hint : RETRY_MS;
	if (result == HUBSPOT_TOKEN_REFUSED)
		return access_token_refused(s, e);
	if (result == HUBSPOT_LIMITED)
		return budget_block(s->parts->db, s->tenant_id, BUDGET_HUBSPOT, s->again_in_ms, e);
	if (result == HUBSPOT_REFUSED || result == HUBSPOT_SCOPE_MISSING)
		s->again_in_ms = REFUSED_MS;
	return true;
}

static bool
take_answers(struct step *s, struct err *e)
{
	struct decide_round *r = (struct decide_round *)s;
	size_t n = s->n;

	s->n = 0;
	for (size_t i = 0; i < n; i++) {
		struct err why = { .code = ERR_NONE };
		enum hubspot_result result = hubspot_classify(s->arena, &s->answers[i], &why);

		if (result == HUBSPOT_OK && !take_answer(r, i, &why))
			result = HUBSPOT_RETRY;
		if (result != HUBSPOT_OK)
			return give_up_round(r, result, &s->answers[i], &why, e);
	}
	r->read_at_ms = clock_wall_ms();
	return ask(r, e);
}

/* The calls of a round's first turn, for the budget: the records and three kinds of associations. */
#define FIRST_CALLS 4

static bool
begin(struct step *s, struct err *e)
{
	struct decide_round *r = (struct decide_round *)s;
	struct access access;

	if (!load_rules(r, e) || !load_events(r, e))
		return false;
	if (linger(r))
		return true;
	if (r->n_records == 0)
		return decide_write(r, e);
	if (!access_hubspot(s, FIRST_CALLS, &r->token, &access, e))
		return false;
	if (!access.ready) {
		s->again_in_ms = access.wait_ms;
		return true;
	}
	s->next = take_answers;
	for (int k = 0; k < CONFIG_OBJECTS; k++) {
		const struct ruleset_object *o = &r->rules.objects[k];

		request_records(r, object_types[k]);
		if (o->needs_contact && k != CONFIG_CONTACTS)
			request_links(r, object_types[k], STR("contacts"));
		if (o->needs_company && k != CONFIG_COMPANIES)
			request_links(r, object_types[k], STR("companies"));
		if (o->needs_items && k == CONFIG_DEALS)
			request_links(r, object_types[k], STR("line_items"));
	}
	return true;
}

struct step *
decide_new(struct arena *a, const struct parts *parts, const struct lease *l)
{
	struct decide_round *r = arena_alloc(a, sizeof(*r));

	r->step =
	    (struct step){ .arena = a, .parts = parts, .tenant_id = l->tenant_id, .next = begin, .again_in_ms = -1 };
	r->lease = *l;
	return &r->step;
}
