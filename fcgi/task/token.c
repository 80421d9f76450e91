/* token.c - see token.h. */
#include "task/token.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/fault.h"
#include "base/log.h"
#include "remote/hubspot_oauth.h"

/* Who finds another process refreshing looks again this often, give or take, and no longer than a person waits. */
#define LOOK_MS     100
#define LOOK_MAX_MS 12000
/* Tokens that could not be stored are tried to be for as long as the lease lasts. */
#define STORE_AGAIN_MS 250
#define STORE_MAX_MS   30000
/* The least wait when HubSpot's token service fails. */
#define FAILED_MS 1000
/* Young tokens that are refused one after the other: refreshing is not what helps. */
#define DENIED_MS     60000
#define DENIED_CAP_MS (15LL * 60 * 1000)
#define REFUSALS_MAX  2

void
token_init(struct token *t, struct arena *a, const struct parts *parts, int64_t tenant_id)
{
	t->step.arena = a;
	t->step.parts = parts;
	t->step.tenant_id = tenant_id;
	t->step.again_in_ms = -1;
}

static bool seek(struct step *s, struct err *e);

static bool
words(enum install_trouble trouble, struct err *e)
{
	if (trouble == INSTALL_CLIENT)
		return err_set(e, ERR_REMOTE,
		    "HubSpot refuses the connector's own client id or secret; whoever runs the connector must correct "
		    "them");
	if (trouble == INSTALL_REFUSED)
		return err_set(e, ERR_DENIED, "HubSpot no longer accepts this connection; log in again to renew it");
	if (trouble == INSTALL_DENIED)
		return err_set(e, ERR_DENIED, "HubSpot refuses the token that it has just given");
	return err_set(e, ERR_REMOTE, "HubSpot gives no new token right now; try again in a moment");
}

/* A conflict: somebody logged in meanwhile; whoever comes next finds the new tokens. */
static bool
ended(struct token *t, enum install_trouble why, struct err *e)
{
	const struct parts *p = t->step.parts;
	const struct person nobody = { .tenant_id = t->step.tenant_id };

	t->step.next = seek;
	if (!install_disconnected(p->db, t->step.arena, &nobody, t->install.version, why, e))
		return false;
	log_event(LOG_WARN, "token.disconnected", LOG_C("why", install_trouble_name(why)),
	    LOG_I("portal_user", t->install.hub_user_id));
	t->step.again_in_ms = -1;
	return t->scheduled || words(INSTALL_REFUSED, e);
}

static bool
failed(struct token *t, enum install_trouble trouble, int64_t rest_ms, struct err *e)
{
	const struct parts *p = t->step.parts;

	t->step.again_in_ms = rest_ms;
	return install_refresh_failed(p->db, &t->install, p->worker, trouble, rest_ms, e) &&
	       (t->scheduled || words(trouble, e));
}

/* HubSpot does not take the refresh token: the second time on the same tokens is the end. */
static bool
refused(struct token *t, enum hubspot_oauth_result result, struct err *e)
{
	const struct parts *p = t->step.parts;
	int64_t rest_ms = p->settings->token_second_try_s * 1000;

	log_event(LOG_WARN, "token.refused", LOG_I("refusals", t->install.refused + 1));
	t->step.again_in_ms = rest_ms;
	if (!install_refresh_failed(p->db, &t->install, p->worker, INSTALL_REFUSED, rest_ms, e))
		return false;
	if (t->install.refused + 1 < REFUSALS_MAX)
		return t->scheduled || words(INSTALL_REFUSED, e);
	return ended(t,
	    result == HUBSPOT_OAUTH_ACCOUNT_GONE ? INSTALL_ACCOUNT_GONE
	    : t->install.access_refused          ? INSTALL_REMOVED
	                                         : INSTALL_REFUSED,
	    e);
}

/* As long as HubSpot asks for; without its word no longer than token_retry_s, because a token is missed by then. */
static bool
unreachable(struct token *t, struct err *e)
{
	const struct settings *settings = t->step.parts->settings;
	enum retry_class c = retry_classify(RETRY_HUBSPOT_TOKEN, &t->step.answers[0]);
	int64_t cap_ms = settings->token_retry_s * 1000;
	int64_t ms = step_retry_ms(&t->step, RETRY_HUBSPOT_TOKEN, c, &t->step.answers[0], t->install.failures);

	if (c != RETRY_WAIT && ms > cap_ms)
		ms = cap_ms - crypto_random_below(cap_ms / 4);
	return failed(t, INSTALL_UNREACHABLE, FAILED_MS + ms, e);
}

/* Whether the tokens in hand are still those to be stored; a database that cannot be asked has not said no. */
static bool
wanted(struct token *t)
{
	struct err ignored = { .code = ERR_NONE };
	struct install now;

	return !install_facts(t->step.parts->db, t->step.arena, t->step.tenant_id, &now, &ignored) ||
	       now.version == t->install.version;
}

/* They are nowhere else: what keeps them from being stored is waited for. */
static bool
store(struct step *s, struct err *e)
{
	struct token *t = (struct token *)s;
	const struct parts *p = s->parts;
	struct install_tokens fresh = t->fresh;

	s->holds = false;
	/* Their life began when HubSpot gave them, which may be a stopped process ago. */
	fresh.expires_in_s -= (clock_mono_ms() - t->begun_mono_ms) / 1000;
	if (install_refreshed(p->db, p->vault, s->arena, &t->install, &fresh, e)) {
		log_event(LOG_INFO, "token.refreshed", LOG_I("expires_in_s", fresh.expires_in_s));
	} else if (!wanted(t)) {
		log_event(LOG_INFO, "token.refreshed_meanwhile", LOG_C("why", e->text));
	} else if (clock_mono_ms() - t->begun_mono_ms < STORE_MAX_MS) {
		log_event(LOG_WARN, "token.not_stored_yet", LOG_C("why", e->text));
		*e = (struct err){ .code = ERR_NONE };
		s->pause_ms = STORE_AGAIN_MS;
		s->next = store;
		s->holds = true;
		return true;
	} else {
		return err_wrap(e, "HubSpot's new tokens are lost");
	}
	*e = (struct err){ .code = ERR_NONE };
	FAULT_POINT("token.stored");
	t->refreshed = true;
	/* Whoever won, the newest tokens are in the row. */
	return install_load(p->db, p->vault, s->arena, s->tenant_id, &t->install, e) && t->then(s, e);
}

