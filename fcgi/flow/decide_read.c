/*
 * decide_read.c - the calls of a decide round to HubSpot, and what their answers mean.
 *
 *   401                  the token's refresh is asked for; the round ends and writes nothing
 *   429, 423, 477        nothing of the account is called for as long as HubSpot says; the same
 *   403                  the record type's events wait until a person grants the scope; all others go on
 *   400, 413, 414        the batch once more in halves, so that one bad record costs only itself; then as 403
 *   other 4xx            as 403, in other words
 *   5xx, no answer, 409  the events that need it are looked at again a moment later; all others go on
 *   404                  of one record's further page: it has no more; else as 403
 *   207                  each of these by id
 *
 * The classes are core/retry's.
 */
#include "base/arena.h"
#include "base/fault.h"
#include "base/log.h"
#include "core/record_name.h"
#include "core/retry.h"
#include "flow/access.h"
#include "flow/decide_round.h"
#include "store/budget.h"

#define PROPERTIES_MAX 4096
/* Batches of a round that are asked for in halves: finds some three bad records of a hundred. */
#define SPLITS_MAX 24
/* Line items of a round. */
#define LINE_ITEMS_MAX 3000

size_t
decide_calls(const struct decide_round *r)
{
	return r->n_calls - r->first_call;
}

static void
add_call(struct decide_round *r, struct decide_read read)
{
	if (r->n_calls == r->cap_calls) {
		size_t cap = r->cap_calls * 2 + 16;
		struct decide_read *calls = arena_array(r->step.arena, cap, sizeof(*calls));

		if (r->n_calls > 0)
			memcpy(calls, r->calls, r->n_calls * sizeof(*calls));
		r->calls = calls;
		r->cap_calls = cap;
	}
	r->calls[r->n_calls++] = read;
}

/* ---- what is wanted */

static void
want_type(struct decide_round *r, struct str type)
{
	for (;;) {
		struct str *ids = arena_array(r->step.arena, HUBSPOT_BATCH_READ_MAX, sizeof(*ids));
		size_t n = records_ask(r->records, type, ids, HUBSPOT_BATCH_READ_MAX);

		if (n == 0)
			return;
		add_call(r, (struct decide_read){ .kind = DECIDE_RECORDS, .type = type, .ids = { ids, n } });
	}
}

void
decide_want_records(struct decide_round *r)
{
	want_type(r, STR("contacts"));
	want_type(r, STR("companies"));
	want_type(r, STR("deals"));
	want_type(r, STR("line_items"));
}

void
decide_want_links(struct decide_round *r, struct str type, struct str to_type)
{
	struct str *ids = arena_array(r->step.arena, r->n_items, sizeof(*ids));
	size_t n = 0;

	for (size_t i = 0; i < r->n_items; i++) {
		const struct event *ev = &r->items[i].event;
		bool known = r->items[i].object == NULL || !str_eq(ev->object_type, type);

		for (size_t j = 0; j < n && !known; j++)
			known = str_eq(ids[j], ev->object_id);
		if (!known)
			ids[n++] = ev->object_id;
	}
	if (n > 0)
		add_call(r,
		    (struct decide_read){ .kind = DECIDE_LINKS, .type = type, .to_type = to_type, .ids = { ids, n } });
}

/* ---- requests */

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

/* Properties whose value HubSpot hid in its event. */
static size_t
add_hidden(const struct decide_round *r, struct str type, struct str *set, size_t n)
{
	for (size_t i = 0; i < r->n_items; i++) {
		const struct event *ev = &r->items[i].event;

		if (r->items[i].redacted && str_eq(ev->object_type, type))
			n = add_names(set, n, &ev->property, 1);
	}
	return n;
}

