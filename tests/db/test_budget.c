/* Call budgets: all processes together never make more calls than the limit (design 6, Budgets). */
#include <sys/wait.h>
#include <unistd.h>

#include "lib/store.h"
#include "store/budget.h"

#define LIMIT     90
#define PROCESSES 8

static const struct budget_limit hubspot = { .rule = { .calls = LIMIT, .window_ms = 10000 }, .percent = 100 };
static const struct budget_limit impact = { .rule = { .calls = LIMIT, .window_ms = 3600000 }, .percent = 100 };

static struct budget_slice
take(struct db *db, int64_t want)
{
	struct budget_slice t;

	store_must(budget_take(db, store.arena, store.tenant_id, BUDGET_HUBSPOT, want, &hubspot, &t, &store.e));
	return t;
}

static void
what_is_wanted_is_granted_until_the_limit(void **state)
{
	(void)state;
	assert_int_equal(take(store.db, 60).granted, 60);
	assert_int_equal(take(store.db, 60).granted, 30);
	assert_int_equal(take(store.db, 1).granted, 0);
}

static void
more_than_the_limit_is_never_granted_at_once(void **state)
{
	(void)state;
	assert_int_equal(take(store.db, 1000).granted, LIMIT);
	store_later(store.db, 11);
	assert_int_equal(take(store.db, 1000).granted, LIMIT);
}

static void
an_empty_budget_says_when_its_window_ends(void **state)
{
	struct budget_slice t;

	(void)state;
	store_later(store.db, 1);
	take(store.db, LIMIT);
	store_later(store.db, 5);
	t = take(store.db, 1);
	assert_int_equal(t.granted, 0);
	assert_in_range(t.wait_ms, 1000, 6001);
}

static void
a_new_window_grants_anew(void **state)
{
	(void)state;
	take(store.db, LIMIT);
	store_later(store.db, 11);
	assert_int_equal(take(store.db, 20).granted, 20);
	assert_int_equal(take(store.db, LIMIT).granted, LIMIT - 20);
}

static void
a_blocked_destination_grants_nothing_until_then(void **state)
{
	struct budget_slice t;

	(void)state;
	take(store.db, 1);
	store_must(budget_block(store.db, store.tenant_id, BUDGET_HUBSPOT, 30000, &store.e));
	t = take(store.db, 1);
	assert_int_equal(t.granted, 0);
	assert_in_range(t.wait_ms, 20000, 30000);
	store_later(store.db, 31);
	assert_int_equal(take(store.db, 1).granted, 1);
}

static void
a_destination_may_be_blocked_before_its_first_call(void **state)
{
	(void)state;
	store_must(budget_block(store.db, store.tenant_id, BUDGET_HUBSPOT, 30000, &store.e));
	assert_int_equal(take(store.db, 1).granted, 0);
}

static void
tenants_and_destinations_have_budgets_of_their_own(void **state)
{
	struct budget_slice t;

	(void)state;
	take(store.db, LIMIT);
	store_must(budget_take(store.db, store.arena, store.tenant_id, BUDGET_IMPACT, 5, &impact, &t, &store.e));
	assert_int_equal(t.granted, 5);
	store.tenant_id = store_tenant();
	assert_int_equal(take(store.db, 5).granted, 5);
}

/* A process that takes slices until it gets none; its exit code is how many calls it got, in threes. */
static void
be_greedy(void)
{
	struct db *db = store_connect();
	int64_t all = 0;
	int empty = 0;

	while (empty < 3) {
		struct budget_slice t = take(db, 3);

		all += t.granted;
		empty = t.granted > 0 || t.wait_ms == 50 ? 0 : empty + 1; /* 50: others were faster, look again */
	}
	db_free(db);
	_exit((int)(all / 3));
}

static void
of_8_processes_all_together_get_exactly_the_limit(void **state)
{
	int all = 0;

	(void)state;
	for (int i = 0; i < PROCESSES; i++) {
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0)
			be_greedy();
	}
	for (int i = 0; i < PROCESSES; i++) {
		int status;

		assert_true(wait(&status) > 0);
		assert_true(WIFEXITED(status));
		all += WEXITSTATUS(status) * 3;
	}
	assert_int_equal(all, LIMIT);
	assert_int_equal(store_int("SELECT used FROM budget WHERE tenant_id = %lld", (long long)store.tenant_id),
	    LIMIT);
}

