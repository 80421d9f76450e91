/*
 * test_counters.c - each number that Overview and Activity show is the length of the list that it opens, whatever became
 * of the events, also across midnight in the account's time zone and on the night its clocks change (issue 4, Overview).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "lib/ground.h"
#include "web/handlers.h"
#include "web/reply.h"
#include "web/request.h"

static struct ground g;

/* What may become of an event: the decision, and its conversion's state and code. */
static const struct fate {
	const char *decision, *state, *code;
} fates[] = {
	{ "WAITING", "", "no_contact" },
	{ "SKIPPED", "", "condition" },
	{ "SUPPRESSED", "", "duplicate_effect" },
	{ "HELD", "HELD", "held_other_order" },
	{ "CONVERSION", "READY", "" },
	{ "CONVERSION", "READY", "no_answer" },
	{ "CONVERSION", "SENDING", "" },
	{ "CONVERSION", "UNKNOWN", "no_answer" },
	{ "CONVERSION", "ACCEPTED", "" },
	{ "CONVERSION", "ACCEPTED", "account_changed" },
	{ "CONVERSION", "CONFIRMED", "" },
	{ "CONVERSION", "REJECTED", "NO_ITEM" },
	{ "CONVERSION", "REJECTED", "ACTION_REF_NOT_FOUND" },
	{ "CONVERSION", "REJECTED", "click_not_found" },
	{ "CONVERSION", "REJECTED", "superseded" },
	{ "CONVERSION", "PARKED", "stopped" },
	{ "CONVERSION", "SHADOW", "" },
	{ "CONVERSION", "DEAD", "no_answer" },
	{ "CONVERSION", "DEAD", "dropped_by_person" },
	{ "CONVERSION", "ERASED", "" },
};
#define FATES (sizeof(fates) / sizeof(fates[0]))

static void
conversion(int64_t id, const struct fate *f, const char *at)
{
	ground_run(&g,
	    str_c(g.a, str_printf(g.a,
	                   "INSERT INTO conversion (tenant_id, conversion_id, effect_key, lane, program_id, "
	                   "event_type_id, event_type, order_id, object_type, object_id, state, code, "
	                   "body_hash, event_date, occurred_at, created_at, received_at) VALUES (%lld, %lld, "
	                   "UNHEX(SHA2('%lld', 256)), 'l', '1000', 1, 'won', 'o%lld', 'deals', '9', '%s', "
	                   "'%s', 'h', '%s', '%s', UTC_TIMESTAMP(3), '%s')",
	                   (long long)g.tenant.tenant_id, (long long)id, (long long)id, (long long)id, f->state,
	                   f->code, at, at, at)));
}

static void
decision(const struct fate *f, int64_t conversion_id, const char *at)
{
	bool held = str_eq(str_from(f->decision), STR("HELD"));
	static int64_t n;

	n++;
	ground_run(&g, str_c(g.a, str_printf(g.a,
	                              "INSERT INTO decision (tenant_id, event_key, revision, outcome, code, detail, "
	                              "conversion_id, held_id, kind, object_type, object_id, occurred_at, received_at, "
	                              "decided_at) VALUES (%lld, UNHEX(SHA2('d%lld', 256)), 1, '%s', '%s', '{}', "
	                              "NULLIF(%lld, 0), NULLIF(%lld, 0), 'changed', 'deals', '9', '%s', '%s', "
	                              "'2026-11-20 09:00:00')",
	                              (long long)g.tenant.tenant_id, (long long)n, f->decision,
	                              f->state[0] == '\0' || held ? f->code : "", (long long)(held ? 0 : conversion_id),
	                              (long long)(held ? conversion_id : 0), at, at)));
}

/* New York: midnight is at 04:00 UTC, from 1 November on at 05:00. */
static void
story(void)
{
	static const char *const moments[] = { "2026-10-31 03:59:59.999", "2026-10-31 04:00:00.000",
		"2026-11-01 03:59:59.999", "2026-11-01 04:00:00.000", "2026-11-02 04:59:59.999",
		"2026-11-02 05:00:00.000", "2026-11-03 12:00:00.000" };
	int64_t id = 0;

	ground_run(&g, "UPDATE tenant SET time_zone = 'America/New_York'");
	for (size_t m = 0; m < sizeof(moments) / sizeof(moments[0]); m++)
		for (size_t i = 0; i < FATES; i++) {
			const struct fate *f = &fates[i];

			id++;
			/* Some days have more. */
			if (m % 2 == 1 && i % 3 == m % 3)
				continue;
			if (f->state[0] != '\0')
				conversion(id, f, moments[m]);
			decision(f, f->state[0] == '\0' ? 0 : id, moments[m]);
			if (!str_eq(str_from(f->decision), STR("CONVERSION")) || i % 2 == 0)
				continue;
			/* Its earlier events: one of the same batch, and one of the day before. */
			decision(f, id, moments[m]);
			if (m > 0)
				decision(f, id, moments[m - 1]);
		}
}

static struct json *
ask(web_handler *handler, const char *query)
{
	const struct web_wire wire = { .method = STR("GET"), .query = str_from(query) };
	struct web_request rq = { .arena = g.a, .wire = &wire, .parts = &g.parts, .tenant_id = g.tenant.tenant_id };
	struct web_reply rp = { .status = 200 };

	must(handler(&rq, &rp, &g.e));
	return rp.json;
}

