/* What the operator's pages count, and what they call late (F-175). */
#include "lib/ledger.h"
#include "store/budget.h"
#include "store/census.h"
#include "store/delivery.h"

static int64_t
late_s(const char *queue)
{
	struct census_row q[CENSUS_QUEUES];

	store_must(census_late(store.db, store.arena, q, &store.e));
	for (size_t i = 0; i < CENSUS_QUEUES; i++)
		if (str_eq(q[i].queue, str_from(queue)))
			return q[i].waits_s;
	fail_msg("no queue %s", queue);
	return -1;
}

static struct census_row
total(const char *queue)
{
	struct census_row q[CENSUS_QUEUES];

	store_must(census_totals(store.db, store.arena, q, &store.e));
	for (size_t i = 0; i < CENSUS_QUEUES; i++)
		if (str_eq(q[i].queue, str_from(queue)))
			return q[i];
	fail_msg("no queue %s", queue);
	return q[0];
}

/* Only this test's tenant counts. */
static int
alone(void **state)
{
	int failed = store_fresh(state);

	store_run("UPDATE tenant SET state = 'paused' WHERE tenant_id <> %lld", (long long)store.tenant_id);
	return failed;
}

static void
what_is_due_is_late_since_then(void **state)
{
	(void)state;
	ledger_ready("A");
	store_run("UPDATE delivery SET due = UTC_TIMESTAMP(3) - INTERVAL 90 SECOND WHERE tenant_id = %lld",
	    (long long)store.tenant_id);
	assert_in_range(late_s("delivery.send"), 90, 91);
	assert_int_equal(late_s("delivery.follow"), 0);
	assert_int_equal(late_s("pending"), 0);
	store_run("UPDATE tenant SET sending = 0 WHERE tenant_id = %lld", (long long)store.tenant_id);
	assert_int_equal(late_s("delivery.send"), 0);
}

static void
what_the_hourly_limit_does_not_allow_yet_is_not_late(void **state)
{
	const struct budget_limit limit = { .rule = { .calls = 1, .window_ms = 3600000 }, .percent = 100, .share = 25 };
	struct budget_slice slice;

	(void)state;
	ledger_ready("A");
	store_run("UPDATE delivery SET due = UTC_TIMESTAMP(3) - INTERVAL 2 HOUR WHERE tenant_id = %lld",
	    (long long)store.tenant_id);
	store_later(store.db, 0);
	for (int i = 0; i < 2; i++)
		store_must(
		    budget_take(store.db, store.arena, store.tenant_id, BUDGET_IMPACT, 1, &limit, &slice, &store.e));
	assert_int_equal(slice.granted, 0);
	assert_int_equal(late_s("delivery.send"), 0);
	/* Then its time counts from the moment at which it may go. */
	store_later(store.db, 3600 + 40);
	assert_in_range(late_s("delivery.send"), 38, 42);
}

static void
rows_are_counted_with_those_of_tenants_that_are_away_and_due_without(void **state)
{
	int64_t before = total("delivery.send").rows;

	(void)state;
	ledger_ready("A");
	ledger_ready("B");
	assert_int_equal(total("delivery.send").rows, before + 2);
	assert_int_equal(total("delivery.send").due, 2);
	store_run("UPDATE tenant SET state = 'paused' WHERE tenant_id = %lld", (long long)store.tenant_id);
	assert_int_equal(total("delivery.send").rows, before + 2);
	assert_int_equal(total("delivery.send").due, 0);
}

static void
more_than_a_hundred_thousand_rows_are_not_counted(void **state)
{
	(void)state;
	store_run(
	    "INSERT INTO delivery (tenant_id, kind, effect_id, stage, due) SELECT %lld, 'conversion', 500000000 + seq, "
	    "'follow', UTC_TIMESTAMP(3) FROM seq_1_to_100500",
	    (long long)store.tenant_id);
	assert_int_equal(total("delivery.follow").rows, CENSUS_MAX);
	store_run("DELETE FROM delivery WHERE effect_id > 500000000");
}

#define TEST(name) cmocka_unit_test_setup(name, alone)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_due_is_late_since_then),
		TEST(what_the_hourly_limit_does_not_allow_yet_is_not_late),
		TEST(rows_are_counted_with_those_of_tenants_that_are_away_and_due_without),
		TEST(more_than_a_hundred_thousand_rows_are_not_counted),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
