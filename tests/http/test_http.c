/*
 * io/http alone: what it sends, what it takes, what it never does, and whether a byte left (F-089, F-090, F-092,
 * F-094..F-096, F-162).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "io/http.h"
#include "lib/far_end.h"

static struct far_end far_end;
static struct arena *a;
static struct settings settings;
static struct http *http;
static struct err e;

static int
start(void **state)
{
	(void)state;
	if (!far_end_start(&far_end))
		return -1;
	a = arena_new((size_t)256 << 20);
	settings_defaults(&settings, a);
	settings.ca_file = str_from(far_end.ca_file);
	settings.http_connect_ms = 1500;
	settings.http_total_ms = 5000;
	/* None of these may matter. */
	(void)setenv("https_proxy", "http://localhost:1", 1);
	(void)setenv("ALL_PROXY", "http://localhost:1", 1);
	(void)setenv("CURL_CA_BUNDLE", "/dev/null", 1);
	(void)setenv("SSLKEYLOGFILE", "/tmp/test-http-keylog", 1);
	(void)unlink("/tmp/test-http-keylog");
	http = http_new(&settings);
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	http_free(http);
	arena_free(a);
	far_end_stop(&far_end);
	return 0;
}

/* One answer and how often it was told. */
struct outcome {
	struct http_answer answer;
	int done;
};

static void
on_done(void *arg, const struct http_answer *answer)
{
	struct outcome *o = arg;

	assert_ptr_equal(answer, &o->answer);
	o->done++;
}

static void
submit(struct http *h, const struct http_request *rq, struct outcome *o)
{
	*o = (struct outcome){ .done = 0 };
	if (!http_submit(h, a, rq, &o->answer, on_done, o, &e))
		fail_msg("%s", e.text);
}

static void
finish(struct http *h)
{
	int64_t give_up = clock_mono_ms() + 15000;

	while (http_in_flight(h) > 0 && clock_mono_ms() < give_up)
		assert_true(http_step(h, 100, -1, &e));
	assert_int_equal(http_in_flight(h), 0);
}

static struct http_answer
call(const struct http_request *rq)
{
	struct outcome o;

	submit(http, rq, &o);
	finish(http);
	assert_int_equal(o.done, 1);
	return o.answer;
}

static struct str
url_at(int port, const char *path)
{
	return str_printf(a, "https://localhost:%d/%s", port, path);
}

static struct http_request
get(const char *path)
{
	return (struct http_request){ .method = HTTP_GET, .url = url_at(far_end.port, path) };
}

static struct http_request
post(const char *path, const char *body)
{
	struct http_request rq = get(path);

	rq.method = HTTP_POST;
	rq.body = str_from(body);
	rq.content_type = STR("application/json");
	return rq;
}

static int
count(const char *name)
{
	struct http_request rq = { .url = url_at(far_end.port, str_printf(a, "count/%s", name).p) };
	struct http_answer answer = call(&rq);
	int64_t n = -1;

	assert_int_equal(answer.outcome, HTTP_ANSWERED);
	assert_true(str_to_int(answer.body, 0, 1000, &n));
	return (int)n;
}

static bool
holds(struct str text, const char *part)
{
	return str_find(text, str_from(part)) < text.n;
}

