/* The worker's loop with more to do than it has places for (design 6, Fairness). */
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "lib/far_end.h"
#include "lib/flow.h"
#include "work/worker.h"

/* As many as the worker has places for what calls far ends, and more than that. */
#define TENANTS_BUSY 56
#define TENANTS_HUNG 64
/* Places of senders. */
#define SENDERS_MOST 40
#define DEADLINE_MS  120000
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

/* ---- a noisy tenant whose far end hangs (T-41: with counts in place of seconds) */

#define QUIET          12
#define NOISY          400
#define BACKLOG_OF_ONE 3

/*
 * A far end that takes every connection and never says a word: each call to it lasts its whole deadline.  The noisy
 * tenant has a backlog, the others a few conversions each; nothing is answered to anybody.
 */
static void
a_backlog_at_a_far_end_that_hangs_slows_nobody_else(void **state)
{
	struct far_end far;
	int64_t noisy, worked;
	char all[256];
	bool done;
	int status;
	pid_t pid;

	assert_true(far_end_start(&far));
	noisy = store.tenant_id;
	for (int i = 0; i < NOISY; i++)
		ledger_ready(str_c(store.arena, str_printf(store.arena, "noisy-%d", i)));
	store_run("UPDATE conversion SET lane = UNHEX(SHA2(order_id, 256)) WHERE tenant_id = %lld", (long long)noisy);
	store_must(lease_wake(store.db, noisy, LEASE_SEND, 0, 0, &store.e));
	for (int t = 0; t < QUIET; t++) {
		flow_fresh(state);
		for (int i = 0; i < BACKLOG_OF_ONE; i++)
			ledger_ready(str_c(store.arena, str_printf(store.arena, "quiet-%d", i)));
		store_run("UPDATE conversion SET lane = UNHEX(SHA2(order_id, 256)) WHERE tenant_id = %lld",
		    (long long)store.tenant_id);
		store_must(lease_wake(store.db, store.tenant_id, LEASE_SEND, 0, 0, &store.e));
	}
	store.settings.impact_api_url = str_printf(store.arena, "https://127.0.0.1:%d", far.mute_port);
	store.settings.http_connect_ms = store.settings.http_total_ms = 1000;
	store_run("UPDATE tenant SET state = 'active'");
	store_run("UPDATE schedule SET due = UTC_TIMESTAMP(3) + INTERVAL 1 DAY");
	store_run("UPDATE lease SET due = UTC_TIMESTAMP(3) + INTERVAL 1 DAY WHERE stage <> 'send'");
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		work();
	(void)snprintf(all, sizeof(all),
	    "SELECT COUNT(*) FROM conversion WHERE tenant_id > %lld AND order_id LIKE 'quiet-%%' AND attempts > 0",
	    (long long)noisy);
	done = comes_to(QUIET * BACKLOG_OF_ONE, all);
	worked = store_int("SELECT COUNT(*) FROM conversion WHERE tenant_id = %lld AND attempts > 0", (long long)noisy);
	assert_int_equal(kill(pid, SIGTERM), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	far_end_stop(&far);
	assert_true(done);
	/* Its share of one lease at most, while each of the others had its turn. */
	assert_in_range(worked, 1, 64);
}

/* A far end that takes connections and never says a word; its port. */
static int
mute(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, n), 0);
	assert_int_equal(listen(fd, 1024), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &n), 0);
	return ntohs(at.sin_port);
}

/* F-168, G-13: every tenant's far end hangs at once, and what comes in is taken in all the same. */
static void
far_ends_that_hang_leave_places_for_what_is_taken_in(void **state)
{
	int64_t before = store.tenant_id;
	bool hang, taken_in;
	int status;
	pid_t pid;

	for (int i = 0; i < TENANTS_HUNG; i++) {
		flow_fresh(state);
		ledger_ready("A");
		store_must(lease_wake(store.db, store.tenant_id, LEASE_SEND, 0, 0, &store.e));
	}
	store_run("UPDATE tenant SET state = 'active' WHERE tenant_id > %lld", (long long)before);
	store_run("UPDATE schedule SET due = UTC_TIMESTAMP(3) + INTERVAL 1 DAY");
	store_run("UPDATE lease SET due = UTC_TIMESTAMP(3) + INTERVAL IF(stage IN ('send', 'split'), 0, 1) DAY");
	store.settings.impact_api_url = str_printf(store.arena, "https://127.0.0.1:%d", mute());
	store.settings.http_connect_ms = store.settings.http_total_ms = store.settings.send_window_ms =
	    4LL * DEADLINE_MS;
	store.settings.worker_transfers = 1000;
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		work();
	hang = comes_to(SENDERS_MOST, "SELECT COUNT(*) FROM lease WHERE stage = 'send' AND owner <> ''");
	flow_deal_changed("301", "dealstage", "closedwon");
	taken_in = comes_to(0, "SELECT COUNT(*) FROM inbox");
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(hang);
	assert_true(taken_in);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(who_waits_for_a_budget_keeps_nobody_from_working, flow_fresh),
		cmocka_unit_test_setup(far_ends_that_hang_leave_places_for_what_is_taken_in, flow_fresh),
		cmocka_unit_test_setup(a_backlog_at_a_far_end_that_hangs_slows_nobody_else, flow_fresh),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
