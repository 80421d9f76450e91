/*
 * What became of what was sent: submissions, actions, and conversions without an answer, which are looked for before
 * anything is sent again (design 4; F-095, F-097, F-098, F-102, F-110; reliability.md 3.3).
 */
#include "core/verdict.h"
#include "lib/flow.h"

#define QUEUED  "{\"Status\":\"QUEUED\",\"QueuedUri\":\"/Advertisers/IR1/APISubmissions/A-1\"}"
#define NOTHING "{\"@page\":\"1\",\"@numpages\":\"1\",\"Actions\":[]}"

static const char *
submission(const char *order_id, const char *status, const char *reason)
{
	return str_c(store.arena,
	    str_printf(store.arena,
	        "{\"BatchId\":\"A-1\",\"Status\":\"%s\",\"ErrorType\":\"%s\",\"ErrorReason\":\"%s\","
	        "\"OrderId\":\"%s\",\"MediaPartnerId\":\"10000\"}",
	        status, reason[0] == '\0' ? "" : "Error", reason, order_id));
}

static struct str
action_with(int64_t id, const char *state, const char *cleared)
{
	struct str order = ledger_column(id, "order_id");

	return str_printf(store.arena,
	    "{\"Id\":\"1000.1.2\",\"CampaignId\":\"1000\",\"ActionTrackerId\":\"2240\",\"EventCode\":\"WON\","
	    "\"MediaPartnerId\":"
	    "\"10000\",\"MediaPartnerName\":\"Acme Partner\",\"State\":\"%s\",\"Payout\":\"0.88\",\"Amount\":\"21.99\","
	    "\"Currency\":\"USD\",\"EventDate\":\"2026-09-10T10:42:38-07:00\",\"LockingDate\":"
	    "\"2026-09-26T00:00:00-07:00\",\"ClearedDate\":\"%s\",\"Oid\":\"" STR_FMT "\"}",
	    state, cleared, STR_ARG(order));
}

static const char *
listing(struct str action, const char *more)
{
	return str_c(store.arena,
	    str_printf(store.arena, "{\"@page\":\"1\",\"@numpages\":\"%d\"%s,\"Actions\":[" STR_FMT "]}",
	        more[0] == '\0' ? 1 : 2, more, STR_ARG(action)));
}

static const char *
second_page(struct str action)
{
	return str_c(store.arena,
	    str_printf(store.arena, "{\"@page\":\"2\",\"@numpages\":\"2\",\"Actions\":[" STR_FMT "]}",
	        STR_ARG(action)));
}

static int64_t
accepted(void)
{
	int64_t id = ledger_in(STATE_ACCEPTED, "follow");

	store_run("UPDATE conversion SET batch_id = 'A-1', accepted_at = UTC_TIMESTAMP(3) WHERE conversion_id = %lld",
	    (long long)id);
	return id;
}

static const char *
order_of(int64_t id)
{
	return str_c(store.arena, ledger_column(id, "order_id"));
}

/* ---- submissions and actions */

static void
a_submission_that_is_not_judged_yet_is_asked_again_by_the_plan(void **state)
{
	int64_t id = accepted();

	(void)state;
	flow_say(200, submission(order_of(id), "Queued", ""));
	flow_follow();
	assert_int_equal(flow.n, 1);
	assert_str(flow.log[0].url, "https://impact.test/Advertisers/IR1/APISubmissions/A-1");
	assert_int_equal(ledger_state(id), STATE_ACCEPTED);
	assert_in_range(ledger_due_s(id), 10, 20);
	assert_in_range(flow.again_in_ms, 10000, 20000);
	store_run("UPDATE delivery SET due = UTC_TIMESTAMP(3) WHERE effect_id = %lld", (long long)id);
	flow_say(200, submission(order_of(id), "Queued", ""));
	flow_follow();
	assert_in_range(ledger_due_s(id), 45, 60);
}

