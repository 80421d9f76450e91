/*
 * wire.h - what the remote modules share: building URLs and JSON requests, reading answers leniently.
 *
 * Far ends change: scalars come as string, number or boolean, lists as array or as one object, and any
 * member may be absent.  Nothing here puts a body or a secret into an error text.  Pure.
 */
#ifndef REMOTE_WIRE_H
#define REMOTE_WIRE_H

#include "base/http_message.h"
#include "base/json.h"

/*
 * base + "/" + segments, each percent-encoded, + "?" + query when that is not empty.  A segment that is
 * empty or made of dots becomes "-", which no far end knows: an id never changes which resource is meant.
 */
struct str wire_url(struct arena *a, struct str base, const struct str *segments, size_t n, struct str query);
#define WIRE_URL(a, base, query, ...)                                                                                  \
	wire_url((a), (base), (const struct str[]){ __VA_ARGS__ },                                                     \
	    sizeof((const struct str[]){ __VA_ARGS__ }) / sizeof(struct str), (query))

/* Parses the body of a 2xx answer; false with the code and words of what came instead. `who` names the far end. */
bool wire_json(struct arena *a, const struct http_answer *answer, const char *who, struct json **out,
    struct err *e) CC_MUST_USE;
/* The body of an error answer when it is JSON, else NULL: edge servers answer with HTML. */
struct json *wire_error_body(struct arena *a, const struct http_answer *answer);
/* ERR_DENIED for 401 and 403, ERR_NOT_FOUND 404, ERR_LIMIT 429, ERR_CONFLICT 409, else ERR_REMOTE. */
enum err_code wire_code(int status);

/* One scalar of an object as trimmed text; absent, null and containers give the empty slice. Keys without case. */
struct str wire_text(struct arena *a, const struct json *object, const char *key);
/* A whole number in any notation ("42", 42), or 0 when it is none or negative. */
int64_t wire_int(struct arena *a, const struct json *object, const char *key);
/* true, "true" and "TRUE". */
bool wire_bool(struct arena *a, const struct json *object, const char *key);
/* ISO 8601 or epoch ms; 0 when absent or no date. */
int64_t wire_time(struct arena *a, const struct json *object, const char *key);
/* A list that may come as one object: how many, and which. */
size_t wire_list_length(const struct json *list);
const struct json *wire_list_at(const struct json *list, size_t i);
/* At most max bytes, cut between characters; control bytes become blanks. */
struct str wire_cut(struct arena *a, struct str s, size_t max);

#endif
