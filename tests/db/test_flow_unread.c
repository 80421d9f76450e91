/*
 * Following by what can only be read in part: submissions that are gone, pages that are not linked, conversions of which
 * nothing is told for long (design 4; F-095, F-097).
 */
#include "lib/flow.h"

#define NOTHING "{\"@page\":\"1\",\"@numpages\":\"1\",\"Actions\":[]}"

/* Sent just now; impact.com named the submission A-1 for it. */
static int64_t
with_submission(enum state s)
{
	int64_t id = ledger_in(s, s == STATE_UNKNOWN ? "reconcile" : "follow");

	store_run("UPDATE conversion SET batch_id = 'A-1', event_date = UTC_TIMESTAMP(3), sending_at = "
	          "UTC_TIMESTAMP(3), accepted_at = IF(state = 'ACCEPTED', UTC_TIMESTAMP(3), NULL) WHERE "
	          "conversion_id = %lld",
	    (long long)id);
	return id;
}

static int64_t
long_ago(enum state s)
{
	int64_t id = with_submission(s);

	store_run("UPDATE conversion SET event_date = event_date - INTERVAL %lld SECOND, sending_at = sending_at - "
	          "INTERVAL %lld SECOND, accepted_at = accepted_at - INTERVAL %lld SECOND WHERE conversion_id = %lld",
	    (long long)store.settings.follow_give_up_s + 5, (long long)store.settings.follow_give_up_s + 5,
	    (long long)store.settings.follow_give_up_s + 5, (long long)id);
	return id;
}

/* At its next look. */
static void
follow(int64_t id)
{
	store_run("UPDATE delivery SET due = UTC_TIMESTAMP(3) WHERE effect_id = %lld", (long long)id);
	flow_follow();
}

static const char *
page(int64_t id, int number, int of)
{
	struct str action = str_printf(store.arena,
	    "{\"Id\":\"1000.1.2\",\"EventCode\":\"WON\",\"State\":\"PENDING\",\"Oid\":\"" STR_FMT "\"}",
	    STR_ARG(ledger_column(id, "order_id")));

	return str_c(store.arena, str_printf(store.arena, "{\"@page\":%d,\"@numpages\":%d,\"Actions\":[" STR_FMT "]}",
	                              number, of, STR_ARG(number == of ? action : STR(""))));
}

/* C-20: all calls rest then, so nobody else would find it before the hour is over. */
static void
refused_credentials_are_looked_at_at_once(void **state)
{
	int64_t id = with_submission(STATE_ACCEPTED);

	(void)state;
	flow_say(401, "{\"Status\":\"ERROR\",\"Message\":\"no\"}");
	follow(id);
	assert_int_equal(store_int("SELECT COUNT(*) FROM schedule WHERE tenant_id = %lld AND kind = 'impact' AND "
	                           "due <= UTC_TIMESTAMP(3)",
	                     (long long)store.tenant_id),
	    1);
}

static void
a_page_that_only_the_count_tells_of_is_read(void **state)
{
	int64_t id = ledger_in(STATE_UNKNOWN, "reconcile");

	(void)state;
	flow_say(200, page(id, 1, 2));
	flow_say(200, page(id, 2, 2));
	flow_follow();
	assert_int_equal(ledger_state(id), STATE_CONFIRMED);
}

static void
an_action_is_found_although_its_submission_is_gone_or_refused(void **state)
{
	static const int statuses[] = { 404, 410, 400, 409, 422 };

	for (size_t i = 0; i < 2 * sizeof(statuses) / sizeof(statuses[0]); i++) {
		int status = statuses[i / 2];
		int64_t id;

		flow_fresh(state);
		id = with_submission(i % 2 == 0 ? STATE_ACCEPTED : STATE_UNKNOWN);
		/* A conflict may pass. */
		for (int look = 0; status == 409 && look < 3; look++) {
			flow_say(status, "{}");
			follow(id);
			assert_int_equal(flow.n, 1);
		}
		flow_say(status, "{}");
		flow_say(200, page(id, 1, 1));
		follow(id);
		if (ledger_state(id) != STATE_CONFIRMED)
			fail_msg("%d: %s", status, state_name(ledger_state(id)));
	}
}