static int64_t
number(const struct json *object, const char *name)
{
	int64_t n = -1;

	assert_true(json_int(json_get(object, name), &n));
	return n;
}

/* Page by page, as the site does. */
static int64_t
lines(const char *query)
{
	struct str cursor = STR("");
	int64_t n = 0;

	do {
		const struct json *page =
		    ask(activity_show, str_c(g.a, str_printf(g.a, "limit=5&%s%s" STR_FMT, query,
		                                      cursor.n > 0 ? "&cursor=" : "", STR_ARG(cursor))));

		n += (int64_t)json_length(json_get(page, "rows"));
		cursor = json_text_at(g.a, page, "next_cursor");
	} while (cursor.n > 0);
	return n;
}

static const char *const outcomes[] = { "sent", "waiting", "skipped", "direct", "failed" };

/* Of a period as text of an address. */
static int64_t
compare(const struct json *numbers, const char *period)
{
	int64_t sum = 0;

	for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++) {
		int64_t n = number(numbers, outcomes[i]);

		if (lines(str_c(g.a, str_printf(g.a, "outcome=%s&%s", outcomes[i], period))) != n)
			fail_msg("%s says %lld of %s, and the list has %lld", period, (long long)n, outcomes[i],
			    (long long)lines(str_c(g.a, str_printf(g.a, "outcome=%s&%s", outcomes[i], period))));
		sum += n;
	}
	return sum;
}

static const char *
period_of(const struct json *row)
{
	return str_c(g.a, str_printf(g.a, "from=" STR_FMT "&to=" STR_FMT, STR_ARG(json_text_at(g.a, row, "from")),
	                      STR_ARG(json_text_at(g.a, row, "to"))));
}

static void
each_day_of_the_overview_opens_a_list_of_that_length(void **state)
{
	(void)state;
	const struct json *o = ask(overview_counters, "from=2026-10-30&to=2026-11-03"), *rows = json_get(o, "rows");
	int64_t sum = 0;

	assert_int_equal(json_length(rows), 5);
	for (size_t i = 0; i < json_length(rows); i++)
		sum += compare(json_at(rows, i), period_of(json_at(rows, i)));
	assert_int_equal(compare(json_get(o, "totals"), period_of(o)), sum);
	assert_true(sum > 0);
	/* What came a millisecond before midnight is of the day that ends then. */
	assert_true(number(json_at(rows, 0), "sent") > 0);
	o = ask(overview_counters, "from=2026-10-30&to=2026-10-30");
	assert_int_equal(compare(json_get(o, "totals"), "from=2026-10-30&to=2026-10-30"),
	    compare(json_at(json_get(o, "rows"), 0), period_of(o)));
}

static void
weeks_of_a_long_period_have_the_same_lines_in_sum(void **state)
{
	(void)state;
	const struct json *o = ask(overview_counters, "from=2026-01-01&to=2026-11-30");

	assert_true(json_length(json_get(o, "rows")) < 60);
	assert_true(compare(json_get(o, "totals"), period_of(o)) > 0);
}

static void
T_15_activity_s_numbers_and_causes_have_as_many_lines(void **state)
{
	static const char *const periods[] = { "", "from=2026-11-01&to=2026-11-01", "from=2026-10-31&to=2026-11-02" };

	(void)state;
	for (size_t p = 0; p < sizeof(periods) / sizeof(periods[0]); p++) {
		const struct json *o = ask(activity_numbers, periods[p]), *causes = json_get(o, "causes");

		assert_true(compare(json_get(o, "counters"), periods[p]) > 0);
		assert_int_equal(lines(str_c(g.a, str_printf(g.a, "outcome=held&%s", periods[p]))),
		    number(json_get(o, "counters"), "held"));
		assert_true(json_length(causes) > 5);
		for (size_t i = 0; i < json_length(causes); i++) {
			const struct json *one = json_at(causes, i);
			struct str code = json_text_at(g.a, one, "code"), outcome = json_text_at(g.a, one, "outcome");
			int64_t all = 0;

			if (lines(str_c(g.a, str_printf(g.a, "outcome=" STR_FMT "&code=" STR_FMT "&%s",
			                         STR_ARG(outcome), STR_ARG(code), periods[p]))) != number(one, "count"))
				fail_msg("the lines of " STR_FMT " are not as many as are counted", STR_ARG(code));
			for (size_t k = 0; k < json_length(causes); k++)
				if (str_eq(json_text_at(g.a, json_at(causes, k), "code"), code))
					all += number(json_at(causes, k), "count");
			assert_int_equal(lines(str_c(g.a,
			                     str_printf(g.a, "code=" STR_FMT "&%s", STR_ARG(code), periods[p]))),
			    all);
		}
	}
}

static int
setup(void **state)
{
	(void)state;
	if (!ground_open(&g))
		return -1;
	story();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	ground_close(&g);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_day_of_the_overview_opens_a_list_of_that_length),
		cmocka_unit_test(weeks_of_a_long_period_have_the_same_lines_in_sum),
		cmocka_unit_test(T_15_activity_s_numbers_and_causes_have_as_many_lines),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