static void
the_action_gives_partner_payout_and_locking_date(void **state)
{
	int64_t id = accepted();

	(void)state;
	flow_say(200, submission(order_of(id), "Complete", ""));
	flow_say(200, listing(action_with(id, "PENDING", ""), ""));
	flow_follow();
	assert_str(flow.log[1].url,
	    "https://impact.test/Advertisers/IR1/Actions?CampaignId=1000&ActionDateStart=2026-09-10T16%3A42%3A38Z&"
	    "ActionDateEnd=2026-09-10T18%3A42%3A38Z&Page=1&PageSize=2000");
	assert_int_equal(ledger_state(id), STATE_CONFIRMED);
	assert_str(ledger_column(id, "action_id"), "1000.1.2");
	assert_str(ledger_column(id, "partner_id"), "10000");
	assert_str(ledger_column(id, "partner_name"), "Acme Partner");
	assert_str(ledger_column(id, "payout"), "0.8800");
	assert_str(ledger_column(id, "amount"), "21.9900");
	assert_str(ledger_column(id, "currency"), "USD");
	assert_str(ledger_column(id, "action_state"), "PENDING");
	assert_str(ledger_column(id, "locking_at"), "2026-09-26 07:00:00.000");
	assert_in_range(ledger_due_s(id), store.settings.follow_confirmed_s - 60, store.settings.follow_confirmed_s);
}

static void
a_confirmed_one_is_followed_by_its_action_until_it_is_settled(void **state)
{
	int64_t id = ledger_in(STATE_CONFIRMED, "follow");

	(void)state;
	store_run("UPDATE conversion SET action_id = '1000.1.2' WHERE conversion_id = %lld", (long long)id);
	flow_say(200, str_c(store.arena, action_with(id, "APPROVED", "")));
	flow_follow();
	assert_str(flow.log[0].url, "https://impact.test/Advertisers/IR1/Actions/1000.1.2");
	assert_str(ledger_column(id, "action_state"), "APPROVED");
	assert_str(ledger_stage(id), "follow");
	store_run("UPDATE delivery SET due = UTC_TIMESTAMP(3) WHERE effect_id = %lld", (long long)id);
	flow_say(200, str_c(store.arena, action_with(id, "APPROVED", "2026-10-15T00:00:00Z")));
	flow_follow();
	assert_str(ledger_column(id, "cleared_at"), "2026-10-15 00:00:00.000");
	assert_str(ledger_stage(id), "");
	assert_int_equal(ledger_state(id), STATE_CONFIRMED);
}

/* A conversion whose submission is refused with that code, and what impact.com will say of it. */
static int64_t
refused_with(const char *code)
{
	int64_t id = accepted();
	bool is_type = strchr(code, ' ') != NULL; /* "Contract Error": an ErrorType without a reason */
	struct str said = str_printf(store.arena,
	    "{\"BatchId\":\"A-%s\",\"Status\":\"Complete\",\"ErrorType\":\"%s\",\"ErrorReason\":\"%s\","
	    "\"OrderId\":\"%s\",\"MediaPartnerId\":\"10000\"}",
	    code, is_type ? code : "Error", is_type ? "" : code, order_of(id));

	store_run("UPDATE conversion SET batch_id = 'A-%s' WHERE conversion_id = %lld", code, (long long)id);
	store_run("UPDATE delivery SET due = UTC_TIMESTAMP(3) - INTERVAL 1 HOUR + INTERVAL %lld SECOND WHERE effect_id "
	          "= %lld",
	    (long long)id, (long long)id);
	flow_say(200, str_c(store.arena, said));
	return id;
}

/* F-098: each code that impact.com documents, and one to come. */
static void
a_refused_submission_is_rejected_with_its_code(void **state)
{
	const char *codes[100] = { "A_CODE_TO_COME" };
	int64_t ids[100];
	size_t n = 1;

	(void)state;
	for (size_t i = 0; i < verdict_table_n && n < 100; i++)
		if (verdict_table[i].code[0] >= 'A' && verdict_table[i].code[0] <= 'Z')
			codes[n++] = verdict_table[i].code;
	assert_in_range(n, 20, 99);
	for (size_t i = 0; i < n; i++)
		ids[i] = refused_with(codes[i]);
	for (size_t i = 0; i < n; i += 20)
		flow_follow();
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(ledger_state(ids[i]), STATE_REJECTED);
		assert_true(str_eq(ledger_column(ids[i], "code"), str_from(codes[i])));
		assert_str(ledger_column(ids[i], "partner_id"), "10000");
		assert_str(ledger_stage(ids[i]), "");
	}
}

static void
of_two_codes_the_first_counts(void **state)
{
	int64_t id = accepted();

	(void)state;
	flow_say(200, submission(order_of(id), "Complete", "CONTRACT_NOT_FOUND,ACTION_REF_NOT_FOUND"));
	flow_follow();
	assert_str(ledger_column(id, "code"), "CONTRACT_NOT_FOUND");
}

