/*
 * http_message.h - one HTTP request and its answer as plain values.
 *
 * remote/ builds requests and reads answers, steps carry them, io/http sends them.  Nothing here does I/O.
 */
#ifndef BASE_HTTP_MESSAGE_H
#define BASE_HTTP_MESSAGE_H

#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"

enum http_method {
	HTTP_GET,
	HTTP_POST,
	HTTP_PUT,
	HTTP_PATCH,
	HTTP_DELETE
};

struct http_header {
	struct str name, value;
};

enum http_auth {
	HTTP_AUTH_NONE,
	HTTP_AUTH_BEARER, /* `secret` is the token */
	HTTP_AUTH_BASIC   /* `user` and `secret` */
};

/* Everything is borrowed and must live until the answer is there. */
struct http_request {
	enum http_method method;
	struct str url; /* https only; of e-mail smtps or smtp */
	struct http_header headers[6];
	size_t n_headers;
	enum http_auth auth;
	struct str user;
	struct secret secret;
	struct str body; /* sent when content_type is not empty */
	struct str content_type;
	/* An e-mail instead: mail_to is not empty, url names the relay, body is the message, `user` may be empty. */
	struct str mail_from, mail_to;
	/*
	 * A request that must not reach the far side twice by itself: a fresh connection, because libcurl
	 * repeats a POST on a reused connection that dies unanswered.
	 */
	bool once;
	/* When not 0: no byte of it may leave after this moment of the monotonic clock. */
	int64_t send_before_mono_ms;
	int64_t timeout_ms;      /* 0: the client's default */
	size_t max_answer_bytes; /* 0: 8 MB */
};

enum http_outcome {
	HTTP_ANSWERED, /* a whole answer: status and body hold */
	HTTP_NOT_SENT, /* for sure no byte of the request left */
	HTTP_UNKNOWN   /* it may have arrived: timeout, cut, too big, garbage */
};

struct http_answer {
	enum http_outcome outcome;
	int status; /* 0 unless answered */
	struct str body;
	const struct http_header *headers; /* names in lower case */
	size_t n_headers;
	int64_t elapsed_ms;
	struct err err; /* why, when not answered */
};

/* The first header of that (lower-case) name, or the empty slice. */
struct str http_answer_header(const struct http_answer *answer, struct str name);
void http_request_header(struct http_request *request, struct str name, struct str value);

#endif
