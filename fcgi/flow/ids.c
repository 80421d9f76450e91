/* ids.c - where a walk is, what it asks HubSpot for next, and what the answers mean for it; see ids.h. */
#include "flow/ids.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "core/retry.h"
#include "flow/access.h"
#include "store/budget.h"
#include "store/record_update.h"
#include "store/transaction.h"

/* Under one lease; then the next tenant has its turn. */
#define PAGES_MAX 10
/* Planned and not written yet: the walk waits for the writing. */
#define WAITING_MAX 1000
#define LOOK_MS     1000
/* A walk does not count how often a page failed: it waits as after the second time. */
#define RETRY_TRIES 2
/* Search lags behind by seconds (hubspot.md 3.2). */
#define OVERLAP_MS (2LL * 60 * 1000)
/* Of the watch: rows of updates that ended go when there are more. */
#define ENDED_MAX 5000

enum ids_step {
	AT_PROPERTIES,
	AT_CONTACTS,
	AT_EMAIL,
	AT_CLICK,
	AT_COMPANIES,
	AT_DEALS,
	AT_PAGES
};

static bool ask(struct step *step, struct err *e);
static bool read_contacts(struct step *step, struct err *e);

static struct db *
db_of(const struct ids_walk *w)
{
	return w->step.parts->db;
}

static struct str
kept(struct ids_walk *w, const char *name)
{
	return json_text_at(w->step.arena, w->progress, name);
}

/* ---- what did not work */

/* The walk cannot go on before somebody mends something: a check is over, a fill waits. */
static bool
end_with(struct ids_walk *w, const char *code, struct str words, struct err *e)
{
	const struct id_run_move m = { ID_RUN_RUNNING, w->run.kind == ID_RUN_CHECK ? ID_RUN_FAILED : ID_RUN_PAUSED,
		str_from(code), str_slice(words, 0, 500) };
	bool moved;

	log_event(LOG_WARN, "ids.stuck", LOG_I("run", w->run.run_id), LOG_C("code", code), LOG_S("why", words));
	w->step.again_in_ms = 0;
	return id_run_move(db_of(w), w->step.tenant_id, w->run.run_id, &m, &moved, e);
}

/* *usable: the answer can be read.  Otherwise the walk ends here for now and comes back to this page. */
static bool
answer_ok(struct ids_walk *w, const struct http_answer *answer, enum budget_destination budget, bool *usable,
    struct err *e)
{
	struct step *s = &w->step;
	struct err why = { .code = ERR_NONE };
	enum retry_class result = hubspot_classify(s->arena, RETRY_HUBSPOT_READ, answer, &why);

	*usable = result == RETRY_OK;
	switch (result) {
	case RETRY_OK:
		return true;
	case RETRY_SIGN_IN:
		s->again_in_ms = LOOK_MS;
		return access_token_refused(s, e);
	case RETRY_WAIT:
		s->again_in_ms = step_retry_ms(s, RETRY_HUBSPOT_READ, result, answer, 0);
		return budget_block(db_of(w), s->tenant_id, budget, s->again_in_ms, e);
	case RETRY_FORBIDDEN:
		return end_with(w, "scope_missing", str_from(why.text), e);
	case RETRY_AGAIN:
		break;
	default:
		return end_with(w, "hubspot_refuses", str_from(why.text), e);
	}
	log_event(LOG_INFO, "ids.retry", LOG_C("why", why.text));
	s->again_in_ms = step_retry_ms(s, RETRY_HUBSPOT_READ, result, answer, RETRY_TRIES);
	return true;
}

static bool
wait_for_access(struct ids_walk *w, const struct access *access)
{
	w->step.again_in_ms = access->wait_ms > 0 ? access->wait_ms : LOOK_MS;
	return true;
}

/* ---- keeping the place */

static bool
keep_place(struct ids_walk *w, struct err *e)
{
	struct arena *a = w->step.arena;

	json_set_int(w->progress, "at", w->at);
	w->run.progress = json_write(a, w->progress);
	w->run.result = json_write(a, w->result);
	return id_run_keep(db_of(w), w->step.tenant_id, &w->run, e);
}

static bool
keep_in_transaction(struct ids_walk *w, bool look, struct err *e)
{
	return lease_hold(db_of(w), &w->lease, e) && (!look || ids_look(w, e)) && keep_place(w, e);
}

