/* Call budgets: all processes together never make more calls than the limit (design 6, Budgets). */
#include <sys/wait.h>
#include <unistd.h>

#include "lib/store.h"
#include "store/budget.h"

#define LIMIT     90
#define PROCESSES 8

static const struct budget_limit hubspot = { .calls = LIMIT, .window_s = 10 };
static const struct budget_limit impact = { .calls = LIMIT, .window_s = 3600 };

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
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
