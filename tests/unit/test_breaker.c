/* When a far end counts as failing (reliability.md 3.5): enough calls in the window, most of them failed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "core/breaker.h"

static const struct breaker_rule rule = { .calls = 10, .percent = 70, .window_ms = 300000 };
static struct breaker *b;

static int
fresh(void **state)
{
	(void)state;
	b = calloc(1, sizeof(*b));
	return b == NULL;
}

static int
end(void **state)
{
	(void)state;
	free(b);
	return 0;
}

/* So many calls; how many of them opened it. */
static int
calls(int64_t tenant, int n, bool failed, int64_t at_ms, int64_t *since)
{
	int opened = 0;

	for (int i = 0; i < n; i++)
		opened += breaker_note(b, tenant, 1, failed, &rule, at_ms + i, since);
	return opened;
}

static void
ten_failures_open_it_and_tell_since_when(void **state)
{
	int64_t since = 0;

	(void)state;
	assert_int_equal(calls(7, 9, true, 1000, &since), 0);
	assert_int_equal(calls(7, 1, true, 2000, &since), 1);
	assert_int_equal(since, 1000);
	/* It counts anew. */
	assert_int_equal(calls(7, 9, true, 3000, &since), 0);
	assert_int_equal(calls(7, 1, true, 4000, &since), 1);
}

static void
seven_of_ten_are_most_of_them_and_six_are_not(void **state)
{
	int64_t since = 0;

	(void)state;
	assert_int_equal(calls(7, 3, false, 1000, &since), 0);
	assert_int_equal(calls(7, 6, true, 2000, &since), 0); /* of 9: too few to tell */
	assert_int_equal(calls(7, 1, true, 3000, &since), 1);
	assert_int_equal(since, 2000);
	assert_int_equal(calls(8, 4, false, 1000, &since), 0);
	assert_int_equal(calls(8, 6, true, 2000, &since), 0);
}

static void
one_tenant_and_one_destination_say_nothing_of_another(void **state)
{
	int64_t since = 0;

	(void)state;
	assert_int_equal(calls(7, 9, true, 1000, &since), 0);
	assert_int_equal(calls(8, 9, true, 1000, &since), 0);
	assert_false(breaker_note(b, 7, 0, true, &rule, 1000, &since));
	assert_int_equal(calls(8, 1, true, 1000, &since), 1);
}

static void
what_is_older_than_the_window_does_not_count(void **state)
{
	int64_t since = 0;

	(void)state;
	assert_int_equal(calls(7, 9, true, 1000, &since), 0);
	assert_int_equal(calls(7, 9, true, 1000 + rule.window_ms, &since), 0);
	/* The half before this one does. */
	assert_int_equal(calls(7, 1, true, 1000 + rule.window_ms * 3 / 2, &since), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(ten_failures_open_it_and_tell_since_when, fresh, end),
		cmocka_unit_test_setup_teardown(seven_of_ten_are_most_of_them_and_six_are_not, fresh, end),
		cmocka_unit_test_setup_teardown(one_tenant_and_one_destination_say_nothing_of_another, fresh, end),
		cmocka_unit_test_setup_teardown(what_is_older_than_the_window_does_not_count, fresh, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
