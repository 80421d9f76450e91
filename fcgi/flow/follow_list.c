/*
 * follow_list.c - looks for conversions in listings of actions, by windows of their event dates; see follow_round.h.
 *
 * A listing that needs more calls than the budget gives waits where it is: what was not found may stand on a page that
 * was not read, and beginning anew would never end.  A window with more actions than impact.com lists (20,000; it
 * answers 400) is cut in halves.
 */
#include "base/arena.h"
#include "base/log.h"
#include "flow/access.h"
#include "flow/follow_round.h"

/* An action's event date may be rewritten a little; and one listing spans at most 45 days (impact.md 3.1). */
#define AROUND_MS     (60LL * 60 * 1000)
#define AROUND_MIN_MS (60LL * 1000)
#define SPAN_MS       (44LL * 24 * 60 * 60 * 1000 - 2 * AROUND_MS)
/* More than is read of the longest answer that the client takes, whatever stands in it. */
#define PAGE_MEMORY_MAX (512UL * 1024 * 1024)

static bool take_page(struct step *step, struct err *e);

/* Asks for the window's page, now or when there is budget for it. */
static bool
ask_page(struct step *step, struct err *e)
{
	struct follow *f = (struct follow *)step;
	const struct follow_window *w = &f->window;
	struct access access;
	struct http_request q;

	if (f->budget <= 0) {
		if (!access_impact(step, f->document.account_sid, 1, ACCESS_LOOK_AT_ALL, &f->account, &f->budget,
		        &access, e))
			return false;
		if (!access.ready) {
			log_event(LOG_INFO, "follow.listing_waits", LOG_I("page", w->page),
			    LOG_I("ms", access.wait_ms));
			step->pause_ms = access.wait_ms > 0 ? access.wait_ms : 1000;
			step->next = ask_page;
			return true;
		}
	}
	impact_actions(step->arena, step->parts->settings, &f->account, w->program_id, w->first_ms - w->around_ms,
	    w->last_ms + w->around_ms, w->page, &q);
	step_request(step, &q);
	f->budget--;
	step->next = take_page;
	return true;
}

static bool
in_window(const struct follow *f, const struct follow_item *item)
{
	const struct follow_window *w = &f->window;

	return item->want == FOLLOW_LISTING && str_eq(item->d.program_id, w->program_id) &&
	       item->look_ms >= w->first_ms && item->look_ms <= w->last_ms;
}

/*
 * Whether a window is made for it.  When calls are few a confirmed one is seen only where it lies in another's window:
 * its event may be years old.
 */
static bool
asks(const struct follow *f, const struct follow_item *item)
{
	return item->want == FOLLOW_LISTING && !(f->busy && item->d.state == STATE_CONFIRMED);
}

/* The next window that somebody waits for: from the earliest event date, as far as one may ask. */
static bool
next_window(struct follow *f)
{
	struct follow_window *w = &f->window;

	*w = (struct follow_window){ .first_ms = INT64_MAX, .around_ms = f->around_ms, .page = 1 };
	for (size_t i = 0; i < f->n_items; i++)
		if (asks(f, &f->items[i]) && f->items[i].look_ms < w->first_ms) {
			w->first_ms = f->items[i].look_ms;
			w->program_id = f->items[i].d.program_id;
		}
	for (size_t i = 0; i < f->n_items; i++)
		if (asks(f, &f->items[i]) && str_eq(f->items[i].d.program_id, w->program_id) &&
		    f->items[i].look_ms - w->first_ms <= f->span_ms && f->items[i].look_ms > w->last_ms)
			w->last_ms = f->items[i].look_ms;
	return w->first_ms != INT64_MAX;
}

static bool
list_next(struct follow *f, struct err *e)
{
	return next_window(f) ? ask_page(&f->step, e) : follow_listed(f, e);
}

bool
follow_list(struct follow *f, struct err *e)
{
	bool any = false;
	int64_t wait_ms = 0;

	for (size_t i = 0; i < f->n_items; i++)
		any = any || f->items[i].want == FOLLOW_LISTING;
	if (any && !follow_may(f, BREAKER_IMPACT_ACTIONS, &wait_ms, e))
		return false;
	/* UNKNOWN ones wait with them: nothing is sent again unseen. */
	for (size_t i = 0; i < f->n_items && wait_ms > 0; i++)
		if (f->items[i].want == FOLLOW_LISTING)
			follow_later(&f->items[i], wait_ms);
	f->span_ms = SPAN_MS;
	f->around_ms = AROUND_MS;
	return list_next(f, e);
}

