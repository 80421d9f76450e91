/* access.c - see access.h. */
#include "flow/access.h"

#include "store/budget.h"
#include "store/credential.h"
#include "store/install.h"
#include "store/schedule.h"

/* A token with less life than this may end on the way. */
#define TOKEN_MARGIN_MS 30000
/* How soon to look again after a refresh was asked for. */
#define TOKEN_WAIT_MS 1000
/* Credentials do not come back by themselves; the site wakes the queue when they are set anew. */
#define CREDENTIAL_WAIT_MS (15LL * 60 * 1000)

#define HUBSPOT_WINDOW_S 10
/* HubSpot allows 5 to all apps of an account together (hubspot.md 4.1). */
#define SEARCHES_PER_S 4

static bool
not_ready(struct access *out, struct str why, int64_t wait_ms)
{
	*out = (struct access){ .ready = false, .wait_ms = wait_ms, .why = why };
	return true;
}

static bool
take(struct step *s, enum budget_destination to, int64_t calls, const struct budget_limit *limit, int64_t *granted,
    struct access *out, struct err *e)
{
	struct budget_slice slice;

	if (!budget_take(s->parts->db, s->arena, s->tenant_id, to, calls, limit, &slice, e))
		return false;
	*granted = slice.granted;
	if (slice.granted == 0)
		return not_ready(out, STR("rate_limited"), slice.wait_ms);
	*out = (struct access){ .ready = true };
	return true;
}

bool
access_token_refused(struct step *s, struct err *e)
{
	return schedule_set(s->parts->db, s->tenant_id, SCHEDULE_TOKEN, 0, true, e);
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
	if (install.expires_in_ms < TOKEN_MARGIN_MS) {
		not_ready(out, STR("disconnected"), TOKEN_WAIT_MS);
		return access_token_refused(s, e);
	}
	*token = install.access_token;
	return take(s, to, calls, limit, granted, out, e);
}

bool
access_hubspot(struct step *s, int64_t calls, struct secret *token, int64_t *granted, struct access *out, struct err *e)
{
	const struct budget_limit limit = { .calls = s->parts->settings->hubspot_calls_per_10s,
		.window_s = HUBSPOT_WINDOW_S };

	return hubspot(s, BUDGET_HUBSPOT, calls, &limit, token, granted, out, e);
}

bool
access_hubspot_spare(struct step *s, int64_t calls, struct secret *token, int64_t *granted, struct access *out,
    struct err *e)
{
	const struct budget_limit limit = { .calls = (s->parts->settings->hubspot_calls_per_10s + 1) / 2,
		.window_s = HUBSPOT_WINDOW_S };

	return hubspot(s, BUDGET_HUBSPOT, calls, &limit, token, granted, out, e);
}

bool
access_hubspot_search(struct step *s, struct secret *token, struct access *out, struct err *e)
{
	const struct budget_limit limit = { .calls = SEARCHES_PER_S, .window_s = 1 };
	int64_t granted;

	return hubspot(s, BUDGET_HUBSPOT_SEARCH, 1, &limit, token, &granted, out, e);
}

bool
access_impact(struct step *s, struct str account_sid, int64_t calls, int64_t percent, struct impact_account *account,
    int64_t *granted, struct access *out, struct err *e)
{
	const struct parts *p = s->parts;
	const struct budget_limit limit = { .calls = (p->settings->impact_calls_per_hour * percent + 99) / 100,
		.window_s = p->settings->impact_hour_s };

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
	return take(s, BUDGET_IMPACT, calls, &limit, granted, out, e);
}
