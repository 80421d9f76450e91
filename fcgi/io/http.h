/*
 * http.h - the HTTP client: many transfers over one curl multi handle.
 *
 * https only, certificates checked, no redirects, no proxy, answers capped.  http_submit() copies what it
 * needs.  `done` is called exactly once for each accepted request: from http_step() or from http_free().
 * The answer lives in the arena given with the request.
 */
#ifndef IO_HTTP_H
#define IO_HTTP_H

#include "base/http_message.h"
#include "base/settings.h"

struct http;
struct arena;

typedef void http_done(void *arg, const struct http_answer *answer);

struct http *http_new(const struct settings *s);
/* Ends what is under way: each gets its `done` with HTTP_UNKNOWN or HTTP_NOT_SENT. */
void http_free(struct http *h);
/* `answer` (filled before `done`) and its contents live in `a`.  False: nothing was accepted. */
bool http_submit(struct http *h, struct arena *a, const struct http_request *request, struct http_answer *answer,
    http_done *done, void *arg, struct err *e) CC_MUST_USE;
/* Moves all transfers and waits at most wait_ms for something to happen.  `fd` (or -1) wakes it too. */
bool http_step(struct http *h, int64_t wait_ms, int fd, struct err *e) CC_MUST_USE;
size_t http_in_flight(const struct http *h);
/* Requests with a window to send (send_before_mono_ms) of which not a byte has left yet. */
size_t http_unsent(const struct http *h);

#endif