/* A token that was refused before its time is refreshed at once, the next one of that kind later, and so on. */
static int64_t
denied_rest_ms(const struct install *in)
{
	int64_t ms = DENIED_MS;

	if (!in->access_refused || in->failures == 0)
		return 0;
	for (int64_t i = 1; i < in->failures && ms < DENIED_CAP_MS; i++)
		ms *= 2;
	return ms < DENIED_CAP_MS ? ms : DENIED_CAP_MS;
}

static bool
refreshed(struct step *s, struct err *e)
{
	struct token *t = (struct token *)s;
	struct hubspot_oauth_tokens tokens;
	struct err why = { 0 };
	enum hubspot_oauth_result result = hubspot_oauth_read_tokens(s->arena, &s->answers[0], &tokens, &why);

	FAULT_POINT("token.answered");
	switch (result) {
	case HUBSPOT_OAUTH_OK:
		t->fresh = (struct install_tokens){ .access = tokens.access_token,
			.refresh = tokens.refresh_token,
			.expires_in_s = tokens.expires_in_s,
			.forced = t->install.access_refused,
			.rest_ms = denied_rest_ms(&t->install) };
		return store(s, e);
	case HUBSPOT_OAUTH_DISCONNECTED:
	case HUBSPOT_OAUTH_ACCOUNT_GONE:
		return refused(t, result, e);
	case HUBSPOT_OAUTH_CODE_REFUSED:
	case HUBSPOT_OAUTH_MISCONFIGURED:
		log_event(LOG_ERROR, "token.client_refused", LOG_C("problem", why.text),
		    LOG_C("advice", "correct hubspot_client_id and hubspot_client_secret; no account is disconnected"));
		return failed(t, INSTALL_CLIENT, s->parts->settings->token_retry_s * 1000, e);
	case HUBSPOT_OAUTH_RETRY:
		break;
	}
	log_event(LOG_WARN, "token.not_refreshed", LOG_C("problem", why.text));
	return unreachable(t, e);
}

static bool
refresh(struct token *t)
{
	struct http_request request;

	hubspot_oauth_refresh(t->step.arena, t->step.parts->settings, &t->install.refresh_token, &request);
	t->begun_mono_ms = clock_mono_ms();
	step_request(&t->step, &request);
	t->step.next = refreshed;
	return true;
}

/* Asked with the access token, before the refresh token has its second and last chance. */
static bool
account_said(struct step *s, struct err *e)
{
	struct token *t = (struct token *)s;

	if (s->answers[0].outcome == HTTP_ANSWERED && s->answers[0].status == 401)
		return ended(t, INSTALL_REMOVED, e);
	return refresh(t);
}

bool
token_renew(struct token *t, step_fn *then, struct err *e)
{
	const struct parts *p = t->step.parts;
	struct http_request request;

	t->then = then;
	if (!install_lease(p->db, t->step.tenant_id, t->install.version, p->worker, e)) {
		if (e->code != ERR_CONFLICT)
			return false;
		*e = (struct err){ .code = ERR_NONE };
		t->step.again_in_ms = LOOK_MS * 10;
		t->step.pause_ms = t->scheduled ? 0 : LOOK_MS + crypto_random_below(LOOK_MS * 3);
		t->step.next = seek;
		return true;
	}
	if (t->install.refused == 0 || t->install.access_refused || t->install.expires_in_ms <= 0)
		return refresh(t);
	/* Calls refused as well as the refresh: the app is gone.  Calls that work: only the refresh token is dead. */
	hubspot_oauth_account(t->step.arena, p->settings, &t->install.access_token, &request);
	step_request(&t->step, &request);
	t->step.next = account_said;
	return true;
}

static bool
seek(struct step *s, struct err *e)
{
	struct token *t = (struct token *)s;
	const struct parts *p = s->parts;

	s->next = seek;
	if (!install_load(p->db, p->vault, s->arena, s->tenant_id, &t->install, e))
		return e->code == ERR_NOT_FOUND ? err_set(e, ERR_DENIED, "HubSpot is not connected") : false;
	if (!t->install.connected)
		return err_set(e, ERR_DENIED, "HubSpot is not connected");
	if (install_usable(&t->install))
		return t->then(s, e);
	if (t->install.rest_ms > 0 && (!t->install.leased || clock_mono_ms() > t->wait_until_mono_ms))
		return words(t->install.trouble, e);
	if (t->install.leased) {
		s->pause_ms = LOOK_MS + crypto_random_below(LOOK_MS * 3);
		return true;
	}
	return token_renew(t, t->then, e);
}

bool
token_get(struct token *t, step_fn *then, struct err *e)
{
	t->then = then;
	t->wait_until_mono_ms = clock_mono_ms() + LOOK_MAX_MS;
	return seek(&t->step, e);
}

bool
token_again(struct token *t, step_fn *then, struct err *e)
{
	if (t->refreshed)
		return words(INSTALL_DENIED, e);
	return install_access_refused(t->step.parts->db, t->step.tenant_id, t->install.version, e) &&
	       token_get(t, then, e);
}
