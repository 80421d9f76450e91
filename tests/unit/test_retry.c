/* How long to wait, and what one answer means for a conversion (reliability, T-40). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "core/retry.h"

#define NOW INT64_C(1795219200000)
#define CAP INT64_C(21600000)

static int
setup(void **state)
{
	*state = arena_new((size_t)1 << 20);
	return 0;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static void
waits_double_up_to_the_cap_with_full_jitter(void **state)
{
	static const struct {
		int64_t base, cap, attempt, random, want;
	} doubled[] = {
		{ 2000, CAP, 0, 0, 0 },
		{ 2000, CAP, 0, 500000, 1000 },
		{ 2000, CAP, 0, 999999, 1999 },
		{ 2000, CAP, 1, 500000, 2000 },
		{ 2000, CAP, 3, 500000, 8000 },
		{ 2000, CAP, 60, 500000, CAP / 2 },
		{ 2000, CAP, INT64_MAX, 500000, CAP / 2 },
		{ 2000, 1000, 0, 500000, 500 },
		{ 2000, CAP, -1, 500000, 1000 },
		{ 0, CAP, 5, 999999, 0 },
		{ -5, CAP, 5, 999999, 0 },
		{ 2000, CAP, 0, -3, 0 },
		{ 2000, CAP, 0, INT64_MAX, 1999 },
		{ INT64_MAX, INT64_MAX, 0, 500000,
		    INT64_MAX / 1000000 * 500000 + INT64_MAX % 1000000 * 500000 / 1000000 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(doubled) / sizeof(doubled[0]); i++)
		assert_int_equal(retry_wait_ms(doubled[i].base, doubled[i].cap, doubled[i].attempt, doubled[i].random),
		    doubled[i].want);
}

static void
an_answer_may_say_when_to_come_back(void **state)
{
	static const struct {
		int status;
		const char *name, *value, *body;
		int64_t want;
	} hints[] = {
		{ 503, "retry-after", "30", "", 30000 },
		{ 200, "x", "1", "", -1 },
		{ 429, "retry-after", "0", "", 0 },
		{ 429, "retry-after", "Sat, 21 Nov 2026 00:00:30 GMT", "", 30000 },
		{ 429, "retry-after", "Fri, 20 Nov 2026 23:59:30 GMT", "", 0 },
		{ 429, "retry-after", "soon", "", -1 },
		{ 429, "retry-after", "-1", "", -1 },
		{ 429, "retry-after", "99999999", "", 3600000 },
		{ 429, "x-ratelimit-reset", "1200", "", 1200000 },
		{ 429, "x-ratelimit-reset", "1795219260", "", 60000 },
		{ 429, "x-ratelimit-reset", "1795219100", "", 0 },
		{ 500, "x-ratelimit-reset", "1200", "", -1 },
		{ 429, "ratelimit-reset", "5", "", 5000 },
		{ 429, "x", "1", "{\"policyName\":\"TEN_SECONDLY_ROLLING\"}", 10000 },
		{ 429, "x", "1", "{\"policyName\":\"SECONDLY\"}", 1000 },
		{ 429, "x", "1", "{\"policyName\":\"DAILY\"}", 3600000 },
		{ 429, "x", "1", "{\"policyName\":\"OTHER\"}", -1 },
		{ 429, "x", "1", "<html>", -1 },
		{ 423, "x", "1", "", 2000 },
		{ 423, "retry-after", "1", "", 2000 },
		{ 477, "retry-after", "7200", "", 7200000 },
	};
	struct settings settings = { 0 };

	settings_defaults(&settings, *state);
	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
		struct http_header header = { str_from(hints[i].name), str_from(hints[i].value) };
		struct http_answer answer = { .outcome = HTTP_ANSWERED,
			.status = hints[i].status,
			.body = str_from(hints[i].body),
			.headers = &header,
			.n_headers = 1 };

		if (retry_hint_ms(&settings, &answer, NOW, *state) != hints[i].want)
			fail_msg("row %zu: %lld", i, (long long)retry_hint_ms(&settings, &answer, NOW, *state));
	}
}

static void
no_answer_gives_no_hint(void **state)
{
	struct http_header header = { STR("retry-after"), STR("5") };
	struct http_answer answer = { .outcome = HTTP_UNKNOWN, .headers = &header, .n_headers = 1 };
	struct settings settings = { 0 };

	settings_defaults(&settings, *state);
	assert_int_equal(retry_hint_ms(&settings, &answer, NOW, *state), -1);
}

/*
 * reliability.md 3.4 written out, with the deviations that core/retry.h names.  Letters: o ok, a again, w wait, s sign
 * in, f forbidden, h in halves, g gone, r refused, u unknown, m wrong set-up, b our bug; columns: HubSpot read, write,
 * token; impact.com POST, reads; e-mail.
 */
