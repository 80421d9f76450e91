/* A tenant at a glance: event types with what is proved, the last calls, what is not finished. */
#include "lib/ledger.h"
#include "store/summary.h"

static void
event_types_are_proved_refused_or_neither_and_each_tenant_sees_its_own(void **state)
{
	struct summary_event_type *types;
	int64_t other = store_tenant();
	size_t n;

	(void)state;
	ledger_ready("a");
	store_run("UPDATE event_type SET proved_at = UTC_TIMESTAMP(3) WHERE tenant_id = %lld",
	    (long long)store.tenant_id);
	store_run(
	    "INSERT INTO event_type (tenant_id, program_id, code) VALUES (%lld, '1000', 'BAD'), (%lld, '2000', 'ELSE')",
	    (long long)store.tenant_id, (long long)store.tenant_id);
	store_run(
	    "INSERT INTO event_type_hold (tenant_id, event_type_id, code, held_at) SELECT tenant_id, event_type_id, "
	    "'ACTIONTRACKER_NOT_FOUND', UTC_TIMESTAMP(3) FROM event_type WHERE tenant_id = %lld AND code = 'BAD'",
	    (long long)store.tenant_id);
	store_must(summary_event_types(store.db, store.arena, store.tenant_id, STR("1000"), &types, &n, &store.e));
	assert_int_equal(n, 2);
	assert_true(str_eq(types[0].name, STR("BAD")) && !types[0].proved);
	assert_true(str_eq(types[0].refusal, STR("ACTIONTRACKER_NOT_FOUND")));
	assert_true(str_eq(types[1].name, STR("WON")) && types[1].proved && types[1].refusal.n == 0);
	store_must(summary_event_types(store.db, store.arena, other, STR("1000"), &types, &n, &store.e));
	assert_int_equal(n, 0);
}

static void
what_is_not_finished_is_counted_by_what_a_change_of_account_does_to_it(void **state)
{
	struct summary_open open;

	(void)state;
	for (enum state s = STATE_READY; s < STATE__COUNT; s++)
		ledger_in(s, "");
	store_must(summary_open(store.db, store.arena, store.tenant_id, &open, &store.e));
	assert_int_equal(open.waiting, 3);
	assert_int_equal(open.in_doubt, 2);
	assert_int_equal(open.accepted, 1);
	store_must(summary_open(store.db, store.arena, store_tenant(), &open, &store.e));
	assert_int_equal(open.waiting + open.in_doubt + open.accepted, 0);
}

static void
the_last_accepted_conversion_counts_even_when_it_was_refused_later(void **state)
{
	struct summary_calls calls;
	int64_t id = ledger_in(STATE_REJECTED, "");

	(void)state;
	store_must(summary_calls(store.db, store.arena, store.tenant_id, &calls, &store.e));
	assert_int_equal(calls.impact_ms, 0);
	store_run("UPDATE conversion SET accepted_at = '2026-11-21 10:00:00' WHERE conversion_id = %lld",
	    (long long)id);
	store_must(summary_calls(store.db, store.arena, store.tenant_id, &calls, &store.e));
	assert_true(calls.impact_ms > 0);
	assert_int_equal(calls.hubspot_ms, 0);
}

#define TEST(name) cmocka_unit_test_setup(name, store_fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(event_types_are_proved_refused_or_neither_and_each_tenant_sees_its_own),
		TEST(what_is_not_finished_is_counted_by_what_a_change_of_account_does_to_it),
		TEST(the_last_accepted_conversion_counts_even_when_it_was_refused_later),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