/* The union of what every object's mapping reads of that type. */
struct str_list
decide_properties(const struct decide_round *r, struct str type)
{
	static const struct str order[] = { { "hs_position_on_quote", 20 } };
	static const struct str email[] = { { "email",
	    5 } }; /* kept as a hash only: a line is found by it (design 8) */
	const struct ruleset_object *own = ruleset_object(&r->rules, type);
	struct str *set = arena_array(r->step.arena, PROPERTIES_MAX, sizeof(*set));
	struct str_list named = record_name_properties(type);
	size_t n = 0;

	if (own != NULL)
		n = add_names(set, n, own->properties, own->n_properties);
	if (r->live && own != NULL && r->n_items > 0 && str_eq(type, r->items[0].event.object_type))
		n = add_names(set, n, r->also.v, r->also.n);
	if (r->live || (own != NULL && own->config->n_triggers > 0))
		n = add_names(set, n, named.v, named.n);
	for (int k = 0; k < CONFIG_OBJECTS; k++) {
		const struct ruleset_object *o = &r->rules.objects[k];

		if (str_eq(type, STR("contacts")))
			n = add_names(set, n, o->contact_properties, o->n_contact_properties);
		if (str_eq(type, STR("contacts")) && o->needs_contact)
			n = add_names(set, n, email, 1);
		else if (str_eq(type, STR("companies")))
			n = add_names(set, n, o->company_properties, o->n_company_properties);
		else if (str_eq(type, STR("line_items")))
			n = add_names(set, n, o->item_properties, o->n_item_properties);
	}
	if (str_eq(type, STR("line_items")))
		n = add_names(set, n, order, 1);
	n = add_hidden(r, type, set, n);
	return (struct str_list){ .v = set, .n = n };
}

static void
request_one(struct decide_round *r, const struct decide_read *c, const struct secret *token, struct http_request *q)
{
	struct arena *a = r->step.arena;
	const struct settings *settings = r->step.parts->settings;

	switch (c->kind) {
	case DECIDE_RECORDS:
		hubspot_crm_batch_read(a, settings, token, c->type, c->ids, decide_properties(r, c->type), q);
		break;
	case DECIDE_LINKS:
		hubspot_crm_associations_read(a, settings, token, c->type, c->to_type, c->ids.v, c->ids.n, q);
		break;
	case DECIDE_LINKS_MORE:
		hubspot_crm_associations_more(a, settings, token, c->type, c->to_type, c->ids.v[0], c->after, q);
		break;
	}
}

void
decide_request(struct decide_round *r, size_t n, const struct secret *token)
{
	for (size_t i = 0; i < n; i++) {
		const struct decide_read *c = &r->calls[r->first_call++];
		struct http_request q;

		request_one(r, c, token, &q);
		r->asked[step_request(&r->step, &q)] = *c;
	}
}

/* ---- answers */

static void
fail_id(struct decide_round *r, const struct decide_read *c, struct str id, const struct records_trouble *why)
{
	if (c->kind == DECIDE_RECORDS)
		records_fail(r->records, c->type, id, why);
	else
		records_fail_links(r->records, c->type, id, c->to_type, why);
}

/* Which record type it is that cannot be read: of associations the far end's. */
static struct str
type_of(const struct decide_read *c)
{
	return c->kind == DECIDE_RECORDS ? c->type : c->to_type;
}

/*
 * When to look again, at the soonest; decide_judge.c makes it later the longer an event waits.  Chance is drawn for the
 * call and not for each of its records: those shall be read together the next time, too.  Never 0, which would mean
 * now.
 */
static int64_t
again_ms(const struct decide_round *r, enum retry_class result, const struct http_answer *answer)
{
	int64_t ms = step_retry_ms(&r->step, RETRY_HUBSPOT_READ, result, answer, 0);

	return ms > 0 ? ms : 1;
}

static const struct records_trouble *
trouble(struct decide_round *r, const struct decide_read *c, enum retry_class result, const struct http_answer *answer,
    struct str words)
{
	struct arena *a = r->step.arena;
	struct records_trouble *t = arena_alloc(a, sizeof(*t));
	struct pending_delay wait = decide_wait_of(result, answer);
	struct str type = type_of(c);

	t->words = str_copy(a, words);
	t->wait_ms = again_ms(r, result, answer);
	t->waits = wait.why;
	t->answer = wait.answer;
	t->kind = RECORDS_PASSES;
	if (result != RETRY_FORBIDDEN && !retry_is_refusal(result))
		return t;
	t->kind = RECORDS_REFUSED;
	type = str_printf(a, "%s_" STR_FMT, result == RETRY_FORBIDDEN ? "scope" : "refuses", STR_ARG(type));
	t->code = str_printf(a, "hubspot_" STR_FMT, STR_ARG(type));
	return t;
}

