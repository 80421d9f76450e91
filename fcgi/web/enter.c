/* enter.c - see enter.h. */
#include "web/enter.h"

#include "web/cookie.h"

bool
enter_cookie(const struct web_request *rq, struct str *out)
{
	return cookie_value(rq->wire->cookie, cookie_name(rq->arena, rq->parts->settings->public_url, COOKIE_SESSION),
	    out);
}

void
enter_set_cookie(struct web_request *rq, struct web_reply *rp, struct str cookie)
{
	web_cookie(rp, cookie_set(rq->arena, rq->parts->settings->public_url, COOKIE_SESSION, cookie, -1));
}

bool
enter(struct web_request *rq, struct web_reply *rp, const struct person *who, enum session_proof proof, struct err *e)
{
	struct str old, cookie;

	if (enter_cookie(rq, &old) && !session_close(rq->parts->db, rq->arena, old, e))
		return false;
	if (!session_open(rq->parts->db, rq->arena, who, proof, &cookie, e))
		return false;
	enter_set_cookie(rq, rp, cookie);
	return true;
}
