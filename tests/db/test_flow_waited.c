/* T-40: HubSpot lets an event wait before it can be decided, and its trace says so: why, how long, and that it went on. */
#include "lib/flow.h"
#include "store/activity.h"
#include "web/activity_json.h"

static void
won(void)
{
	flow_deal_in_crm();
	flow_deal_changed("301", "dealstage", "closedwon");
	flow_decided();
}

static struct http_answer
busy(void)
{
	return answer_with(store.arena, 429, "{\"policyName\":\"TEN_SECONDLY_ROLLING\"}", "retry-after", "7");
}

static int64_t
of_pending(const char *what)
{
	return store_int("SELECT COALESCE(MAX(%s), 0) FROM pending WHERE tenant_id = %lld", what,
	    (long long)store.tenant_id);
}

/* So many seconds after the test began all that waits is looked at; HubSpot is well again, unless the test says more. */
static void
after(int64_t seconds)
{
	store_later(store.db, seconds);
	store_run("UPDATE pending SET due = UTC_TIMESTAMP(3) WHERE tenant_id = %lld", (long long)store.tenant_id);
	flow_decide();
}

/* The one decision's steps up to the reading: "what: sentence", a line each. */
static struct str
told(void)
{
	struct arena *a = store.arena;
	const struct activity_story none = { .n_attempts = 0 };
	struct activity_detail d;
	struct str out = STR("");
	struct json *steps;

	store_must(activity_load(store.db, a, store.tenant_id,
	    store_int("SELECT decision_id FROM decision WHERE tenant_id = %lld", (long long)store.tenant_id), &d,
	    &store.e));
	steps = activity_timeline_json(a, &d, &none);
	for (size_t i = 1; i < json_length(steps); i++) {
		struct str what = json_text_at(a, json_at(steps, i), "what");

		out = str_printf(a, STR_FMT STR_FMT ": " STR_FMT "\n", STR_ARG(out), STR_ARG(what),
		    STR_ARG(json_text_at(a, json_at(steps, i), "sentence")));
		if (str_eq(what, STR("read")))
			break;
	}
	return out;
}

#define READ "read: The deal was read from HubSpot, and its contact 77.\n"

/* The test's clock moves by whole seconds; a slow machine adds some of its own. */
static void
assert_waited(const char *words, int64_t least_s)
{
	struct str said = told();
	const char *text = str_c(store.arena, said), *digits;

	if (!str_starts(said, str_from(words)))
		fail_msg("said: %s", text);
	digits = text + strlen(words);
	assert_in_range(strtoll(digits, NULL, 10), least_s, least_s + 20);
	assert_true(str_find(said, STR(", and then went on.\n" READ)) < said.n ||
	            str_find(said, STR(" in all, and then went on.\n" READ)) < said.n);
}

static void
t40_the_trace_tells_that_hubspot_asked_to_wait_and_how_long(void **state)
{
	(void)state;
	flow.hubspot_fails = true;
	flow.failure = busy();
	won();
	assert_int_equal(of_pending("waited_times"), 1);
	assert_int_equal(store_int("SELECT COUNT(*) FROM decision WHERE tenant_id = %lld", (long long)store.tenant_id),
	    0);
	flow.hubspot_fails = false;
	after(9);
	assert_str(flow_decision("outcome"), "CONVERSION");
	assert_waited("waiting: HubSpot asked to slow down (answer 429): it waited ", 9);
}

static void
t40_what_came_while_hubspot_wants_no_calls_tells_that_too(void **state)
{
	(void)state;
	store_must(budget_block(store.db, store.tenant_id, BUDGET_HUBSPOT, 7000, &store.e));
	won();
	assert_int_equal(flow.n, 0);
	after(8);
	assert_waited("waiting: HubSpot asked to slow down: it waited ", 8);
}

static void
t40_several_waits_are_told_as_one_with_their_number(void **state)
{
	(void)state;
	flow.hubspot_fails = true;
	flow.failure = answer_of(503, "<html>");
	won();
	after(4);
	flow.failure = busy();
	after(8);
	flow.hubspot_fails = false;
	after(20);
	assert_waited("waiting: HubSpot asked to slow down (answer 429): it waited 3 times, ", 20);
}

