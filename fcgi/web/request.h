/*
 * request.h - one request of the site, from the wire to its handler.
 *
 * routes.c finds the row of the table, guard.c proves who it is, then the handler gets this.  Everything lives
 * in the request's arena.
 */
#ifndef WEB_REQUEST_H
#define WEB_REQUEST_H

#include "base/json.h"
#include "io/http.h"
#include "store/session.h"
#include "task/installation.h"

#define WEB_PARAMS_MAX 2
#define WEB_QUERY_MAX  50

enum web_method {
	WEB_GET = 1,
	WEB_POST,
	WEB_PUT
};

/* What a request brings, as the wire gave it.  read_body() is called once, after all that needs no body. */
struct web_wire {
	struct str method, path, query, content_type, cookie, origin, fetch_site, csrf_token;
	bool (*read_body)(void *arg, struct arena *a, size_t max, struct str *out, struct err *e);
	void *arg;
};

struct disk;

struct web_request {
	struct arena *arena;
	const struct web_wire *wire;
	const struct installation *installation;
	const struct parts *parts;
	struct http *http;                 /* for the live routes */
	struct disk *disk;                 /* the database's; NULL: not watched */
	struct str params[WEB_PARAMS_MAX]; /* of the path, in order */
	const struct json *body;           /* an object, or NULL */
	struct session session;            /* of routes that need one */
	int64_t tenant_id;
};

/*
 * A query parameter, decoded; the empty slice when it is not there.  ERR_INVALID: one that is given twice,
 * badly encoded, or not among `names` (n of them).  values[i] belongs to names[i].
 */
bool web_query(const struct web_request *rq, const char *const *names, size_t n, struct str *values,
    struct err *e) CC_MUST_USE;
/* ERR_INVALID names a member of the body that is not among `names` (F-018). */
bool web_members(const struct json *body, const char *const *names, size_t n, struct err *e) CC_MUST_USE;
/* A member that must be a string. */
bool web_string(const struct json *body, const char *name, struct str *out, struct err *e) CC_MUST_USE;

#define WEB_NAMES(...)                                                                                                 \
	(const char *const[]){ __VA_ARGS__ }, sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *)

#endif
