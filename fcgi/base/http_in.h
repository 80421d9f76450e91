/*
 * http_in.h - the answer to an HTTP/1.1 request, read piece by piece (RFC 9112).
 *
 * Pure: io/http moves the bytes.  What an answer may be is told narrowly: where its end lies must be beyond doubt, or it
 * is no answer.  Kept are its status, headers and body; interim ones (100, 103) are forgotten.
 *
 *   STATUS -> HEADERS -> DONE                                           204, 304, or a length of 0
 *      ^         |-----> LENGTH -> DONE                                 as many bytes as Content-Length says
 *      |         |-----> CHUNK -> DATA -> DATA_END -> CHUNK             chunked
 *      |         |         '----> TRAILERS -> DONE                      behind the last chunk
 *      |         |-----> CLOSE -> DONE                                  until the far end closes
 *      '---------'                                                      an interim answer
 *
 * From everywhere to REFUSED: garbled, too long, in doubt.
 */
#ifndef BASE_HTTP_IN_H
#define BASE_HTTP_IN_H

#include "base/http_message.h"

struct arena;

enum http_in_state {
	HTTP_IN_STATUS,
	HTTP_IN_HEADERS,
	HTTP_IN_LENGTH,
	HTTP_IN_CHUNK,
	HTTP_IN_DATA,
	HTTP_IN_DATA_END,
	HTTP_IN_TRAILERS,
	HTTP_IN_CLOSE,
	HTTP_IN_DONE,
	HTTP_IN_REFUSED
};

struct http_in {
	struct arena *arena;
	enum http_in_state state;
	int status;
	struct http_header *headers;
	size_t n_headers, headers_cap;
	char *body; /* malloc */
	size_t body_n, body_cap, body_max;
	int64_t length;     /* Content-Length, -1: not told */
	uint64_t left;      /* of the body, or of the chunk */
	size_t head_bytes;  /* lines so far, those of interim answers and trailers too */
	char *line;         /* malloc: the beginning of a line whose end has not come */
	size_t line_n;
	bool chunked, keep; /* keep: another request may follow on the connection */
	bool any;           /* a byte of an answer has come */
	enum err_code code; /* of REFUSED */
	const char *why;
};

/* The answer's headers live in `a`, its body in the wire until http_in_fini(). */
void http_in_init(struct http_in *w, struct arena *a, size_t body_max);
void http_in_fini(struct http_in *w);
/* Takes what came.  False: DONE or REFUSED is reached, nothing more is wanted. */
bool http_in_feed(struct http_in *w, const char *p, size_t n);
/* The far end has closed, in good order: ends CLOSE, refuses what is not whole. */
void http_in_end(struct http_in *w);

#endif
