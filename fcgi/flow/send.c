/* send.c - see send.h. */
#include "flow/send.h"

#include <assert.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "core/effect.h"
#include "core/retry.h"
#include "core/verdict.h"
#include "flow/access.h"
#include "store/budget.h"
#include "store/config.h"
#include "store/conversion.h"
#include "store/delivery.h"
#include "store/schedule.h"
#include "store/tenant.h"
#include "store/transaction.h"

/* Conversions of one tenant under way at once (design 6, Fairness). */
#define SEND_MAX CONVERSION_GROUP_MAX
/* Under one lease; then the next tenant has its turn. */
#define ROUNDS_MAX 8
/* Refused credentials: nothing goes out for this long, unless somebody enters them anew. */
#define REFUSED_MS (15LL * 60 * 1000)
/* A 403 may be about the scope or about this one body: the others have their turn soon. */
#define FORBIDDEN_MS 60000

struct send_item {
	int64_t conversion_id, attempt, tries;
};

struct send {
	struct step step;
	struct lease lease;
	struct tenant tenant;
	struct config_document document;
	int64_t revision;
	struct impact_account account;
	struct send_item items[SEND_MAX];
	size_t n_untold; /* items[0..n_untold): whether they are SENDING is not known */
	int rounds;
	bool parked; /* something that may not go left the queue: what stands behind it has its turn at once */
};

static bool
load(struct send *s, struct err *e)
{
	struct step *step = &s->step;
	struct config_revision current;
	struct config_fault *faults;
	size_t n;

	if (!tenant_load(step->parts->db, step->arena, step->tenant_id, &s->tenant, e) ||
	    !config_current(step->parts->db, step->arena, step->tenant_id, &current, e) ||
	    !config_document_parse(step->arena, current.document, &s->document, &faults, &n, e))
		return false;
	s->revision = current.revision;
	return true;
}

/* Why a conversion may not go now although it is due: consent, rule off (looked at once more), else empty. */
static struct str
forbidden(const struct send *s, const struct delivery *d)
{
	const struct config_object *object = config_document_object(&s->document, d->object_type);

	if (object == NULL || !object->consent)
		return STR("no_consent");
	if (str_eq(d->trigger_id, STR(EFFECT_TEST_TRIGGER)))
		return STR("");
	for (size_t i = 0; i < object->n_triggers; i++)
		if (str_eq(object->triggers[i].id, d->trigger_id))
			return object->triggers[i].live ? (struct str){ .n = 0 } : STR("trigger_off");
	return STR("trigger_off");
}

/* No for this one, for good. */
static void
rejected(const struct http_answer *answer, const struct impact_receipt *receipt, struct conversion_answer *w)
{
	w->to = STATE_REJECTED;
	w->result = STR("rejected");
	w->code = answer->status == 402 ? STR("http_402") : STR("http_400");
	w->message = str_slice(receipt->refusal, 0, 500);
}

/* No for all, until somebody mends something; looked at again hourly. */
static void
parked(const struct step *step, const struct http_answer *answer, const char *code, struct conversion_answer *w)
{
	struct err text = { .code = ERR_NONE };

	w->to = STATE_PARKED;
	w->result = STR("refused");
	w->code = str_from(code);
	(void)impact_ok(step->arena, answer, &text);
	w->message = str_copy(step->arena, str_from(text.text));
}

/*
 * It may have arrived.  What the answer tells of its whereabouts is kept although the answer itself is none to trust
 * (a 202, a 207): it is asked for there first.
 */
static void
unknown(const struct step *step, const struct http_answer *answer, const struct impact_receipt *receipt,
    struct conversion_answer *w)
{
	w->to = STATE_UNKNOWN;
	w->result = STR("unknown");
	w->code = STR("no_answer");
	w->message = str_copy(step->arena, str_from(answer->err.text));
	w->due_in_ms = step->parts->settings->unknown_wait_s * 1000;
	w->batch_id = receipt->batch_id;
	w->action_id = receipt->action_id;
}

static void
again(const struct step *step, enum retry_class c, const struct http_answer *answer, int64_t tries,
    struct conversion_answer *w)
{
	w->to = STATE_READY;
	w->counts = c == RETRY_AGAIN;
	w->result = w->counts ? STR("not_sent") : STR("rate_limited");
	w->message = str_copy(step->arena, str_from(answer->err.text));
	w->due_in_ms = step_retry_ms(step, RETRY_IMPACT_POST, c, answer, tries);
}

/* The answer as the class it has, with the receipt that stands in it. */
static enum retry_class
classify(const struct send *s, const struct http_answer *answer, const struct conversion_answer *w,
    struct impact_receipt *receipt)
{
	const struct step *step = &s->step;
	struct err why = { .code = ERR_NONE };
	enum retry_class c = retry_classify(RETRY_IMPACT_POST, answer);
	bool understood = answer->outcome == HTTP_ANSWERED && impact_read_receipt(step->arena, answer, receipt, &why);

