/*
 * HTTP/1.1 as bytes: the request as it is written, the answer however its bytes are cut, and what is no answer because
 * its end is in doubt (RFC 9112; F-089, F-096).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/http_in.h"
#include "base/http_out.h"

#define BODY_MAX 64

static struct arena *a;
static struct err e;

static int
setup(void **state)
{
	(void)state;
	a = arena_new((size_t)64 << 20);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(a);
	return 0;
}

static struct str
written(const struct http_request *rq)
{
	struct http_bytes out;

	assert_true(http_out_request(rq, &out, &e));
	struct str text = str_copy(a, (struct str){ .p = out.p, .n = out.n });

	http_out_wipe(&out);
	return text;
}

#define assert_str(s, text) assert_string_equal(str_c(a, (s)), (text))

static void
a_request_is_its_line_its_headers_and_its_body(void **state)
{
	(void)state;
	struct http_request rq = { .method = HTTP_POST,
		.url = STR("https://api.example:8443/a/b?c=d#e"),
		.auth = HTTP_AUTH_BEARER,
		.secret = secret_copy(a, STR("t0k")),
		.content_type = STR("application/json"),
		.body = STR("{}") };

	assert_str(written(&rq),
	    "POST /a/b?c=d HTTP/1.1\r\nHost: api.example:8443\r\nUser-Agent: hubspot-impact-connector/1\r\n"
	    "Accept: */*\r\nContent-Type: application/json\r\nAuthorization: Bearer t0k\r\nContent-Length: "
	    "2\r\n\r\n{}");
	rq = (struct http_request){ .method = HTTP_GET, .url = STR("https://api.example") };
	http_request_header(&rq, STR("accept"), STR("text/csv"));
	assert_str(written(&rq), "GET / HTTP/1.1\r\nHost: api.example\r\nUser-Agent: "
	                         "hubspot-impact-connector/1\r\naccept: text/csv\r\n\r\n");
	rq = (struct http_request){ .method = HTTP_DELETE, .url = STR("https://api.example?x=\xc3\xa4") };
	assert_str(written(&rq), "DELETE /?x=%C3%A4 HTTP/1.1\r\nHost: api.example\r\nUser-Agent: "
	                         "hubspot-impact-connector/1\r\nAccept: */*\r\n\r\n");
}

static void
nothing_that_a_request_is_made_of_can_say_more_than_itself(void **state)
{
	(void)state;
	struct http_bytes out;
	struct http_request rq = { .url = STR("https://a/\r\nX: y") };

	assert_false(http_out_request(&rq, &out, &e));
	rq = (struct http_request){ .url = STR("https://a/"), .content_type = STR("a\nb") };
	assert_false(http_out_request(&rq, &out, &e));
	rq = (struct http_request){ .url = STR("https://a/"), .auth = HTTP_AUTH_BASIC, .user = STR("a:b") };
	assert_false(http_out_request(&rq, &out, &e));
	rq = (struct http_request){ .url = STR("https:///nowhere") };
	assert_false(http_out_request(&rq, &out, &e));
	assert_int_equal(e.code, ERR_INVALID);
}

/* Reads the text in pieces of `piece` bytes, then the far end closes. */
static struct http_in
answer(struct str text, size_t piece)
{
	struct http_in in;
	bool more = true;

	http_in_init(&in, a, BODY_MAX);
	for (size_t at = 0; at < text.n && more; at += piece)
		more = http_in_feed(&in, text.p + at, text.n - at < piece ? text.n - at : piece);
	if (more)
		http_in_end(&in);
	return in;
}

struct sample {
	const char *text;
	int status; /* 0: refused */
	const char *body;
	bool keep;
};

#define HEAD "HTTP/1.1 200 OK\r\n"

