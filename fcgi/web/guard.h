/* guard.h - who is asking, and may they: session, role, Origin and the session's token (F-001). */
#ifndef WEB_GUARD_H
#define WEB_GUARD_H

#include "web/reply.h"
#include "web/request.h"
#include "web/routes.h"

/*
 * True when the request may reach its handler; rq->session is filled for routes that need one.  Otherwise the
 * status is in *rp (401, 403, 415, 503) and the words are in *e.
 */
bool guard_check(struct web_request *rq, const struct web_route *route, struct web_reply *rp,
    struct err *e) CC_MUST_USE;

/* The request came from a page of ours: Origin equal to ours, or none and Sec-Fetch-Site says same-origin. */
bool guard_same_origin(struct str public_url, struct str origin, struct str fetch_site);
/* "application/json", with parameters or without. */
bool guard_is_json(struct str content_type);

#endif
