/*
 * routes.h - the site's API as one table: nginx/site/openapi.json lists the same rows.
 *
 * Who may call and how big a body may be are columns, so no handler can forget them.
 */
#ifndef WEB_ROUTES_H
#define WEB_ROUTES_H

#include "web/reply.h"
#include "web/request.h"

enum web_auth {
	WEB_AUTH_NONE = 1, /* anybody: logging in, and what nginx lets only monitors ask */
	WEB_AUTH_GUEST,    /* anybody; the session is there when the request has one (tenant_id is then not 0) */
	WEB_AUTH_MEMBER,   /* a session */
	WEB_AUTH_EDITOR,   /* a session of an owner or editor */
	WEB_AUTH_OWNER     /* a session of an owner */
};

enum web_content {
	WEB_CONTENT_NONE = 1, /* no body is read */
	WEB_CONTENT_JSON      /* one JSON object */
};

typedef bool web_handler(struct web_request *rq, struct web_reply *rp, struct err *e);

struct web_route {
	enum web_method method;
	const char *path; /* ":name" stands for one segment */
	enum web_auth auth;
	size_t max_body;
	enum web_content content;
	web_handler *handler;
};

extern const struct web_route web_routes[];
extern const size_t web_routes_n;

/*
 * The row for a method and path, with the path's parameters in params.  NULL: no such path (*allow is empty)
 * or not with this method (*allow lists those that it has).
 */
const struct web_route *web_route_find(struct arena *a, struct str method, struct str path,
    struct str params[WEB_PARAMS_MAX], struct str *allow);

/* Answers a request: finds its row, guards it, reads its body, calls its handler.  *rp is whole afterwards. */
void web_serve(struct web_request *rq, struct web_reply *rp);

#endif
