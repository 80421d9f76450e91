/*
 * The call budget against far ends that count in every way there is (G-28): none of them ever refuses, and what they
 * allow is used.  Time is a number here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "core/budget.h"

#define HOUR_MS   INT64_C(3600000)
#define START_MS  INT64_C(1795219200000)
#define LIMIT     1000 /* the far end's */
#define OURS      980  /* less 2 % */
#define QUEUED    5000
#define CALLS_MAX 20000
/* A call is counted up to so much later than it was granted: what `margin_ms` is for. */
#define LATE_MS 5000
#define STEP_MS 200
#define AT_ONCE 8

static const struct budget_rule rule = { .calls = OURS, .window_ms = HOUR_MS, .margin_ms = LATE_MS };

static int64_t counted[CALLS_MAX]; /* when the far end counted each call */
static size_t n_counted;

static struct arena *
fresh(void)
{
	static struct arena *a;

	if (a != NULL)
		arena_free(a);
	a = arena_new((size_t)1 << 20);
	return a;
}

static int
by_time(const void *x, const void *y)
{
	int64_t a = *(const int64_t *)x;
	int64_t b = *(const int64_t *)y;

	return a < b ? -1 : a > b;
}

/* Makes so many calls as fast as the budget gives them, each as late as `seed` says. */
static int64_t
drain(size_t calls, unsigned seed)
{
	struct budget_log log = { .n = 0 };
	int64_t now = START_MS;

	srand(seed);
	n_counted = 0;
	for (; n_counted < calls; now += STEP_MS) {
		struct arena *a = fresh();
		int64_t unused;

		budget_log_read(budget_log_write(a, &log), &rule, now, &log);
		unused = rule.calls - budget_log_sum(&log).calls;
		unused = unused < AT_ONCE ? unused : AT_ONCE;
		for (int64_t i = 0; i < unused; i++)
			counted[n_counted++] = now + rand() % LATE_MS;
		budget_log_add(&log, &rule, now, unused, 0);
		if (unused == 0) /* whoever waits is told how long */
			now += budget_log_wait_ms(&log, &rule, now, rule.calls - 1) - STEP_MS;
	}
	qsort(counted, n_counted, sizeof(counted[0]), by_time);
	return now;
}

static void
a_far_end_that_counts_the_hour_just_passed_never_refuses(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 5; seed++) {
		drain(QUEUED, seed);
		for (size_t i = 0; i + LIMIT < n_counted; i++)
			assert_true(counted[i + LIMIT] - counted[i] >= HOUR_MS);
	}
}

static void
a_far_end_whose_hour_begins_anywhere_never_refuses(void **state)
{
	(void)state;
	drain(QUEUED, 7);
	for (int64_t offset = 0; offset < HOUR_MS; offset += HOUR_MS / 60) {
		int64_t begun = 0;
		size_t in_it = 0;

		for (size_t i = 0; i < n_counted; i++) {
			if (counted[i] - begun >= HOUR_MS) {
				begun = counted[i] - (counted[i] - offset) % HOUR_MS;
				in_it = 0;
			}
			assert_true(++in_it <= LIMIT);
		}
	}
}

static void
ninety_eight_percent_of_the_budget_is_used(void **state)
{
	int64_t took;

	(void)state;
	took = drain(QUEUED, 3) - START_MS;
	/* 980 at once, then 980 an hour: the last of 5,000 begin the sixth hour. */
	assert_true(took * 98 / 100 <= (QUEUED - 1) / OURS * HOUR_MS);
}

/* Calls that come evenly leave the window in as many spans. */
static void
an_even_stream_below_the_limit_is_never_held_up(void **state)
{
	struct budget_log log = { .n = 0 };
	int64_t now = START_MS;

	(void)state;
	for (int i = 0; i < 3 * OURS * 96 / 100; i++, now += HOUR_MS * 100 / (OURS * 96)) {
		struct arena *a = fresh();

		budget_log_read(budget_log_write(a, &log), &rule, now, &log);
		assert_true(budget_log_sum(&log).calls < rule.calls);
		budget_log_add(&log, &rule, now, 1, 0);
	}
}

