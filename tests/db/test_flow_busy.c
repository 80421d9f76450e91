/*
 * Following when calls are few, and answers that cannot be used: one listing serves all, windows are cut where they
 * hold too much, and an odd answer costs only its own conversion (design 6; F-098, F-127).
 */
#include "base/buf.h"
#include "lib/flow.h"

#define NOTHING "{\"@page\":\"1\",\"@numpages\":\"1\",\"Actions\":[]}"

static const char *
text(struct str s)
{
	return str_c(store.arena, s);
}

static int64_t
accepted(int64_t seconds_ago)
{
	int64_t id = ledger_in(STATE_ACCEPTED, "follow");

	store_run("UPDATE conversion SET batch_id = 'A-%lld', sending_at = UTC_TIMESTAMP(3) - INTERVAL %lld SECOND, "
	          "accepted_at = UTC_TIMESTAMP(3) - INTERVAL %lld SECOND WHERE conversion_id = %lld",
	    (long long)id, (long long)seconds_ago, (long long)seconds_ago, (long long)id);
	return id;
}

static struct str
action(int64_t id, const char *more)
{
	return str_printf(store.arena,
	    "{\"Id\":\"1000.1.%lld\",\"CampaignId\":\"1000\",\"EventCode\":\"WON\",\"State\":\"PENDING\"%s,\"Oid\":"
	    "\"" STR_FMT "\"}",
	    (long long)id, more, STR_ARG(ledger_column(id, "order_id")));
}

static void
say_actions(struct str actions)
{
	flow_say(200, text(str_printf(store.arena, "{\"@page\":\"1\",\"@numpages\":\"1\",\"Actions\":[" STR_FMT "]}",
	                  STR_ARG(actions))));
}

static void
say_submission(int64_t id, const char *status, const char *reason)
{
	flow_say(200, text(str_printf(store.arena,
	                  "{\"BatchId\":\"A-%lld\",\"Status\":\"%s\",\"ErrorType\":\"%s\",\"ErrorReason\":\"%s\"}",
	                  (long long)id, status, reason[0] == '\0' ? "" : "Validation", reason)));
}

static void
budget_used(int64_t percent)
{
	flow_calls_made(BUDGET_IMPACT, store.settings.impact_calls_per_hour * percent / 100);
}

static bool
asked_for(size_t i, const char *part)
{
	return i < flow.n && str_find(flow.log[i].url, str_from(part)) < flow.log[i].url.n;
}

static void
one_listing_in_ten_minutes_serves_all(void **state)
{
	int64_t first = accepted(60), second = accepted(60), young;

	(void)state;
	budget_used(60);
	say_actions(action(first, ""));
	flow_follow();
	assert_int_equal(flow.n, 1);
	assert_int_equal(ledger_state(first), STATE_CONFIRMED);
	assert_int_equal(ledger_state(second), STATE_ACCEPTED);
	assert_in_range(ledger_due_s(second), 590, 600);
	/* What is accepted meanwhile waits for the next one, and costs nothing. */
	young = accepted(0);
	for (int i = 0; i < 3; i++) {
		flow_follow();
		assert_int_equal(flow.n, 0);
		assert_in_range(flow.again_in_ms, 1000, 600000);
	}
	assert_int_equal(store_int("SELECT used FROM budget WHERE tenant_id = %lld AND destination = 'impact'",
	                     (long long)store.tenant_id),
	    store.settings.impact_calls_per_hour * 60 / 100 + 1);
	store_later(store.db, 601);
	say_actions(
	    str_printf(store.arena, STR_FMT "," STR_FMT, STR_ARG(action(second, "")), STR_ARG(action(young, ""))));
	flow_follow();
	assert_int_equal(flow.n, 1);
	assert_int_equal(ledger_state(second), STATE_CONFIRMED);
	assert_int_equal(ledger_state(young), STATE_CONFIRMED);
}

static void
what_no_listing_shows_has_its_submission_read_after_twenty_minutes_then_hourly(void **state)
{
	int64_t refused = accepted(1260), open = accepted(1260), young = accepted(900);

	(void)state;
	store_run("UPDATE delivery SET due = due - INTERVAL 1 MINUTE WHERE effect_id = %lld", (long long)refused);
	budget_used(60);
	flow_say(200, NOTHING);
	say_submission(refused, "Complete", "CONTRACT_NOT_FOUND");
	say_submission(open, "Queued", "");
	flow_follow();
	assert_int_equal(flow.n, 3);
	assert_true(asked_for(0, "/Actions?"));
	assert_true(asked_for(1, "/APISubmissions/"));
	assert_int_equal(ledger_state(refused), STATE_REJECTED);
	assert_int_equal(ledger_state(open), STATE_ACCEPTED);
	assert_in_range(ledger_due_s(open), 3590, 3600);
	assert_in_range(ledger_due_s(young), 290, 300);
}

