/* follow_verdict.c - what impact.com's answers mean for one conversion; see follow_round.h. */
#include "base/arena.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/tally.h"
#include "core/effect.h"
#include "core/verdict.h"
#include "flow/follow_round.h"
#include "store/conversion.h"
#include "store/event_type.h"
#include "store/hold.h"

#define RETRY_MS 5000
/* What was confirmed and kills whoever asks for it again. */
#define POISON_AGAIN_MS (7LL * 24 * 60 * 60 * 1000)
/* No resend after this many unanswered ones. */
#define UNANSWERED_MAX 2

static struct db *
db_of(const struct follow *f)
{
	return f->step.parts->db;
}

void
follow_later(struct follow_item *item, int64_t due_in_ms)
{
	item->want = FOLLOW_DONE;
	item->later_ms = due_in_ms;
}

/* Above half of the budget: at the listings until the busy plan begins, then by that plan. */
static int64_t
busy_plan_ms(const struct follow *f, const struct follow_item *item)
{
	const struct settings *settings = f->step.parts->settings;
	int64_t first_ms = settings_plan_ms(&settings->follow_busy_plan_s, 0);
	int64_t left_ms = first_ms - item->d.since_accepted_ms;
	int64_t listing_ms = settings->follow_listing_s * 1000;

	if (left_ms <= 0)
		return settings_plan_ms(&settings->follow_busy_plan_s, 1);
	return left_ms < listing_ms ? left_ms : listing_ms;
}

/* Accepted for long, and looked for in vain: "not attributed yet", looked at now and then. */
static bool
is_overdue(const struct follow *f, const struct follow_item *item)
{
	return item->d.state == STATE_ACCEPTED &&
	       item->d.since_accepted_ms > f->step.parts->settings->follow_give_up_s * 1000;
}

int64_t
follow_plan_ms(const struct follow *f, const struct follow_item *item)
{
	const struct settings *settings = f->step.parts->settings;

	if (item->d.state == STATE_CONFIRMED || is_overdue(f, item))
		return settings->follow_confirmed_s * 1000;
	return f->busy ? busy_plan_ms(f, item) : settings_plan_ms(&settings->follow_plan_s, item->d.looks);
}

void
follow_failed(const struct follow *f, struct follow_item *item, const struct err *why)
{
	int64_t plan_ms = follow_plan_ms(f, item);

	log_event(LOG_WARN, "follow.read_failed", LOG_I("conversion", item->d.conversion_id), LOG_C("why", why->text));
	follow_later(item, RETRY_MS > plan_ms ? RETRY_MS : plan_ms);
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
 * impact.com judged the conversion by more than its event type: so that exists, and if it was held, it is mended.
 * Told before the verdict is written: a crash between the two leaves the conversion to be judged once more.
 */
static bool
proved(struct follow *f, const struct follow_item *item, struct err *e)
{
	int64_t n;

	if (!event_type_proved(db_of(f), f->step.tenant_id, item->d.event_type_id, e))
		return false;
	for (size_t i = 0; i < f->n_held; i++)
		if (f->held[i] == item->d.event_type_id) {
			if (!hold_end(db_of(f), f->step.arena, f->step.tenant_id, f->held[i], item->d.conversion_id, &n,
			        e))
				return false;
			if (n > 0)
				log_event(LOG_INFO, "follow.event_type_mended", LOG_I("event_type", f->held[i]),
				    LOG_I("conversions", n));
		}
	return true;
}

/*
 * A move that is refused: the conversion is not where it was (a late answer), which concerns nobody else; or the lease
 * is not ours any more, which ends the round.
 */
static bool
unless_moved(struct follow *f, int64_t conversion_id, bool done, struct err *e)
{
	if (done || e->code != ERR_CONFLICT)
		return done;
	*e = (struct err){ .code = ERR_NONE };
	if (!lease_hold(db_of(f), &f->lease, e))
		return false;
	log_event(LOG_INFO, "follow.moved_meanwhile", LOG_I("conversion", conversion_id));
	return true;
}

/* The action tells the code and the id of the conversion's event type: that they are the same is kept. */
static bool
learn(struct follow *f, const struct follow_item *item, const struct impact_action_info *x, struct err *e)
{
	int64_t number;

	if (x->event_code.n == 0 || x->event_code.n > 128 || x->event_type_id.n > 16 ||
	    !str_to_int(x->event_type_id, 1, INT64_MAX, &number) || f->learned == item->d.event_type_id ||
	    (!str_eq(x->event_code, item->d.event_type) && !str_eq(x->event_type_id, item->d.event_type)))
		return true;
	f->learned = item->d.event_type_id;
	return event_type_learn(db_of(f), f->step.arena, f->step.tenant_id, item->d.program_id, x->event_code,
	    x->event_type_id, e);
}

bool
follow_confirm(struct follow *f, struct follow_item *item, const struct impact_action_info *x, struct err *e)
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
	if (!proved(f, item, e) || !learn(f, item, x, e))
		return false;
	tally_add(TALLY_MOVED_CONFIRMED, item->d.state != STATE_CONFIRMED);
	log_event(LOG_INFO, "follow.confirmed", LOG_I("conversion", item->d.conversion_id), LOG_S("state", x->state));
	return unless_moved(f, item->d.conversion_id,
	    conversion_confirmed(db_of(f), &f->lease, item->d.conversion_id, &action,
	        f->step.parts->settings->follow_confirmed_s * 1000, e),
	    e);
}

