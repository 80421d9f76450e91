/*
 * follow.c - see follow.h.
 *
 *   ACCEPTED   batch id known: its submission -> refused: REJECTED; complete: look among the actions
 *   UNKNOWN    batch id known: as ACCEPTED; else look among the actions; not there: resend, twice unanswered: DEAD
 *   CONFIRMED  its action again, until it is reversed or paid
 *
 * One listing of actions serves all conversions whose event dates it covers.  Above half of the call budget that is
 * all that is asked for, and above three quarters nothing: the rest is for sending.
 */
#include "flow/follow.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/tally.h"
#include "core/retry.h"
#include "core/verdict.h"
#include "flow/access.h"
#include "store/budget.h"
#include "store/config.h"
#include "store/conversion.h"
#include "store/delivery.h"
#include "store/hold.h"

#define FOLLOW_MAX 32
/* An action's event date may be rewritten a little; and one listing spans at most 45 days (impact.md 3.1). */
#define AROUND_MS (60LL * 60 * 1000)
#define SPAN_MS   (44LL * 24 * 60 * 60 * 1000)
#define RETRY_MS  5000
/* As long as an answer may ask us to wait, and as refused credentials rest (they wake the queue when set anew). */
#define HINT_CAP_MS (60LL * 60 * 1000)
#define REFUSED_MS  (15LL * 60 * 1000)
/* How much of the call budget may be used up by a call for each, and by listings. */
#define SINGLE_PERCENT  50
#define LISTING_PERCENT 75
/* Pages of one round then. */
#define LISTING_CALLS 3
/* No resend after this many unanswered ones. */
#define UNANSWERED_MAX 2

enum follow_want {
	FOLLOW_DONE,       /* nothing more in this round */
	FOLLOW_SUBMISSION, /* its submission was asked for */
	FOLLOW_ACTION,     /* its action was asked for */
	FOLLOW_LISTING     /* it is to be found in a listing of actions */
};

struct follow_item {
	struct delivery d;
	enum follow_want want;
	bool duplicate; /* CONV_DUPLICATE: an earlier one of ours was counted */
	struct str partner_id;
};

struct follow {
	struct step step;
	struct lease lease;
	struct config_document document;
	struct impact_account account;
	struct follow_item items[FOLLOW_MAX];
	size_t n_items;
	size_t asked[STEP_REQUESTS_MAX]; /* the item behind a request */
	int64_t list_from_ms, list_to_ms, list_page;
	struct str list_program;
	int64_t *held; /* event types that impact.com refuses */
	size_t n_held;
	int64_t budget;
};

static struct db *
db_of(const struct follow *f)
{
	return f->step.parts->db;
}

static bool
later(const struct follow *f, const struct follow_item *item, int64_t due_in_ms, struct err *e)
{
	return delivery_later(db_of(f), f->step.tenant_id, item->d.conversion_id, due_in_ms, e);
}

static int64_t
plan_ms(const struct follow *f, const struct follow_item *item)
{
	const struct settings *settings = f->step.parts->settings;

	/* Accepted for long without an action: "not attributed yet", looked at now and then. */
	if (item->d.since_accepted_ms > settings->follow_give_up_s * 1000)
		return settings->follow_confirmed_s * 1000;
	return settings_plan_ms(&settings->follow_plan_s, item->d.looks);
}

/* What the column holds; more is no sum of money and must not keep the verdict from being written. */
static struct str
money(struct str decimal)
{
	return str_find_char(decimal, '.') > 13 ? (struct str){ .n = 0 } : decimal;
}

/* An answer that says 409 is the far side's trouble, not a lost race of our own. */
static bool
far_side(struct err *e)
{
	if (e->code == ERR_CONFLICT || e->code == ERR_DB || e->code == ERR_FAULT)
		e->code = ERR_REMOTE;
	return false;
}

/*
 * impact.com judged the conversion by more than its event type: if that was held, it is mended.  Told before the
 * verdict is written: a crash between the two leaves the conversion to be judged once more.
 */
static bool
proved(struct follow *f, const struct follow_item *item, struct err *e)
{
	int64_t n;

	for (size_t i = 0; i < f->n_held; i++)
		if (f->held[i] == item->d.event_type_id) {
			if (!hold_end(db_of(f), f->step.tenant_id, f->held[i], item->d.conversion_id, &n, e))
				return false;
			if (n > 0)
				log_event(LOG_INFO, "follow.event_type_mended", LOG_I("event_type", f->held[i]),
				    LOG_I("conversions", n));
		}
	return true;
}