static const struct {
	int result; /* a status; -1 cut or timed out, -2 not sent, -3 a 2xx that cannot be understood */
	const char *is;
} rows[] = {
	{ -2, "aaaaaa" },
	{ -1, "aaauaa" },
	{ -3, "aaauao" },
	{ 0, "aaauaa" },
	{ 99, "aaauaa" },
	{ 100, "aaauaa" },
	{ 199, "aaauaa" },
	{ 200, "oooooo" },
	{ 201, "oooooo" },
	{ 202, "ooauao" },
	{ 203, "aaauao" },
	{ 204, "ooauao" },
	{ 205, "aaauao" },
	{ 206, "aaauao" },
	{ 207, "ooauao" },
	{ 208, "aaauao" },
	{ 299, "aaauao" },
	{ 300, "mmmmma" },
	{ 301, "mmmmma" },
	{ 302, "mmmmma" },
	{ 399, "mmmmma" },
	{ 400, "hhrrha" },
	{ 401, "ssmssa" },
	{ 402, "rrmbba" },
	{ 403, "ffmffa" },
	{ 404, "ghmsga" },
	{ 405, "bbbbba" },
	{ 406, "bbbbba" },
	{ 407, "rhmrra" },
	{ 408, "aaauaa" },
	{ 409, "aamuaa" },
	{ 410, "rrmrga" },
	{ 411, "rhmrra" },
	{ 413, "hhmbha" },
	{ 414, "hhbbba" },
	{ 415, "bbbbba" },
	{ 418, "rhmrra" },
	{ 422, "rhmrra" },
	{ 423, "wwwuaa" },
	{ 425, "aaauaa" },
	{ 429, "wwwwwa" },
	{ 451, "rhmrra" },
	{ 477, "wwwuaa" },
	{ 499, "rhmrra" },
	{ 500, "aaauar" },
	{ 502, "aaauar" },
	{ 503, "aaauar" },
	{ 504, "aaauar" },
	{ 521, "aaauar" },
	{ 524, "aaauar" },
	{ 530, "aaauas" },
	{ 535, "aaauas" },
	{ 599, "aaauar" },
	{ 600, "aaauaa" },
	{ 999, "aaauaa" },
	{ INT32_MAX, "aaauaa" },
};

static void
each_result_has_one_class_at_each_destination(void **state)
{
	static const char letters[RETRY__CLASSES + 1] = "oawsfhgrumb";

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (unsigned to = 0; to < RETRY__DESTINATIONS; to++) {
			const struct http_answer answer = { .outcome = rows[i].result == -2 ? HTTP_NOT_SENT
				                                       : rows[i].result < 0 ? HTTP_UNKNOWN
				                                                            : HTTP_ANSWERED,
				.status = rows[i].result };
			enum retry_class c = rows[i].result == -3 ? retry_unreadable(to) : retry_classify(to, &answer);

			if (letters[c] != rows[i].is[to])
				fail_msg("%d at %s: %s", rows[i].result, retry_destination_name(to),
				    retry_class_name(c));
		}
}

/* What may have been booked is never sent again unseen; what never left never waits for a person. */
static void
a_conversion_is_sent_again_only_when_it_surely_never_arrived(void **state)
{
	(void)state;
	for (int status = -5; status < 1000; status++) {
		const struct http_answer answer = { .outcome = HTTP_ANSWERED, .status = status };
		enum retry_class c = retry_classify(RETRY_IMPACT_POST, &answer);

		assert_int_not_equal(c, RETRY_AGAIN);
		assert_true(c != RETRY_WAIT || status == 429);
	}
}