static void
a_complete_submission_without_an_action_is_not_read_again_for_an_hour(void **state)
{
	int64_t id = accepted(1260);

	(void)state;
	budget_used(60);
	flow_say(200, NOTHING);
	say_submission(id, "Complete", "");
	flow_follow();
	assert_int_equal(flow.n, 2);
	assert_int_equal(ledger_state(id), STATE_ACCEPTED);
	assert_in_range(ledger_due_s(id), 3590, 3600);
}

/* Its event may be years old: nobody lists that far back for it. */
static void
a_confirmed_one_asks_for_no_window_of_its_own_then(void **state)
{
	int64_t old = ledger_in(STATE_CONFIRMED, "follow"), id = accepted(60);

	(void)state;
	store_run("UPDATE conversion SET action_id = '1000.1.9', event_date = '2024-01-01' WHERE conversion_id = %lld",
	    (long long)old);
	budget_used(60);
	say_actions(action(id, ""));
	flow_follow();
	assert_int_equal(flow.n, 1);
	assert_int_equal(ledger_state(id), STATE_CONFIRMED);
	assert_in_range(ledger_due_s(old), 590, 600);
}

/* ---- windows with more actions than impact.com lists (impact.md 3.1) */

static void
a_window_with_too_many_actions_is_cut_in_halves(void **state)
{
	int64_t ids[3];

	(void)state;
	for (int i = 0; i < 3; i++) {
		ids[i] = ledger_in(STATE_UNKNOWN, "reconcile");
		store_run("UPDATE conversion SET event_date = event_date + INTERVAL %d DAY WHERE conversion_id = %lld",
		    i * 10, (long long)ids[i]);
	}
	flow_say(400, "{\"Status\":\"ERROR\",\"Message\":\"too many records\"}"); /* 20 days */
	say_actions(
	    str_printf(store.arena, STR_FMT "," STR_FMT, STR_ARG(action(ids[0], "")), STR_ARG(action(ids[1], ""))));
	say_actions(action(ids[2], ""));
	flow_follow();
	assert_int_equal(flow.n, 3);
	for (int i = 0; i < 3; i++)
		assert_int_equal(ledger_state(ids[i]), STATE_CONFIRMED);
}

static void
around_one_moment_it_becomes_smaller_and_then_it_is_given_up_for_now(void **state)
{
	int64_t id = ledger_in(STATE_UNKNOWN, "reconcile");

	(void)state;
	for (int i = 0; i < 6; i++) /* 60, 30, 15, 7, 3, 1 minutes around */
		flow_say(400, "{\"Status\":\"ERROR\",\"Message\":\"too many records\"}");
	flow_follow();
	assert_int_equal(flow.n, 6);
	assert_int_equal(ledger_state(id), STATE_UNKNOWN);
	assert_true(ledger_due_s(id) >= 5);
}

/* Halves of the window would be refused the same way: calls that are few, and a verdict that comes no sooner. */
static void
a_400_that_names_another_field_is_not_about_the_windows_size(void **state)
{
	static const char *const others[] = { "CampaignId", "campaignid", "Page", "PageSize", "AccountSid" };
	int64_t ids[2];

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		flow_fresh(state);
		flow_forget();
		for (int k = 0; k < 2; k++) {
			ids[k] = ledger_in(STATE_UNKNOWN, "reconcile");
			store_run("UPDATE conversion SET event_date = event_date + INTERVAL %d DAY WHERE "
			          "conversion_id = %lld",
			    k * 10, (long long)ids[k]);
		}
		for (int k = 0; k < 10; k++) /* as often as it asks */
			flow_say(400,
			    text(str_printf(store.arena,
			        "{\"Status\":\"ERROR\",\"errors\":[{\"field\":\"%s\",\"message\":\"is not allowed\"}]}",
			        others[i])));
		flow_follow();
		if (flow.n != 1)
			fail_msg("%s: asked %zu times", others[i], flow.n);
		for (int k = 0; k < 2; k++) {
			assert_int_equal(ledger_state(ids[k]), STATE_UNKNOWN);
			assert_true(ledger_due_s(ids[k]) >= 5);
		}
	}
}