/* What may pass is asked for a few times more, and then it is looked for, too. */
static void
an_action_is_found_although_its_submission_is_never_readable(void **state)
{
	static const char *const bodies[] = { "<html>", "{}", "",
		"{\"BatchId\":\"A-2\",\"Status\":\"Complete\",\"OrderId\":\"another\"}" };

	for (size_t i = 0; i < 2 * sizeof(bodies) / sizeof(bodies[0]); i++) {
		int64_t id;

		flow_fresh(state);
		id = with_submission(STATE_ACCEPTED);
		for (int look = 0; look < 3; look++) {
			flow_say(i % 2 == 0 ? 200 : 500, bodies[i / 2]);
			follow(id);
			assert_int_equal(flow.n, 1);
			assert_int_equal(ledger_state(id), STATE_ACCEPTED);
		}
		flow_say(i % 2 == 0 ? 200 : 500, bodies[i / 2]);
		flow_say(200, page(id, 1, 1));
		follow(id);
		if (ledger_state(id) != STATE_CONFIRMED)
			fail_msg("%s: %s", bodies[i / 2], state_name(ledger_state(id)));
	}
}

/* It may have been judged there: never sent again by itself. */
static void
what_cannot_be_tracked_is_not_resent_and_in_the_end_a_persons(void **state)
{
	int64_t young = with_submission(STATE_UNKNOWN), old;

	flow_say(404, "{}");
	flow_say(200, NOTHING);
	follow(young);
	assert_int_equal(ledger_state(young), STATE_UNKNOWN);
	assert_str(ledger_stage(young), "reconcile");
	flow_fresh(state);
	old = long_ago(STATE_UNKNOWN);
	flow_say(404, "{}");
	flow_say(200, NOTHING);
	follow(old);
	assert_int_equal(ledger_state(old), STATE_DEAD);
	assert_str(ledger_column(old, "code"), "no_answer");
	assert_true(str_starts(ledger_column(old, "message"), STR("impact.com named a submission")));
	assert_str(ledger_stage(old), "");
}

/* A listing alone, because calls are few, says nothing of a submission that may be read next. */
static void
nothing_is_given_up_before_its_submission_was_asked_for(void **state)
{
	int64_t id = long_ago(STATE_UNKNOWN);

	(void)state;
	flow_calls_made(BUDGET_IMPACT, store.settings.impact_calls_per_hour * 60 / 100);
	flow_say(200, NOTHING);
	flow_say(200, "{\"BatchId\":\"A-1\",\"Status\":\"Queued\"}");
	follow(id);
	assert_int_equal(flow.n, 2);
	assert_int_equal(ledger_state(id), STATE_UNKNOWN);
}

static void
an_unknown_one_with_a_submission_is_followed_not_resent(void **state)
{
	int64_t id = with_submission(STATE_UNKNOWN);

	(void)state;
	store_run("UPDATE conversion SET unanswered = 1, code = 'no_answer', message = 'x' WHERE conversion_id = %lld",
	    (long long)id);
	flow_say(200, "{\"BatchId\":\"A-1\",\"Status\":\"Queued\"}");
	follow(id);
	assert_int_equal(ledger_state(id), STATE_UNKNOWN);
	flow_say(200, "{\"BatchId\":\"A-1\",\"Status\":\"Complete\"}");
	flow_say(200, NOTHING);
	follow(id);
	assert_int_equal(ledger_state(id), STATE_ACCEPTED);
	assert_str(ledger_column(id, "code"), "");
	assert_str(ledger_column(id, "message"), "");
	assert_true(ledger_column(id, "accepted_at").n > 0);
	assert_int_equal(ledger_number(id, "unanswered"), 0);
	assert_str(ledger_stage(id), "follow");
	assert_in_range(ledger_due_s(id), 10, 20);
	flow_say(200, "{\"BatchId\":\"A-1\",\"Status\":\"Complete\",\"ErrorReason\":\"CONTRACT_NOT_FOUND\"}");
	follow(id);
	assert_int_equal(ledger_state(id), STATE_REJECTED);
}

static void
only_an_unknown_one_arrives_and_only_by_the_hand_that_has_the_lease(void **state)
{
	struct lease old = store_lease(LEASE_FOLLOW, 0), l = store_lease(LEASE_FOLLOW, 0);
	int64_t id = ledger_in(STATE_UNKNOWN, "reconcile");

	(void)state;
	store_refused(conversion_accepted(store.db, &old, id, 0, &store.e), ERR_CONFLICT);
	assert_int_equal(ledger_state(id), STATE_UNKNOWN);
	for (int from = 0; from < STATE__COUNT; from++) {
		id = ledger_in((enum state)from, "reconcile");
		if (from == STATE_UNKNOWN)
			store_must(conversion_accepted(store.db, &l, id, 0, &store.e));
		else
			store_refused(conversion_accepted(store.db, &l, id, 0, &store.e), ERR_CONFLICT);
		assert_int_equal(ledger_state(id), from == STATE_UNKNOWN ? STATE_ACCEPTED : from);
	}
	assert_true(state_may(STATE_UNKNOWN, STATE_ACCEPTED));
}

