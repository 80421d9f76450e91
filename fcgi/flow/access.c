/* access.c - see access.h. */
#include "flow/access.h"

#include "base/clock.h"
#include "flow/gate.h"
#include "store/budget.h"
#include "store/credential.h"
#include "store/install.h"
#include "store/schedule.h"

/* How soon to look again after a refresh was asked for. */
#define TOKEN_WAIT_MS 1000
/* Credentials do not come back by themselves; the site wakes the queue when they are set anew. */
#define CREDENTIAL_WAIT_MS (15LL * 60 * 1000)

#define HUBSPOT_WINDOW_MS 10000
/* HubSpot allows 5 to all apps of an account together (hubspot.md 4.1). */
#define SEARCHES_PER_S 4

/* How much of impact.com's calls may be used up by one for each conversion that is followed. */
#define ONE_BY_ONE_PERCENT 50
/* How much is kept for following, when it lacks them, while conversions wait to be sent. */
#define FOLLOW_SHARE 25

static bool
not_ready(struct access *out, struct str why, int64_t wait_ms)
{
	*out = (struct access){ .ready = false, .wait_ms = wait_ms, .why = why };
	return true;
}

/* Whether the far end is left alone; a probe is one call. */
static bool
pass_gate(struct step *s, enum breaker_to to, int64_t *calls, struct access *out, struct err *e)
{
	bool probe;
	int64_t wait_ms;

	*out = (struct access){ .ready = true };
	if (!gate_may(s, to, &probe, &wait_ms, e))
		return false;
	if (probe)
		*calls = 1;
	return wait_ms == 0 || not_ready(out, STR("far_end_away"), wait_ms);
}

static bool
take(struct step *s, enum budget_destination to, int64_t calls, const struct budget_limit *limit, int64_t *granted,
    struct access *out, struct err *e)
{
	struct budget_slice slice;

	if (!budget_take(s->parts->db, s->arena, s->tenant_id, to, calls, limit, &slice, e))
		return false;
	*granted = slice.granted;
	if (slice.granted == 0) {
		*out = (struct access){ .wait_ms = slice.wait_ms, .why = STR("rate_limited"), .asked = slice.blocked };
		return true;
	}
	*out = (struct access){ .ready = true };
	return true;
}

bool
access_token_refused(struct step *s, struct err *e)
{
	return install_access_refused(s->parts->db, s->tenant_id, s->token_version, e) &&
	       schedule_set(s->parts->db, s->tenant_id, SCHEDULE_TOKEN, 0, true, e);
}

static bool
hubspot(struct step *s, enum budget_destination to, int64_t calls, const struct budget_limit *limit,
    struct secret *token, int64_t *granted, struct access *out, struct err *e)
{
	const struct parts *p = s->parts;
	struct install install;

	*granted = 0;
	if (!install_load(p->db, p->vault, s->arena, s->tenant_id, &install, e)) {
		if (e->code != ERR_NOT_FOUND)
			return false;
		*e = (struct err){ .code = ERR_NONE };
		return not_ready(out, STR("disconnected"), CREDENTIAL_WAIT_MS);
	}
	if (!install.connected)
		return not_ready(out, STR("disconnected"), CREDENTIAL_WAIT_MS);
	if (!install_usable(&install)) {
		/* What rests is tried again by itself. */
		bool rests = install.rest_ms > 0 && !install.leased;

		not_ready(out, STR("disconnected"), rests ? install.rest_ms + TOKEN_WAIT_MS : TOKEN_WAIT_MS);
		return rests || schedule_set(p->db, s->tenant_id, SCHEDULE_TOKEN, 0, true, e);
	}
	*token = install.access_token;
	s->token_version = install.version;
	if (!pass_gate(s, BREAKER_HUBSPOT, &calls, out, e))
		return false;
	if (!out->ready)
		return true;
	return take(s, to, calls, limit, granted, out, e);
}