static void
what_is_not_attributed_stays_accepted_and_is_looked_at_now_and_then(void **state)
{
	int64_t id = accepted();

	(void)state;
	store_run(
	    "UPDATE conversion SET accepted_at = UTC_TIMESTAMP(3) - INTERVAL %lld SECOND WHERE conversion_id = %lld",
	    (long long)store.settings.follow_give_up_s + 5, (long long)id);
	flow_say(200, submission(order_of(id), "Complete", ""));
	flow_say(200, NOTHING);
	flow_follow();
	assert_int_equal(ledger_state(id), STATE_ACCEPTED);
	assert_str(ledger_column(id, "code"), "not_attributed_yet");
	assert_in_range(ledger_due_s(id), store.settings.follow_confirmed_s - 60, store.settings.follow_confirmed_s);
	store_run("UPDATE delivery SET due = UTC_TIMESTAMP(3) WHERE effect_id = %lld", (long long)id);
	flow_say(200, submission(order_of(id), "Complete", ""));
	flow_say(200, listing(action_with(id, "PENDING", ""), ""));
	flow_follow();
	assert_int_equal(ledger_state(id), STATE_CONFIRMED);
	assert_str(ledger_column(id, "code"), "");
}

/* F-110 */
static void
an_answer_about_another_conversion_counts_for_nothing(void **state)
{
	int64_t id = accepted(), confirmed = ledger_in(STATE_CONFIRMED, "follow");

	(void)state;
	flow_say(200, submission("another", "Complete", "CONTRACT_NOT_FOUND"));
	store_run("UPDATE delivery SET due = UTC_TIMESTAMP(3) + INTERVAL 1 HOUR WHERE effect_id = %lld",
	    (long long)confirmed);
	flow_follow();
	assert_int_equal(ledger_state(id), STATE_ACCEPTED);
	store_run("UPDATE conversion SET action_id = '1000.1.2' WHERE conversion_id = %lld", (long long)confirmed);
	store_run("UPDATE delivery SET due = UTC_TIMESTAMP(3) WHERE effect_id = %lld", (long long)confirmed);
	flow_say(200, str_c(store.arena, action_with(id, "REVERSED", "")));
	flow_follow();
	assert_str(ledger_column(confirmed, "action_state"), "");
	assert_str(ledger_stage(confirmed), "follow");
}

static void
a_failed_read_leaves_the_state_and_comes_again(void **state)
{
	static const int statuses[] = { 500, 503, 404, 403, 400, 200 };

	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		int64_t id;

		flow_fresh(state);
		id = accepted();
		flow_say(statuses[i], "{}");
		if (statuses[i] == 404 || statuses[i] == 400)
			flow_say(200, NOTHING);
		flow_follow();
		assert_int_equal(ledger_state(id), STATE_ACCEPTED);
		assert_true(ledger_due_s(id) >= 5);
	}
}

static void
too_many_requests_stops_following_and_sending(void **state)
{
	int64_t id = accepted();

	(void)state;
	ledger_ready("A");
	flow_say_answer(answer_with(store.arena, 429, "{}", "x-ratelimit-reset", "600"));
	flow_follow();
	assert_int_equal(ledger_state(id), STATE_ACCEPTED);
	flow_send();
	assert_int_equal(flow.n, 0);
	assert_in_range(flow.again_in_ms, 500000, 600000);
}

static void
one_listing_serves_all_that_wait_for_an_action(void **state)
{
	int64_t a = ledger_in(STATE_UNKNOWN, "reconcile"), b = ledger_in(STATE_UNKNOWN, "reconcile");
	struct str both = str_printf(store.arena, STR_FMT "," STR_FMT, STR_ARG(action_with(a, "PENDING", "")),
	    STR_ARG(action_with(b, "PENDING", "")));

	(void)state;
	flow_say(200, listing(both, ""));
	flow_follow();
	assert_int_equal(flow.n, 1);
	assert_int_equal(ledger_state(a), STATE_CONFIRMED);
	assert_int_equal(ledger_state(b), STATE_CONFIRMED);
}

/* That part of the call budget is used. */
static void
budget_used(int64_t percent)
{
	flow_calls_made(BUDGET_IMPACT, store.settings.impact_calls_per_hour * percent / 100);
}