	if (understood && receipt->refusal.n == 0 &&
	    !impact_receipt_is_ours(step->arena, step->parts->settings, &s->account, receipt)) {
		/* It may be booked somewhere: UNKNOWN, and looked for. */
		log_event(LOG_ERROR, "send.foreign_receipt", LOG_I("conversion", w->conversion_id));
		*receipt = (struct impact_receipt){ 0 };
		understood = false;
	}
	if (c == RETRY_MISSET || c == RETRY_FAULT)
		log_event(LOG_ERROR, c == RETRY_FAULT ? "send.fault" : "send.misset",
		    LOG_I("conversion", w->conversion_id), LOG_I("status", answer->status));
	return c == RETRY_OK && !understood ? retry_unreadable(RETRY_IMPACT_POST) : c;
}

/* What the far side said of this attempt, as the row that keeps it. */
static void
read_answer(const struct send *s, const struct http_answer *answer, int64_t tries, struct conversion_answer *w)
{
	const struct step *step = &s->step;
	struct impact_receipt receipt = { .batch_id = { .n = 0 } };
	enum retry_class c = classify(s, answer, w, &receipt);

	w->http_status = answer->status;
	switch (c) {
	case RETRY_OK:
		w->to = STATE_ACCEPTED;
		w->result = STR("accepted");
		w->batch_id = receipt.batch_id;
		w->action_id = receipt.action_id;
		w->due_in_ms = settings_plan_ms(&step->parts->settings->follow_plan_s, 0);
		return;
	case RETRY_AGAIN:
	case RETRY_WAIT:
		again(step, c, answer, tries, w);
		return;
	case RETRY_SIGN_IN:
		parked(step, answer, "credentials_refused", w);
		return;
	case RETRY_FORBIDDEN:
		parked(step, answer, "scope_missing", w);
		return;
	case RETRY_MISSET:
		parked(step, answer, "far_end_moved", w);
		return;
	case RETRY_REFUSED:
	case RETRY_FAULT:
		rejected(answer, &receipt, w);
		return;
	default:
		unknown(step, answer, &receipt, w);
		return;
	}
}

/* What concerns all of the tenant's calls: the limit is reached, or the credentials are refused. */
static bool
hold_back(const struct send *s, const struct conversion_answer *w, struct err *e)
{
	int64_t for_ms = 0;

	if (str_eq(w->result, STR("rate_limited")))
		for_ms = w->due_in_ms;
	else if (w->to == STATE_PARKED)
		for_ms = str_eq(w->code, STR("credentials_refused")) ? REFUSED_MS : FORBIDDEN_MS;
	if (w->to == STATE_PARKED && !schedule_set(s->step.parts->db, s->step.tenant_id, SCHEDULE_IMPACT, 0, true, e))
		return false;
	return for_ms == 0 || budget_block(s->step.parts->db, s->step.tenant_id, BUDGET_IMPACT, for_ms, e);
}

/* Kept at once: an answer must not wait for its neighbours that are still on their way. */
static bool
answered(struct step *step, const size_t *which, size_t n, struct err *e)
{
	struct send *s = (struct send *)step;
	struct conversion_answer w[SEND_MAX] = { 0 };
	bool kept[SEND_MAX] = { false };

	for (size_t k = 0; k < n; k++) {
		const struct send_item *item = &s->items[which[k]];

		w[k] = (struct conversion_answer){ .tenant_id = step->tenant_id,
			.conversion_id = item->conversion_id,
			.attempt = item->attempt };
		read_answer(s, &step->answers[which[k]], item->tries, &w[k]);
	}
	if (!conversion_answered(step->parts->db, w, n, kept, e))
		return false;
	for (size_t k = 0; k < n; k++) {
		if (!hold_back(s, &w[k], e))
			return false;
		log_event(kept[k] ? LOG_INFO : LOG_WARN, kept[k] ? "send.answered" : "send.answered_late",
		    LOG_I("conversion", w[k].conversion_id), LOG_I("attempt", w[k].attempt),
		    LOG_S("result", w[k].result), LOG_I("status", w[k].http_status),
		    LOG_I("ms", step->answers[which[k]].elapsed_ms));
	}
	return access_impact_told(step, which, n, e);
}

static bool
finish(struct step *step, struct err *e)
{
	return delivery_next_ms(step->parts->db, step->arena, step->tenant_id, LEASE_SEND, &step->again_in_ms, e);
}