/*
 * The page is done with: what it said and where the next one begins go together.  Then on, or the next tenant's turn.
 */
static bool
go_on(struct ids_walk *w, bool look, struct err *e)
{
	if (!transaction_begin(db_of(w), e) ||
	    !transaction_end(db_of(w), keep_in_transaction(w, look, e), "keeping a page", e))
		return false;
	if (++w->pages < PAGES_MAX)
		return ask(&w->step, e);
	w->step.again_in_ms = 0;
	return true;
}

static void
next_step(struct ids_walk *w)
{
	w->at++;
	if (w->run.kind != ID_RUN_CHECK && w->at < AT_DEALS)
		w->at = AT_DEALS;
	if (w->run.kind == ID_RUN_KEEP)
		w->at = AT_PAGES;
	/* Without the property there is nothing to count, and a search for it is refused. */
	if (w->at == AT_CLICK && kept(w, "click").n == 0)
		w->at++;
}

/* ---- a page: records, their contacts, the contacts' values */

static bool
page_done(struct ids_walk *w, struct err *e)
{
	bool deals = w->at == AT_PAGES;

	json_set_str(w->progress, "after", w->page.after);
	if (deals)
		w->run.seen += (int64_t)w->page.n;
	if (deals && w->run.seen > w->run.total)
		w->run.total = w->run.seen;
	if (deals && w->page.after.n == 0 && w->run.kind != ID_RUN_KEEP)
		w->run.scanned = true;
	if (deals && w->page.after.n == 0 && w->run.kind == ID_RUN_KEEP) {
		json_set_int(w->progress, "since", clock_wall_ms() - OVERLAP_MS);
		json_set_int(w->progress, "next", clock_wall_ms() + w->step.parts->settings->ids_keep_s * 1000);
	}
	if (!deals)
		next_step(w);
	return go_on(w, true, e);
}

static bool
take_contacts(struct step *step, struct err *e)
{
	struct ids_walk *w = (struct ids_walk *)step;

	for (size_t i = 0; i < step->n_answers; i++) {
		struct hubspot_record *records;
		bool usable;
		size_t n;

		if (!answer_ok(w, &step->answers[i], BUDGET_HUBSPOT, &usable, e))
			return false;
		if (!usable)
			return true;
		if (!hubspot_crm_read_records(step->arena, &step->answers[i], &records, &n, e))
			return false;
		for (size_t k = 0; k < n; k++)
			records_put(w->records, STR("contacts"), &records[k]);
	}
	return read_contacts(step, e);
}

static bool
read_contacts(struct step *step, struct err *e)
{
	struct ids_walk *w = (struct ids_walk *)step;
	struct str *ids = arena_array(step->arena, HUBSPOT_BATCH_READ_MAX, sizeof(*ids));
	size_t n = records_ask(w->records, STR("contacts"), ids, HUBSPOT_BATCH_READ_MAX);
	struct secret token;
	struct access access;
	struct http_request q;
	int64_t granted;

	if (n == 0)
		return page_done(w, e);
	if (!access_hubspot_spare(step, 1, &token, &granted, &access, e))
		return false;
	if (!access.ready)
		return wait_for_access(w, &access);
	hubspot_crm_batch_read(step->arena, step->parts->settings, &token, STR("contacts"),
	    (struct str_list){ .v = ids, .n = n }, ids_properties(w, w->page.type, true), &q);
	step_request(step, &q);
	step->next = take_contacts;
	return true;
}

