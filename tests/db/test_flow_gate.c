/*
 * The circuit breaker over the steps (design 6, Fairness; reliability.md 3.5; F-168, F-169): a far end that fails is left
 * alone and probed by one call, missing scopes of impact.com's token are probed alike, and nothing is lost by either.
 */
#include "flow/gate.h"
#include "lib/flow.h"
#include "task/housekeeping.h"

#define QUEUED  "{\"Status\":\"QUEUED\",\"QueuedUri\":\"/Advertisers/IR1/APISubmissions/A-1\"}"
#define PENDING "{\"BatchId\":\"A-1\",\"Status\":\"PENDING\"}"
#define NOTHING "{\"@page\":\"1\",\"@numpages\":\"1\",\"Actions\":[]}"

static int64_t
ready(int i)
{
	struct conversion c = ledger_of(str_c(store.arena, str_printf(store.arena, "G-%d", i)),
	    str_c(store.arena, str_printf(store.arena, "c%d", i)), "WON", 1000 + i);

	return ledger_claim(&c).id;
}

static int64_t
of_breaker(const char *what)
{
	return store_int("SELECT COALESCE(MAX(%s), 0) FROM breaker WHERE tenant_id = %lld", what,
	    (long long)store.tenant_id);
}

static int64_t
open_s(void)
{
	return of_breaker("TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(3), open_until)");
}

/* Ten conversions that were never sent, because nothing answers. */
static void
ten_fail(void)
{
	flow.gated = true;
	for (int i = 0; i < 10; i++) {
		ready(i);
		flow_say_answer(answer_lost(HTTP_NOT_SENT));
	}
	for (int i = 0; i < 3; i++)
		flow_send();
	flow_forget();
	assert_int_equal(of_breaker("opens"), 1);
}

static void
ten_failed_calls_leave_the_far_end_alone_until_one_probe_is_answered(void **state)
{
	int64_t tries;

	(void)state;
	ten_fail();
	tries = store_int("SELECT SUM(tries) FROM delivery WHERE tenant_id = %lld", (long long)store.tenant_id);
	store_later(store.db, 20);
	flow_send();
	assert_int_equal(flow.n, 0);
	assert_in_range(flow.again_in_ms, 1, 30000);
	/* One call, which fails: twice as long, and nobody else is asked meanwhile. */
	store_later(store.db, 31);
	flow_say_answer(answer_lost(HTTP_NOT_SENT));
	flow_send();
	assert_int_equal(flow.n, 1);
	assert_int_equal(of_breaker("opens"), 2);
	assert_in_range(open_s(), 55, 60);
	flow_send();
	assert_int_equal(flow.n, 0);
	/* Waiting for the breaker is no try. */
	assert_int_equal(store_int("SELECT SUM(tries) FROM delivery WHERE tenant_id = %lld",
	                     (long long)store.tenant_id),
	    tries + 1);
	/* The probe is answered well: all the others go. */
	store_later(store.db, 7200);
	for (int i = 0; i < 10; i++)
		flow_say(200, QUEUED);
	for (int i = 0; i < 3; i++)
		flow_send();
	assert_int_equal(of_breaker("opens"), 0);
	assert_int_equal(store_int("SELECT COUNT(*) FROM conversion WHERE tenant_id = %lld AND state = 'ACCEPTED'",
	                     (long long)store.tenant_id),
	    10);
}

static void
the_time_between_probes_doubles_up_to_a_quarter_of_an_hour(void **state)
{
	static const int64_t waits[] = { 60, 120, 240, 480, 900, 900 };
	int64_t later = 0;

	(void)state;
	ten_fail();
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		later += 24000; /* the deliveries are due again, too */
		store_later(store.db, later);
		flow_say_answer(answer_lost(HTTP_NOT_SENT));
		flow_send();
		assert_int_equal(flow.n, 1);
		assert_in_range(open_s(), waits[i] - 5, waits[i]);
	}
}