static void
a_request_is_sent_as_it_was_asked(void **state)
{
	(void)state;
	static const struct {
		enum http_method method;
		const char *line;
	} methods[] = {
		{ HTTP_GET, "GET /echo HTTP/1.1\r\n" },
		{ HTTP_POST, "POST /echo HTTP/1.1\r\n" },
		{ HTTP_PUT, "PUT /echo HTTP/1.1\r\n" },
		{ HTTP_PATCH, "PATCH /echo HTTP/1.1\r\n" },
		{ HTTP_DELETE, "DELETE /echo HTTP/1.1\r\n" },
	};

	for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
		struct http_request rq = get("echo");
		rq.method = methods[i].method;
		if (rq.method != HTTP_GET && rq.method != HTTP_DELETE) {
			rq.body = str_slice(STR("a=1&b=2 and more"), 0, 7);
			rq.content_type = STR("application/x-www-form-urlencoded");
		}
		http_request_header(&rq, STR("Accept"), STR("application/json"));
		http_request_header(&rq, STR("IR-Version"), STR("15"));
		struct http_answer answer = call(&rq);
		assert_int_equal(answer.outcome, HTTP_ANSWERED);
		assert_int_equal(answer.status, 200);
		assert_true(str_starts(answer.body, str_from(methods[i].line)));
		assert_true(
		    holds(answer.body, "Accept: application/json\r\n") && holds(answer.body, "IR-Version: 15\r\n"));
		assert_false(
		    holds(answer.body, "*/*") || holds(answer.body, "Expect") || holds(answer.body, "Accept-Encoding"));
		if (rq.content_type.n > 0) {
			assert_true(holds(answer.body, "Content-Type: application/x-www-form-urlencoded\r\n"));
			assert_true(str_ends(answer.body, STR("\r\n\r\na=1&b=2")));
		} else {
			assert_true(str_ends(answer.body, STR("\r\n\r\n")));
			assert_false(holds(answer.body, "Content-Type"));
		}
	}
}

static void
a_post_without_a_body_says_so(void **state)
{
	(void)state;
	struct http_request rq = get("echo");

	rq.method = HTTP_POST;
	struct http_answer answer = call(&rq);
	assert_true(holds(answer.body, "Content-Length: 0\r\n"));
	assert_false(holds(answer.body, "Content-Type"));
}

static void
authorization_is_bearer_or_basic(void **state)
{
	(void)state;
	struct http_request rq = get("echo");

	rq.auth = HTTP_AUTH_BEARER;
	rq.secret = secret_copy(a, STR("tok.en"));
	assert_true(holds(call(&rq).body, "\r\nAuthorization: Bearer tok.en\r\n"));
	rq.auth = HTTP_AUTH_BASIC;
	rq.user = STR("Aladdin");
	rq.secret = secret_copy(a, STR("open sesame"));
	assert_true(holds(call(&rq).body, "\r\nAuthorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"));
}

static void
answer_headers_are_in_lower_case_and_interim_ones_forgotten(void **state)
{
	(void)state;
	struct http_request rq = get("interim"), limited = get("status-429");
	struct http_answer answer = call(&rq);

	assert_int_equal(answer.status, 200);
	assert_true(str_eq(http_answer_header(&answer, STR("content-type")), STR("application/json")));
	assert_int_equal(http_answer_header(&answer, STR("link")).n, 0);
	answer = call(&limited);
	assert_int_equal(answer.outcome, HTTP_ANSWERED);
	assert_int_equal(answer.status, 429);
	assert_true(str_eq(http_answer_header(&answer, STR("retry-after")), STR("3")));
}

/* Finding 1: with a reused connection libcurl would send this POST twice. */
static void
a_post_that_may_go_once_goes_once_when_a_kept_connection_dies(void **state)
{
	(void)state;
	struct http_request first = get("kept.a"), once = post("kept.a", "{}");

	assert_true(str_eq(call(&first).body, STR("first")));
	once.once = true;
	struct http_answer answer = call(&once);
	/* A connection of its own, so it is the first on it and is answered; the dying one was not touched. */
	assert_int_equal(answer.outcome, HTTP_ANSWERED);
	assert_int_equal(count("kept.a"), 2);

	struct http_request cut = post("cut.b", "{}");
	cut.once = true;
	answer = call(&cut);
	assert_int_equal(answer.outcome, HTTP_UNKNOWN);
	assert_int_equal(count("cut.b"), 1);
}

static void
reads_reuse_their_connection(void **state)
{
	(void)state;
	struct http_request rq = get("kept.c");
	struct http_answer answer = call(&rq);

	assert_true(str_eq(answer.body, STR("first")));
	/* The second is read on the kept connection, dies, and is read again on a new one. */
	answer = call(&rq);
	assert_int_equal(answer.outcome, HTTP_ANSWERED);
	assert_int_equal(count("kept.c"), 3);
}

