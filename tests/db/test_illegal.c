/*
 * A move that a state machine's table does not have: an installed program refuses it, tells and counts it, and what it
 * worked on besides goes on; a test build ends (design 4).
 */
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/tally.h"
#include "lib/ledger.h"
#include "store/conversion.h"
#include "store/record_update.h"
#include "store/transaction.h"

#define TEST(name) cmocka_unit_test_setup(name, store_fresh)

static struct conversion_answer
answer(int64_t id, enum state to)
{
	return (struct conversion_answer){ .tenant_id = store.tenant_id,
		.conversion_id = id,
		.attempt = 1,
		.to = to,
		.result = STR("x"),
		.http_status = 200,
		.due_in_ms = 20000 };
}

/* An answer that leads from SENDING to CONFIRMED, which only a verdict does; and one as they are. */
static void
tell_both(const int64_t ids[2], bool kept[2])
{
	const struct conversion_answer w[2] = { answer(ids[0], STATE_CONFIRMED), answer(ids[1], STATE_ACCEPTED) };

	store_must(transaction_begin(store.db, &store.e));
	store_must(transaction_end(store.db, conversion_answered(store.db, w, 2, kept, &store.e), "telling", &store.e));
}

/* What is done is to begin anew. */
static bool
end_update(bool *kept)
{
	const struct record_update row = { .update_id = 1 };
	const struct record_update_end end = { .from = UPDATE_DONE, .to = UPDATE_READY };

	return record_update_end(store.db, store.tenant_id, &row, &end, kept, &store.e);
}

#ifdef CONNECTOR_FAULTS

static void
tell_alone(void)
{
	bool kept[2];

	tell_both((const int64_t[]){ 1, 2 }, kept);
}

static void
end_alone(void)
{
	bool kept;

	(void)end_update(&kept);
}

static bool
aborts(void (*work)(void))
{
	pid_t pid = fork();
	int status = 0;

	assert_true(pid >= 0);
	if (pid == 0) {
		if (freopen("/dev/null", "w", stderr) == NULL || signal(SIGABRT, SIG_DFL) == SIG_ERR)
			_exit(5);
		store.db = store.parts.db = store_connect();
		work();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void
an_illegal_move_ends_a_test_build(void **state)
{
	(void)state;
	assert_true(aborts(tell_alone));
	assert_true(aborts(end_alone));
}

#else

static void
an_illegal_move_of_a_conversion_is_refused_and_counted_and_its_neighbour_is_kept(void **state)
{
	const int64_t ids[2] = { ledger_in(STATE_SENDING, "send"), ledger_in(STATE_SENDING, "send") };
	int64_t before = tally_get(TALLY_ILLEGAL_CONVERSION), version = ledger_number(ids[0], "version");
	bool kept[2];

	(void)state;
	store_run("UPDATE lease SET due = UTC_TIMESTAMP(3) + INTERVAL 1 HOUR WHERE tenant_id = %lld AND stage = 'send'",
	    (long long)store.tenant_id);
	tell_both(ids, kept);
	assert_false(kept[0]);
	assert_int_equal(ledger_state(ids[0]), STATE_SENDING);
	assert_int_equal(ledger_number(ids[0], "version"), version);
	assert_true(kept[1]);
	assert_int_equal(ledger_state(ids[1]), STATE_ACCEPTED);
	assert_int_equal(tally_get(TALLY_ILLEGAL_CONVERSION), before + 1);
	assert_int_equal(store_int("SELECT COUNT(*) FROM lease WHERE tenant_id = %lld AND stage = 'send' AND "
	                           "due <= UTC_TIMESTAMP(3)",
	                     (long long)store.tenant_id),
	    1);
}

static void
what_it_left_sending_is_looked_for_by_the_next_owner_of_the_lease(void **state)
{
	const int64_t ids[2] = { ledger_in(STATE_SENDING, "send"), ledger_in(STATE_SENDING, "send") };
	struct lease l;
	bool kept[2];
	int64_t n;

	(void)state;
	tell_both(ids, kept);
	l = store_lease(LEASE_SEND, 0);
	store_must(conversion_recover(store.db, store.arena, &l, 900000, &n, &store.e));
	assert_int_equal(ledger_state(ids[0]), STATE_UNKNOWN);
}

static void
an_illegal_move_of_an_update_is_refused_and_counted(void **state)
{
	int64_t before = tally_get(TALLY_ILLEGAL_UPDATE);
	bool kept;

	(void)state;
	store_refused(end_update(&kept), ERR_FAULT);
	assert_int_equal(tally_get(TALLY_ILLEGAL_UPDATE), before + 1);
}

#endif

int
main(void)
{
	const struct CMUnitTest tests[] = {
#ifdef CONNECTOR_FAULTS
		TEST(an_illegal_move_ends_a_test_build),
#else
		TEST(an_illegal_move_of_a_conversion_is_refused_and_counted_and_its_neighbour_is_kept),
		TEST(what_it_left_sending_is_looked_for_by_the_next_owner_of_the_lease),
		TEST(an_illegal_move_of_an_update_is_refused_and_counted),
#endif
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