/* HubSpot allows 110: what is counted late needs no margin of its own. */
static struct budget_limit
hubspot_limit(const struct step *s, int64_t percent)
{
	return (struct budget_limit){ .rule = { .calls = s->parts->settings->hubspot_calls_per_10s,
		                          .window_ms = HUBSPOT_WINDOW_MS },
		.percent = percent,
		.spare = percent < 100 };
}

bool
access_hubspot(struct step *s, int64_t calls, struct secret *token, int64_t *granted, struct access *out, struct err *e)
{
	const struct budget_limit limit = hubspot_limit(s, 100);

	return hubspot(s, BUDGET_HUBSPOT, calls, &limit, token, granted, out, e);
}

bool
access_hubspot_spare(struct step *s, int64_t calls, struct secret *token, int64_t *granted, struct access *out,
    struct err *e)
{
	const struct budget_limit limit = hubspot_limit(s, 50);

	return hubspot(s, BUDGET_HUBSPOT, calls, &limit, token, granted, out, e);
}

bool
access_hubspot_search(struct step *s, struct secret *token, struct access *out, struct err *e)
{
	const struct budget_limit limit = { .rule = { .calls = SEARCHES_PER_S, .window_ms = 1000 }, .percent = 100 };
	int64_t granted;

	return hubspot(s, BUDGET_HUBSPOT_SEARCH, 1, &limit, token, &granted, out, e);
}

/* ---- impact.com */

struct budget_limit
access_impact_limit(const struct settings *settings, enum access_use use)
{
	return (struct budget_limit){ .rule = { .calls = settings->impact_calls_per_hour,
		                          .window_ms = settings->impact_hour_s * 1000,
		                          .margin_ms = settings->impact_margin_ms },
		.percent = use == ACCESS_LOOK_AT_ONE ? ONE_BY_ONE_PERCENT : 100,
		.spare = use != ACCESS_SEND,
		.share = FOLLOW_SHARE };
}

bool
access_impact(struct step *s, struct str account_sid, int64_t calls, enum access_use use,
    struct impact_account *account, int64_t *granted, struct access *out, struct err *e)
{
	const struct parts *p = s->parts;
	const struct budget_limit limit = access_impact_limit(p->settings, use);

	*granted = 0;
	account->sid = account_sid;
	if (account_sid.n == 0)
		return not_ready(out, STR("credentials_refused"), CREDENTIAL_WAIT_MS);
	if (!credential_load(p->db, p->vault, s->arena, s->tenant_id, STR("impact.auth_token"), &account->token, e)) {
		if (e->code != ERR_NOT_FOUND)
			return false;
		*e = (struct err){ .code = ERR_NONE };
		return not_ready(out, STR("credentials_refused"), CREDENTIAL_WAIT_MS);
	}
	if (!pass_gate(s, BREAKER_IMPACT, &calls, out, e))
		return false;
	if (!out->ready)
		return true;
	return take(s, BUDGET_IMPACT, calls, &limit, granted, out, e);
}

bool
access_impact_told(const struct step *s, const size_t *which, size_t n, struct err *e)
{
	struct impact_limit least = { .limit = -1 };

	for (size_t i = 0; i < n; i++) {
		const struct http_answer *answer = &s->answers[which == NULL ? i : which[i]];
		struct impact_limit told;

		/* A mail's answer has no headers, nor has one that never came. */
		if (answer->outcome != HTTP_ANSWERED)
			continue;
		told = impact_read_limit(answer, clock_wall_ms());
		if (told.limit > 0 && told.remaining >= 0 && told.reset_in_ms >= 0 &&
		    (least.limit < 0 || told.remaining < least.remaining))
			least = told;
	}
	return least.limit < 0 || budget_told(s->parts->db, s->tenant_id, BUDGET_IMPACT, least.limit, least.remaining,
	                              least.reset_in_ms, e);
}