static void
a_400_that_names_the_windows_dates_is(void **state)
{
	int64_t id = ledger_in(STATE_UNKNOWN, "reconcile");

	(void)state;
	flow_say(400, "{\"Status\":\"ERROR\",\"errors\":[{\"field\":\"ActionDateStart\",\"message\":\"too wide\"}]}");
	say_actions(action(id, ""));
	flow_follow();
	assert_int_equal(flow.n, 2);
	assert_int_equal(ledger_state(id), STATE_CONFIRMED);
}

/* A big brand's listing must not fill the worker's memory (design 12): what is read of a page ends with it. */
static void
pages_of_a_listing_do_not_pile_up_in_memory(void **state)
{
	enum {
		PAGES = 10,
		ON_A_PAGE = 500,
		OF_A_PAGE_KB = 32
	};
	int64_t id = ledger_in(STATE_UNKNOWN, "reconcile");
	struct str one = str_printf(store.arena, STR_FMT, STR_ARG(action(id, "")));
	size_t before;

	(void)state;
	for (int page = 1; page <= PAGES; page++) {
		struct err e = { .code = ERR_NONE };
		struct str all;
		struct buf b;

		buf_init(&b, store.arena, 1024UL * 1024);
		buf_addf(&b, "{\"@page\":\"%d\",\"@numpages\":\"%d\",\"@nextpageuri\":\"%s\",\"Actions\":[", page,
		    PAGES, page < PAGES ? "/next" : "");
		for (int i = 0; i < ON_A_PAGE; i++)
			buf_addf(&b, "%s{\"Id\":\"1000.1.%d\",\"Oid\":\"another-%d\"}", i > 0 ? "," : "", i, i);
		if (page == PAGES)
			buf_addf(&b, "," STR_FMT, STR_ARG(one));
		buf_add(&b, STR("]}"));
		assert_true(buf_done(&b, &all, &e));
		flow_say(200, text(all));
	}
	before = arena_used(store.arena);
	flow_follow();
	assert_int_equal(flow.n, PAGES);
	assert_int_equal(ledger_state(id), STATE_CONFIRMED);
	assert_true(arena_used(store.arena) - before < (size_t)PAGES * OF_A_PAGE_KB * 1024);
}

/* ---- answers that cannot be used */

/* A 409 of impact.com's is not a lost race of our own: the round goes on with the others. */
static void
a_409_costs_only_its_own_conversion(void **state)
{
	int64_t odd = accepted(60), fine = accepted(60);

	(void)state;
	store_run("UPDATE delivery SET due = due - INTERVAL 1 MINUTE WHERE effect_id = %lld", (long long)odd);
	flow_say(409, "{\"Status\":\"ERROR\"}");
	say_submission(fine, "Complete", "CONTRACT_NOT_FOUND");
	flow_follow();
	assert_int_equal(ledger_state(odd), STATE_ACCEPTED);
	assert_true(ledger_due_s(odd) >= 5);
	assert_int_equal(ledger_state(fine), STATE_REJECTED);
}

/* Whether the first one counted stands in the listing that failed: it is no refusal before that was read. */
static void
a_duplicate_of_a_resend_is_no_refusal_while_the_listing_failed(void **state)
{
	int64_t id = accepted(1260);

	(void)state;
	store_run("UPDATE conversion SET attempts = 2 WHERE conversion_id = %lld", (long long)id);
	budget_used(60);
	flow_say(500, "");
	say_submission(id, "Complete", "CONV_DUPLICATE");
	flow_follow();
	assert_int_equal(flow.n, 2);
	assert_int_equal(ledger_state(id), STATE_ACCEPTED);
	store_later(store.db, 601);
	store_run("UPDATE delivery SET due = UTC_TIMESTAMP(3) WHERE effect_id = %lld", (long long)id);
	store_run("UPDATE budget SET spent = '', blocked_until = NULL WHERE tenant_id = %lld",
	    (long long)store.tenant_id);
	budget_used(60);
	flow_say(200, NOTHING);
	say_submission(id, "Complete", "CONV_DUPLICATE");
	flow_follow();
	assert_int_equal(ledger_state(id), STATE_REJECTED);
	assert_str(ledger_column(id, "code"), "CONV_DUPLICATE");
}

static const char *
long_text(const char *key, int n)
{
	return text(str_printf(store.arena, ",\"%s\":\"%0*d\"", key, n, 1));
}