/* A crash or a dropped round with the probe: the next one gets it a little later. */
static void
only_one_gets_the_probe_and_a_lost_one_comes_back(void **state)
{
	const struct breaker_wait wait = { 30, 900 };
	int64_t wait_ms;
	bool probe, opened;

	(void)state;
	store_must(
	    breaker_open(store.db, store.tenant_id, BREAKER_HUBSPOT, 5000, &wait, STR("test"), &opened, &store.e));
	assert_true(opened);
	store_must(breaker_open(store.db, store.tenant_id, BREAKER_HUBSPOT, 0, &wait, STR("again"), &opened, &store.e));
	assert_false(opened);
	for (int64_t later = 31; later < 100; later += 31) {
		store_later(store.db, later);
		store_must(breaker_may(store.db, store.arena, store.tenant_id, BREAKER_HUBSPOT, 30, &probe, &wait_ms,
		    &store.e));
		assert_true(probe && wait_ms == 0);
		store_must(breaker_may(store.db, store.arena, store.tenant_id, BREAKER_HUBSPOT, 30, &probe, &wait_ms,
		    &store.e));
		assert_true(!probe && wait_ms > 0);
	}
}

/* HubSpot is away: events that no rule looks at are not kept waiting by those that need a record. */
static void
what_needs_no_record_is_decided_while_hubspot_is_left_alone(void **state)
{
	const struct breaker_wait wait = { 30, 900 };
	bool opened;

	(void)state;
	flow_deal_in_crm();
	flow_deal_changed("301", "dealstage", "closedwon");
	flow_deal_changed("301", "amount", "5");
	flow_split();
	store_later(store.db, 2);
	store_must(breaker_open(store.db, store.tenant_id, BREAKER_HUBSPOT, 0, &wait, STR("test"), &opened, &store.e));
	flow_decide();
	assert_int_equal(flow.n, 0);
	assert_int_equal(store_int("SELECT COUNT(*) FROM pending WHERE tenant_id = %lld", (long long)store.tenant_id),
	    1);
	flow.gated = true;
	store_later(store.db, 33);
	flow_decide();
	assert_int_equal(store_int("SELECT COUNT(*) FROM pending WHERE tenant_id = %lld", (long long)store.tenant_id),
	    0);
	assert_int_equal(ledger_state(flow_conversion()), STATE_READY);
}

/* Without the scope Actions an unanswered conversion cannot be looked up: it waits, is not sent again, and goes on. */
static void
a_token_without_actions_keeps_the_unanswered_waiting_and_is_tried_again(void **state)
{
	int64_t id = ledger_in(STATE_UNKNOWN, "reconcile");
	int64_t another = ledger_in(STATE_UNKNOWN, "reconcile");

	(void)state;
	flow.gated = true;
	flow_say(403, "{\"Status\":\"ERROR\",\"Message\":\"no\"}");
	flow_follow();
	assert_int_equal(flow.n, 1);
	assert_int_equal(ledger_state(id), STATE_UNKNOWN);
	assert_int_equal(ledger_state(another), STATE_UNKNOWN);
	assert_int_equal(of_breaker("destination = 'impact_actions'"), 1);
	assert_in_range(ledger_due_s(id), 890, 900);
	store_later(store.db, 901);
	flow_say(403, "{}");
	flow_follow();
	assert_int_equal(flow.n, 1);
	assert_int_equal(of_breaker("opens"), 2);
	/* The scope is there. */
	store_later(store.db, 1900);
	flow_say(200, NOTHING);
	flow_follow();
	assert_int_equal(of_breaker("opens"), 0);
	assert_int_equal(ledger_state(id), STATE_READY);
	assert_int_equal(ledger_state(another), STATE_READY);
}

static void
a_token_without_submissions_looks_among_the_actions(void **state)
{
	int64_t id = ledger_in(STATE_ACCEPTED, "follow");
	const char *mine;

	(void)state;
	store_run("UPDATE conversion SET batch_id = 'A-1' WHERE conversion_id = %lld", (long long)id);
	flow_say(403, "{}");
	flow_follow();
	assert_int_equal(of_breaker("destination = 'impact_submissions'"), 1);
	store_later(store.db, 600);
	mine = str_c(store.arena, str_printf(store.arena,
	                              "{\"@page\":\"1\",\"@numpages\":\"1\",\"Actions\":[{\"Id\":\"1000.1.1\","
	                              "\"CampaignId\":\"1000\",\"EventCode\":"
	                              "\"WON\",\"State\":\"PENDING\",\"Oid\":\"" STR_FMT "\"}]}",
	                              STR_ARG(ledger_column(id, "order_id"))));
	flow_say(200, mine);
	flow_follow();
	assert_int_equal(flow.n, 1);
	assert_int_equal(ledger_state(id), STATE_CONFIRMED);
}

static void
look_again(int64_t later_s)
{
	flow_forget();
	store_later(store.db, later_s);
	store_run("UPDATE delivery SET due = UTC_TIMESTAMP(3) WHERE tenant_id = %lld", (long long)store.tenant_id);
}