static void
fail_all(struct decide_round *r, const struct decide_read *c, const struct records_trouble *why)
{
	log_event(LOG_WARN, "decide.not_read", LOG_S("type", c->type), LOG_S("to", c->to_type),
	    LOG_I("records", c->ids.n), LOG_S("why", why->words));
	for (size_t i = 0; i < c->ids.n; i++)
		fail_id(r, c, c->ids.v[i], why);
}

static bool
in_batch(const struct decide_read *c, struct str id)
{
	for (size_t i = 0; i < c->ids.n; i++)
		if (str_eq(c->ids.v[i], id))
			return true;
	return false;
}

/* Whether the answer brought something for that id. */
static bool
brought(struct decide_round *r, const struct decide_read *c, struct str id)
{
	const struct hubspot_association *links;

	if (c->kind == DECIDE_RECORDS)
		return records_find(r->records, c->type, id) != NULL;
	return records_linked(r->records, r->step.arena, c->type, id, c->to_type, &links) > 0;
}

/* The errors of a batch that worked for the others: of the ids each names, else of all that did not come. */
static void
take_errors(struct decide_round *r, const struct decide_read *c, const struct http_answer *answer)
{
	struct hubspot_batch_error *errors;
	size_t n;

	hubspot_crm_read_errors(r->step.arena, answer, &errors, &n);
	for (size_t i = 0; i < n; i++) {
		const struct records_trouble *why;
		bool named = false;

		if (errors[i].result == RETRY_OK)
			continue;
		why = trouble(r, c, errors[i].result, answer, errors[i].words);
		for (size_t k = 0; k < errors[i].n_ids; k++)
			if (in_batch(c, errors[i].ids[k])) {
				named = true;
				fail_id(r, c, errors[i].ids[k], why);
			}
		for (size_t k = 0; k < c->ids.n && !named; k++)
			if (!brought(r, c, c->ids.v[k]))
				fail_id(r, c, c->ids.v[k], why);
	}
}

/*
 * Line items bound the memory of a round: a record with which there would be too many is looked at in the next one.
 * One record never has too many for a round of its own.
 */
static bool
left_for_later(struct decide_round *r, const struct decide_read *c, struct str from_id)
{
	static const struct records_trouble later = { .kind = RECORDS_PASSES, .wait_ms = 1 };

	if (!str_eq(c->to_type, STR("line_items")))
		return false;
	if (!str_eq(from_id, r->items_of)) {
		r->items_of = from_id;
		r->items_wait = r->n_line_items >= LINE_ITEMS_MAX;
		if (r->items_wait)
			records_fail_links(r->records, c->type, from_id, c->to_type, &later);
	}
	r->n_line_items += !r->items_wait;
	return r->items_wait;
}

static void
keep_links(struct decide_round *r, const struct decide_read *c, const struct hubspot_association *pairs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (left_for_later(r, c, c->kind == DECIDE_LINKS_MORE ? c->ids.v[0] : pairs[i].from_id))
			continue;
		records_link(r->records, c->type, c->to_type, &pairs[i]);
		records_want(r->records, c->to_type, pairs[i].to_id);
	}
}

/* The next page, unless that record has more associations than are looked at. */
static void
keep_more(struct decide_round *r, const struct decide_read *c, struct str from_id, struct str after)
{
	struct arena *a = r->step.arena;
	const struct hubspot_association *links;
	struct records_trouble *why;
	struct str *id;

	if (records_linked(r->records, a, c->type, from_id, c->to_type, &links) < DECIDE_LINKS_MAX) {
		id = arena_alloc(a, sizeof(*id));
		*id = from_id;
		add_call(r, (struct decide_read){ .kind = DECIDE_LINKS_MORE,
		                .type = c->type,
		                .to_type = c->to_type,
		                .ids = { id, 1 },
		                .after = after });
		return;
	}
	log_event(LOG_WARN, "decide.many_associations", LOG_S("type", c->type), LOG_S("id", from_id),
	    LOG_S("to", c->to_type));
	if (!str_eq(c->to_type, STR("line_items")))
		return;
	why = arena_alloc(a, sizeof(*why));
	*why = (struct records_trouble){ .kind = RECORDS_FINAL,
		.code = STR("too_many_fields"),
		.words = str_printf(a, "The deal has more than %d line items.", DECIDE_LINKS_MAX) };
	records_fail_links(r->records, c->type, from_id, c->to_type, why);
}