/* A 429 that asks for seconds does not end the rest that refused credentials asked for; zero ends any. */
static void
a_shorter_wait_does_not_cut_a_longer_one(void **state)
{
	(void)state;
	store_must(budget_block(store.db, store.tenant_id, BUDGET_IMPACT, 900000, &store.e));
	store_must(budget_block(store.db, store.tenant_id, BUDGET_IMPACT, 5000, &store.e));
	assert_in_range(store_int("SELECT TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(3), blocked_until) FROM budget WHERE "
	                          "tenant_id = %lld AND destination = 'impact'",
	                    (long long)store.tenant_id),
	    800, 900);
	store_must(budget_block(store.db, store.tenant_id, BUDGET_IMPACT, 0, &store.e));
	assert_true(store_int("SELECT blocked_until <= UTC_TIMESTAMP(3) FROM budget WHERE tenant_id = %lld AND "
	                      "destination = 'impact'",
	                (long long)store.tenant_id) == 1);
}

/* HubSpot counts the ten seconds that have just passed: what was made in the last of them is not free in the next. */
static void
calls_are_free_a_window_after_they_were_made_and_not_before(void **state)
{
	(void)state;
	store_later(store.db, 1);
	assert_int_equal(take(store.db, 1).granted, 1);
	store_later(store.db, 10);
	assert_int_equal(take(store.db, LIMIT).granted, LIMIT - 1);
	store_later(store.db, 12);
	assert_int_equal(take(store.db, LIMIT).granted, 1);
	store_later(store.db, 19);
	assert_int_equal(take(store.db, LIMIT).granted, 0);
	store_later(store.db, 21);
	assert_int_equal(take(store.db, LIMIT).granted, LIMIT - 1);
}

/* ---- impact.com: what its headers tell, and who gets what */

#define HOUR_CALLS 980

static struct budget_slice
take_impact(bool spare, int64_t want)
{
	const struct budget_limit limit = { .rule = { .calls = HOUR_CALLS, .window_ms = 3600000 },
		.percent = 100,
		.spare = spare,
		.share = 25 };
	struct budget_slice t;

	store_must(budget_take(store.db, store.arena, store.tenant_id, BUDGET_IMPACT, want, &limit, &t, &store.e));
	return t;
}

static void
told(int64_t limit, int64_t left, int64_t reset_s)
{
	store_must(budget_told(store.db, store.tenant_id, BUDGET_IMPACT, limit, left, reset_s * 1000, &store.e));
}

static void
the_limit_is_what_the_headers_tell_less_two_percent(void **state)
{
	(void)state;
	take_impact(false, 1);
	told(200, 199, 3600);
	assert_int_equal(take_impact(false, 1000).granted, 200 - 4 - 1 - 1); /* one is kept for listings */
	assert_int_equal(take_impact(true, 1000).granted, 1);
	told(5000, 4800, 3600);
	assert_int_equal(take_impact(false, 1).told_limit, 5000);
	assert_in_range(take_impact(false, 10000).granted, 4600, 4660);
}

/* G-28: what others do with the same account leaves less for us, and no 429 has to say so. */
static void
what_others_use_of_the_account_is_left_to_them(void **state)
{
	struct budget_slice t;

	(void)state;
	store_later(store.db, 1);
	take_impact(false, 8);
	told(1000, 50, 1200);
	assert_int_equal(take_impact(false, 100).granted, 40);
	t = take_impact(false, 1);
	assert_int_equal(t.granted, 0);
	assert_in_range(t.wait_ms, 1190000, 1200000);
	store_later(store.db, 1202);
	assert_int_equal(take_impact(false, 100).granted, 100);
	/* A far end that counts the hour just passed tells of more again and again. */
	told(1000, 900, 3600);
	assert_int_equal(take_impact(false, 100).granted, 100);
}