/* Half of the window, from the same beginning; false when it cannot be cut any more. */
static bool
narrow(struct follow *f)
{
	const struct follow_window *w = &f->window;

	if (w->last_ms > w->first_ms)
		f->span_ms = (w->last_ms - w->first_ms) / 2;
	else if (w->around_ms / 2 >= AROUND_MIN_MS)
		f->around_ms = w->around_ms / 2;
	else
		return false;
	log_event(LOG_INFO, "follow.window_narrowed", LOG_I("span_ms", f->span_ms), LOG_I("around_ms", f->around_ms));
	return true;
}

/*
 * A 400 that may be about the window's size: impact.com's own words for it are not documented (impact.md 3.1), so what
 * names another field (errors[]) is about that, and a window in halves would be refused the same way.
 */
static bool
says_too_many(struct arena *a, const struct http_answer *answer)
{
	static const char *const fields[] = { "CampaignId", "Page", "PageSize", "AccountSid" };
	struct str said = impact_refused_field(a, answer);

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (str_eq_nocase(said, str_from(fields[i])))
			return false;
	return true;
}

static bool
failed(struct follow *f, const struct http_answer *answer, const struct err *why, struct err *e)
{
	enum retry_class c = retry_classify(RETRY_IMPACT_READ, answer);
	bool refused;

	if (!follow_hold_back(f, answer, e) || !follow_scope(f, BREAKER_IMPACT_ACTIONS, answer, &refused, e))
		return false;
	if (refused)
		return follow_list(f, e);
	if (c == RETRY_SPLIT && says_too_many(f->step.arena, answer) && narrow(f))
		return list_next(f, e);
	for (size_t i = 0; i < f->n_items; i++)
		if (in_window(f, &f->items[i]))
			follow_failed(f, &f->items[i], why);
	return list_next(f, e);
}

/*
 * Of an order that was sent late impact.com may have set the event date to the time of the submission (impact.md 2.8).
 * It is looked for there as well before it is sent again, or called not attributed.
 */
static bool
look_elsewhere(const struct follow *f, struct follow_item *item)
{
	int64_t apart_ms = item->d.sending_ms - item->d.event_date_ms;
	int64_t give_up_ms = f->step.parts->settings->follow_give_up_s * 1000;

	if (item->looked_at_sending || (apart_ms < AROUND_MS && apart_ms > -AROUND_MS))
		return false;
	if (item->d.state != STATE_UNKNOWN &&
	    !(item->d.state == STATE_ACCEPTED && item->d.since_accepted_ms > give_up_ms))
		return false;
	item->look_ms = item->d.sending_ms;
	item->looked_at_sending = true;
	return true;
}

/* Who is on the page; what is read of it ends with it: a listing may have many pages. */
static bool
find(struct follow *f, const struct http_answer *answer, int64_t *next_page, struct err *why, struct err *e)
{
	struct arena *page = arena_new(PAGE_MEMORY_MAX);
	struct impact_action_info *actions;
	size_t n;
	bool ok = true;

	*next_page = 0;
	if (impact_read_actions(page, answer, f->window.page, &actions, &n, next_page, why))
		for (size_t i = 0; i < f->n_items && ok; i++)
			for (size_t k = 0; k < n && ok && in_window(f, &f->items[i]); k++)
				ok = !follow_is_of(&f->items[i], &actions[k]) ||
				     follow_confirm(f, &f->items[i], &actions[k], e);
	arena_free(page);
	return ok;
}

static bool
take_page(struct step *step, struct err *e)
{
	struct follow *f = (struct follow *)step;
	struct err why = { .code = ERR_NONE };
	int64_t next_page;

	if (!access_impact_told(step, NULL, 1, e) || !find(f, &step->answers[0], &next_page, &why, e))
		return false;
	if (why.code == ERR_NONE && !follow_allowed(f, BREAKER_IMPACT_ACTIONS, e))
		return false;
	if (why.code != ERR_NONE)
		return failed(f, &step->answers[0], &why, e);
	if (next_page > 0) {
		f->window.page = next_page;
		return ask_page(step, e);
	}
	for (size_t i = 0; i < f->n_items; i++) {
		struct follow_item *item = &f->items[i];

		if (!in_window(f, item) || look_elsewhere(f, item))
			continue;
		item->listed = true;
		if (!follow_not_found(f, item, e))
			return false;
	}
	return list_next(f, e);
}