static bool
take_links(struct decide_round *r, const struct decide_read *c, const struct http_answer *answer, struct err *e)
{
	struct arena *a = r->step.arena;
	struct hubspot_association *pairs;
	struct hubspot_association_more *more;
	struct str after;
	size_t n;
	size_t n_more;

	if (c->kind == DECIDE_LINKS_MORE) {
		if (!hubspot_crm_read_associations_page(a, c->ids.v[0], answer, &pairs, &n, &after, e))
			return false;
		keep_links(r, c, pairs, n);
		if (after.n > 0)
			keep_more(r, c, c->ids.v[0], after);
		return true;
	}
	if (!hubspot_crm_read_associations(a, answer, &pairs, &n, &more, &n_more, e))
		return false;
	keep_links(r, c, pairs, n);
	for (size_t i = 0; i < n_more; i++)
		keep_more(r, c, more[i].from_id, more[i].after);
	take_errors(r, c, answer);
	return true;
}

static bool
take_records(struct decide_round *r, const struct decide_read *c, const struct http_answer *answer, struct err *e)
{
	struct hubspot_record *records;
	size_t n;

	if (!hubspot_crm_read_records(r->step.arena, answer, &records, &n, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		FAULT_POINT_OF("decide.record", records[i].id);
		records_put(r->records, c->type, &records[i]);
	}
	take_errors(r, c, answer);
	return true;
}

/* One bad record shall not cost the others of its batch. */
static bool
split(struct decide_round *r, const struct decide_read *c)
{
	struct decide_read half = *c;

	if (c->ids.n < 2 || r->splits == SPLITS_MAX)
		return false;
	r->splits++;
	half.ids.n = c->ids.n / 2;
	add_call(r, half);
	half.ids = (struct str_list){ .v = c->ids.v + half.ids.n, .n = c->ids.n - half.ids.n };
	add_call(r, half);
	return true;
}

/* Nothing can be read of HubSpot now: nothing is written, the events stay due, and the round comes back. */
static bool
give_up(struct decide_round *r, enum retry_class result, const struct http_answer *answer, struct err *e)
{
	const struct pending_delay wait = decide_wait_of(result, answer);
	struct step *s = &r->step;

	s->again_in_ms = again_ms(r, result, answer);
	decide_held_up(r, &wait);
	if (result == RETRY_SIGN_IN)
		return access_token_refused(s, e);
	return budget_block(s->parts->db, s->tenant_id, BUDGET_HUBSPOT, s->again_in_ms, e);
}

bool
decide_take(struct decide_round *r, size_t n, bool *go_on, struct err *e)
{
	struct step *s = &r->step;

	*go_on = true;
	for (size_t i = 0; i < n && *go_on; i++) {
		const struct decide_read *c = &r->asked[i];
		const struct http_answer *answer = &s->answers[i];
		struct err why = { .code = ERR_NONE };
		enum retry_class result = hubspot_classify(s->arena, RETRY_HUBSPOT_READ, answer, &why);

		if (result == RETRY_OK &&
		    !(c->kind == DECIDE_RECORDS ? take_records(r, c, answer, &why) : take_links(r, c, answer, &why)))
			result = retry_unreadable(RETRY_HUBSPOT_READ);
		if (result == RETRY_OK || (result == RETRY_SPLIT && split(r, c)) ||
		    (result == RETRY_GONE && c->kind == DECIDE_LINKS_MORE))
			continue;
		*go_on = result != RETRY_SIGN_IN && result != RETRY_WAIT;
		if (*go_on)
			fail_all(r, c, trouble(r, c, result, answer, str_from(why.text)));
		else if (!give_up(r, result, answer, e))
			return false;
	}
	return true;
}