/* Lead and sale may have the same OrderId; an action without a code is then nobody's for sure. */
static void
an_action_without_a_code_is_not_taken_for_another_event_types(void **state)
{
	int64_t lead = ledger_in(STATE_CONFIRMED, ""), sale = ledger_in(STATE_UNKNOWN, "reconcile");
	struct str action = action_with(sale, "PENDING", "");

	(void)state;
	store_run("UPDATE conversion SET order_id = (SELECT o FROM (SELECT order_id AS o FROM conversion WHERE "
	          "conversion_id = %lld) x), event_type_id = event_type_id + 1 WHERE conversion_id = %lld",
	    (long long)sale, (long long)lead);
	action = str_printf(store.arena, STR_FMT, STR_ARG(action));
	char *code = strstr(str_c(store.arena, action), "\"EventCode\":\"WON\"");
	assert_non_null(code);
	flow_say(200,
	    listing(str_printf(store.arena, "%.*s\"EventCode\":\"\"%s", (int)str_find(action, STR("\"EventCode\"")),
	                str_c(store.arena, action), code + strlen("\"EventCode\":\"WON\"")),
	        ""));
	flow_follow();
	assert_int_equal(ledger_state(sale), STATE_READY); /* not there: sent once more */
}

static void
above_half_of_the_budget_one_listing_is_all_that_following_asks_for(void **state)
{
	int64_t a = accepted(), b = ledger_in(STATE_CONFIRMED, "follow"), other = ledger_in(STATE_CONFIRMED, "follow");

	(void)state;
	store_run("UPDATE conversion SET action_id = '1000.1.2' WHERE conversion_id = %lld", (long long)b);
	store_run("UPDATE conversion SET action_id = '1000.1.9' WHERE conversion_id = %lld", (long long)other);
	budget_used(60);
	flow_say(200, listing(str_printf(store.arena, STR_FMT "," STR_FMT, STR_ARG(action_with(b, "REVERSED", "")),
	                          STR_ARG(action_with(a, "PENDING", ""))),
	                  ""));
	flow_follow();
	assert_int_equal(flow.n, 1);
	assert_int_equal(ledger_state(a), STATE_CONFIRMED);
	assert_string_equal(str_c(store.arena, ledger_column(b, "action_state")), "REVERSED");
	assert_int_equal(ledger_state(other), STATE_CONFIRMED);
	assert_in_range(ledger_due_s(other), 60, 1000000);
}

/* What is sent leaves a hundredth of the calls to listings, and none of the rest. */
static void
sending_leaves_the_last_hundredth_of_the_budget_to_listings(void **state)
{
	int64_t id = accepted(), next = ledger_ready("A");

	(void)state;
	flow_calls_made(BUDGET_IMPACT,
	    store.settings.impact_calls_per_hour - store.settings.impact_calls_per_hour / 100);
	flow_send();
	assert_int_equal(flow.n, 0);
	assert_int_equal(ledger_state(next), STATE_READY);
	flow_say(200, listing(action_with(id, "PENDING", ""), ""));
	flow_follow();
	assert_int_equal(flow.n, 1);
	assert_int_equal(ledger_state(id), STATE_CONFIRMED);
}

/* ---- UNKNOWN */

static void
an_unknown_one_that_is_found_is_confirmed_and_never_resent(void **state)
{
	int64_t id = ledger_in(STATE_UNKNOWN, "reconcile");

	(void)state;
	flow_say(200, listing(action_with(id, "PENDING", ""), ""));
	flow_follow();
	assert_int_equal(ledger_state(id), STATE_CONFIRMED);
	assert_int_equal(ledger_number(id, "attempts"), 1);
}

static void
an_unknown_one_on_the_second_page_is_found(void **state)
{
	int64_t id = ledger_in(STATE_UNKNOWN, "reconcile");

	(void)state;
	flow_say(200, listing(STR(""), ",\"@nextpageuri\":\"/x?Page=2\""));
	flow_say(200, second_page(action_with(id, "PENDING", "")));
	flow_follow();
	assert_int_equal(flow.n, 2);
	assert_true(str_find(flow.log[1].url, STR("&Page=2&")) < flow.log[1].url.n);
	assert_int_equal(ledger_state(id), STATE_CONFIRMED);
}

/* A page that could not be read any more may be the one that it stands on. */
static void
a_listing_of_more_pages_than_calls_waits_and_goes_on_where_it_was(void **state)
{
	int64_t id = ledger_in(STATE_UNKNOWN, "reconcile");

	(void)state;
	store.settings.impact_calls_per_hour = 1;
	flow_say(200, listing(STR(""), ",\"@nextpageuri\":\"/x?Page=2\""));
	flow_say(200, second_page(action_with(id, "PENDING", "")));
	flow_follow();
	assert_int_equal(flow.pauses, 1);
	assert_int_equal(flow.n, 2);
	assert_true(str_find(flow.log[1].url, STR("&Page=2&")) < flow.log[1].url.n);
	assert_int_equal(ledger_state(id), STATE_CONFIRMED);
}

