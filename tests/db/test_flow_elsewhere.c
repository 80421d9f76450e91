/*
 * Another Account SID was entered while conversions were not finished: what went to the former account is not looked
 * for in the new one, and never sent there as a second conversion (design 4, UNKNOWN).
 */
#include "lib/flow.h"

#define QUEUED "{\"Status\":\"QUEUED\",\"QueuedUri\":\"/Advertisers/IR2/APISubmissions/A-2\"}"

static void
another_account(void)
{
	flow_also("\"account_sid\":\"IR1\"", "\"account_sid\":\"IR2\"");
}

static void
sent(int64_t id)
{
	store_run("UPDATE conversion SET sending_at = UTC_TIMESTAMP(3) - INTERVAL 1 HOUR, "
	          "accepted_at = UTC_TIMESTAMP(3) WHERE conversion_id = %lld",
	    (long long)id);
}

static void
what_is_unknown_is_given_up_and_never_sent_to_the_new_account(void **state)
{
	int64_t id = ledger_in(STATE_UNKNOWN, "reconcile");

	(void)state;
	sent(id);
	another_account();
	flow_follow();
	assert_int_equal(flow.n, 0);
	assert_int_equal(ledger_state(id), STATE_DEAD);
	assert_str(ledger_column(id, "code"), "account_changed");
	assert_str(ledger_stage(id), "");
}

static void
what_is_to_be_sent_again_is_given_up(void **state)
{
	int64_t id = ledger_in(STATE_READY, "send");

	(void)state;
	sent(id);
	store_run("UPDATE conversion SET unanswered = 1 WHERE conversion_id = %lld", (long long)id);
	another_account();
	flow_send();
	assert_int_equal(flow.n, 0);
	assert_int_equal(ledger_state(id), STATE_DEAD);
	assert_str(ledger_column(id, "code"), "account_changed");
}

static void
what_was_accepted_stays_so_and_is_no_longer_followed(void **state)
{
	int64_t accepted = ledger_in(STATE_ACCEPTED, "follow");
	int64_t confirmed = ledger_in(STATE_CONFIRMED, "follow");

	(void)state;
	sent(accepted);
	sent(confirmed);
	another_account();
	flow_follow();
	assert_int_equal(flow.n, 0);
	assert_int_equal(ledger_state(accepted), STATE_ACCEPTED);
	assert_str(ledger_column(accepted, "code"), "account_changed");
	assert_int_equal(ledger_state(confirmed), STATE_CONFIRMED);
	assert_str(ledger_column(confirmed, "code"), "");
	assert_int_equal(store_int("SELECT COUNT(*) FROM delivery WHERE tenant_id = %lld", (long long)store.tenant_id),
	    0);
}

/* What never left may go, and what is sent from now on is followed. */
static void
what_never_left_goes_to_the_new_account(void **state)
{
	int64_t id = ledger_ready("deal_closedwon_1");

	(void)state;
	another_account();
	flow_say(200, QUEUED);
	flow_send();
	assert_true(str_starts(flow.log[0].url, STR("https://impact.test/Advertisers/IR2/")));
	assert_int_equal(ledger_state(id), STATE_ACCEPTED);
	assert_str(ledger_stage(id), "follow");
}

/* Any other change of the configuration leaves everything as it is. */
static void
another_program_of_the_same_account_changes_nothing(void **state)
{
	int64_t id = ledger_in(STATE_UNKNOWN, "reconcile");

	(void)state;
	sent(id);
	flow_also("\"program_id\":\"1000\"", "\"program_id\":\"2000\"");
	flow_say(200, "{\"@page\":\"1\",\"@numpages\":\"1\",\"Actions\":[]}");
	flow_say(200, "{\"@page\":\"1\",\"@numpages\":\"1\",\"Actions\":[]}");
	flow_follow();
	assert_true(flow.n > 0);
	assert_true(str_find(flow.log[0].url, STR("CampaignId=1000")) < flow.log[0].url.n);
	assert_int_not_equal(ledger_state(id), STATE_DEAD);
	flow_forget();
}

#define TEST(name) cmocka_unit_test_setup(name, flow_fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_unknown_is_given_up_and_never_sent_to_the_new_account),
		TEST(what_is_to_be_sent_again_is_given_up),
		TEST(what_was_accepted_stays_so_and_is_no_longer_followed),
		TEST(what_never_left_goes_to_the_new_account),
		TEST(another_program_of_the_same_account_changes_nothing),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
