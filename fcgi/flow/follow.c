/*
 * follow.c - the rounds of following; see follow.h.
 *
 *   ACCEPTED   batch id known: its submission -> refused: REJECTED; complete, or not to be read: look among the actions
 *   UNKNOWN    batch id known: its submission -> complete: ACCEPTED; not to be read, nor an action found: in the end
 *              DEAD; else look among the actions; not there: resend, twice unanswered: DEAD
 *   CONFIRMED  its action again, until it is reversed or paid
 *
 * One listing of actions serves all conversions whose event dates it covers.  With most of the call budget free each
 * conversion is asked for by itself first.  Above half of it there is one listing in follow_listing_s, which settles
 * those that are credited; what it does not show has its submission read by follow_busy_plan_s, as many as there are
 * calls for: how many more there were is told to the budget, which keeps a quarter of its calls for them.
 */
#include "flow/follow.h"

#include "base/arena.h"
#include "base/log.h"
#include "core/retry.h"
#include "flow/access.h"
#include "flow/follow_round.h"
#include "store/budget.h"
#include "store/config.h"
#include "store/conversion.h"
#include "store/hold.h"
#include "store/listing.h"
#include "store/schedule.h"
#include "store/transaction.h"

/* Looked at in a round of calls for each, and in one of listings for all. */
#define SINGLE_MAX  32
#define LISTING_MAX 2000
/* A submission that so many looks could not read is looked for by its action; what passes has passed by then. */
#define UNREAD_LOOKS 3
/* So long refused credentials rest (they wake the queue when set anew). */
#define REFUSED_MS (15LL * 60 * 1000)

static struct db *
db_of(const struct follow *f)
{
	return f->step.parts->db;
}

bool
follow_hold_back(struct follow *f, const struct http_answer *answer, struct err *e)
{
	enum retry_class c = retry_classify(RETRY_IMPACT_READ, answer);
	int64_t ms = REFUSED_MS;

	if (c != RETRY_WAIT && c != RETRY_SIGN_IN)
		return true;
	if (c == RETRY_WAIT)
		ms = step_retry_ms(&f->step, RETRY_IMPACT_READ, c, answer, 0);
	f->budget = 0;
	/* While nothing is called, nobody else would notice: whether it is the credentials is looked at now. */
	if (c == RETRY_SIGN_IN && !schedule_set(db_of(f), f->step.tenant_id, SCHEDULE_IMPACT, 0, true, e))
		return false;
	return budget_block(db_of(f), f->step.tenant_id, BUDGET_IMPACT, ms, e);
}

static int64_t *
known_wait(struct follow *f, enum breaker_to to)
{
	return to == BREAKER_IMPACT_ACTIONS ? &f->no_actions_ms : &f->no_submissions_ms;
}

bool
follow_may(struct follow *f, enum breaker_to to, int64_t *wait_ms, struct err *e)
{
	int64_t *known = known_wait(f, to);
	bool probe;

	*wait_ms = *known;
	if (*known >= 0)
		return true;
	if (!gate_may(&f->step, to, &probe, wait_ms, e))
		return false;
	/* A probe is one call; its answer tells whether there are more. */
	*known = probe ? f->step.parts->settings->breaker_open_s * 1000 : *wait_ms;
	return true;
}

bool
follow_allowed(struct follow *f, enum breaker_to to, struct err *e)
{
	*known_wait(f, to) = 0;
	return gate_allowed(&f->step, to, e);
}

bool
follow_scope(struct follow *f, enum breaker_to to, const struct http_answer *answer, bool *refused, struct err *e)
{
	enum retry_class c = retry_classify(RETRY_IMPACT_READ, answer);

	*refused = c == RETRY_FORBIDDEN;
	if (*refused) {
		*known_wait(f, to) = f->step.parts->settings->breaker_scope_s * 1000;
		return gate_refused(&f->step, to, STR("impact.com answered 403"), e);
	}
	/* Any other answer in good order: the scope is there. */
	return c != RETRY_OK || follow_allowed(f, to, e);
}

static bool
write_later(const struct follow *f, struct err *e)
{
	for (size_t i = 0; i < f->n_items; i++) {
		const struct follow_item *item = &f->items[i];
		int64_t id = item->d.conversion_id;

		if (item->later_ms == 0)
			continue;
		if (!delivery_later(db_of(f), f->step.tenant_id, id, item->later_ms, e) ||
		    (item->unattributed && !conversion_unattributed(db_of(f), f->step.tenant_id, id,
		                               f->step.parts->settings->follow_give_up_s, e)))
			return false;
	}
	return true;
}

