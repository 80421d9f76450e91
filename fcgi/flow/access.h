/*
 * access.h - what a flow needs before it may call a far side: a token that holds, credentials, and a slice of
 * the tenant's call budget.
 */
#ifndef FLOW_ACCESS_H
#define FLOW_ACCESS_H

#include "core/config_document.h"
#include "flow/step.h"
#include "remote/impact.h"
#include "store/budget.h"

/* Whether the call may go now; if not, when to look again. */
struct access {
	bool ready;
	int64_t wait_ms;
	struct str why; /* a row of core/verdict.h when not ready: "disconnected", "rate_limited", ... */
	bool asked;     /* "rate_limited": the far end itself asked for the wait */
};

/*
 * HubSpot's access token and up to `calls` of the budget, *granted of them: no more may be made.  A token about to
 * expire is not used: its refresh is asked for (schedule) and the flow looks again a moment later.
 */
bool access_hubspot(struct step *s, int64_t calls, struct secret *token, int64_t *granted, struct access *out,
    struct err *e) CC_MUST_USE;
/* The same for what may wait: as long as less than half of the budget is used. */
bool access_hubspot_spare(struct step *s, int64_t calls, struct secret *token, int64_t *granted, struct access *out,
    struct err *e) CC_MUST_USE;
/* The same for one search; HubSpot counts these apart. */
bool access_hubspot_search(struct step *s, struct secret *token, struct access *out, struct err *e) CC_MUST_USE;
/* What calls to impact.com are for: what may wait leaves the rest to what may not (store/budget.h). */
enum access_use {
	ACCESS_SEND,
	ACCESS_LOOK_AT_ONE, /* a call for each conversion that is followed: as long as half of the budget is free */
	ACCESS_LOOK_AT_ALL  /* listings, and the submissions of those that no listing shows */
};
struct budget_limit access_impact_limit(const struct settings *settings, enum access_use use);
/* impact.com's credentials and up to `calls` of the budget, *granted of them. */
bool access_impact(struct step *s, struct str account_sid, int64_t calls, enum access_use use,
    struct impact_account *account, int64_t *granted, struct access *out, struct err *e) CC_MUST_USE;
/* Keeps what the limit headers of these answers told; which NULL: of the first n. */
bool access_impact_told(const struct step *s, const size_t *which, size_t n, struct err *e) CC_MUST_USE;
/* HubSpot refused the token that was given here last: it is not used again, and refreshed now. */
bool access_token_refused(struct step *s, struct err *e) CC_MUST_USE;

#endif
