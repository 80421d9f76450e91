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
	} rows[] = {
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
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(retry_wait_ms(rows[i].base, rows[i].cap, rows[i].attempt, rows[i].random),
		    rows[i].want);
}

static void
an_answer_may_say_when_to_come_back(void **state)
{
	static const struct {
		int status;
		const char *name, *value, *body;
		int64_t want;
	} rows[] = {
		{ 503, "retry-after", "30", "", 30000 },
		{ 200, "x", "1", "", -1 },
		{ 429, "retry-after", "0", "", 0 },
		{ 429, "retry-after", "Sat, 21 Nov 2026 00:00:30 GMT", "", 30000 },
		{ 429, "retry-after", "Fri, 20 Nov 2026 23:59:30 GMT", "", 0 },
		{ 429, "retry-after", "soon", "", -1 },
		{ 429, "retry-after", "-1", "", -1 },
		{ 429, "retry-after", "99999999", "", CAP },
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

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct http_header header = { str_from(rows[i].name), str_from(rows[i].value) };
		struct http_answer answer = { .outcome = HTTP_ANSWERED,
			.status = rows[i].status,
			.body = str_from(rows[i].body),
			.headers = &header,
			.n_headers = 1 };

		if (retry_hint_ms(&answer, NOW, CAP, *state) != rows[i].want)
			fail_msg("row %zu: %lld", i, (long long)retry_hint_ms(&answer, NOW, CAP, *state));
	}
}

static void
no_answer_gives_no_hint(void **state)
{
	struct http_header header = { STR("retry-after"), STR("5") };
	struct http_answer answer = { .outcome = HTTP_UNKNOWN, .headers = &header, .n_headers = 1 };

	assert_int_equal(retry_hint_ms(&answer, NOW, CAP, *state), -1);
}

static void
each_answer_to_a_conversion_has_one_meaning(void **state)
{
	static const struct {
		enum http_outcome outcome;
		int status, body;
		enum send_result want;
	} rows[] = {
		{ HTTP_NOT_SENT, 0, 0, SEND_NOT_SENT },
		{ HTTP_UNKNOWN, 0, 0, SEND_UNKNOWN },
		{ HTTP_ANSWERED, 200, 1, SEND_ACCEPTED },
		{ HTTP_ANSWERED, 201, 1, SEND_ACCEPTED },
		{ HTTP_ANSWERED, 200, 0, SEND_UNKNOWN },
		{ HTTP_ANSWERED, 204, 0, SEND_UNKNOWN },
		{ HTTP_ANSWERED, 207, 0, SEND_UNKNOWN },
		{ HTTP_ANSWERED, 301, 0, SEND_REJECTED },
		{ HTTP_ANSWERED, 400, 0, SEND_REJECTED },
		{ HTTP_ANSWERED, 401, 0, SEND_PARK },
		{ HTTP_ANSWERED, 402, 0, SEND_REJECTED },
		{ HTTP_ANSWERED, 403, 0, SEND_PARK },
		{ HTTP_ANSWERED, 404, 0, SEND_REJECTED },
		{ HTTP_ANSWERED, 405, 0, SEND_REJECTED },
		{ HTTP_ANSWERED, 408, 0, SEND_UNKNOWN },
		{ HTTP_ANSWERED, 409, 0, SEND_UNKNOWN },
		{ HTTP_ANSWERED, 413, 0, SEND_REJECTED },
		{ HTTP_ANSWERED, 425, 0, SEND_UNKNOWN },
		{ HTTP_ANSWERED, 429, 0, SEND_WAIT },
		{ HTTP_ANSWERED, 500, 0, SEND_UNKNOWN },
		{ HTTP_ANSWERED, 502, 0, SEND_UNKNOWN },
		{ HTTP_ANSWERED, 503, 0, SEND_UNKNOWN },
		{ HTTP_ANSWERED, 504, 1, SEND_UNKNOWN },
		{ HTTP_ANSWERED, 100, 0, SEND_UNKNOWN },
		{ HTTP_ANSWERED, 0, 0, SEND_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (send_classify(rows[i].outcome, rows[i].status, rows[i].body) != rows[i].want)
			fail_msg("row %zu", i);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waits_double_up_to_the_cap_with_full_jitter),
		cmocka_unit_test_setup_teardown(an_answer_may_say_when_to_come_back, setup, teardown),
		cmocka_unit_test_setup_teardown(no_answer_gives_no_hint, setup, teardown),
		cmocka_unit_test(each_answer_to_a_conversion_has_one_meaning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