static void
a_far_end_that_fails_is_told_from_one_that_refuses(void **state)
{
	static const struct {
		enum http_outcome outcome;
		int status;
		const char *body;
		bool fails;
	} answers[] = {
		{ HTTP_NOT_SENT, 0, "", true },
		{ HTTP_UNKNOWN, 0, "", true },
		{ HTTP_ANSWERED, 100, "", true },
		{ HTTP_ANSWERED, 200, " {}", false },
		{ HTTP_ANSWERED, 200, "[]", false },
		{ HTTP_ANSWERED, 200, "", true },
		{ HTTP_ANSWERED, 200, "<html>", true },
		{ HTTP_ANSWERED, 204, "", false },
		{ HTTP_ANSWERED, 302, "", false },
		{ HTTP_ANSWERED, 400, "", false },
		{ HTTP_ANSWERED, 401, "", false },
		{ HTTP_ANSWERED, 429, "", false },
		{ HTTP_ANSWERED, 500, "{}", true },
		{ HTTP_ANSWERED, 503, "", true },
		{ HTTP_ANSWERED, 600, "", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		const struct http_answer answer = { .outcome = answers[i].outcome,
			.status = answers[i].status,
			.body = str_from(answers[i].body) };

		if (retry_far_end_fails(&answer) != answers[i].fails)
			fail_msg("row %zu", i);
	}
}

/* max(what the far end says, rand(0, min(cap, base * 2^n))), and of a 429 what it says alone. */
static void
the_wait_is_the_longer_of_what_is_told_and_of_chance(void **state)
{
	static const struct {
		enum retry_destination to;
		enum retry_class c;
		int status;
		const char *after;
		int64_t tries, random, want;
	} waits[] = {
		{ RETRY_HUBSPOT_READ, RETRY_AGAIN, 503, NULL, 0, 500000, 1000 },
		{ RETRY_HUBSPOT_READ, RETRY_AGAIN, 503, NULL, 3, 500000, 8000 },
		{ RETRY_HUBSPOT_READ, RETRY_AGAIN, 503, "30", 3, 500000, 30000 },
		{ RETRY_HUBSPOT_READ, RETRY_AGAIN, 503, "3", 3, 500000, 8000 },
		{ RETRY_HUBSPOT_READ, RETRY_AGAIN, 503, "999999", 0, 0, 3600000 },
		{ RETRY_HUBSPOT_READ, RETRY_WAIT, 429, "3", 9, 999999, 3000 },
		{ RETRY_HUBSPOT_READ, RETRY_WAIT, 429, NULL, 9, 999999, 10000 },
		{ RETRY_HUBSPOT_TOKEN, RETRY_WAIT, 429, NULL, 0, 0, 10000 },
		{ RETRY_IMPACT_POST, RETRY_WAIT, 429, NULL, 9, 999999, 60000 },
		{ RETRY_IMPACT_READ, RETRY_WAIT, 429, NULL, 0, 0, 60000 },
		{ RETRY_HUBSPOT_WRITE, RETRY_WAIT, 477, "28800", 0, 0, 28800000 },
		{ RETRY_HUBSPOT_WRITE, RETRY_WAIT, 477, "99999999", 0, 0, 86400000 },
		{ RETRY_HUBSPOT_WRITE, RETRY_WAIT, 423, NULL, 0, 0, 2000 },
	};
	struct settings settings = { 0 };

	settings_defaults(&settings, *state);
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		struct http_header header = { STR("retry-after"),
			str_from(waits[i].after == NULL ? "" : waits[i].after) };
		struct http_answer answer = { .outcome = HTTP_ANSWERED,
			.status = waits[i].status,
			.headers = &header,
			.n_headers = waits[i].after != NULL };
		const struct retry_moment m = { .settings = &settings,
			.now_ms = NOW,
			.random = waits[i].random,
			.tries = waits[i].tries };
		int64_t ms = retry_next_ms(waits[i].to, waits[i].c, &answer, &m, *state);

		if (ms != waits[i].want)
			fail_msg("row %zu: %lld", i, (long long)ms);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waits_double_up_to_the_cap_with_full_jitter),
		cmocka_unit_test_setup_teardown(an_answer_may_say_when_to_come_back, setup, teardown),
		cmocka_unit_test_setup_teardown(no_answer_gives_no_hint, setup, teardown),
		cmocka_unit_test(each_result_has_one_class_at_each_destination),
		cmocka_unit_test(a_conversion_is_sent_again_only_when_it_surely_never_arrived),
		cmocka_unit_test(a_far_end_that_fails_is_told_from_one_that_refuses),
		cmocka_unit_test_setup_teardown(the_wait_is_the_longer_of_what_is_told_and_of_chance, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