static void
following_gets_what_it_lacks_up_to_a_quarter_while_something_waits_to_be_sent(void **state)
{
	(void)state;
	take_impact(true, 1);
	store_must(budget_owed(store.db, store.tenant_id, BUDGET_IMPACT, 100, &store.e));
	assert_int_equal(take_impact(false, 10000).granted, HOUR_CALLS - 1 - 100);
	assert_int_equal(take_impact(false, 1).granted, 0);
	assert_int_equal(take_impact(true, 64).granted, 64);
	store_must(budget_owed(store.db, store.tenant_id, BUDGET_IMPACT, 36, &store.e));
	assert_int_equal(take_impact(false, 1).granted, 0);
	/* What it lacks no more is sending's. */
	store_must(budget_owed(store.db, store.tenant_id, BUDGET_IMPACT, 0, &store.e));
	assert_int_equal(take_impact(false, 10000).granted, 36);
}

static void
following_takes_no_more_than_its_share_from_what_waits_to_be_sent(void **state)
{
	(void)state;
	store_later(store.db, 1);
	take_impact(false, 500);
	store_run("UPDATE budget SET dry_until = UTC_TIMESTAMP(3) + INTERVAL 1 HOUR WHERE tenant_id = %lld",
	    (long long)store.tenant_id);
	assert_int_equal(take_impact(true, 10000).granted, HOUR_CALLS * 25 / 100);
	/* Nothing waits. */
	store_run("UPDATE budget SET dry_until = NULL WHERE tenant_id = %lld", (long long)store.tenant_id);
	assert_int_equal(take_impact(true, 10000).granted, HOUR_CALLS - 500 - HOUR_CALLS * 25 / 100);
}

static void
the_outlook_tells_the_limit_and_when_the_last_goes_out(void **state)
{
	const struct budget_limit limit = { .rule = { .calls = HOUR_CALLS, .window_ms = 3600000 },
		.percent = 100,
		.share = 25 };
	struct budget_outlook out;

	(void)state;
	store_later(store.db, 1);
	store_must(budget_outlook(store.db, store.arena, store.tenant_id, BUDGET_IMPACT, 500, &limit, &out, &store.e));
	assert_int_equal(out.drain_ms, 0);
	assert_int_equal(out.limit, HOUR_CALLS);
	take_impact(false, HOUR_CALLS);
	told(1000, 20, 600);
	store_later(store.db, 61);
	store_must(budget_outlook(store.db, store.arena, store.tenant_id, BUDGET_IMPACT, 900, &limit, &out, &store.e));
	assert_int_equal(out.limit, 1000);
	assert_in_range(out.drain_ms, 3530000, 3540000);
	store_must(budget_block(store.db, store.tenant_id, BUDGET_IMPACT, 7200000, &store.e));
	store_must(budget_outlook(store.db, store.arena, store.tenant_id, BUDGET_IMPACT, 1, &limit, &out, &store.e));
	assert_in_range(out.drain_ms, 7190000, 7200000);
	store_must(budget_outlook(store.db, store.arena, store.tenant_id, BUDGET_IMPACT, 0, &limit, &out, &store.e));
	assert_int_equal(out.drain_ms, 0);
}

#define TEST(name) cmocka_unit_test_setup(name, store_fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_wanted_is_granted_until_the_limit),
		TEST(more_than_the_limit_is_never_granted_at_once),
		TEST(an_empty_budget_says_when_its_window_ends),
		TEST(a_new_window_grants_anew),
		TEST(a_blocked_destination_grants_nothing_until_then),
		TEST(a_destination_may_be_blocked_before_its_first_call),
		TEST(tenants_and_destinations_have_budgets_of_their_own),
		TEST(of_8_processes_all_together_get_exactly_the_limit),
		TEST(a_shorter_wait_does_not_cut_a_longer_one),
		TEST(calls_are_free_a_window_after_they_were_made_and_not_before),
		TEST(the_limit_is_what_the_headers_tell_less_two_percent),
		TEST(what_others_use_of_the_account_is_left_to_them),
		TEST(following_gets_what_it_lacks_up_to_a_quarter_while_something_waits_to_be_sent),
		TEST(following_takes_no_more_than_its_share_from_what_waits_to_be_sent),
		TEST(the_outlook_tells_the_limit_and_when_the_last_goes_out),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