/* The others are looked for among the actions meanwhile. */
static void
a_missing_scope_is_probed_by_one_call(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		ledger_in(STATE_ACCEPTED, "follow");
		flow_say(403, "{}");
	}
	store_run("UPDATE conversion SET batch_id = 'A-1' WHERE tenant_id = %lld", (long long)store.tenant_id);
	flow_follow();
	look_again(1000);
	flow_say(403, "{}");
	flow_say(200, NOTHING);
	flow_follow();
	assert_int_equal(flow.n, 2);
	assert_int_equal(of_breaker("opens"), 2);
	/* The scope is there: from then on each is asked for. */
	look_again(2000);
	flow_say(200, PENDING);
	flow_say(200, NOTHING);
	flow_follow();
	assert_int_equal(flow.n, 2);
	assert_int_equal(of_breaker("opens"), 0);
	look_again(3000);
	for (int i = 0; i < 3; i++)
		flow_say(200, PENDING);
	flow_follow();
	assert_int_equal(flow.n, 3);
}

static void
new_credentials_lift_what_the_old_ones_brought(void **state)
{
	const struct breaker_wait wait = { 30, 900 };
	bool opened;

	(void)state;
	for (enum breaker_to to = 0; to < BREAKER__COUNT; to++)
		store_must(breaker_open(store.db, store.tenant_id, to, 0, &wait, STR(""), &opened, &store.e));
	gate_lift(store.db, store.tenant_id, BREAKER_IMPACT, BREAKER_IMPACT_ACTIONS);
	assert_int_equal(store_int("SELECT COUNT(*) FROM breaker WHERE tenant_id = %lld", (long long)store.tenant_id),
	    1);
	assert_int_equal(of_breaker("destination = 'hubspot'"), 1);
}

/* F-100: a 403 may be about this one body. The others go on after a minute, and it is tried again every hour. */
static void
a_forbidden_conversion_waits_for_the_hour_and_the_others_do_not(void **state)
{
	int64_t id = ready(1), other = ready(2);
	struct step *s;

	(void)state;
	store_run("UPDATE delivery SET due = UTC_TIMESTAMP(3) + INTERVAL 30 SECOND WHERE effect_id = %lld",
	    (long long)other);
	flow_say(403, "{\"Status\":\"ERROR\",\"Message\":\"scope\"}");
	flow_send();
	assert_int_equal(ledger_state(id), STATE_PARKED);
	assert_str(ledger_column(id, "code"), "scope_missing");
	store_later(store.db, 40);
	flow_send();
	assert_int_equal(flow.n, 0);
	store_later(store.db, 61);
	flow_say(403, "{}");
	flow_send();
	assert_int_equal(flow.n, 1);
	assert_int_equal(ledger_state(other), STATE_PARKED);
	/* The hourly look. */
	s = housekeeping_new(store.arena, &store.parts);
	store_must(step_next(s, &store.e));
	assert_int_equal(s->again_in_ms, 3600000);
	store_later(store.db, 200);
	flow_say(200, QUEUED);
	flow_say(200, QUEUED);
	flow_send();
	assert_int_equal(ledger_state(id), STATE_ACCEPTED);
	assert_int_equal(ledger_state(other), STATE_ACCEPTED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(ten_failed_calls_leave_the_far_end_alone_until_one_probe_is_answered,
		    flow_fresh),
		cmocka_unit_test_setup(the_time_between_probes_doubles_up_to_a_quarter_of_an_hour, flow_fresh),
		cmocka_unit_test_setup(only_one_gets_the_probe_and_a_lost_one_comes_back, flow_fresh),
		cmocka_unit_test_setup(what_needs_no_record_is_decided_while_hubspot_is_left_alone, flow_fresh),
		cmocka_unit_test_setup(a_token_without_actions_keeps_the_unanswered_waiting_and_is_tried_again,
		    flow_fresh),
		cmocka_unit_test_setup(a_token_without_submissions_looks_among_the_actions, flow_fresh),
		cmocka_unit_test_setup(a_missing_scope_is_probed_by_one_call, flow_fresh),
		cmocka_unit_test_setup(new_credentials_lift_what_the_old_ones_brought, flow_fresh),
		cmocka_unit_test_setup(a_forbidden_conversion_waits_for_the_hour_and_the_others_do_not, flow_fresh),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