/* The process was stopped while the listing waited. */
static void
nothing_is_resent_before_every_page_was_read(void **state)
{
	int64_t id = ledger_in(STATE_UNKNOWN, "reconcile");
	struct lease l;
	struct step *s;

	(void)state;
	store.settings.impact_calls_per_hour = 1;
	l = store_lease(LEASE_FOLLOW, 0);
	s = flow_step(LEASE_FOLLOW, &l);
	store_must(step_next(s, &store.e));
	assert_int_equal(s->n, 1);
	s->answers[0] = answer_of(200, listing(STR(""), ",\"@nextpageuri\":\"/x?Page=2\""));
	store_must(step_next(s, &store.e));
	assert_int_equal(s->n, 0);
	assert_true(s->pause_ms > 0);
	assert_int_equal(ledger_state(id), STATE_UNKNOWN);
	assert_str(ledger_stage(id), "reconcile");
}

/* impact.md 2.8: an order that comes late may get the time of its submission as its event date. */
static void
a_late_one_is_looked_for_at_the_time_it_was_sent_before_it_is_sent_again(void **state)
{
	int64_t id = ledger_in(STATE_UNKNOWN, "reconcile");

	(void)state;
	store_run("UPDATE conversion SET sending_at = event_date + INTERVAL 3 DAY WHERE conversion_id = %lld",
	    (long long)id);
	flow_say(200, NOTHING);
	flow_say(200, listing(action_with(id, "PENDING", ""), ""));
	flow_follow();
	assert_int_equal(flow.n, 2);
	assert_true(str_find(flow.log[1].url, STR("ActionDateStart=2026-09-13T16%3A42%3A38Z")) < flow.log[1].url.n);
	assert_int_equal(ledger_state(id), STATE_CONFIRMED);
}

static void
nothing_is_resent_after_a_listing_that_failed(void **state)
{
	static const char *const bodies[] = { "{}", "{\"Status\":\"ERROR\"}", "[]", "", "<html>",
		"{\"@nextpageuri\":\"/x?Page=2\",\"Actions\":[]}",
		"{\"@page\":\"3\",\"@numpages\":\"3\",\"@nextpageuri\":\"/x\",\"Actions\":[]}" };

	for (size_t i = 0; i < 2 * sizeof(bodies) / sizeof(bodies[0]); i++) {
		int64_t id;

		flow_fresh(state);
		id = ledger_in(STATE_UNKNOWN, "reconcile");
		flow_say(i % 2 == 0 ? 200 : 503, bodies[i / 2]);
		flow_follow();
		if (ledger_state(id) != STATE_UNKNOWN)
			fail_msg("after %s", bodies[i / 2]);
	}
}

static void
the_same_order_of_another_event_type_is_not_ours(void **state)
{
	int64_t id = ledger_in(STATE_UNKNOWN, "reconcile");
	struct str other = action_with(id, "PENDING", "");
	size_t at = str_find(other, STR("\"WON\""));

	(void)state;
	other = str_printf(store.arena, STR_FMT "\"LEAD\"" STR_FMT, STR_ARG(str_slice(other, 0, at)),
	    STR_ARG(str_slice(other, at + 5, other.n)));
	flow_say(200, listing(other, ""));
	flow_follow();
	assert_int_equal(ledger_state(id), STATE_READY); /* not found: once more */
}

static void
an_unknown_one_that_is_not_found_is_resent_once_with_the_same_bytes(void **state)
{
	int64_t id = ledger_ready("A");
	struct str first;

	(void)state;
	flow_say_answer(answer_lost(HTTP_UNKNOWN));
	flow_send();
	first = flow.log[0].body;
	flow_follow();
	assert_int_equal(flow.n, 0); /* not before their queue is worked off */
	store_later(store.db, store.settings.unknown_wait_s + 1);
	flow_say(200, NOTHING); /* around its event date, and around the time it was sent */
	flow_say(200, NOTHING);
	flow_follow();
	assert_int_equal(ledger_state(id), STATE_READY);
	assert_true(ledger_woken(LEASE_SEND));
	flow_say(200, QUEUED);
	flow_send();
	assert_int_equal(flow.n, 1);
	assert_true(str_eq(flow.log[0].body, first));
	assert_int_equal(ledger_state(id), STATE_ACCEPTED);
	assert_int_equal(store_int("SELECT COUNT(*) FROM attempt WHERE effect_id = %lld", (long long)id), 2);
}

