/* guard.c - see guard.h. */
#include "web/guard.h"

#include "base/crypto.h"
#include "web/cookie.h"

bool
guard_same_origin(struct str public_url, struct str origin, struct str fetch_site)
{
	if (origin.n > 0)
		return str_eq(origin, cookie_origin(public_url));
	return str_eq(fetch_site, STR("same-origin"));
}

bool
guard_is_json(struct str content_type)
{
	struct str type;

	return str_cut(&content_type, ';', &type) && str_eq_nocase(str_trim(type), STR("application/json"));
}

static bool
refuse(struct web_reply *rp, int status, struct err *e, enum err_code code, const char *text)
{
	rp->status = status;
	return err_set(e, code, "%s", text);
}

static bool
find_session(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	const struct settings *s = rq->parts->settings;
	const struct session_limits limits = { .idle_s = s->session_idle_s, .absolute_s = s->session_absolute_s };
	struct str cookie;

	if (!cookie_value(rq->wire->cookie, cookie_name(rq->arena, s->public_url, COOKIE_SESSION), &cookie))
		return refuse(rp, 401, e, ERR_DENIED, "You are not logged in.");
	if (!session_find(rq->parts->db, rq->arena, cookie, &limits, &rq->session, e)) {
		if (e->code != ERR_NOT_FOUND)
			return false;
		return refuse(rp, 401, e, ERR_DENIED, "Your session has ended. Log in again.");
	}
	rq->tenant_id = rq->session.person.tenant_id;
	return true;
}

/* A change must come from our own page, in JSON, with the session's token. */
static bool
check_change(const struct web_request *rq, struct web_reply *rp, struct err *e)
{
	const struct web_wire *w = rq->wire;

	if (!guard_same_origin(rq->parts->settings->public_url, w->origin, w->fetch_site))
		return refuse(rp, 403, e, ERR_DENIED, "This request did not come from the connector's own pages.");
	if (!guard_is_json(w->content_type))
		return refuse(rp, 415, e, ERR_INVALID, "The body must be JSON.");
	return true;
}

static bool
check_token(const struct web_request *rq, struct web_reply *rp, struct err *e)
{
	if (rq->wire->csrf_token.n > 0 && crypto_equal(rq->wire->csrf_token, rq->session.csrf_token))
		return true;
	return refuse(rp, 403, e, ERR_DENIED, "The page is from another session. Load it again.");
}

bool
guard_check(struct web_request *rq, const struct web_route *route, struct web_reply *rp, struct err *e)
{
	bool change = route->method != WEB_GET;

	if (change && !check_change(rq, rp, e))
		return false;
	if (route->auth == WEB_AUTH_NONE)
		return true;
	if (!find_session(rq, rp, e)) {
		if (route->auth != WEB_AUTH_GUEST || rp->status != 401)
			return false;
		rp->status = 200;
		*e = (struct err){ .code = ERR_NONE };
		return true;
	}
	if (change && !check_token(rq, rp, e))
		return false;
	if (route->auth == WEB_AUTH_OWNER && rq->session.person.role != PERSON_OWNER)
		return refuse(rp, 403, e, ERR_DENIED, "Only an owner of the account may do this.");
	if (route->auth == WEB_AUTH_EDITOR && rq->session.person.role == PERSON_VIEWER)
		return refuse(rp, 403, e, ERR_DENIED, "Your role may look but not change anything.");
	return true;
}
