/* preview_search.c - finding records in HubSpot for a preview: by words, by id, or the last ones that were changed. */
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "core/record_name.h"
#include "flow/access.h"
#include "store/budget.h"
#include "task/preview_round.h"

_Static_assert(PREVIEW_WORDS_MAX == HUBSPOT_SEARCH_WORDS_MAX, "what may be asked, and what may be searched for");

#define FOUND_MAX  20
#define WAIT_MS    5000
#define LIMITED_MS 1000

/* What the picker shows of a record, and what tells it from another of the same name. */
static const struct shown {
	const char *object, *properties[5];
} shown[] = {
	{ "deals", { "dealname", "dealstage", "amount", "deal_currency_code", NULL } },
	{ "contacts", { "firstname", "lastname", "email", "company", NULL } },
	{ "companies", { "name", "domain", NULL } },
};

struct record_search {
	struct step step;
	struct str object, words;
	bool by_id; /* the second request asks for the record with this number */
	struct json *answer;
};

static struct str_list
properties_of(struct arena *a, struct str object)
{
	struct str *list = arena_array(a, 5, sizeof(*list));
	size_t n = 0;

	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
		for (size_t k = 0; str_eq(object, str_from(shown[i].object)) && shown[i].properties[k] != NULL; k++)
			list[n++] = str_from(shown[i].properties[k]);
	return (struct str_list){ .v = list, .n = n };
}

/*
 * A token and a search of the budget; false in *go when the step pauses for it.  What a person does about a connection
 * that is gone is said in words.
 */
static bool
token_for_search(struct step *s, struct secret *token, bool *go, struct err *e)
{
	struct access access;

	if (!access_hubspot_search(s, token, &access, e))
		return false;
	*go = access.ready;
	if (access.ready)
		return true;
	if (access.wait_ms > WAIT_MS)
		return str_eq(access.why, STR("disconnected"))
		           ? err_set(e, ERR_DENIED, "HubSpot is not connected; log in through HubSpot again")
		           : err_set(e, ERR_REMOTE, "HubSpot asks to slow down; try again in a moment");
	s->pause_ms = access.wait_ms > 0 ? access.wait_ms : 100;
	return true;
}

/* The records of an answer, or why there are none, in words for a person. */
static bool
read_found(struct step *s, const struct http_answer *answer, struct str object, struct hubspot_record **out, size_t *n,
    struct err *e)
{
	switch (hubspot_classify(s->arena, RETRY_HUBSPOT_READ, answer, e)) {
	case RETRY_OK:
		if (hubspot_crm_read_records(s->arena, answer, out, n, e))
			return true;
		e->code = ERR_REMOTE;
		return false;
	case RETRY_SIGN_IN:
		return access_token_refused(s, e) &&
		       err_set(e, ERR_REMOTE,
		           "HubSpot did not take the connection's token; it is renewed, try again in a moment");
	case RETRY_WAIT:
		return budget_block(s->parts->db, s->tenant_id, BUDGET_HUBSPOT_SEARCH, LIMITED_MS, e) &&
		       err_set(e, ERR_REMOTE, "HubSpot asks to slow down; try again in a moment");
	case RETRY_FORBIDDEN:
		return err_set(e, ERR_REMOTE,
		    "HubSpot refuses reading " STR_FMT
		    ": the permission (scope) for them is missing. Log in through HubSpot again and allow it",
		    STR_ARG(object));
	default:
		break;
	}
	e->code = ERR_REMOTE;
	return false;
}

/* ---- the last records of a kind */

bool
preview_ask_last(struct preview *p, step_fn *take, struct err *e)
{
	struct step *s = &p->round.step;
	const struct hubspot_search search = { .type = p->ask.object,
		.property = p->ask.won ? STR("hs_is_closed_won") : STR(""),
		.value = STR("true"),
		.limit = p->ask.last };
	struct http_request q;
	struct secret token;
	bool go;

	if (!token_for_search(s, &token, &go, e))
		return false;
	if (!go)
		return true; /* step.next is what called this */
	hubspot_crm_search(s->arena, s->parts->settings, &token, &search, &q);
	step_request(s, &q);
	s->next = take;
	return true;
}

bool
preview_take_last(struct preview *p, struct err *e)
{
	struct step *s = &p->round.step;
	struct hubspot_record *found = NULL;
	struct str *ids;
	size_t n = 0;

	if (!read_found(s, &s->answers[0], p->ask.object, &found, &n, e))
		return false;
	if (n > PREVIEW_RECORDS_MAX)
		n = PREVIEW_RECORDS_MAX;
	ids = arena_array(s->arena, n, sizeof(*ids));
	for (size_t i = 0; i < n; i++)
		ids[i] = found[i].id;
	p->ask.ids = (struct str_list){ .v = ids, .n = n };
	return true;
}