static void
two_unanswered_are_dead_and_never_sent_a_third_time(void **state)
{
	int64_t id = ledger_ready("A");

	(void)state;
	for (int i = 1; i <= 2; i++) {
		flow_say(500, "{}");
		flow_send();
		assert_int_equal(flow.n, 1);
		store_later(store.db, i * (store.settings.unknown_wait_s + 5));
		flow_say(200, NOTHING);
		flow_say(200, NOTHING);
		flow_follow();
	}
	assert_int_equal(ledger_state(id), STATE_DEAD);
	assert_str(ledger_column(id, "code"), "no_answer");
	assert_true(ledger_column(id, "message").n > 0);
	assert_str(ledger_stage(id), "");
	flow_send();
	assert_int_equal(flow.n, 0);
}

static void
a_duplicate_of_our_own_resend_means_that_the_first_one_counted(void **state)
{
	int64_t id = accepted();

	(void)state;
	store_run("UPDATE conversion SET attempts = 2, unanswered = 1 WHERE conversion_id = %lld", (long long)id);
	flow_say(200, submission(order_of(id), "Complete", "CONV_DUPLICATE"));
	flow_say(200, listing(action_with(id, "PENDING", ""), ""));
	flow_follow();
	assert_int_equal(ledger_state(id), STATE_CONFIRMED);
}

static void
a_verdict_frees_the_lane_of_a_later_event_type(void **state)
{
	struct conversion lead = ledger_of("lead", "77", "LEAD", 1000), won = ledger_of("won", "77", "WON", 2000);
	int64_t first = ledger_claim(&lead).id, second = ledger_claim(&won).id;

	(void)state;
	flow_say(200, QUEUED);
	flow_send();
	flow_send();
	assert_int_equal(flow.n, 0);
	store_run("UPDATE delivery SET due = UTC_TIMESTAMP(3) WHERE effect_id = %lld", (long long)first);
	flow_say(200, submission("lead", "Complete", "CONTRACT_NOT_FOUND"));
	flow_follow();
	assert_true(ledger_woken(LEASE_SEND));
	flow_say(200, QUEUED);
	flow_send();
	assert_int_equal(ledger_state(second), STATE_ACCEPTED);
}

#define TEST(name) cmocka_unit_test_setup(name, flow_fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_submission_that_is_not_judged_yet_is_asked_again_by_the_plan),
		TEST(the_action_gives_partner_payout_and_locking_date),
		TEST(a_confirmed_one_is_followed_by_its_action_until_it_is_settled),
		TEST(a_refused_submission_is_rejected_with_its_code),
		TEST(of_two_codes_the_first_counts),
		TEST(what_is_not_attributed_stays_accepted_and_is_looked_at_now_and_then),
		TEST(an_answer_about_another_conversion_counts_for_nothing),
		TEST(a_failed_read_leaves_the_state_and_comes_again),
		TEST(too_many_requests_stops_following_and_sending),
		TEST(one_listing_serves_all_that_wait_for_an_action),
		TEST(an_action_without_a_code_is_not_taken_for_another_event_types),
		TEST(above_half_of_the_budget_one_listing_is_all_that_following_asks_for),
		TEST(sending_leaves_the_last_hundredth_of_the_budget_to_listings),
		TEST(an_unknown_one_that_is_found_is_confirmed_and_never_resent),
		TEST(an_unknown_one_on_the_second_page_is_found),
		TEST(a_listing_of_more_pages_than_calls_waits_and_goes_on_where_it_was),
		TEST(nothing_is_resent_before_every_page_was_read),
		TEST(a_late_one_is_looked_for_at_the_time_it_was_sent_before_it_is_sent_again),
		TEST(nothing_is_resent_after_a_listing_that_failed),
		TEST(the_same_order_of_another_event_type_is_not_ours),
		TEST(an_unknown_one_that_is_not_found_is_resent_once_with_the_same_bytes),
		TEST(two_unanswered_are_dead_and_never_sent_a_third_time),
		TEST(a_duplicate_of_our_own_resend_means_that_the_first_one_counted),
		TEST(a_verdict_frees_the_lane_of_a_later_event_type),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