/* SENDING is committed, then these are made; their bytes may leave within the window only. */
static void
request(struct send *s, const struct delivery *d, int64_t attempt, int64_t begun)
{
	struct step *step = &s->step;
	const struct settings *settings = step->parts->settings;
	struct http_request q;

	FAULT_POINT_OF("send.request", d->order_id);
	impact_conversion(step->arena, settings, &s->account, d->body, begun + settings->send_window_ms, &q);
	s->items[step_request(step, &q)] =
	    (struct send_item){ .conversion_id = d->conversion_id, .attempt = attempt, .tries = d->tries };
	/* Nothing ever left: it goes on being tried, ever more rarely, and somebody is told. */
	if (d->tries >= settings->retry_max)
		log_event(LOG_ERROR, "send.unreachable", LOG_I("conversion", d->conversion_id),
		    LOG_I("tries", d->tries));
	log_event(LOG_INFO, "send.sending", LOG_I("conversion", d->conversion_id), LOG_I("attempt", attempt));
}

/* Takes calls from the budget and makes as many conversions SENDING; *n is how many. */
static bool
take(struct send *s, const struct delivery *const *go, size_t *n, int64_t *attempts, struct access *access,
    struct err *e)
{
	struct step *step = &s->step;
	int64_t ids[SEND_MAX];
	int64_t granted;

	for (size_t i = 0; i < *n; i++)
		ids[i] = go[i]->conversion_id;
	if (!access_impact(step, s->document.account_sid, (int64_t)*n, ACCESS_SEND, &s->account, &granted, access, e))
		return false;
	if (!access->ready)
		*n = 0;
	else if ((int64_t)*n > granted)
		*n = (size_t)granted;
	return *n == 0 ||
	       conversion_sending(step->parts->db, step->arena, &s->lease, ids, *n, s->revision, attempts, e);
}

/* While the database comes back. */
#define UNTOLD_MS 200

/* All that were to be sent, and have not left for sure: READY again where they became SENDING. */
static bool
put_back(const struct send *s, struct err *e)
{
	struct conversion_answer w[SEND_MAX] = { 0 };
	bool kept[SEND_MAX] = { false };

	for (size_t i = 0; i < s->n_untold; i++)
		w[i] = (struct conversion_answer){ .tenant_id = s->step.tenant_id,
			.conversion_id = s->items[i].conversion_id,
			.attempt = s->items[i].attempt,
			.to = STATE_READY,
			.result = STR("not_sent"),
			.message = STR("The database's answer to \"may be sent\" was lost; it was not sent then.") };
	return conversion_answered(s->step.parts->db, w, s->n_untold, kept, e);
}

/*
 * COMMIT had no answer: whether they are SENDING is in the rows, which the attempt's number tells apart (W8).  Nothing
 * has left, so none is UNKNOWN; but whoever claims the lease before this can be written takes it for that.
 */
static bool
untold(struct step *step, struct err *e)
{
	struct send *s = (struct send *)step;
	struct db *db = step->parts->db;

	if (transaction_begin(db, e) && transaction_end(db, put_back(s, e), "what was not sent", e)) {
		log_event(LOG_WARN, "send.put_back", LOG_I("conversions", s->n_untold));
		step->again_in_ms = 0;
		return true;
	}
	if (e->code != ERR_CONFLICT && !transaction_away(e))
		return false;
	*e = (struct err){ .code = ERR_NONE };
	step->pause_ms = UNTOLD_MS;
	return true;
}

static bool
begin_untold(struct send *s, const struct delivery *const *go, size_t n, const int64_t *attempts, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		assert(go[i] != NULL);
		s->items[i] = (struct send_item){ .conversion_id = go[i]->conversion_id, .attempt = attempts[i] };
	}
	s->n_untold = n;
	s->step.next = untold;
	*e = (struct err){ .code = ERR_NONE };
	return untold(&s->step, e);
}

static bool
start(struct send *s, const struct delivery *const *go, size_t n, struct err *e)
{
	struct step *step = &s->step;
	struct db *db = step->parts->db;
	int64_t begun = clock_mono_ms();
	int64_t attempts[SEND_MAX] = { 0 };
	struct access access;

	if (!transaction_begin(db, e) ||
	    !transaction_end(db, take(s, go, &n, attempts, &access, e), "before sending", e))
		return e->code == ERR_TIMEOUT && n > 0 && begin_untold(s, go, n, attempts, e);
	if (!access.ready)
		step->again_in_ms = access.wait_ms;
	for (size_t i = 0; i < n; i++) {
		assert(go[i] != NULL && attempts[i] > 0);
		request(s, go[i], attempts[i], begun);
	}
	return true;
}