static void
a_cut_slow_or_garbled_answer_is_unknown(void **state)
{
	(void)state;
	static const char *const faults[] = { "never", "slow", "slow_headers", "cut", "reset", "half", "half_headers",
		"chunk_cut", "chunk_garbage", "garbage", "huge", "huge_length", "huge_headers" };

	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
		struct http_request rq = post(faults[i], "{}");
		rq.once = true;
		rq.timeout_ms = 700;
		rq.max_answer_bytes = 1 << 20;
		int64_t began = clock_mono_ms();
		struct http_answer answer = call(&rq);
		if (answer.outcome != HTTP_UNKNOWN)
			fail_msg("%s: outcome %d", faults[i], (int)answer.outcome);
		assert_int_equal(answer.status, 0);
		assert_int_equal(answer.body.n, 0);
		assert_true(answer.err.code != ERR_NONE && answer.err.text[0] != '\0');
		assert_true(clock_mono_ms() - began < 10000);
	}
}

static void
an_answer_up_to_its_limit_is_taken_and_not_a_byte_more(void **state)
{
	(void)state;
	struct http_request rq = get("garbage_body");

	rq.max_answer_bytes = 4096;
	struct http_answer answer = call(&rq);
	assert_int_equal(answer.outcome, HTTP_ANSWERED);
	assert_int_equal(answer.body.n, 4096);
	rq.max_answer_bytes = 4095;
	answer = call(&rq);
	assert_int_equal(answer.outcome, HTTP_UNKNOWN);
	assert_int_equal(answer.err.code, ERR_LIMIT);
}

/* F-092: the token stays with the host it was meant for. */
static void
a_redirect_is_an_answer_and_not_followed(void **state)
{
	(void)state;
	struct http_request rq = get("redirect");

	rq.auth = HTTP_AUTH_BEARER;
	rq.secret = secret_copy(a, STR("canary"));
	struct http_answer answer = call(&rq);
	assert_int_equal(answer.outcome, HTTP_ANSWERED);
	assert_int_equal(answer.status, 302);
	assert_int_equal(count("followed"), 0);
}

/* F-094: wrong name, unknown authority, no TLS, nobody there: no byte of the request leaves. */
static void
without_a_proven_far_end_nothing_is_sent(void **state)
{
	(void)state;
	struct settings foreign = settings;
	struct http_request rq = post("ok.wrong", "{}");
	struct outcome o;

	rq.url = str_printf(a, "https://other.localhost:%d/ok.wrong", far_end.port);
	struct http_answer answer = call(&rq);
	assert_int_equal(answer.outcome, HTTP_NOT_SENT);
	rq.url = url_at(far_end.plain_port, "ok.wrong");
	assert_int_equal(call(&rq).outcome, HTTP_NOT_SENT);
	rq.url = url_at(1, "ok.wrong");
	assert_int_equal(call(&rq).outcome, HTTP_NOT_SENT);
	rq.url = STR("https://no-such-host.invalid/ok.wrong");
	assert_int_equal(call(&rq).outcome, HTTP_NOT_SENT);

	foreign.ca_file = STR("");
	struct http *h = http_new(&foreign);
	rq.url = url_at(far_end.port, "ok.wrong");
	submit(h, &rq, &o);
	finish(h);
	assert_int_equal(o.answer.outcome, HTTP_NOT_SENT);
	http_free(h);
	assert_int_equal(count("ok.wrong"), 0);
}

static void
a_far_end_that_never_greets_is_left_in_time(void **state)
{
	(void)state;
	struct http_request rq = post("ok", "{}");

	rq.url = url_at(far_end.mute_port, "ok");
	int64_t began = clock_mono_ms();
	struct http_answer answer = call(&rq);
	assert_int_equal(answer.outcome, HTTP_NOT_SENT);
	assert_int_equal(answer.err.code, ERR_TIMEOUT);
	assert_true(clock_mono_ms() - began < 10000);
}