/* It says that no partner was credited, on each of the ways to no verdict, and no longer than that is so. */
static void
what_is_accepted_for_long_without_a_verdict_says_so_until_it_has_one(void **state)
{
	static const char *const submissions[] = { "{\"BatchId\":\"A-1\",\"Status\":\"Complete\"}",
		"{\"BatchId\":\"A-1\",\"Status\":\"Queued\"}", "{}" };

	for (size_t i = 0; i < sizeof(submissions) / sizeof(submissions[0]); i++) {
		int64_t id, version;

		flow_fresh(state);
		id = long_ago(STATE_ACCEPTED);
		for (int look = 0; look < 2; look++) {
			flow_say(i == 2 ? 404 : 200, submissions[i]);
			if (i != 1)
				flow_say(200, NOTHING);
			follow(id);
			assert_int_equal(ledger_state(id), STATE_ACCEPTED);
			assert_str(ledger_column(id, "code"), "not_attributed_yet");
			assert_in_range(ledger_due_s(id), store.settings.follow_confirmed_s - 60,
			    store.settings.follow_confirmed_s);
			version = look == 0 ? ledger_number(id, "version") : version;
		}
		assert_int_equal(ledger_number(id, "version"), version);
		flow_say(200, submissions[0]);
		flow_say(200, page(id, 1, 1));
		follow(id);
		assert_int_equal(ledger_state(id), STATE_CONFIRMED);
		assert_str(ledger_column(id, "code"), "");
	}
}

static void
what_was_accepted_lately_has_no_such_code(void **state)
{
	int64_t id = with_submission(STATE_ACCEPTED);

	(void)state;
	flow_say(200, "{\"BatchId\":\"A-1\",\"Status\":\"Complete\"}");
	flow_say(200, NOTHING);
	follow(id);
	assert_str(ledger_column(id, "code"), "");
}

/* ---- a move that is refused */

/* A round up to its answer. */
static struct step *
asked(struct lease *l)
{
	struct step *s;

	*l = store_lease(LEASE_FOLLOW, 0);
	s = flow_step(LEASE_FOLLOW, l);
	store_must(step_next(s, &store.e));
	assert_int_equal(s->n, 2);
	for (size_t i = 0; i < s->n; i++)
		s->answers[i] = answer_of(200,
		    "{\"BatchId\":\"A-1\",\"Status\":\"Complete\",\"ErrorReason\":\"CONTRACT_NOT_FOUND\"}");
	return s;
}

static void
one_that_moved_meanwhile_does_not_end_the_round(void **state)
{
	int64_t first = with_submission(STATE_ACCEPTED), second = with_submission(STATE_ACCEPTED);
	struct lease l;
	struct step *s = asked(&l);

	(void)state;
	store_run("UPDATE conversion SET state = 'ERASED' WHERE conversion_id = %lld", (long long)first);
	store_must(step_next(s, &store.e));
	assert_int_equal(ledger_state(second), STATE_REJECTED);
}

static void
a_round_that_lost_its_lease_ends(void **state)
{
	int64_t first = with_submission(STATE_ACCEPTED), second = with_submission(STATE_ACCEPTED);
	struct lease l;
	struct step *s = asked(&l);

	(void)state;
	store_lease(LEASE_FOLLOW, 0);
	store_refused(step_next(s, &store.e), ERR_CONFLICT);
	assert_int_equal(ledger_state(first), STATE_ACCEPTED);
	assert_int_equal(ledger_state(second), STATE_ACCEPTED);
}

#define TEST(name) cmocka_unit_test_setup(name, flow_fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(refused_credentials_are_looked_at_at_once),
		TEST(a_page_that_only_the_count_tells_of_is_read),
		TEST(an_action_is_found_although_its_submission_is_gone_or_refused),
		TEST(an_action_is_found_although_its_submission_is_never_readable),
		TEST(what_cannot_be_tracked_is_not_resent_and_in_the_end_a_persons),
		TEST(nothing_is_given_up_before_its_submission_was_asked_for),
		TEST(an_unknown_one_with_a_submission_is_followed_not_resent),
		TEST(only_an_unknown_one_arrives_and_only_by_the_hand_that_has_the_lease),
		TEST(what_is_accepted_for_long_without_a_verdict_says_so_until_it_has_one),
		TEST(what_was_accepted_lately_has_no_such_code),
		TEST(one_that_moved_meanwhile_does_not_end_the_round),
		TEST(a_round_that_lost_its_lease_ends),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