/* A resend of what went to another account: there it may have arrived, here it would be a second conversion. */
static bool
give_up(const struct send *s, const struct delivery *d, struct err *e)
{
	log_event(LOG_WARN, "send.elsewhere", LOG_I("conversion", d->conversion_id));
	return conversion_dead(s->step.parts->db, &s->lease, d->conversion_id, STR("account_changed"),
	    STR("Sent to the account that was set before; no answer came."), e);
}

/*
 * Parks what may not go, gives up what went elsewhere; the others are what may.  Also false: a conflict, somebody moved
 * one just now.
 */
static bool
choose(struct send *s, const struct delivery *due, size_t n, const struct delivery **go, size_t *n_go, struct err *e)
{
	*n_go = 0;
	for (size_t i = 0; i < n; i++) {
		FAULT_POINT_OF("send.choose", due[i].order_id);
		struct str no = forbidden(s, &due[i]);
		bool lost = due[i].elsewhere && due[i].unanswered > 0;

		if (no.n == 0 && !lost) {
			go[(*n_go)++] = &due[i];
			continue;
		}
		if (lost ? !give_up(s, &due[i], e)
		         : !conversion_park(s->step.parts->db, s->step.tenant_id, due[i].conversion_id, no, s->revision,
		               e))
			return false;
		s->parked = true;
	}
	return true;
}

/* After somebody's death one conversion after the other goes out, the suspect first; the one that kills does not. */
static bool
take_one(struct send *s, struct delivery **due, size_t *n, struct err *e)
{
	struct step *step = &s->step;
	struct str id;

	if (step->careful == NULL)
		return true;
	if (!step_worked(step, e))
		return false;
	if (*n == 0)
		return true;
	*due += step_first(step, *due, *n, delivery_name);
	*n = 1;
	id = delivery_name(step->arena, *due, 0);
	if (!step_work_on(step, id, e))
		return false;
	if (!step_is_poison(step, id))
		return true;
	log_event(LOG_ERROR, "send.poison", LOG_I("conversion", (*due)->conversion_id));
	*n = 0;
	s->parked = true;
	return conversion_dead(step->parts->db, &s->lease, (*due)->conversion_id, STR("poison"), STR(""), e);
}

static bool
start_due(struct send *s, struct err *e)
{
	struct step *step = &s->step;
	const struct delivery *go[SEND_MAX] = { NULL };
	struct delivery *due;
	size_t n;

	if (!delivery_due_send(step->parts->db, step->arena, step->tenant_id, step->parts->settings->order_wait_s,
	        SEND_MAX, &due, &n, e) ||
	    !take_one(s, &due, &n, e))
		return false;
	if (choose(s, due, n, go, &n, e)) {
		if (n == 0)
			return finish(step, e);
		if (start(s, go, n, e))
			return true;
	}
	/* Somebody paused the tenant, stopped sending or saved a new configuration just now. */
	if (e->code != ERR_CONFLICT)
		return false;
	*e = (struct err){ .code = ERR_NONE };
	return finish(step, e);
}

/* A lane that is held up shows up as due rows that nobody may send yet: look again soon, not at once. */
#define HELD_UP_MS 500

/* Nothing goes out: when to look again. */
static bool
rest(struct step *step, int64_t at_least_ms)
{
	const struct send *s = (const struct send *)step;

	if (step->n == 0 && step->pause_ms == 0 && s->n_untold == 0 && step->again_in_ms >= 0 &&
	    step->again_in_ms < HELD_UP_MS && !s->parked)
		step->again_in_ms = at_least_ms;
	return true;
}

static bool
next_round(struct step *step, struct err *e)
{
	struct send *s = (struct send *)step;

	step->again_in_ms = -1;
	if (++s->rounds == ROUNDS_MAX)
		return finish(step, e) && rest(step, 0);
	return start_due(s, e) && rest(step, HELD_UP_MS);
}

static bool
begin(struct step *step, struct err *e)
{
	struct send *s = (struct send *)step;
	int64_t stranded;

	if (!conversion_recover(step->parts->db, step->arena, &s->lease, step->parts->settings->unknown_wait_s * 1000,
	        &stranded, e) ||
	    !load(s, e))
		return false;
	if (stranded > 0)
		log_event(LOG_WARN, "send.recovered", LOG_I("unknown", stranded));
	if (!s->tenant.sending)
		return true; /* the switch wakes the lease when it is put on again */
	step->next = next_round;
	return start_due(s, e) && rest(step, HELD_UP_MS);
}

struct step *
send_new(struct arena *a, const struct parts *parts, const struct lease *l)
{
	struct send *s = arena_alloc(a, sizeof(*s));

	s->step = (struct step){ .arena = a,
		.parts = parts,
		.tenant_id = l->tenant_id,
		.next = begin,
		.answered = answered,
		.again_in_ms = -1 };
	s->lease = *l;
	return &s->step;
}