/*
 * After somebody's death one conversion after the other is looked at: as many as a round of calls for each has in hand.
 * The others are looked at together again: each by itself may cost a listing of megabytes, and a call.
 */
static bool
next_one(struct follow *f)
{
	f->busy = false;
	if (++f->n_alone == SINGLE_MAX)
		return false;
	f->budget = f->learned = 0;
	f->step.next = follow_begin;
	f->step.pause_ms = 1;
	return true;
}

/* Nothing may be asked for a while; who is careful stays so. */
static bool
wait_for(struct follow *f, int64_t ms)
{
	f->step.again_in_ms = ms;
	if (f->step.careful == NULL)
		return true;
	f->step.next = follow_begin;
	f->step.pause_ms = ms > 0 ? ms : 1;
	f->busy = false;
	return true;
}

bool
follow_finish(struct follow *f, struct err *e)
{
	struct step *step = &f->step;
	bool alone = step->item.n > 0;
	int64_t listing_ms;

	if (f->n_items > 0 && (!transaction_begin(db_of(f), e) ||
	                          !transaction_end(db_of(f), write_later(f, e), "what is looked at later", e)))
		return false;
	if (alone && !step_worked(step, e))
		return false;
	if (alone && next_one(f))
		return true;
	if (!delivery_next_ms(db_of(f), step->arena, step->tenant_id, LEASE_FOLLOW, &step->again_in_ms, e))
		return false;
	if (!f->busy)
		return true;
	/* What is due now waits for the next listing. */
	if (!listing_wait_ms(db_of(f), step->arena, step->tenant_id, step->parts->settings->follow_listing_s,
	        &listing_ms, e))
		return false;
	if (step->again_in_ms >= 0 && step->again_in_ms < listing_ms)
		step->again_in_ms = listing_ms;
	return true;
}

/* ---- answers about one conversion each */

static bool read_submissions(struct follow *f, struct err *e);

/*
 * Whether its submission is not to be waited for any longer: refused or gone by this answer, or after so many looks
 * still unreadable.  What is about all calls (a limit, credentials) is none of its.
 */
static bool
is_unreadable(const struct follow_item *item, const struct http_answer *answer)
{
	enum retry_class c = retry_classify(RETRY_IMPACT_READ, answer);

	if (item->want != FOLLOW_SUBMISSION || c == RETRY_WAIT || c == RETRY_SIGN_IN)
		return false;
	return c == RETRY_GONE || c == RETRY_REFUSED || c == RETRY_SPLIT || item->d.looks >= UNREAD_LOOKS;
}

/* No verdict from this answer: the action is looked for in a listing, or the same is asked for again. */
static void
not_taken(struct follow *f, struct follow_item *item, const struct http_answer *answer, const struct err *why)
{
	if (why->code == ERR_FAULT)
		log_event(LOG_ERROR, "follow.fault", LOG_I("conversion", item->d.conversion_id),
		    LOG_C("why", why->text));
	if (!is_unreadable(item, answer)) {
		follow_failed(f, item, why);
		return;
	}
	log_event(LOG_WARN, "follow.submission_unread", LOG_I("conversion", item->d.conversion_id),
	    LOG_C("why", why->text));
	item->unreadable = true;
	item->want = FOLLOW_LISTING;
}

/* What the answer says of the conversion; what cannot be used is looked at again. */
static bool
take_answer(struct follow *f, struct follow_item *item, const struct http_answer *answer, struct err *e)
{
	bool action = item->want == FOLLOW_ACTION;
	struct err why = { .code = ERR_NONE };
	bool ok = action ? follow_take_action(f, item, answer, &why) : follow_take_submission(f, item, answer, &why);
	bool refused;

	/* The database's trouble is everybody's, a lost lease the end of the round; a fault is this one's alone. */
	if (!ok && (why.code == ERR_DB || why.code == ERR_CONFLICT)) {
		*e = why;
		return false;
	}
	if (!follow_scope(f, action ? BREAKER_IMPACT_ACTIONS : BREAKER_IMPACT_SUBMISSIONS, answer, &refused, e))
		return false;
	if (!ok && !follow_hold_back(f, answer, e))
		return false;
	if (!ok)
		not_taken(f, item, answer, &why);
	return true;
}

/* After the calls for each; a submission that is complete leads to the listings. */
static bool
take_answers(struct step *step, struct err *e)
{
	struct follow *f = (struct follow *)step;

	if (!access_impact_told(step, NULL, step->n_answers, e))
		return false;
	for (size_t i = 0; i < step->n_answers; i++) {
		struct follow_item *item = &f->items[f->asked[i]];

		if (!take_answer(f, item, &step->answers[i], e))
			return false;
		if (!f->busy || item->want != FOLLOW_LISTING)
			continue;
		/*
		 * The actions were listed a moment ago, and it was not there; or that listing failed, and nothing is
		 * known.
		 */
		if (!item->listed)
			follow_later(item, follow_plan_ms(f, item));
		else if (!follow_not_found(f, item, e))
			return false;
	}
	return f->busy ? read_submissions(f, e) : follow_list(f, e);
}