/* More than a column holds is cut, or no sum of money: it must not keep the verdict from being written. */
static void
values_longer_than_their_column_do_not_stop_the_verdict(void **state)
{
	static const struct {
		const char *key, *column;
		int n, kept;
	} rows[] = { { "MediaPartnerId", "partner_id", 100, 32 }, { "MediaPartnerName", "partner_name", 5000, 255 },
		{ "Currency", "currency", 10, 3 }, { "StateDetail", "action_detail", 500, 64 },
		{ "Amount", "amount", 40, 0 }, { "Payout", "payout", 40, 0 } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t id;

		flow_fresh(state);
		id = ledger_in(STATE_UNKNOWN, "reconcile");
		say_actions(action(id, long_text(rows[i].key, rows[i].n)));
		flow_follow();
		assert_int_equal(ledger_state(id), STATE_CONFIRMED);
		if (ledger_column(id, rows[i].column).n != (size_t)rows[i].kept)
			fail_msg("%s: %zu", rows[i].column, ledger_column(id, rows[i].column).n);
	}
}

/* A late answer came while it was looked for. */
static void
what_moved_meanwhile_is_left_and_the_others_go_on(void **state)
{
	int64_t moved = ledger_in(STATE_UNKNOWN, "reconcile"), other = ledger_in(STATE_UNKNOWN, "reconcile");
	struct lease l = store_lease(LEASE_FOLLOW, 0);
	struct step *s = flow_step(LEASE_FOLLOW, &l);

	(void)state;
	store_must(step_next(s, &store.e));
	assert_int_equal(s->n, 1);
	store_run("UPDATE conversion SET state = 'REJECTED' WHERE conversion_id = %lld", (long long)moved);
	s->answers[0] = answer_of(200, text(str_printf(store.arena, "{\"Actions\":[" STR_FMT "," STR_FMT "]}",
	                                   STR_ARG(action(moved, "")), STR_ARG(action(other, "")))));
	store_must(step_next(s, &store.e));
	assert_int_equal(s->n, 0);
	assert_int_equal(ledger_state(moved), STATE_REJECTED);
	assert_int_equal(ledger_state(other), STATE_CONFIRMED);
}

/* The rest are asked for as calls become free: sending keeps a quarter for them, and no more than they lack. */
static void
submissions_that_no_call_was_left_for_are_owed(void **state)
{
	int64_t calls = store.settings.impact_calls_per_hour;

	(void)state;
	for (int i = 0; i < 3; i++)
		accepted(1260);
	flow_calls_made(BUDGET_IMPACT, calls - 2);
	flow_say(200, NOTHING);
	say_submission(1, "Queued", "");
	flow_follow();
	assert_int_equal(flow.n, 2); /* a listing and one submission */
	assert_int_equal(store_int("SELECT owed FROM budget WHERE tenant_id = %lld", (long long)store.tenant_id), 2);
	store_later(store.db, 601);
	store_run("UPDATE budget SET spent = '' WHERE tenant_id = %lld", (long long)store.tenant_id);
	budget_used(60);
	flow_say(200, NOTHING);
	say_submission(2, "Queued", "");
	say_submission(3, "Queued", "");
	flow_follow();
	assert_int_equal(flow.n, 3);
	assert_int_equal(store_int("SELECT owed FROM budget WHERE tenant_id = %lld", (long long)store.tenant_id), 0);
}

#define TEST(name) cmocka_unit_test_setup(name, flow_fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_listing_in_ten_minutes_serves_all),
		TEST(what_no_listing_shows_has_its_submission_read_after_twenty_minutes_then_hourly),
		TEST(a_complete_submission_without_an_action_is_not_read_again_for_an_hour),
		TEST(a_confirmed_one_asks_for_no_window_of_its_own_then),
		TEST(a_window_with_too_many_actions_is_cut_in_halves),
		TEST(around_one_moment_it_becomes_smaller_and_then_it_is_given_up_for_now),
		TEST(a_400_that_names_another_field_is_not_about_the_windows_size),
		TEST(a_400_that_names_the_windows_dates_is),
		TEST(pages_of_a_listing_do_not_pile_up_in_memory),
		TEST(a_409_costs_only_its_own_conversion),
		TEST(a_duplicate_of_a_resend_is_no_refusal_while_the_listing_failed),
		TEST(values_longer_than_their_column_do_not_stop_the_verdict),
		TEST(what_moved_meanwhile_is_left_and_the_others_go_on),
		TEST(submissions_that_no_call_was_left_for_are_owed),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
