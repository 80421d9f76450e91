/*
 * reply.h - what a handler answers: JSON, a file's text, or a way to go on; and how failures look.
 *
 * A failed handler leaves a struct err: its code decides status and word, its text is the message.  One table
 * does that for all.
 */
#ifndef WEB_REPLY_H
#define WEB_REPLY_H

#include "base/err.h"
#include "base/json.h"

#define WEB_COOKIES_MAX 3

/*
 * An answer that is too long to be held, as a file to keep.  `produce` is called until it sets *last, each time with an
 * arena that is emptied afterwards: what it goes on from is in *arg, which lives as long as the request.  It reads the
 * database page by page and leaves no transaction open.  A failure at the first piece is an ordinary failed answer; a
 * later one cuts the connection (io/fcgi.h).  The routes of files stand under /api/download/: nginx lets only some of
 * them run at a time, so that slow readers never hold all processes.
 */
#define WEB_PIECE_MAX ((size_t)8 * 1024 * 1024) /* of memory for one piece */
typedef bool web_produce(void *arg, struct arena *a, struct str *piece, bool *last, struct err *e);
struct web_file {
	struct str name; /* what is not a letter, digit, '.', '-' or '_' becomes '-' */
	const char *content_type;
	web_produce *produce;
	void *arg;
};

struct web_reply {
	int status;        /* 200 unless set */
	struct json *json; /* the answer; NULL: `text` */
	struct str text;   /* JSON as it is, or the empty slice */
	const char *content_type; /* of `text` when it is not JSON; else NULL */
	struct web_file *file; /* instead of json and text; or NULL */
	struct str location; /* of a 302 or 303 */
	struct str cookies[WEB_COOKIES_MAX]; /* whole values of Set-Cookie */
	size_t n_cookies;
	int64_t retry_after_s;
	/* Of a failure: what is wrong by field or path, and members beside "error". */
	struct json *fields, *beside;
	struct str allow; /* of a 405 */
};

/* A time in ISO 8601, or null for 0. */
void web_set_time(struct arena *a, struct json *object, const char *key, int64_t ms);

/* The status that a failure of this kind gets, and its word in {"error":{"code":...}}. */
int web_status(enum err_code code);
const char *web_code(int status);

/* Turns a failure into the answer.  A status that the handler set stays. */
void web_fail(struct arena *a, struct web_reply *rp, const struct err *e);
/* 303 (or 302) to a path of ours: anything else is refused and goes to "/" (F-009). */
void web_see_other(struct web_reply *rp, struct str path);
/* A single '/' first, then nothing that a browser could read as another host, and no control bytes. */
bool web_own_path(struct str path);
void web_cookie(struct web_reply *rp, struct str value);

/* The header lines of the answer, each ending in CRLF, and its body. */
void web_render(struct arena *a, const struct web_reply *rp, struct str *headers, struct str *body);

#endif