/* Design 4: no byte leaves later than the window after SENDING, connect and TLS included. */
static void
a_request_whose_window_has_closed_is_not_sent(void **state)
{
	(void)state;
	struct http_request rq = post("ok.late", "{}");
	struct outcome o;

	rq.once = true;
	rq.send_before_mono_ms = clock_mono_ms() - 1;
	struct http_answer answer = call(&rq);
	assert_int_equal(answer.outcome, HTTP_NOT_SENT);
	assert_int_equal(answer.err.code, ERR_TIMEOUT);

	/* Accepted in time, but nobody turned the client until it was too late. */
	rq.send_before_mono_ms = clock_mono_ms() + 30;
	submit(http, &rq, &o);
	while (clock_mono_ms() < rq.send_before_mono_ms)
		(void)usleep(1000);
	finish(http);
	assert_int_equal(o.answer.outcome, HTTP_NOT_SENT);

	/* Connecting is cut at the window, long before the usual limit. */
	rq.url = url_at(far_end.mute_port, "ok.late");
	rq.send_before_mono_ms = clock_mono_ms() + 200;
	answer = call(&rq);
	assert_int_equal(answer.outcome, HTTP_NOT_SENT);
	assert_true(answer.elapsed_ms < 1000);
	assert_int_equal(count("ok.late"), 0);

	rq.url = url_at(far_end.port, "ok.late");
	rq.send_before_mono_ms = clock_mono_ms() + 5000;
	assert_int_equal(call(&rq).outcome, HTTP_ANSWERED);
	assert_int_equal(count("ok.late"), 1);
}

static void
what_waits_for_its_connection_is_unsent_and_what_waits_for_its_answer_is_not(void **state)
{
	(void)state;
	struct http_request rq = post("slow", "{}");
	struct http_request mute = post("ok.mute", "{}");
	int64_t give_up = clock_mono_ms() + 15000;
	struct outcome o[2];

	rq.once = mute.once = true;
	rq.timeout_ms = 1500;
	rq.send_before_mono_ms = clock_mono_ms() + 10000;
	mute.url = url_at(far_end.mute_port, "ok.mute");
	mute.send_before_mono_ms = clock_mono_ms() + 500;
	submit(http, &rq, &o[0]);
	submit(http, &mute, &o[1]);
	assert_int_equal(http_unsent(http), 2);
	while ((http_unsent(http) > 0 || http_in_flight(http) == 2) && clock_mono_ms() < give_up)
		assert_true(http_step(http, 20, -1, &e));
	assert_int_equal(o[1].answer.outcome, HTTP_NOT_SENT);
	assert_int_equal(http_unsent(http), 0);
	assert_int_equal(http_in_flight(http), 1);
	finish(http);
	assert_int_equal(http_unsent(http), 0);
}

static void
what_is_no_clean_https_request_is_not_accepted(void **state)
{
	(void)state;
	static const char *const urls[] = { "http://localhost/", "file:///etc/passwd", "localhost", "", "https://a b/",
		"https://a/\r\nX: y" };
	struct outcome o;

	for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
		struct http_request rq = { .url = str_from(urls[i]) };
		assert_false(http_submit(http, a, &rq, &o.answer, on_done, &o, &e));
		assert_int_equal(e.code, ERR_INVALID);
	}
	struct http_request rq = get("ok");
	http_request_header(&rq, STR("X"), STR("a\r\nAuthorization: x"));
	assert_false(http_submit(http, a, &rq, &o.answer, on_done, &o, &e));
	rq = get("ok");
	rq.auth = HTTP_AUTH_BEARER;
	rq.secret = secret_copy(a, STR("a\nb"));
	assert_false(http_submit(http, a, &rq, &o.answer, on_done, &o, &e));
	assert_int_equal(http_in_flight(http), 0);
	rq = get("ok");
	rq.url = str_printf(a, "https://user:pass@localhost:%d/ok", far_end.port);
	assert_int_equal(call(&rq).outcome, HTTP_NOT_SENT);
}

static void
many_requests_run_side_by_side_and_each_is_told_once(void **state)
{
	(void)state;
	static struct outcome o[60];
	size_t n = sizeof o / sizeof o[0];

	for (size_t i = 0; i < n; i++) {
		struct http_request rq = get(i % 3 == 0 ? "ok.many" : i % 3 == 1 ? "cut.many" : "status-500");
		submit(http, &rq, &o[i]);
	}
	assert_int_equal(http_in_flight(http), n);
	finish(http);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(o[i].done, 1);
		assert_int_equal(o[i].answer.outcome, i % 3 == 1 ? HTTP_UNKNOWN : HTTP_ANSWERED);
	}
}

