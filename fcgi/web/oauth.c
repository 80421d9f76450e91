/*
 * oauth.c - the way to HubSpot and back.
 *
 * Every refusal ends at /login with one word that the page has a sentence for.  The state is used once and only
 * by the browser that began (F-005); who it is comes from HubSpot's answer, never from the query.
 */
#include "base/arena.h"
#include "base/crypto.h"
#include "base/log.h"
#include "store/session.h"
#include "task/connect.h"
#include "web/cookie.h"
#include "web/enter.h"
#include "web/handlers.h"
#include "web/live.h"

static struct str
redirect_uri(const struct web_request *rq)
{
	return str_printf(rq->arena, STR_FMT "/oauth/hubspot/callback", STR_ARG(rq->parts->settings->public_url));
}

static bool
to_login(struct web_request *rq, struct web_reply *rp, const char *problem, const struct err *e)
{
	log_event(LOG_WARN, "login.refused", LOG_C("problem", problem), LOG_C("text", e->text));
	rp->n_cookies = 0;
	web_see_other(rp, str_printf(rq->arena, "/login?problem=%s", problem));
	return true;
}

static bool
browser_cookie(const struct web_request *rq, struct str *out)
{
	return cookie_value(rq->wire->cookie, cookie_name(rq->arena, rq->parts->settings->public_url, COOKIE_LOGIN),
	    out);
}

bool
oauth_start(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	const struct settings *s = rq->parts->settings;
	struct str state = crypto_random_id(rq->arena), browser, wanted;
	int64_t portal_id = 0;

	/* "portal" names the account to be connected again: another one chosen by mistake is told, not connected. */
	if (!web_query(rq, WEB_NAMES("portal"), &wanted, e) ||
	    (wanted.n > 0 && !str_to_int(wanted, 1, INT64_MAX, &portal_id)))
		return to_login(rq, rp, "state_missing", e);
	/* A browser that has begun before keeps its cookie, so that two tabs do not end each other's log-in. */
	if (!browser_cookie(rq, &browser))
		browser = crypto_random_id(rq->arena);
	if (!session_login_begin(rq->parts->db, rq->arena, state, browser, portal_id, e))
		return to_login(rq, rp, "database_unavailable", e);
	web_cookie(rp, cookie_set(rq->arena, s->public_url, COOKIE_LOGIN, browser, s->oauth_state_s));
	rp->status = 302;
	rp->location = hubspot_oauth_authorize_url(rq->arena, s, redirect_uri(rq), rq->parts->scopes,
	    rq->parts->optional_scopes, state, portal_id);
	return true;
}

/* What HubSpot may call back with instead of a code. */
static const char *
refusal_of(struct str error)
{
	if (str_eq(error, STR("access_denied")))
		return "access_denied";
	if (str_find(error, STR("scope")) < error.n)
		return "scopes_missing";
	return "app_misconfigured";
}

static bool
logged_in(struct web_request *rq, struct web_reply *rp, const struct connect *c, struct err *e)
{
	if (!enter(rq, rp, &c->person, SESSION_HUBSPOT, e))
		return to_login(rq, rp, "database_unavailable", e);
	web_cookie(rp, cookie_set(rq->arena, rq->parts->settings->public_url, COOKIE_LOGIN, STR(""), 0));
	log_context(c->tenant.tenant_id, STR("connect"));
	log_event(LOG_INFO, "login.done", LOG_I("person", c->person.person_id), LOG_I("first", c->created));
	log_context(0, STR(""));
	web_see_other(rp, c->created ? STR("/settings?connected=1") : STR("/"));
	return true;
}

/* The two numbers are HubSpot's and ours: nothing of the query goes into the address. */
static bool
wrong_account(struct web_request *rq, struct web_reply *rp, const struct connect *c)
{
	log_event(LOG_WARN, "login.refused", LOG_C("problem", "wrong_account"), LOG_I("chosen", c->identity.hub_id));
	rp->n_cookies = 0;
	web_see_other(rp, str_printf(rq->arena, "/login?problem=wrong_account&chosen=%lld&wanted=%lld",
	                      (long long)c->identity.hub_id, (long long)c->portal_id));
	return true;
}

bool
oauth_callback(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	enum {
		CODE,
		STATE,
		ERROR,
		DESCRIPTION,
		URI,
		VALUES
	};
	struct str v[VALUES], browser;
	struct connect *c;
	int64_t portal_id;

	if (!web_query(rq, WEB_NAMES("code", "state", "error", "error_description", "error_uri"), v, e))
		return to_login(rq, rp, "state_missing", e);
	if (v[STATE].n == 0)
		return to_login(rq, rp, v[ERROR].n > 0 ? refusal_of(v[ERROR]) : "state_missing", e);
	if (!browser_cookie(rq, &browser))
		return to_login(rq, rp, "state_unknown", e);
	if (!session_login_take(rq->parts->db, rq->arena, v[STATE], browser, rq->parts->settings->oauth_state_s,
	        &portal_id, e))
		return to_login(rq, rp, e->code == ERR_NOT_FOUND ? "state_unknown" : "database_unavailable", e);
	if (v[ERROR].n > 0)
		return to_login(rq, rp, refusal_of(v[ERROR]), e);
	if (v[CODE].n == 0)
		return to_login(rq, rp, "code_refused", e);
	c = connect_new(rq->arena, rq->parts, redirect_uri(rq), v[CODE]);
	c->portal_id = portal_id;
	if (!live_run(rq->http, &c->step, LIVE_DEADLINE_MS, e))
		return to_login(rq, rp, c->problem == NULL ? "hubspot_unavailable" : c->problem, e);
	if (c->wrong_account)
		return wrong_account(rq, rp, c);
	return logged_in(rq, rp, c, e);
}
