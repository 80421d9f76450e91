/* follow_round.h - the state of one round of following, shared by its parts. */
#ifndef FLOW_FOLLOW_ROUND_H
#define FLOW_FOLLOW_ROUND_H

#include "core/config_document.h"
#include "flow/gate.h"
#include "flow/step.h"
#include "remote/impact.h"
#include "store/delivery.h"

enum follow_want {
	FOLLOW_DONE,       /* nothing more in this round */
	FOLLOW_SUBMISSION, /* its submission is to be read */
	FOLLOW_ACTION,     /* its action is to be read */
	FOLLOW_LISTING     /* it is to be found in a listing of actions */
};

struct follow_item {
	struct delivery d;
	enum follow_want want;
	int64_t look_ms; /* in a listing of this moment */
	bool listed; /* a whole listing of its window was read in this round, and it was not there */
	bool looked_at_sending; /* look_ms is the moment it was sent */
	bool unreadable; /* its submission could not be read in this round */
	bool unattributed; /* accepted so long ago that its code says so, and no verdict now either */
	bool judged; /* its submission is complete, and without an error */
	bool duplicate; /* CONV_DUPLICATE: an earlier one of ours was counted */
	bool asked_busy; /* its submission was asked for in this round, although calls are few */
	int64_t later_ms; /* not 0: looked at again then */
	struct str partner_id;
};

/* The window of actions that is being listed. */
struct follow_window {
	struct str program_id;
	int64_t first_ms, last_ms; /* the moments at which conversions are looked for in it */
	int64_t around_ms;         /* the window goes so much beyond them */
	int64_t page;
};

struct follow {
	struct step step;
	struct lease lease;
	struct config_document document;
	struct impact_account account;
	struct follow_item *items;
	size_t n_items;
	size_t asked[STEP_REQUESTS_MAX]; /* the item behind a request */
	int64_t learned; /* the event type whose names were compared last */
	int64_t *held; /* event types that impact.com refuses */
	size_t n_held;
	bool busy; /* above half of the call budget: listings first */
	size_t n_alone; /* looked at one after the other */
	struct follow_window window;
	/*
	 * Calls that the token has no scope for: not before that time, known since they were wanted; -1: not asked
	 * yet.
	 */
	int64_t no_submissions_ms, no_actions_ms;
	int64_t span_ms, around_ms; /* of a window: less after one held too many actions */
	int64_t budget;
};

/* ---- follow.c */

/* A round from its beginning. */
bool follow_begin(struct step *step, struct err *e) CC_MUST_USE;
/* Writes when to look again; the end of the round. */
bool follow_finish(struct follow *f, struct err *e) CC_MUST_USE;
/* What concerns all of the tenant's calls: the limit is reached, or the credentials are refused. */
bool follow_hold_back(struct follow *f, const struct http_answer *answer, struct err *e) CC_MUST_USE;
/*
 * *wait_ms: 0, or how long calls for submissions or actions are not made, because the token has no scope for them.  To
 * be asked before each of them: a probe is one.
 */
bool follow_may(struct follow *f, enum breaker_to to, int64_t *wait_ms, struct err *e) CC_MUST_USE;
/* Such a call was answered well. */
bool follow_allowed(struct follow *f, enum breaker_to to, struct err *e) CC_MUST_USE;
/* What the answer says of that scope: *refused when it is missing. */
bool follow_scope(struct follow *f, enum breaker_to to, const struct http_answer *answer, bool *refused,
    struct err *e) CC_MUST_USE;
/* Every window was listed. */
bool follow_listed(struct follow *f, struct err *e) CC_MUST_USE;

/* ---- follow_verdict.c: what an answer means for one conversion, and the row that keeps it */

/* Looked at again after that time; written at the end of the round. */
void follow_later(struct follow_item *item, int64_t due_in_ms);
/* Its next look by the plan. */
int64_t follow_plan_ms(const struct follow *f, const struct follow_item *item);
/* An answer that could not be used: the item is looked at again, the others go on. */
void follow_failed(const struct follow *f, struct follow_item *item, const struct err *why);
bool follow_take_submission(struct follow *f, struct follow_item *item, const struct http_answer *answer,
    struct err *e) CC_MUST_USE;
bool follow_take_action(struct follow *f, struct follow_item *item, const struct http_answer *answer,
    struct err *e) CC_MUST_USE;
/*
 * Whether an action is the one of this conversion: our OrderId and its event type, under either alias.  An
 * action without a code may be of another event type with the same OrderId: it is ours only when we have no
 * such other conversion, and sent a code.
 */
bool follow_is_of(const struct follow_item *item, const struct impact_action_info *x);
bool follow_confirm(struct follow *f, struct follow_item *item, const struct impact_action_info *x,
    struct err *e) CC_MUST_USE;
/*
 * It was sent to an account that is not the present one: asking here would find nothing, and a resend would be a second
 * conversion.  It is given up or left as it is.
 */
bool follow_elsewhere(struct follow *f, const struct follow_item *item, struct err *e) CC_MUST_USE;
/* The process that followed it died each time: UNKNOWN is given up, ACCEPTED waits for a person, CONFIRMED a week. */
bool follow_give_up(struct follow *f, const struct delivery *d, struct err *e) CC_MUST_USE;
/* Not among the actions. */
bool follow_not_found(struct follow *f, struct follow_item *item, struct err *e) CC_MUST_USE;

/* ---- follow_list.c */

/* Lists the actions that items want to be found in, window by window; then follow_listed(). */
bool follow_list(struct follow *f, struct err *e) CC_MUST_USE;

#endif
