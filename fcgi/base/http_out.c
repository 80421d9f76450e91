/* http_out.c - see http_out.h. */
#include "base/http_out.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/enc.h"

#define SCHEME     "https://"
#define USER_AGENT "hubspot-impact-connector/1"

struct str
http_out_origin(struct str url)
{
	size_t n = sizeof(SCHEME) - 1;

	if (!str_starts(url, STR(SCHEME)))
		return STR("");
	while (n < url.n && url.p[n] != '/' && url.p[n] != '?' && url.p[n] != '#')
		n++;
	return n > sizeof(SCHEME) - 1 ? str_slice(url, 0, n) : STR("");
}

static bool
is_clean(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '\r' || s.p[i] == '\n' || s.p[i] == '\0')
			return false;
	return true;
}

/* Bytes are counted in a first pass (p == NULL) and written in a second one. */
struct pen {
	char *p;
	size_t n;
};

static void
put(struct pen *pen, struct str s)
{
	if (pen->p != NULL && s.n > 0)
		memcpy(pen->p + pen->n, s.p, s.n);
	pen->n += s.n;
}

static void
put_line(struct pen *pen, struct str name, struct str value)
{
	put(pen, name);
	put(pen, STR(": "));
	put(pen, value);
	put(pen, STR("\r\n"));
}

/* Bytes that are no ASCII have no place in a request line. */
static void
put_target(struct pen *pen, struct str target)
{
	static const char digits[] = "0123456789ABCDEF";

	if (target.n == 0 || target.p[0] != '/')
		put(pen, STR("/"));
	for (size_t i = 0; i < target.n; i++) {
		unsigned char c = (unsigned char)target.p[i];
		const char coded[] = { '%', digits[c >> 4], digits[c & 15] };

		put(pen, c < 0x80 ? str_slice(target, i, i + 1) : (struct str){ .p = coded, .n = sizeof(coded) });
	}
}

static const char *const methods[] = {
	[HTTP_GET] = "GET ",
	[HTTP_POST] = "POST ",
	[HTTP_PUT] = "PUT ",
	[HTTP_PATCH] = "PATCH ",
	[HTTP_DELETE] = "DELETE ",
};

static bool
has_header(const struct http_request *rq, struct str name)
{
	for (size_t i = 0; i < rq->n_headers; i++)
		if (str_eq_nocase(rq->headers[i].name, name))
			return true;
	return false;
}

static void
put_request(struct pen *pen, const struct http_request *rq, struct str credentials)
{
	bool body = rq->content_type.n > 0 || rq->method == HTTP_POST;
	struct str origin = http_out_origin(rq->url), target = str_slice(rq->url, origin.n, rq->url.n);
	char length[32];

	target.n = str_find_char(target, '#');

	put(pen, str_from(methods[rq->method]));
	put_target(pen, target);
	put(pen, STR(" HTTP/1.1\r\n"));
	put_line(pen, STR("Host"), str_slice(origin, sizeof(SCHEME) - 1, origin.n));
	put_line(pen, STR("User-Agent"), STR(USER_AGENT));
	if (!has_header(rq, STR("Accept")))
		put(pen, STR("Accept: */*\r\n"));
	for (size_t i = 0; i < rq->n_headers; i++)
		put_line(pen, rq->headers[i].name, rq->headers[i].value);
	if (rq->content_type.n > 0)
		put_line(pen, STR("Content-Type"), rq->content_type);
	if (rq->auth != HTTP_AUTH_NONE) {
		put(pen, rq->auth == HTTP_AUTH_BEARER ? STR("Authorization: Bearer ") : STR("Authorization: Basic "));
		put(pen, credentials);
		put(pen, STR("\r\n"));
	}
	if (body) {
		int n = snprintf(length, sizeof(length), "%zu", rq->body.n);

		put_line(pen, STR("Content-Length"), (struct str){ .p = length, .n = (size_t)n });
	}
	put(pen, STR("\r\n"));
	if (body)
		put(pen, rq->body);
}

static bool
check_request(const struct http_request *rq, struct err *e)
{
	bool clean = is_clean(rq->url) && is_clean(rq->content_type) && is_clean(secret_reveal(&rq->secret));

	for (size_t i = 0; i < rq->n_headers; i++)
		clean = clean && is_clean(rq->headers[i].name) && is_clean(rq->headers[i].value);
	if (!clean)
		return err_set(e, ERR_INVALID, "a request header holds a line end");
	for (size_t i = 0; i < rq->url.n; i++)
		if ((unsigned char)rq->url.p[i] <= ' ' || rq->url.p[i] == 0x7f)
			return err_set(e, ERR_INVALID, "a URL holds a space or control character");
	if (http_out_origin(rq->url).n == 0)
		return err_set(e, ERR_INVALID, "only https is spoken");
	if (rq->auth == HTTP_AUTH_BASIC && str_find_char(rq->user, ':') < rq->user.n)
		return err_set(e, ERR_INVALID, "a user name for basic authorization holds a colon");
	return true;
}

/* Counts, then writes. */
static void
write_request(const struct http_request *rq, struct str credentials, struct http_bytes *out)
{
	struct pen pen = { .p = NULL };

	put_request(&pen, rq, credentials);
	*out = (struct http_bytes){ .p = malloc(pen.n), .n = pen.n };
	if (out->p == NULL)
		abort();
	pen = (struct pen){ .p = out->p };
	put_request(&pen, rq, credentials);
}

bool
http_out_request(const struct http_request *rq, struct http_bytes *out, struct err *e)
{
	struct str secret = secret_reveal(&rq->secret);

	*out = (struct http_bytes){ .p = NULL };
	if (!check_request(rq, e))
		return false;
	if (rq->auth != HTTP_AUTH_BASIC) {
		write_request(rq, secret, out);
		return true;
	}
	struct arena *a = arena_new((size_t)256 * 1024);
	struct secret pair = secret_copy(a, str_printf(a, STR_FMT ":" STR_FMT, STR_ARG(rq->user), STR_ARG(secret)));
	struct secret code = secret_copy(a, enc_base64(a, secret_reveal(&pair)));

	write_request(rq, secret_reveal(&code), out);
	arena_free(a);
	return true;
}

void
http_out_wipe(struct http_bytes *bytes)
{
	secret_wipe(bytes->p, bytes->n);
	free(bytes->p);
	*bytes = (struct http_bytes){ .p = NULL };
}