/*
 * Its submission is there and fine: it has arrived, whatever the answer was, and is followed as any that was accepted.
 */
static bool
arrived(struct follow *f, struct follow_item *item, struct err *e)
{
	int64_t plan_ms = settings_plan_ms(&f->step.parts->settings->follow_plan_s, 0);

	if (item->d.state != STATE_UNKNOWN)
		return true;
	if (!conversion_accepted(db_of(f), &f->lease, item->d.conversion_id, plan_ms, e)) {
		item->want = FOLLOW_DONE;
		return unless_moved(f, item->d.conversion_id, false, e);
	}
	log_event(LOG_INFO, "follow.arrived", LOG_I("conversion", item->d.conversion_id));
	item->d.state = STATE_ACCEPTED;
	item->d.looks = 0;
	return true;
}

/* What a person sent to try (core/effect.h). */
static bool
is_test(const struct follow_item *item)
{
	return str_eq(item->d.trigger_id, STR(EFFECT_TEST_TRIGGER));
}

/*
 * impact.com took a test conversion and lists no action for it: it made a test action, which no API shows (impact.md
 * 2.10).  That is its end.
 */
static bool
test_arrived(struct follow *f, struct follow_item *item, struct err *e)
{
	const struct conversion_action action = { .partner_id = item->partner_id,
		.state = STR("TEST"),
		.detail = STR("TEST_ACTION"),
		.settled = true };

	item->want = FOLLOW_DONE;
	return unless_moved(f, item->d.conversion_id,
	    conversion_confirmed(db_of(f), &f->lease, item->d.conversion_id, &action, 0, e), e);
}

static bool
reject(struct follow *f, struct follow_item *item, struct str code, struct err *e)
{
	item->want = FOLLOW_DONE;
	if (verdict_holds_event_type(code) && !is_test(item)) {
		log_event(LOG_WARN, "follow.event_type_held", LOG_I("event_type", item->d.event_type_id),
		    LOG_S("code", code));
		if (!hold_begin(db_of(f), f->step.arena, f->step.tenant_id, item->d.event_type_id,
		        item->d.conversion_id, code, e))
			return false;
	} else if (!verdict_holds_event_type(code) && verdict_find(code)->code[0] != '\0' && !proved(f, item, e)) {
		return false;
	}
	log_event(LOG_INFO, "follow.rejected", LOG_I("conversion", item->d.conversion_id), LOG_S("code", code));
	return unless_moved(f, item->d.conversion_id,
	    conversion_rejected(db_of(f), f->step.arena, &f->lease, item->d.conversion_id, str_slice(code, 0, 255),
	        item->partner_id, e),
	    e);
}

/* No longer followed: UNKNOWN is for a person to decide, the rest stays what it is, with the reason. */
static bool
leave(struct follow *f, const struct delivery *d, struct str code, struct str words, struct err *e)
{
	bool done = d->state == STATE_UNKNOWN ? conversion_dead(db_of(f), &f->lease, d->conversion_id, code, words, e)
	                                      : conversion_left(db_of(f), &f->lease, d->conversion_id, code, e);

	return unless_moved(f, d->conversion_id, done, e);
}