static void
ask(struct follow *f, size_t i)
{
	struct follow_item *item = &f->items[i];
	const struct settings *settings = f->step.parts->settings;
	struct http_request q;

	if (item->want == FOLLOW_ACTION)
		impact_action(f->step.arena, settings, &f->account, item->d.action_id, &q);
	else
		impact_submission(f->step.arena, settings, &f->account, item->d.batch_id, &q);
	f->asked[step_request(&f->step, &q)] = i;
	f->budget--;
}

/*
 * What the token has no scope for is not asked: an action waits, a submission is looked for among the actions, which
 * tell at least what was credited.
 */
static bool
leave_forbidden(struct follow *f, struct err *e)
{
	for (size_t i = 0; i < f->n_items; i++) {
		struct follow_item *item = &f->items[i];
		int64_t wait_ms = 0;

		if (item->want == FOLLOW_ACTION && !follow_may(f, BREAKER_IMPACT_ACTIONS, &wait_ms, e))
			return false;
		if (item->want == FOLLOW_SUBMISSION && !follow_may(f, BREAKER_IMPACT_SUBMISSIONS, &wait_ms, e))
			return false;
		if (wait_ms == 0)
			continue;
		if (item->want == FOLLOW_ACTION)
			follow_later(item, wait_ms);
		else
			item->want = FOLLOW_LISTING;
	}
	return true;
}

/* With fewer calls than items the rest waits for the next round. */
static bool
ask_each(struct follow *f, struct err *e)
{
	if (!leave_forbidden(f, e))
		return false;
	f->step.next = take_answers;
	for (size_t i = 0; i < f->n_items; i++) {
		enum follow_want want = f->items[i].want;

		if (want != FOLLOW_ACTION && want != FOLLOW_SUBMISSION)
			continue;
		if (f->budget > 0 && f->step.n < STEP_REQUESTS_MAX)
			ask(f, i);
		else
			f->items[i].want = FOLLOW_DONE;
	}
	if (f->step.n > 0)
		return true;
	return f->busy ? follow_finish(f, e) : follow_list(f, e);
}

/* ---- above half of the budget */

/* Whether its submission is to be read although calls are few.  later_ms: nothing settled it in this round. */
static bool
submission_is_due(const struct follow *f, const struct follow_item *item)
{
	const struct settings *settings = f->step.parts->settings;

	return item->later_ms > 0 && !item->asked_busy && item->d.batch_id.n > 0 &&
	       (item->d.state == STATE_UNKNOWN ||
	           (item->d.state == STATE_ACCEPTED &&
	               item->d.since_accepted_ms >= settings_plan_ms(&settings->follow_busy_plan_s, 0)));
}

/* Calls for up to so many submissions, of which what the last listing left over is a part. */
static bool
calls_for(struct follow *f, int64_t wanted, struct err *e)
{
	int64_t left = f->budget > 0 ? f->budget : 0;
	struct access access;

	if (wanted > left && !access_impact(&f->step, f->document.account_sid, wanted - left, ACCESS_LOOK_AT_ALL,
	                         &f->account, &f->budget, &access, e))
		return false;
	f->budget += wanted > left ? left : 0;
	return true;
}

/* The submissions that are due, as many at once as there are calls for; what is left of them is owed. */
static bool
read_submissions(struct follow *f, struct err *e)
{
	int64_t due = 0;

	for (size_t i = 0; i < f->n_items; i++)
		due += submission_is_due(f, &f->items[i]);
	if (due > 0 && !calls_for(f, due < STEP_REQUESTS_MAX ? due : STEP_REQUESTS_MAX, e))
		return false;
	if (due > 0 && f->budget > 0) {
		for (size_t i = 0, n = 0; i < f->n_items && n < STEP_REQUESTS_MAX && (int64_t)n < f->budget; i++) {
			if (!submission_is_due(f, &f->items[i]))
				continue;
			f->items[i].want = FOLLOW_SUBMISSION;
			f->items[i].asked_busy = true;
			f->items[i].later_ms = 0;
			n++;
		}
		return ask_each(f, e);
	}
	/* They stay due for the next listing. */
	for (size_t i = 0; i < f->n_items; i++)
		if (submission_is_due(f, &f->items[i]))
			f->items[i].later_ms = 0;
	return budget_owed(db_of(f), f->step.tenant_id, BUDGET_IMPACT, due, e) && follow_finish(f, e);
}