static bool
confirm(struct follow *f, struct follow_item *item, const struct impact_action_info *x, struct err *e)
{
	bool settled = str_eq(x->state, STR("REVERSED")) || x->cleared_ms != 0;
	struct conversion_action action = { .action_id = str_slice(x->id, 0, 64),
		.partner_id = str_slice(x->partner_id, 0, 32),
		.partner_name = str_slice(x->partner_name, 0, 255),
		.amount = money(x->amount),
		.payout = money(x->payout),
		.currency = str_slice(x->currency, 0, 3),
		.state = str_slice(x->state, 0, 16),
		.detail = str_slice(x->state_detail, 0, 64),
		.locking_ms = x->locking_ms,
		.cleared_ms = x->cleared_ms,
		.settled = settled };

	item->want = FOLLOW_DONE;
	if (!proved(f, item, e))
		return false;
	tally_add(TALLY_MOVED_CONFIRMED, item->d.state != STATE_CONFIRMED);
	log_event(LOG_INFO, "follow.confirmed", LOG_I("conversion", item->d.conversion_id), LOG_S("state", x->state));
	return conversion_confirmed(db_of(f), &f->lease, item->d.conversion_id, &action,
	    f->step.parts->settings->follow_confirmed_s * 1000, e);
}

static bool
reject(struct follow *f, struct follow_item *item, struct str code, struct err *e)
{
	item->want = FOLLOW_DONE;
	if (verdict_holds_event_type(code)) {
		log_event(LOG_WARN, "follow.event_type_held", LOG_I("event_type", item->d.event_type_id),
		    LOG_S("code", code));
		if (!hold_begin(db_of(f), f->step.tenant_id, item->d.event_type_id, item->d.conversion_id, code, e))
			return false;
	} else if (verdict_find(code)->code[0] != '\0' && !proved(f, item, e)) {
		return false;
	}
	log_event(LOG_INFO, "follow.rejected", LOG_I("conversion", item->d.conversion_id), LOG_S("code", code));
	return conversion_rejected(db_of(f), &f->lease, item->d.conversion_id, str_slice(code, 0, 255),
	    item->partner_id, e);
}

/* Not among the actions. */
static bool
not_found(struct follow *f, struct follow_item *item, struct err *e)
{
	item->want = FOLLOW_DONE;
	if (item->duplicate)
		return reject(f, item, STR("CONV_DUPLICATE"), e);
	if (item->d.state == STATE_CONFIRMED)
		return later(f, item, f->step.parts->settings->follow_confirmed_s * 1000, e);
	if (item->d.state != STATE_UNKNOWN || item->d.batch_id.n > 0)
		return later(f, item, plan_ms(f, item), e);
	if (item->d.unanswered >= UNANSWERED_MAX) {
		log_event(LOG_ERROR, "follow.dead", LOG_I("conversion", item->d.conversion_id));
		return conversion_dead(db_of(f), &f->lease, item->d.conversion_id, STR("no_answer"),
		    STR("Sent twice, answered neither time, and no action was found at impact.com."), e);
	}
	log_event(LOG_WARN, "follow.resend", LOG_I("conversion", item->d.conversion_id));
	return conversion_resend(db_of(f), &f->lease, item->d.conversion_id, e);
}

static bool
take_submission(struct follow *f, struct follow_item *item, const struct http_answer *answer, struct err *e)
{
	struct impact_submission_info info;

	if (!impact_read_submission(f->step.arena, answer, &info, e))
		return far_side(e);
	item->partner_id = str_slice(info.partner_id, 0, 32);
	if ((info.order_id.n > 0 && !str_eq(info.order_id, item->d.order_id)) ||
	    (info.batch_id.n > 0 && !str_eq(info.batch_id, item->d.batch_id)))
		return err_set(e, ERR_REMOTE, "the submission is of another conversion");
	if (!info.complete) {
		item->want = FOLLOW_DONE;
		return later(f, item, plan_ms(f, item), e);
	}
	if (info.error_type.n == 0 && info.error_reason.n == 0) {
		item->want = FOLLOW_LISTING;
		return proved(f, item, e);
	}
	/* Of a resend: the first one counted, and its action is what we look for. */
	if (str_eq(verdict_first(info.error_reason), STR("CONV_DUPLICATE")) && item->d.attempts > 1) {
		item->duplicate = true;
		item->want = FOLLOW_LISTING;
		return true;
	}
	/* A reason may be a list of codes; a type ("Contract Error") is one, with its blank. */
	return reject(f, item, info.error_reason.n > 0 ? verdict_first(info.error_reason) : info.error_type, e);
}

static bool
take_action(struct follow *f, struct follow_item *item, const struct http_answer *answer, struct err *e)
{
	struct impact_action_info info;

	if (!impact_read_action(f->step.arena, answer, &info, e))
		return far_side(e);
	if (info.order_id.n > 0 && !str_eq(info.order_id, item->d.order_id))
		return err_set(e, ERR_REMOTE, "the action is of another order");
	return confirm(f, item, &info, e);
}

