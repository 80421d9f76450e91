/*
 * http_out.h - an HTTP/1.1 request as the bytes that go over the wire (RFC 9112).  Pure: io/http moves them.
 */
#ifndef BASE_HTTP_OUT_H
#define BASE_HTTP_OUT_H

#include "base/http_message.h"

/* What goes over the wire; it holds the secret, so wipe it. */
struct http_bytes {
	char *p; /* malloc */
	size_t n;
};

/* The origin of an https URL ("https://host:port"), a slice; empty when it is none. */
struct str http_out_origin(struct str url);
/* ERR_INVALID when a header could say more than itself.  The caller frees out->p. */
bool http_out_request(const struct http_request *rq, struct http_bytes *out, struct err *e) CC_MUST_USE;
/* Wipes and frees. */
void http_out_wipe(struct http_bytes *bytes);

#endif
