/* How HubSpot would measure the app: counted by tenant and day, with the goal of G-27. */
#include "lib/store.h"
#include "store/hubspot_calls.h"

static void
count(int64_t tenant_id, int status, int n)
{
	for (int i = 0; i < n; i++)
		hubspot_calls_count(tenant_id, status);
}

static struct hubspot_calls
calls_of(int64_t tenant_id)
{
	struct hubspot_calls *list;
	size_t n;

	store_must(hubspot_calls_read(store.db, store.arena, &list, &n, &store.e));
	for (size_t i = 0; i < n; i++)
		if (list[i].tenant_id == tenant_id)
			return list[i];
	return (struct hubspot_calls){ .tenant_id = tenant_id };
}

static void
each_tenant_has_its_numbers_and_they_add_up(void **state)
{
	int64_t other = store_tenant();
	struct hubspot_calls c;

	(void)state;
	count(store.tenant_id, 200, 5);
	count(other, 207, 1);
	count(store.tenant_id, 401, 1);
	count(store.tenant_id, 429, 2);
	count(store.tenant_id, 0, 1);
	count(store.tenant_id, 404, 1);
	store_must(hubspot_calls_hand_over(store.db, &store.e));
	count(store.tenant_id, 200, 1);
	store_must(hubspot_calls_hand_over(store.db, &store.e));
	store_must(hubspot_calls_hand_over(store.db, &store.e)); /* nothing is counted twice */
	c = calls_of(store.tenant_id);
	assert_int_equal(c.calls, 11);
	assert_int_equal(c.successes, 6);
	assert_int_equal(c.refused, 1);
	assert_int_equal(c.limited, 2);
	assert_int_equal(calls_of(other).successes, 1);
}

static void
what_could_not_be_handed_over_is_kept(void **state)
{
	(void)state;
	count(store.tenant_id, 200, 3);
	store_run("RENAME TABLE hubspot_calls TO hubspot_calls_away");
	store_refused(hubspot_calls_hand_over(store.db, &store.e), ERR_FAULT);
	store_run("RENAME TABLE hubspot_calls_away TO hubspot_calls");
	store_must(hubspot_calls_hand_over(store.db, &store.e));
	assert_int_equal(calls_of(store.tenant_id).calls, 3);
}

static void
thirty_days_count_and_older_ones_go(void **state)
{
	(void)state;
	for (int days = 29; days <= 31; days++)
		store_run("INSERT INTO hubspot_calls VALUES (%lld, TIMESTAMPDIFF(DAY, '1970-01-01', UTC_TIMESTAMP(3)) "
		          "- %d, 1, 1, 0, 0)",
		    (long long)store.tenant_id, days);
	assert_int_equal(calls_of(store.tenant_id).calls, 1);
	store_must(hubspot_calls_sweep(store.db, &store.e));
	assert_int_equal(store_int("SELECT COUNT(*) FROM hubspot_calls WHERE tenant_id = %lld",
	                     (long long)store.tenant_id),
	    1);
}

static void
more_tenants_than_there_are_places_lose_no_call(void **state)
{
	int64_t before = calls_of(0).calls, all;
	struct hubspot_calls *list;
	size_t n;

	(void)state;
	store_must(hubspot_calls_read(store.db, store.arena, &list, &n, &store.e));
	all = hubspot_calls_sum(list, n).calls;
	for (int64_t i = 0; i < 1500; i++)
		hubspot_calls_count(1000000 + i * 7919 % 1500, 200);
	store_must(hubspot_calls_hand_over(store.db, &store.e));
	store_must(hubspot_calls_read(store.db, store.arena, &list, &n, &store.e));
	assert_int_equal(hubspot_calls_sum(list, n).calls, all + 1500);
	assert_int_equal(calls_of(0).calls, before + 1500 - 1023);
}

static void
the_goal_is_995_of_1000_and_less_than_one_of_1000_refused(void **state)
{
	struct hubspot_calls c = { .calls = 0 };

	(void)state;
	assert_true(hubspot_calls_good(&c));
	c = (struct hubspot_calls){ .calls = 10000, .successes = 9950, .refused = 9, .limited = 9 };
	assert_true(hubspot_calls_good(&c));
	c.successes = 9949;
	assert_false(hubspot_calls_good(&c));
	c = (struct hubspot_calls){ .calls = 10000, .successes = 9990, .refused = 10 };
	assert_false(hubspot_calls_good(&c));
	c = (struct hubspot_calls){ .calls = 10000, .successes = 9990, .limited = 10 };
	assert_false(hubspot_calls_good(&c));
}

#define TEST(name) cmocka_unit_test_setup(name, store_fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_tenant_has_its_numbers_and_they_add_up),
		TEST(what_could_not_be_handed_over_is_kept),
		TEST(thirty_days_count_and_older_ones_go),
		TEST(more_tenants_than_there_are_places_lose_no_call),
		TEST(the_goal_is_995_of_1000_and_less_than_one_of_1000_refused),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