/*
 * Whether an action is the one of this conversion: our OrderId and its event type, under either alias.  An
 * action without a code may be of another event type with the same OrderId: it is ours only when we have no
 * such other conversion, and sent a code.
 */
static bool
is_of(const struct follow_item *item, const struct impact_action_info *x)
{
	int64_t number;

	if (item->d.action_id.n > 0)
		return str_eq(x->id, item->d.action_id);
	if (!str_eq(x->order_id, item->d.order_id))
		return false;
	if (str_eq(x->event_code, item->d.event_type) || str_eq(x->event_type_id, item->d.event_type))
		return true;
	if (x->event_code.n > 0)
		return false;
	return x->event_type_id.n == 0 ||
	       (!str_to_int(item->d.event_type, 0, INT64_MAX, &number) && !item->d.order_id_shared);
}

/* An answer that could not be used: the item is looked at again, the others go on. */
static bool
failed(struct follow *f, struct follow_item *item, const struct err *why, struct err *e)
{
	log_event(LOG_WARN, "follow.read_failed", LOG_I("conversion", item->d.conversion_id), LOG_C("why", why->text));
	item->want = FOLLOW_DONE;
	return later(f, item, RETRY_MS > plan_ms(f, item) ? RETRY_MS : plan_ms(f, item), e);
}

/* What concerns all of the tenant's calls: the limit is reached, or the credentials are refused. */
static bool
hold_back(struct follow *f, const struct http_answer *answer, struct err *e)
{
	int64_t ms = REFUSED_MS;

	if (answer->outcome != HTTP_ANSWERED || (answer->status != 429 && answer->status != 401))
		return true;
	if (answer->status == 429)
		ms = retry_hint_ms(answer, clock_wall_ms(), HINT_CAP_MS, f->step.arena);
	f->budget = 0;
	return budget_block(db_of(f), f->step.tenant_id, BUDGET_IMPACT, ms >= 0 ? ms : RETRY_MS, e);
}

static bool take_listing(struct step *step, struct err *e);

static bool
finish(struct follow *f, struct err *e)
{
	f->step.n = 0;
	return delivery_next_ms(db_of(f), f->step.arena, f->step.tenant_id, LEASE_FOLLOW, &f->step.again_in_ms, e);
}

/* The next window of actions that somebody waits for: from the earliest event date, as far as one may ask. */
static bool
ask_listing(struct follow *f, struct err *e)
{
	struct http_request q;
	int64_t first = INT64_MAX;
	int64_t last = 0;

	for (size_t i = 0; i < f->n_items; i++)
		if (f->items[i].want == FOLLOW_LISTING && f->items[i].d.event_date_ms < first) {
			first = f->items[i].d.event_date_ms;
			f->list_program = f->items[i].d.program_id;
		}
	if (first == INT64_MAX || f->budget <= 0)
		return finish(f, e);
	for (size_t i = 0; i < f->n_items; i++)
		if (f->items[i].want == FOLLOW_LISTING && str_eq(f->items[i].d.program_id, f->list_program) &&
		    f->items[i].d.event_date_ms - first < SPAN_MS - 2 * AROUND_MS && f->items[i].d.event_date_ms > last)
			last = f->items[i].d.event_date_ms;
	f->list_from_ms = first - AROUND_MS;
	f->list_to_ms = last + AROUND_MS;
	f->list_page = 1;
	impact_actions(f->step.arena, f->step.parts->settings, &f->account, f->list_program, f->list_from_ms,
	    f->list_to_ms, f->list_page, &q);
	step_request(&f->step, &q);
	f->budget--;
	f->step.next = take_listing;
	return true;
}

static bool
in_window(const struct follow *f, const struct follow_item *item)
{
	return item->want == FOLLOW_LISTING && str_eq(item->d.program_id, f->list_program) &&
	       item->d.event_date_ms >= f->list_from_ms && item->d.event_date_ms <= f->list_to_ms;
}

static bool
listing_failed(struct follow *f, const struct err *why, struct err *e)
{
	for (size_t i = 0; i < f->n_items; i++)
		if (in_window(f, &f->items[i]) && !failed(f, &f->items[i], why, e))
			return false;
	return ask_listing(f, e);
}