static bool
take_links(struct step *step, struct err *e)
{
	struct ids_walk *w = (struct ids_walk *)step;
	struct hubspot_association *pairs;
	struct hubspot_association_more *more;
	size_t n;
	size_t n_more;
	bool usable;

	if (!answer_ok(w, &step->answers[0], BUDGET_HUBSPOT, &usable, e))
		return false;
	if (!usable)
		return true;
	if (!hubspot_crm_read_associations(step->arena, &step->answers[0], &pairs, &n, &more, &n_more, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		records_link(w->records, w->page.type, STR("contacts"), &pairs[i]);
		records_want(w->records, STR("contacts"), pairs[i].to_id);
	}
	return read_contacts(step, e);
}

static bool
read_links(struct step *step, struct err *e)
{
	struct ids_walk *w = (struct ids_walk *)step;
	struct str *ids = arena_array(step->arena, w->page.n, sizeof(*ids));
	struct secret token;
	struct access access;
	struct http_request q;
	int64_t granted;

	w->records = records_new(step->arena);
	if (w->page.n == 0 || str_eq(w->page.type, STR("contacts")))
		return page_done(w, e);
	if (!access_hubspot_spare(step, 1, &token, &granted, &access, e))
		return false;
	if (!access.ready)
		return wait_for_access(w, &access);
	for (size_t i = 0; i < w->page.n; i++)
		ids[i] = w->page.records[i].id;
	hubspot_crm_associations_read(step->arena, step->parts->settings, &token, w->page.type, STR("contacts"), ids,
	    w->page.n, &q);
	step_request(step, &q);
	step->next = take_links;
	return true;
}

/* ---- searches and lists */

/* Companies are left out where the app may not read them. */
static bool
no_companies(const struct ids_walk *w, const struct http_answer *answer)
{
	return w->at == AT_COMPANIES && retry_classify(RETRY_HUBSPOT_READ, answer) == RETRY_FORBIDDEN;
}

/* The number that a search tells; the sample goes on as a page. */
static bool
take_total(struct ids_walk *w, int64_t total, struct err *e)
{
	static const char *const names[] = { "", "contacts", "contacts_email", "contacts_click", "companies", "deals" };

	if (w->at == AT_PAGES)
		return read_links(&w->step, e);
	json_set_int(w->result, names[w->at], total);
	if (w->at == AT_DEALS)
		w->run.total = total;
	if (w->at == AT_CONTACTS || w->at == AT_COMPANIES) {
		w->page.after = STR("");
		return read_links(&w->step, e);
	}
	next_step(w);
	return go_on(w, false, e);
}

static bool
take_records(struct step *step, struct err *e)
{
	struct ids_walk *w = (struct ids_walk *)step;
	const struct http_answer *answer = &step->answers[0];
	bool listed = w->at == AT_PAGES && w->run.kind != ID_RUN_KEEP;
	int64_t total = 0;
	bool usable;

	if (no_companies(w, answer)) {
		next_step(w);
		return go_on(w, false, e);
	}
	if (!answer_ok(w, answer, listed ? BUDGET_HUBSPOT : BUDGET_HUBSPOT_SEARCH, &usable, e))
		return false;
	if (!usable)
		return true;
	if (!hubspot_crm_read_records(step->arena, answer, &w->page.records, &w->page.n, e) ||
	    (!listed && !hubspot_crm_read_total(step->arena, answer, &total, e)))
		return false;
	w->page.after = hubspot_crm_read_after(step->arena, answer);
	/* What is written meanwhile is no longer found: the next page is what comes behind the last id. */
	if (!listed && w->page.after.n > 0 && w->page.n > 0)
		w->page.after = w->page.records[w->page.n - 1].id;
	return listed ? read_links(step, e) : take_total(w, total, e);
}

static void
what_to_search(struct ids_walk *w, struct hubspot_search *search)
{
	*search = (struct hubspot_search){ .type = STR("contacts"), .limit = 1 };
	if (w->at == AT_COMPANIES)
		search->type = STR("companies");
	if (w->at == AT_DEALS || w->at == AT_PAGES)
		search->type = STR("deals");
	if (w->at == AT_EMAIL)
		search->filled = STR("email");
	if (w->at == AT_CLICK)
		search->filled = STR(IDS_CLICK);
	if (w->at == AT_CONTACTS || w->at == AT_COMPANIES || w->at == AT_PAGES) {
		search->limit = HUBSPOT_BATCH_READ_MAX;
		search->properties = ids_properties(w, search->type, false);
	}
	if (w->at == AT_PAGES) {
		search->missing = STR(IDS_CUSTOMER);
		search->behind_id = kept(w, "after").n > 0 ? kept(w, "after") : STR("0");
		json_int(json_get(w->progress, "since"), &search->since_ms);
	}
	w->page.type = search->type;
}

static bool
ask_search(struct ids_walk *w, struct err *e)
{
	struct step *step = &w->step;
	struct hubspot_search search;
	struct secret token;
	struct access access;
	struct http_request q;

	if (!access_hubspot_search(step, &token, &access, e))
		return false;
	if (!access.ready)
		return wait_for_access(w, &access);
	what_to_search(w, &search);
	hubspot_crm_search(step->arena, step->parts->settings, &token, &search, &q);
	step_request(step, &q);
	step->next = take_records;
	return true;
}

static bool
ask_list(struct ids_walk *w, struct err *e)
{
	struct step *step = &w->step;
	struct secret token;
	struct access access;
	struct http_request q;
	int64_t granted;

	if (!access_hubspot_spare(step, 1, &token, &granted, &access, e))
		return false;
	if (!access.ready)
		return wait_for_access(w, &access);
	w->page.type = STR("deals");
	hubspot_crm_list(step->arena, step->parts->settings, &token, STR("deals"),
	    ids_properties(w, STR("deals"), false), kept(w, "after"), &q);
	step_request(step, &q);
	step->next = take_records;
	return true;
}

/* ---- properties */

static struct str
type_of(struct arena *a, const struct json *list, struct str name)
{
	for (size_t i = 0; i < json_length(list); i++)
		if (str_eq(json_text_at(a, json_at(list, i), "name"), name))
			return json_text_at(a, json_at(list, i), "type");
	return STR("");
}

/* A value of ours must fit: a line of text; a number holds an id, too, but not a click id. */
static bool
fits(struct str type, bool click)
{
	return str_eq(type, STR("string")) || (!click && str_eq(type, STR("number")));
}

static bool
take_properties(struct step *step, struct err *e)
{
	struct ids_walk *w = (struct ids_walk *)step;
	struct json *contacts;
	struct json *deals;
	struct str click;
	struct str customer;
	bool usable;

	for (size_t i = 0; i < 2; i++) {
		if (!answer_ok(w, &step->answers[i], BUDGET_HUBSPOT, &usable, e))
			return false;
		if (!usable)
			return true;
	}
	if (!hubspot_crm_read_properties(step->arena, &step->answers[0], &contacts, e) ||
	    !hubspot_crm_read_properties(step->arena, &step->answers[1], &deals, e))
		return false;
	click = type_of(step->arena, contacts, STR(IDS_CLICK));
	customer = type_of(step->arena, deals, STR(IDS_CUSTOMER));
	json_set_str(w->progress, "click", click);
	json_set_str(w->result, "click_type", click);
	json_set_bool(w->result, "click_fits", fits(click, true));
	json_set_str(w->result, "customer_type", customer);
	json_set_bool(w->result, "customer_fits", fits(customer, false));
	if (w->run.kind != ID_RUN_CHECK && !fits(customer, false))
		return end_with(w, customer.n == 0 ? "property_missing" : "property_type", customer, e);
	next_step(w);
	return go_on(w, false, e);
}

static bool
ask_properties(struct ids_walk *w, struct err *e)
{
	struct step *step = &w->step;
	struct secret token;
	struct access access;
	struct http_request q;
	int64_t granted;

	if (!access_hubspot(step, 2, &token, &granted, &access, e))
		return false;
	if (!access.ready || granted < 2)
		return wait_for_access(w, &access);
	hubspot_crm_properties(step->arena, step->parts->settings, &token, STR("contacts"), &q);
	step_request(step, &q);
	hubspot_crm_properties(step->arena, step->parts->settings, &token, STR("deals"), &q);
	step_request(step, &q);
	step->next = take_properties;
	return true;
}

/* ---- the walk */

/* All records were looked at: a check is done, a fill when all of it is written. */
static bool
finish(struct ids_walk *w, int64_t waiting, struct err *e)
{
	const struct id_run_move done = { .from = ID_RUN_RUNNING, .to = ID_RUN_DONE };
	bool moved;

	w->step.again_in_ms = LOOK_MS;
	if (waiting > 0)
		return true;
	log_event(LOG_INFO, "ids.done", LOG_I("run", w->run.run_id), LOG_I("seen", w->run.seen));
	w->step.again_in_ms = 0; /* another walk may wait for its turn */
	return id_run_move(db_of(w), w->step.tenant_id, w->run.run_id, &done, &moved, e);
}

/* Some at a time; the walk comes again at once while there are more. */
static bool
forget(struct ids_walk *w, int64_t last_run_id, bool *any, struct err *e)
{
	if (!record_update_forget(db_of(w), w->step.tenant_id, w->run.kind, last_run_id, any, e))
		return false;
	if (*any)
		w->step.again_in_ms = 0;
	return true;
}

/* The watch rests until its next look. */
static bool
resting(struct ids_walk *w, struct err *e)
{
	int64_t counts[UPDATE__COUNT] = { 0 };
	int64_t next = 0;
	int64_t now = clock_wall_ms();
	bool any;

	json_int(json_get(w->progress, "next"), &next);
	if (w->run.kind != ID_RUN_KEEP || next <= now || kept(w, "after").n > 0)
		return false;
	w->step.again_in_ms = next - now;
	if (record_update_count(db_of(w), w->step.arena, w->step.tenant_id, w->run.run_id, counts, e) &&
	    counts[UPDATE_DONE] + counts[UPDATE_KEPT] > ENDED_MAX && !forget(w, w->run.run_id, &any, e))
		log_event(LOG_WARN, "ids.not_forgotten", LOG_C("why", e->text));
	*e = (struct err){ .code = ERR_NONE };
	return true;
}

static bool
ask(struct step *step, struct err *e)
{
	struct ids_walk *w = (struct ids_walk *)step;
	int64_t waiting = 0;
	bool any = false;

	/* The rows of a fill before this one say nothing any more. */
	if (w->run.kind == ID_RUN_FILL && !forget(w, w->run.run_id - 1, &any, e))
		return false;
	if (any)
		return true;
	if (w->run.kind != ID_RUN_CHECK &&
	    !record_update_waiting(db_of(w), step->arena, step->tenant_id, w->run.run_id, &waiting, e))
		return false;
	if (w->run.scanned)
		return finish(w, waiting, e);
	if (resting(w, e))
		return true;
	if (waiting > WAITING_MAX) {
		step->again_in_ms = LOOK_MS;
		return true;
	}
	if (w->at == AT_PROPERTIES)
		return ask_properties(w, e);
	return w->at == AT_PAGES && w->run.kind != ID_RUN_KEEP ? ask_list(w, e) : ask_search(w, e);
}

static bool
parse(struct ids_walk *w, struct str text, struct json **out, struct err *e)
{
	*out = json_object(w->step.arena);
	return text.n == 0 || json_parse(w->step.arena, text, &json_limits_answer, out, e);
}

/* The process that walked died each time: the run waits for a person. */
static bool
pause_poison(struct ids_walk *w, struct err *e)
{
	const struct id_run_move pause = { .from = ID_RUN_RUNNING, .to = ID_RUN_PAUSED, .code = STR("poison") };
	bool moved;

	log_event(LOG_ERROR, "ids.poison", LOG_I("run", w->run.run_id));
	w->step.again_in_ms = 0; /* another walk may wait for its turn */
	return id_run_move(db_of(w), w->step.tenant_id, w->run.run_id, &pause, &moved, e);
}

static bool
begin(struct step *step, struct err *e)
{
	struct ids_walk *w = (struct ids_walk *)step;
	int64_t at = AT_PROPERTIES;

	if (!id_run_next(db_of(w), step->arena, step->tenant_id, &w->run, e)) {
		if (e->code != ERR_NOT_FOUND)
			return false;
		*e = (struct err){ .code = ERR_NONE };
		return true;
	}
	if (step_is_poison(step, STR(LEASE_ANY)))
		return pause_poison(w, e);
	if (!parse(w, w->run.progress, &w->progress, e) || !parse(w, w->run.result, &w->result, e) ||
	    !ids_sources(w, e))
		return false;
	json_int(json_get(w->progress, "at"), &at);
	w->at = (int)at;
	return ask(step, e);
}

struct step *
ids_new(struct arena *a, const struct parts *parts, const struct lease *l)
{
	struct ids_walk *w = arena_alloc(a, sizeof(*w));

	w->step =
	    (struct step){ .arena = a, .parts = parts, .tenant_id = l->tenant_id, .next = begin, .again_in_ms = -1 };
	w->lease = *l;
	return &w->step;
}
