/* The worker's loop with more to do than it has places for (design 6, Fairness). */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "lib/flow.h"
#include "work/worker.h"

/* As many as the worker has places. */
#define TENANTS_BUSY 64
#define DEADLINE_MS  30000
#define LOOK_MS      20

static _Noreturn void
work(void)
{
	struct err e = { .code = ERR_NONE };

	store.parts.db = store_connect(); /* a connection is not shared with another process */
	_exit(worker_run(&store.parts, &e) ? 0 : 1);
}

static bool
comes_to(int64_t want, const char *query)
{
	int64_t until = clock_mono_ms() + DEADLINE_MS;
	int64_t is;

	while ((is = store_int("%s", query)) != want && clock_mono_ms() < until)
		clock_sleep_ms(LOOK_MS);
	return is == want;
}

/*
 * Its call budget allows one listing in the hour, and it needs two: it waits in the middle.
 * That impact.com cannot be reached makes no difference.
 */
static void
waits_for_its_budget(void **state)
{
	int64_t id;

	flow_fresh(state);
	ledger_in(STATE_UNKNOWN, "reconcile");
	id = ledger_in(STATE_UNKNOWN, "reconcile");
	store_run("UPDATE conversion SET program_id = '1001' WHERE conversion_id = %lld", (long long)id);
	store_must(lease_wake(store.db, store.tenant_id, LEASE_FOLLOW, 0, 0, &store.e));
}

static void
who_waits_for_a_budget_keeps_nobody_from_working(void **state)
{
	char done[128];
	int status;
	bool all_wait;
	bool works;
	pid_t pid;

	for (int i = 0; i < TENANTS_BUSY; i++)
		waits_for_its_budget(state);
	flow_fresh(state);
	store_run("UPDATE tenant SET state = 'active'");
	store_run("UPDATE schedule SET due = UTC_TIMESTAMP(3) + INTERVAL 1 DAY");
	store_run("UPDATE lease SET due = UTC_TIMESTAMP(3) + INTERVAL 1 DAY WHERE stage <> 'follow'");
	store.settings.impact_calls_per_hour = 1;
	store.settings.impact_api_url = STR("https://127.0.0.1:1");
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		work();
	all_wait = comes_to(TENANTS_BUSY,
	    "SELECT COUNT(*) FROM lease WHERE stage = 'follow' AND owner <> '' AND tenant_id IN (SELECT tenant_id FROM "
	    "budget WHERE used = 1)");
	store_must(lease_wake(store.db, store.tenant_id, LEASE_DECIDE, 0, 0, &store.e));
	(void)snprintf(done, sizeof(done),
	    "SELECT COUNT(*) FROM lease WHERE tenant_id = %lld AND stage = 'decide' AND shard = 0 AND fence > 0",
	    (long long)store.tenant_id);
	works = comes_to(1, done);
	/* Whatever was seen, the worker does not outlive the test. */
	assert_int_equal(kill(pid, SIGTERM), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(all_wait);
	assert_true(works);
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(who_waits_for_a_budget_keeps_nobody_from_working, flow_fresh),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