static void
t40_a_server_error_no_answer_and_a_new_token_are_told_in_their_own_words(void **state)
{
	const struct {
		struct http_answer failure;
		const char *words;
	} rows[] = {
		{ answer_of(503, "<html>"),
		    "waiting: HubSpot did not give the record just then (answer 503): it waited " },
		{ answer_lost(HTTP_UNKNOWN), "waiting: HubSpot did not give the record just then: it waited " },
		{ answer_of(401, "{\"category\":\"EXPIRED_AUTHENTICATION\"}"),
		    "waiting: HubSpot asked for a new token (answer 401): it waited " },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		flow_fresh(state);
		flow.hubspot_fails = true;
		flow.failure = rows[i].failure;
		won();
		flow.hubspot_fails = false;
		store_run("UPDATE install SET access_refused = 0 WHERE tenant_id = %lld", (long long)store.tenant_id);
		after(5);
		assert_waited(rows[i].words, 5);
	}
}

static void
t40_a_budget_that_is_used_up_is_told(void **state)
{
	(void)state;
	flow_calls_made(BUDGET_HUBSPOT, 100000);
	won();
	assert_int_equal(flow.n, 0);
	after(11);
	assert_waited("waiting: The calls that HubSpot allows in a few seconds were used up: it waited ", 11);
}

/* The pause within a round is nowhere but in the round. */
static struct http_answer
last_call_of_the_window(const struct http_request *q)
{
	if (flow.n == 1)
		store_must(budget_block(store.db, store.tenant_id, BUDGET_HUBSPOT, 5000, &store.e));
	return crm_answer(q);
}

static void
t40_a_wait_in_the_middle_of_reading_is_told(void **state)
{
	(void)state;
	flow.hubspot = last_call_of_the_window;
	won();
	assert_int_equal(flow.pauses, 1);
	assert_true(str_starts(told(), STR("waiting: HubSpot asked to slow down: it waited 5 seconds, and then went "
	                                   "on.\n" READ)));
}

/* Then it waited for its contact, for an hour: that is told by itself, and is no part of HubSpot's wait. */
static void
t40_the_wait_is_told_also_when_data_was_missing_after_it(void **state)
{
	(void)state;
	flow.hubspot_fails = true;
	flow.failure = busy();
	flow_deal_changed("301", "dealstage", "closedwon");
	crm_put("deals", "301",
	    "{\"dealstage\":\"closedwon\",\"amount\":\"1\",\"hs_lastmodifieddate\":\"2026-09-10T17:42:38Z\"}");
	flow_decided();
	flow.hubspot_fails = false;
	after(9);
	assert_str(flow_decision("outcome"), "WAITING");
	flow_deal_in_crm();
	after(3600);
	assert_str(flow_decision("outcome"), "CONVERSION");
	assert_waited("waiting: HubSpot asked to slow down (answer 429): it waited ", 9);
}

static void
t40_without_a_wait_nothing_is_told_and_nothing_written(void **state)
{
	(void)state;
	won();
	assert_str(told(), READ);
	assert_true(str_find(flow_decision("detail"), STR("waited")) == flow_decision("detail").n);
	/* Waiting for data is none either. */
	flow_fresh(state);
	crm_put("deals", "301",
	    "{\"dealstage\":\"closedwon\",\"amount\":\"1\",\"hs_lastmodifieddate\":\"2026-09-10T17:42:38Z\"}");
	flow_deal_changed("301", "dealstage", "closedwon");
	flow_decided();
	assert_int_equal(of_pending("looks"), 1);
	assert_int_equal(of_pending("waited_since IS NOT NULL OR waited_until IS NOT NULL"), 0);
}

#define TEST(name) cmocka_unit_test_setup(name, flow_fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(t40_the_trace_tells_that_hubspot_asked_to_wait_and_how_long),
		TEST(t40_what_came_while_hubspot_wants_no_calls_tells_that_too),
		TEST(t40_several_waits_are_told_as_one_with_their_number),
		TEST(t40_a_server_error_no_answer_and_a_new_token_are_told_in_their_own_words),
		TEST(t40_a_budget_that_is_used_up_is_told),
		TEST(t40_a_wait_in_the_middle_of_reading_is_told),
		TEST(t40_the_wait_is_told_also_when_data_was_missing_after_it),
		TEST(t40_without_a_wait_nothing_is_told_and_nothing_written),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