bool
follow_listed(struct follow *f, struct err *e)
{
	if (!f->busy)
		return follow_finish(f, e);
	/* Confirmed ones that lie in nobody's window. */
	for (size_t i = 0; i < f->n_items; i++)
		if (f->items[i].want == FOLLOW_LISTING)
			follow_later(&f->items[i], f->step.parts->settings->follow_listing_s * 1000);
	return read_submissions(f, e);
}

static bool load(struct follow *f, int64_t max, struct err *e);

static bool
begin_busy(struct follow *f, struct err *e)
{
	const struct settings *settings = f->step.parts->settings;
	struct access access;
	int64_t wait_ms;

	f->busy = true;
	if (!listing_wait_ms(db_of(f), f->step.arena, f->step.tenant_id, settings->follow_listing_s, &wait_ms, e))
		return false;
	if (wait_ms > 0 && f->step.careful != NULL)
		return wait_for(f, wait_ms);
	if (wait_ms > 0) {
		f->n_items = 0;
		return follow_finish(f, e);
	}
	if (!access_impact(&f->step, f->document.account_sid, 1, ACCESS_LOOK_AT_ALL, &f->account, &f->budget, &access,
	        e))
		return false;
	if (!access.ready)
		return wait_for(f, access.wait_ms);
	if (!load(f, LISTING_MAX, e) || !listing_begin(db_of(f), f->step.tenant_id, e))
		return false;
	for (size_t i = 0; i < f->n_items; i++)
		f->items[i].want = FOLLOW_LISTING;
	return follow_list(f, e);
}

/* ---- the beginning */

/* Of a careful round: the suspect, or the first; one that kills is left as it is, or given up. */
static bool
take_one(struct follow *f, struct delivery **due, struct err *e)
{
	struct step *step = &f->step;
	struct str id;

	if (step->careful == NULL || f->n_items == 0)
		return true;
	*due += step_first(step, *due, f->n_items, delivery_name);
	f->n_items = 1;
	id = delivery_name(step->arena, *due, 0);
	if (!step_work_on(step, id, e))
		return false;
	if (!step_is_poison(step, id))
		return true;
	f->n_items = 0;
	return follow_give_up(f, *due, e);
}

static bool
load(struct follow *f, int64_t max, struct err *e)
{
	struct step *step = &f->step;
	struct delivery *due;
	size_t n = 0;

	if (!delivery_due_follow(db_of(f), step->arena, step->tenant_id, max, &due, &f->n_items, e) ||
	    !take_one(f, &due, e))
		return false;
	f->items = arena_array(step->arena, f->n_items, sizeof(*f->items));
	for (size_t i = 0; i < f->n_items; i++) {
		struct follow_item item = { .d = due[i],
			.look_ms = due[i].event_date_ms,
			.want = due[i].action_id.n > 0  ? FOLLOW_ACTION
			        : due[i].batch_id.n > 0 ? FOLLOW_SUBMISSION
			                                : FOLLOW_LISTING };

		if (!due[i].elsewhere)
			f->items[n++] = item;
		else if (!follow_elsewhere(f, &item, e))
			return false;
	}
	f->n_items = n;
	return true;
}

bool
follow_begin(struct step *step, struct err *e)
{
	struct follow *f = (struct follow *)step;
	struct config_revision current;
	struct config_fault *faults;
	struct access access;
	int64_t calls = 0;
	size_t n;

	if (!config_current(db_of(f), step->arena, step->tenant_id, &current, e) ||
	    !config_document_parse(step->arena, current.document, &f->document, &faults, &n, e) ||
	    !hold_list(db_of(f), step->arena, step->tenant_id, &f->held, &f->n_held, e) || !load(f, SINGLE_MAX, e))
		return false;
	if (f->n_items == 0)
		return follow_finish(f, e);
	for (size_t i = 0; i < f->n_items; i++)
		calls += f->items[i].want != FOLLOW_LISTING;
	if (!access_impact(step, f->document.account_sid, calls > 0 ? calls : 1, ACCESS_LOOK_AT_ONE, &f->account,
	        &f->budget, &access, e))
		return false;
	return access.ready ? ask_each(f, e) : begin_busy(f, e);
}

struct step *
follow_new(struct arena *a, const struct parts *parts, const struct lease *l)
{
	struct follow *f = arena_alloc(a, sizeof(*f));

	f->step = (struct step){ .arena = a,
		.parts = parts,
		.tenant_id = l->tenant_id,
		.next = follow_begin,
		.again_in_ms = -1 };
	f->lease = *l;
	f->no_submissions_ms = f->no_actions_ms = -1;
	return &f->step;
}