/* ---- the picker's list */

/* "Quentin Canaryname": here in full, because whoever looks for a person has to tell two of them apart. */
static struct str
full_name(struct arena *a, const struct record_search *r, const struct hubspot_record *found)
{
	struct str first = json_text_at(a, found->properties, "firstname");
	struct str last = json_text_at(a, found->properties, "lastname");

	if (!str_eq(r->object, STR("contacts")))
		return record_name(a, r->object, found->properties);
	return str_trim(str_printf(a, STR_FMT " " STR_FMT, STR_ARG(first), STR_ARG(last)));
}

static struct str
hint_of(struct arena *a, const struct record_search *r, const struct hubspot_record *found)
{
	struct str amount = json_text_at(a, found->properties, "amount");
	struct str currency = json_text_at(a, found->properties, "deal_currency_code");

	if (str_eq(r->object, STR("contacts")))
		return json_text_at(a, found->properties, "email");
	if (str_eq(r->object, STR("companies")))
		return json_text_at(a, found->properties, "domain");
	if (amount.n == 0)
		return STR("");
	return str_trim(str_printf(a, STR_FMT " " STR_FMT, STR_ARG(amount), STR_ARG(currency)));
}

static bool
has(const struct json *list, struct str id)
{
	struct str other;

	for (size_t i = 0; i < json_length(list); i++)
		if (json_string(json_get(json_at(list, i), "id"), &other) && str_eq(other, id))
			return true;
	return false;
}

static void
push_found(struct record_search *r, const struct hubspot_record *found)
{
	struct arena *a = r->step.arena;
	struct json *row;

	if (found->archived || has(r->answer, found->id) || json_length(r->answer) >= FOUND_MAX)
		return;
	row = json_object(a);
	json_set_str(row, "id", found->id);
	json_set_str(row, "name", full_name(a, r, found));
	json_set_str(row, "hint", hint_of(a, r, found));
	json_push(r->answer, row);
}

static bool
take_found(struct step *s, struct err *e)
{
	struct record_search *r = (struct record_search *)s;
	struct hubspot_record *found = NULL;
	size_t n = 0;

	r->answer = json_array(s->arena);
	/* Who types an id means that record. */
	for (size_t k = r->by_id ? 2 : 1; k > 0; k--) {
		if (!read_found(s, &s->answers[k - 1], r->object, &found, &n, e))
			return false;
		for (size_t i = 0; i < n; i++)
			push_found(r, &found[i]);
	}
	return true;
}

static bool
ask(struct step *s, struct err *e)
{
	struct record_search *r = (struct record_search *)s;
	const struct hubspot_search search = { .type = r->object,
		.words = r->words,
		.properties = properties_of(s->arena, r->object),
		.limit = FOUND_MAX };
	struct access access = { .ready = true };
	struct http_request q;
	struct secret token;
	int64_t granted, id;
	bool go;

	if (!token_for_search(s, &token, &go, e))
		return false;
	if (!go)
		return true;
	hubspot_crm_search(s->arena, s->parts->settings, &token, &search, &q);
	step_request(s, &q);
	r->by_id = str_to_int(r->words, 1, INT64_MAX, &id);
	if (r->by_id && !access_hubspot(s, 1, &token, &granted, &access, e))
		return false;
	r->by_id = r->by_id && access.ready;
	if (r->by_id) {
		hubspot_crm_batch_read(s->arena, s->parts->settings, &token, r->object,
		    (struct str_list){ .v = &r->words, .n = 1 }, search.properties, &q);
		step_request(s, &q);
	}
	s->next = take_found;
	return true;
}

struct record_search *
record_search_new(struct arena *a, const struct parts *parts, int64_t tenant_id, struct str object, struct str words)
{
	struct record_search *r = arena_alloc(a, sizeof(*r));

	r->step = (struct step){ .arena = a, .parts = parts, .tenant_id = tenant_id, .next = ask, .again_in_ms = -1 };
	r->object = event_object_type(object);
	r->words = str_trim(words);
	return r;
}

struct step *
record_search_step(struct record_search *s)
{
	return &s->step;
}

struct json *
record_search_answer(const struct record_search *s)
{
	return s->answer;
}