static struct outcome second;

static void
submit_another(void *arg, const struct http_answer *answer)
{
	struct http_request rq = get("ok.chain");

	(void)answer;
	(*(int *)arg)++;
	submit(http, &rq, &second);
}

static void
a_done_may_submit_the_next_request(void **state)
{
	(void)state;
	struct http_request rq = get("ok.chain");
	struct http_answer answer;
	int done = 0;

	assert_true(http_submit(http, a, &rq, &answer, submit_another, &done, &e));
	finish(http);
	assert_int_equal(done, 1);
	assert_int_equal(second.done, 1);
	assert_int_equal(second.answer.outcome, HTTP_ANSWERED);
}

static void
ending_the_client_tells_everybody_what_is_known(void **state)
{
	(void)state;
	struct http *h = http_new(&settings);
	struct http_request rq = post("never.free", "{}");
	struct outcome waiting, sent;
	int64_t give_up = clock_mono_ms() + 3000;

	submit(h, &rq, &sent);
	while (count("never.free") == 0 && clock_mono_ms() < give_up)
		assert_true(http_step(h, 10, -1, &e));
	submit(h, &rq, &waiting);
	http_free(h);
	assert_int_equal(sent.done + waiting.done, 2);
	assert_int_equal(sent.answer.outcome, HTTP_UNKNOWN);
	assert_int_equal(waiting.answer.outcome, HTTP_NOT_SENT);
}

static void
a_step_ends_when_its_descriptor_wakes_it(void **state)
{
	(void)state;
	int pipes[2];

	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	int64_t began = clock_mono_ms();
	assert_true(http_step(http, 100, pipes[0], &e));
	assert_true(clock_mono_ms() - began >= 90);
	assert_int_equal(write(pipes[1], "x", 1), 1);
	began = clock_mono_ms();
	assert_true(http_step(http, 5000, pipes[0], &e));
	assert_true(clock_mono_ms() - began < 4500);
	(void)close(pipes[0]);
	(void)close(pipes[1]);
}

static void
no_keys_are_logged_to_a_file_of_the_environment(void **state)
{
	(void)state;
	struct http_request rq = get("ok");

	assert_int_equal(call(&rq).outcome, HTTP_ANSWERED);
	assert_int_not_equal(access("/tmp/test-http-keylog", F_OK), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_is_sent_as_it_was_asked),
		cmocka_unit_test(a_post_without_a_body_says_so),
		cmocka_unit_test(authorization_is_bearer_or_basic),
		cmocka_unit_test(answer_headers_are_in_lower_case_and_interim_ones_forgotten),
		cmocka_unit_test(a_post_that_may_go_once_goes_once_when_a_kept_connection_dies),
		cmocka_unit_test(reads_reuse_their_connection),
		cmocka_unit_test(a_cut_slow_or_garbled_answer_is_unknown),
		cmocka_unit_test(an_answer_up_to_its_limit_is_taken_and_not_a_byte_more),
		cmocka_unit_test(a_redirect_is_an_answer_and_not_followed),
		cmocka_unit_test(without_a_proven_far_end_nothing_is_sent),
		cmocka_unit_test(a_far_end_that_never_greets_is_left_in_time),
		cmocka_unit_test(a_request_whose_window_has_closed_is_not_sent),
		cmocka_unit_test(what_is_no_clean_https_request_is_not_accepted),
		cmocka_unit_test(what_waits_for_its_connection_is_unsent_and_what_waits_for_its_answer_is_not),
		cmocka_unit_test(many_requests_run_side_by_side_and_each_is_told_once),
		cmocka_unit_test(a_done_may_submit_the_next_request),
		cmocka_unit_test(ending_the_client_tells_everybody_what_is_known),
		cmocka_unit_test(a_step_ends_when_its_descriptor_wakes_it),
		cmocka_unit_test(no_keys_are_logged_to_a_file_of_the_environment),
	};
	return cmocka_run_group_tests(tests, start, stop);
}