static void
the_wait_ends_when_a_span_does(void **state)
{
	struct budget_log log = { .n = 0 };

	(void)state;
	budget_log_add(&log, &rule, START_MS, 600, 0);
	budget_log_add(&log, &rule, START_MS + HOUR_MS / 2, 380, 20);
	assert_int_equal(budget_log_sum(&log).calls, 980);
	assert_int_equal(budget_log_sum(&log).spare, 20);
	assert_int_equal(budget_log_wait_ms(&log, &rule, START_MS + HOUR_MS / 2, 980), 0);
	assert_int_equal(budget_log_wait_ms(&log, &rule, START_MS + HOUR_MS / 2, 979), HOUR_MS / 2 + LATE_MS);
	assert_int_equal(budget_log_wait_ms(&log, &rule, START_MS + HOUR_MS / 2, 0), HOUR_MS + LATE_MS);
	budget_log_read(budget_log_write(fresh(), &log), &rule, START_MS + HOUR_MS + LATE_MS, &log);
	assert_int_equal(budget_log_sum(&log).calls, 380);
}

static void
a_log_that_cannot_be_read_is_empty_and_one_from_the_future_ends(void **state)
{
	struct budget_log log = { .n = 0 };

	(void)state;
	budget_log_read(STR("seven bytes"), &rule, START_MS, &log);
	assert_int_equal(log.n, 0);
	budget_log_add(&log, &rule, START_MS + 9 * HOUR_MS, 980, 0);
	budget_log_read(budget_log_write(fresh(), &log), &rule, START_MS, &log);
	assert_int_equal(budget_log_wait_ms(&log, &rule, START_MS, 979), HOUR_MS + LATE_MS);
}

static void
more_spans_than_there_is_room_for_are_put_together(void **state)
{
	struct budget_log log = { .n = 0 };
	int64_t i;

	(void)state;
	for (i = 0; i < 2 * BUDGET_SPANS; i++)
		budget_log_add(&log, &rule, START_MS + i * HOUR_MS / 64, 1, 0);
	assert_int_equal(log.n, BUDGET_SPANS);
	assert_int_equal(budget_log_sum(&log).calls, i);
}

/* What the Overview tells: when the last one goes out. */
static void
the_projected_end_is_the_end_that_comes(void **state)
{
	static const size_t queued[] = { 981, 1960, 1961, 2500, QUEUED };
	const struct budget_log none = { .n = 0 };
	struct budget_log log = { .n = 0 };

	(void)state;
	assert_int_equal(budget_log_drain_ms(&none, &rule, START_MS, 0, 100), 0);
	assert_int_equal(budget_log_drain_ms(&none, &rule, START_MS, OURS, 100), 0);
	for (size_t i = 0; i < sizeof(queued) / sizeof(queued[0]); i++) {
		int64_t told = budget_log_drain_ms(&none, &rule, START_MS, (int64_t)queued[i], 100);
		int64_t took = drain(queued[i], 1) - START_MS;

		/* 980 calls in groups of 8 take some 25 s themselves. */
		assert_in_range(took, told, told + ((int64_t)queued[i] / OURS + 1) * 30000);
	}
	/* Half of the calls become free in ten minutes, the rest in half an hour. */
	budget_log_add(&log, &rule, START_MS - 50 * 60000, 490, 0);
	budget_log_add(&log, &rule, START_MS - 30 * 60000, 490, 0);
	assert_int_equal(budget_log_drain_ms(&log, &rule, START_MS, 100, 100), 10 * 60000 + LATE_MS);
	assert_int_equal(budget_log_drain_ms(&log, &rule, START_MS, 490, 100), 10 * 60000 + LATE_MS);
	assert_int_equal(budget_log_drain_ms(&log, &rule, START_MS, 491, 100), 30 * 60000 + LATE_MS);
	assert_int_equal(budget_log_drain_ms(&log, &rule, START_MS, 490, 75), 30 * 60000 + LATE_MS);
	assert_int_equal(budget_log_drain_ms(&log, &rule, START_MS, 981, 100), 70 * 60000 + 2 * LATE_MS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_far_end_that_counts_the_hour_just_passed_never_refuses),
		cmocka_unit_test(a_far_end_whose_hour_begins_anywhere_never_refuses),
		cmocka_unit_test(ninety_eight_percent_of_the_budget_is_used),
		cmocka_unit_test(an_even_stream_below_the_limit_is_never_held_up),
		cmocka_unit_test(the_wait_ends_when_a_span_does),
		cmocka_unit_test(a_log_that_cannot_be_read_is_empty_and_one_from_the_future_ends),
		cmocka_unit_test(more_spans_than_there_is_room_for_are_put_together),
		cmocka_unit_test(the_projected_end_is_the_end_that_comes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