static bool
take_listing(struct step *step, struct err *e)
{
	struct follow *f = (struct follow *)step;
	struct err why = { .code = ERR_NONE };
	struct impact_action_info *actions;
	int64_t next_page;
	size_t n;

	step->n = 0;
	if (!impact_read_actions(step->arena, &step->answers[0], &actions, &n, &next_page, &why))
		return hold_back(f, &step->answers[0], e) && listing_failed(f, &why, e);
	for (size_t i = 0; i < f->n_items; i++)
		for (size_t k = 0; k < n && f->items[i].want == FOLLOW_LISTING; k++)
			if (in_window(f, &f->items[i]) && is_of(&f->items[i], &actions[k]) &&
			    !confirm(f, &f->items[i], &actions[k], e))
				return false;
	if (next_page > f->list_page) {
		struct http_request q;

		/* What was not found may stand on a page that could not be asked for: it stays as it is. */
		if (f->budget <= 0)
			return finish(f, e);
		f->list_page = next_page;
		f->budget--;
		impact_actions(step->arena, step->parts->settings, &f->account, f->list_program, f->list_from_ms,
		    f->list_to_ms, next_page, &q);
		step_request(step, &q);
		return true;
	}
	for (size_t i = 0; i < f->n_items; i++)
		if (in_window(f, &f->items[i]) && !not_found(f, &f->items[i], e))
			return false;
	return ask_listing(f, e);
}

static bool
take_answers(struct step *step, struct err *e)
{
	struct follow *f = (struct follow *)step;
	size_t n = step->n;

	step->n = 0;
	for (size_t i = 0; i < n; i++) {
		struct follow_item *item = &f->items[f->asked[i]];
		struct err why = { .code = ERR_NONE };
		bool ok = item->want == FOLLOW_ACTION ? take_action(f, item, &step->answers[i], &why)
		                                      : take_submission(f, item, &step->answers[i], &why);

		if (ok)
			continue;
		if (why.code == ERR_DB || why.code == ERR_FAULT || why.code == ERR_CONFLICT) {
			*e = why;
			return false;
		}
		if (!hold_back(f, &step->answers[i], e) || !failed(f, item, &why, e))
			return false;
	}
	return ask_listing(f, e);
}

static void
ask(struct follow *f, size_t i)
{
	struct follow_item *item = &f->items[i];
	const struct settings *settings = f->step.parts->settings;
	struct http_request q;

	if (item->d.action_id.n > 0) {
		item->want = FOLLOW_ACTION;
		impact_action(f->step.arena, settings, &f->account, item->d.action_id, &q);
	} else if (item->d.batch_id.n > 0) {
		item->want = FOLLOW_SUBMISSION;
		impact_submission(f->step.arena, settings, &f->account, item->d.batch_id, &q);
	} else {
		item->want = FOLLOW_LISTING;
		return;
	}
	f->asked[step_request(&f->step, &q)] = i;
	f->budget--;
}

static bool
load(struct follow *f, struct err *e)
{
	struct step *step = &f->step;
	struct config_revision current;
	struct config_fault *faults;
	struct delivery *due;
	size_t n;

	if (!config_current(db_of(f), step->arena, step->tenant_id, &current, e) ||
	    !config_document_parse(step->arena, current.document, &f->document, &faults, &n, e) ||
	    !hold_list(db_of(f), step->arena, step->tenant_id, &f->held, &f->n_held, e) ||
	    !delivery_due_follow(db_of(f), step->arena, step->tenant_id, FOLLOW_MAX, &due, &n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		f->items[f->n_items++] = (struct follow_item){ .d = due[i] };
	return true;
}

/* The budget is half used: one listing for all. */
static bool
begin_listing(struct follow *f, struct err *e)
{
	struct access access;

	if (!access_impact(&f->step, f->document.account_sid, LISTING_CALLS, LISTING_PERCENT, &f->account, &f->budget,
	        &access, e))
		return false;
	if (!access.ready) {
		f->step.again_in_ms = access.wait_ms;
		return true;
	}
	for (size_t i = 0; i < f->n_items; i++)
		f->items[i].want = FOLLOW_LISTING;
	return ask_listing(f, e);
}

static bool
begin(struct step *step, struct err *e)
{
	struct follow *f = (struct follow *)step;
	struct access access;

	if (!load(f, e))
		return false;
	if (f->n_items == 0)
		return finish(f, e);
	if (!access_impact(step, f->document.account_sid, (int64_t)f->n_items + 2, SINGLE_PERCENT, &f->account,
	        &f->budget, &access, e))
		return false;
	if (!access.ready)
		return begin_listing(f, e);
	/* With fewer calls than items the rest waits for the next round. */
	for (size_t i = 0; i < f->n_items && f->budget > 0; i++)
		ask(f, i);
	step->next = take_answers;
	return step->n > 0 ? true : ask_listing(f, e);
}

struct step *
follow_new(struct arena *a, const struct parts *parts, const struct lease *l)
{
	struct follow *f = arena_alloc(a, sizeof(*f));

	f->step =
	    (struct step){ .arena = a, .parts = parts, .tenant_id = l->tenant_id, .next = begin, .again_in_ms = -1 };
	f->lease = *l;
	return &f->step;
}