static const struct sample samples[] = {
	{ HEAD "Content-Length: 3\r\n\r\nabc", 200, "abc", true },
	{ HEAD "Content-Length: 0\r\n\r\n", 200, "", true },
	{ "HTTP/1.1 429\nContent-Length: 1\n\nx", 429, "x", true },
	{ "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", 200, "x", false },
	{ HEAD "Connection: Keep-Alive, Close\r\nContent-Length: 1\r\n\r\nx", 200, "x", false },
	{ "HTTP/1.1 204 No Content\r\n\r\n", 204, "", true },
	{ "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", 304, "", true },
	{ "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\n" HEAD "Content-Length: 1\r\n\r\nx", 200,
	    "x", true },
	{ HEAD "\r\nto the end", 200, "to the end", false },
	{ HEAD "Content-Length: 2\r\n folded: 7\r\nContent-Length: 2\r\n\r\nab", 200, "ab", true },
	{ HEAD "Transfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nTrailer: 1\r\n\r\n", 200,
	    "abc0123456789", true },
	{ HEAD "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 200, "", true },
	{ HEAD "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n1\r\nx\r\n0\r\n\r\n", 200, "x", false },
	{ "http/1.1 200 ok\r\n: nothing\r\nContent-Length: 1\r\n\r\nx", 200, "x", true },
	/* No answers. */
	{ "", 0, NULL, false },
	{ "HTTP/1.1 200", 0, NULL, false },
	{ HEAD "Content-Length: 3\r\n", 0, NULL, false },
	{ HEAD "Content-Length: 3\r\n\r\nab", 0, NULL, false },
	{ HEAD "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 0, NULL, false },
	{ HEAD "Content-Length: -1\r\n\r\n", 0, NULL, false },
	{ HEAD "Content-Length: +1\r\n\r\nx", 0, NULL, false },
	{ HEAD "Content-Length: 1, 1\r\n\r\nx", 0, NULL, false },
	{ HEAD "Content-Length: 99999999999999999999\r\n\r\nx", 0, NULL, false },
	{ HEAD "Content-Length: 65\r\n\r\n", 0, NULL, false },
	{ HEAD "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 0, NULL, false },
	{ HEAD "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n", 0, NULL, false },
	{ HEAD "Transfer-Encoding: chunked\r\n\r\n-1\r\nx\r\n0\r\n\r\n", 0, NULL, false },
	{ HEAD "Transfer-Encoding: chunked\r\n\r\n\r\nx\r\n0\r\n\r\n", 0, NULL, false },
	{ HEAD "Transfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n0\r\n\r\n", 0, NULL, false },
	{ HEAD "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n", 0, NULL, false },
	{ HEAD "Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\nx", 0, NULL, false },
	{ HEAD "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFF\r\n0123456789012345678901234567890123456789"
	       "01234567890123456789012345678901234567890",
	    0, NULL, false },
	{ "HTTP/1.1 101 Switching\r\n\r\n", 0, NULL, false },
	{ "HTTP/2 200\r\n\r\n", 0, NULL, false },
	{ "HTTP/1.1 20\r\n\r\n", 0, NULL, false },
	{ "HTTP/1.1 2000 OK\r\n\r\n", 0, NULL, false },
	{ "ICY 200 OK\r\n\r\n", 0, NULL, false },
	{ HEAD "no colon\r\n\r\n", 0, NULL, false },
};

static void
an_answer_is_the_same_however_its_bytes_are_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
		const struct sample *s = &samples[i];

		for (size_t piece = 1; piece < 200; piece += piece < 5 ? 1 : 61) {
			struct http_in in = answer(str_from(s->text), piece);

			if ((in.state == HTTP_IN_DONE) != (s->status != 0))
				fail_msg("%s in pieces of %zu: state %d", s->text, piece, (int)in.state);
			if (s->status != 0) {
				assert_int_equal(in.status, s->status);
				assert_str(((struct str){ .p = in.body, .n = in.body_n }), s->body);
				assert_int_equal(in.keep, s->keep);
			} else {
				assert_int_equal(in.state, HTTP_IN_REFUSED);
				assert_true(in.code != ERR_NONE && in.why != NULL);
			}
			http_in_fini(&in);
		}
	}
}

static void
headers_are_those_of_the_last_head_in_lower_case(void **state)
{
	(void)state;
	struct http_in in =
	    answer(STR("HTTP/1.1 103 x\r\nLink: y\r\n\r\n" HEAD "X-Rate:  7 \r\nContent-Length: 0\r\n\r\n"), 7);

	assert_int_equal(in.n_headers, 2);
	assert_str(in.headers[0].name, "x-rate");
	assert_str(in.headers[0].value, "7");
	http_in_fini(&in);
}

/* What comes behind an answer would be taken for the answer to the next request. */
static void
a_connection_with_bytes_left_over_is_not_kept(void **state)
{
	(void)state;
	struct http_in in = answer(STR(HEAD "Content-Length: 1\r\n\r\nx" HEAD), 4096);

	assert_int_equal(in.state, HTTP_IN_DONE);
	assert_int_equal(in.body_n, 1);
	assert_false(in.keep);
	http_in_fini(&in);
}

static void
heads_and_bodies_have_an_end(void **state)
{
	(void)state;
	char *line = arena_alloc(a, 70000);
	struct http_in in = answer(str_printf(a, HEAD "X: %s\r\n\r\n", (char *)memset(line, 'x', 69999)), 1000);

	assert_int_equal(in.state, HTTP_IN_REFUSED);
	assert_int_equal(in.code, ERR_LIMIT);
	http_in_fini(&in);
	struct str many = STR(HEAD);

	for (int i = 0; i < 101; i++)
		many = str_printf(a, STR_FMT "X-%d: 1\r\n", STR_ARG(many), i);
	in = answer(str_printf(a, STR_FMT "\r\n", STR_ARG(many)), 1000);
	assert_int_equal(in.code, ERR_LIMIT);
	http_in_fini(&in);
	in = answer(str_printf(a, HEAD "\r\n%.65s", line), 1000);
	assert_int_equal(in.code, ERR_LIMIT);
	http_in_fini(&in);
	in = answer(str_printf(a, HEAD "\r\n%.64s", line), 1000);
	assert_int_equal(in.state, HTTP_IN_DONE);
	http_in_fini(&in);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_is_its_line_its_headers_and_its_body),
		cmocka_unit_test(nothing_that_a_request_is_made_of_can_say_more_than_itself),
		cmocka_unit_test(an_answer_is_the_same_however_its_bytes_are_cut),
		cmocka_unit_test(headers_are_those_of_the_last_head_in_lower_case),
		cmocka_unit_test(a_connection_with_bytes_left_over_is_not_kept),
		cmocka_unit_test(heads_and_bodies_have_an_end),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