bool
follow_elsewhere(struct follow *f, const struct follow_item *item, struct err *e)
{
	log_event(LOG_WARN, "follow.elsewhere", LOG_I("conversion", item->d.conversion_id),
	    LOG_C("state", state_name(item->d.state)));
	return leave(f, &item->d, STR("account_changed"),
	    STR("Sent to the account that was set before; no answer came."), e);
}

bool
follow_give_up(struct follow *f, const struct delivery *d, struct err *e)
{
	log_event(LOG_ERROR, "follow.poison", LOG_I("conversion", d->conversion_id),
	    LOG_C("state", state_name(d->state)));
	/* An action exists; its payment is looked at again when an update may have mended it. */
	if (d->state == STATE_CONFIRMED)
		return delivery_later(db_of(f), f->step.tenant_id, d->conversion_id, POISON_AGAIN_MS, e);
	return leave(f, d, STR("poison"), STR(""), e);
}

/* UNKNOWN, and where it should have arrived nothing can be read: not sent again, as it may have been judged there. */
static bool
lost_track(const struct follow *f, const struct follow_item *item)
{
	return item->unreadable && item->d.since_sending_ms > f->step.parts->settings->follow_give_up_s * 1000;
}

bool
follow_not_found(struct follow *f, struct follow_item *item, struct err *e)
{
	int64_t id = item->d.conversion_id;

	if (item->duplicate)
		return reject(f, item, STR("CONV_DUPLICATE"), e);
	if (item->judged && is_test(item))
		return test_arrived(f, item, e);
	item->unattributed = is_overdue(f, item);
	if (item->d.state != STATE_UNKNOWN || (item->d.batch_id.n > 0 && !lost_track(f, item))) {
		follow_later(item, follow_plan_ms(f, item));
		return true;
	}
	item->want = FOLLOW_DONE;
	if (item->d.batch_id.n > 0) {
		log_event(LOG_ERROR, "follow.lost_track", LOG_I("conversion", id));
		return unless_moved(f, id,
		    conversion_dead(db_of(f), &f->lease, id, STR("no_answer"),
		        STR("impact.com named a submission for it that cannot be read, and no action was found."), e),
		    e);
	}
	if (item->d.unanswered >= UNANSWERED_MAX) {
		log_event(LOG_ERROR, "follow.dead", LOG_I("conversion", id));
		return unless_moved(f, item->d.conversion_id,
		    conversion_dead(db_of(f), &f->lease, id, STR("no_answer"),
		        STR("Sent twice, answered neither time, and no action was found at impact.com."), e),
		    e);
	}
	log_event(LOG_WARN, "follow.resend", LOG_I("conversion", id));
	return unless_moved(f, item->d.conversion_id, conversion_resend(db_of(f), &f->lease, id, e), e);
}

bool
follow_take_submission(struct follow *f, struct follow_item *item, const struct http_answer *answer, struct err *e)
{
	struct impact_submission_info info;

	FAULT_POINT_OF("follow.submission", item->d.order_id);
	if (!impact_read_submission(f->step.arena, answer, &info, e))
		return far_side(e);
	item->partner_id = str_slice(info.partner_id, 0, 32);
	if ((info.order_id.n > 0 && !str_eq(info.order_id, item->d.order_id)) ||
	    (info.batch_id.n > 0 && !str_eq(info.batch_id, item->d.batch_id)))
		return err_set(e, ERR_REMOTE, "the submission is of another conversion");
	if (!info.complete) {
		item->unattributed = is_overdue(f, item);
		follow_later(item, follow_plan_ms(f, item));
		return true;
	}
	if (info.error_type.n == 0 && info.error_reason.n == 0) {
		item->want = FOLLOW_LISTING;
		item->judged = true;
		return proved(f, item, e) && arrived(f, item, e);
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

bool
follow_take_action(struct follow *f, struct follow_item *item, const struct http_answer *answer, struct err *e)
{
	struct impact_action_info info;

	if (!impact_read_action(f->step.arena, answer, &info, e))
		return far_side(e);
	if (info.order_id.n > 0 && !str_eq(info.order_id, item->d.order_id))
		return err_set(e, ERR_REMOTE, "the action is of another order");
	return follow_confirm(f, item, &info, e);
}

bool
follow_is_of(const struct follow_item *item, const struct impact_action_info *x)
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
