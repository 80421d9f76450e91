/*
 * The moves of a conversion: each leads from the states of the table and is refused from every other one; SENDING
 * is committed under all that may forbid it; answers are kept or refused by attempt (design 4; F-095, F-097, F-103).
 */
#include "lib/answer.h"
#include "lib/ledger.h"
#include "store/config.h"
#include "store/tenant.h"
#include "store/transaction.h"

/* The configuration revision of a fresh tenant. */
#define REVISION 1

static bool
sending_at(const struct lease *l, int64_t id, int64_t revision, int64_t *attempt)
{
	return transaction_begin(store.db, &store.e) &&
	       transaction_end(store.db,
	           conversion_sending(store.db, store.arena, l, &id, 1, revision, attempt, &store.e), "sending",
	           &store.e);
}

/* A conversion that is SENDING in its first attempt, under a lease that was claimed for it. */
static int64_t
sent(struct lease *l)
{
	int64_t id = ledger_ready("A"), attempt;

	*l = store_lease(LEASE_SEND, 0);
	store_must(sending_at(l, id, REVISION, &attempt));
	assert_int_equal(attempt, 1);
	return id;
}

static struct conversion_answer
answer(int64_t id, int64_t attempt, enum state to)
{
	return (struct conversion_answer){ .tenant_id = store.tenant_id,
		.conversion_id = id,
		.attempt = attempt,
		.to = to,
		.result = STR("x"),
		.http_status = 200,
		.due_in_ms = 20000,
		.counts = true,
		.batch_id = to == STATE_ACCEPTED ? STR("B-1") : STR("") };
}

/* Whether the answer was kept. */
static bool
tell(int64_t id, int64_t attempt, enum state to)
{
	struct conversion_answer w = answer(id, attempt, to);
	bool kept;

	store_must(transaction_begin(store.db, &store.e));
	store_must(
	    transaction_end(store.db, conversion_answered(store.db, &w, 1, &kept, &store.e), "telling", &store.e));
	return kept;
}

static int64_t
recover(void)
{
	struct lease l = store_lease(LEASE_SEND, 0);
	int64_t n;

	store_must(conversion_recover(store.db, store.arena, &l, 900000, &n, &store.e));
	return n;
}

static struct conversion_action
action(bool settled)
{
	return (struct conversion_action){ .action_id = STR("1000.1.2"),
		.partner_id = STR("10000"),
		.partner_name = STR("Acme"),
		.amount = STR("21.99"),
		.payout = STR("0.88"),
		.currency = STR("USD"),
		.state = settled ? STR("REVERSED") : STR("PENDING"),
		.detail = STR(""),
		.locking_ms = INT64_C(1790406000000),
		.settled = settled };
}

/* ---- every move from every state */

static bool
run_sending(const struct lease *l, int64_t id)
{
	int64_t attempt;

	return sending_at(l, id, REVISION, &attempt);
}

static bool
run_answered(const struct lease *l, int64_t id)
{
	(void)l;
	return tell(id, 1, STATE_ACCEPTED) || err_set(&store.e, ERR_CONFLICT, "not kept");
}

static bool
run_park(const struct lease *l, int64_t id)
{
	(void)l;
	return conversion_park(store.db, store.tenant_id, id, STR("no_consent"), REVISION, &store.e);
}

static bool
run_resend(const struct lease *l, int64_t id)
{
	return conversion_resend(store.db, l, id, &store.e);
}

static bool
run_dead(const struct lease *l, int64_t id)
{
	return conversion_dead(store.db, l, id, STR("no_answer"), STR("twice"), &store.e);
}

static bool
run_rejected(const struct lease *l, int64_t id)
{
	return conversion_rejected(store.db, store.arena, l, id, STR("ACTION_REF_NOT_FOUND"), STR("9"), &store.e);
}

static bool
run_confirmed(const struct lease *l, int64_t id)
{
	struct conversion_action x = action(false);

	return conversion_confirmed(store.db, l, id, &x, 60000, &store.e);
}

#define FROM(s) (1U << STATE_##s)

static const struct move {
	const char *name;
	bool (*run)(const struct lease *, int64_t);
	enum lease_stage lease;
	enum state to;
	unsigned from;
	const char *stage; /* of the delivery afterwards */
} moves[] = {
	{ "sending", run_sending, LEASE_SEND, STATE_SENDING, FROM(READY), "send" },
	{ "answered", run_answered, LEASE_SEND, STATE_ACCEPTED, FROM(SENDING) | FROM(UNKNOWN), "follow" },
	{ "park", run_park, LEASE_SEND, STATE_PARKED, FROM(READY), "" },
	{ "resend", run_resend, LEASE_FOLLOW, STATE_READY, FROM(UNKNOWN), "send" },
	{ "dead", run_dead, LEASE_FOLLOW, STATE_DEAD, FROM(READY) | FROM(UNKNOWN) | FROM(HELD), "" },
	{ "rejected", run_rejected, LEASE_FOLLOW, STATE_REJECTED, FROM(ACCEPTED) | FROM(UNKNOWN), "" },
	{ "confirmed", run_confirmed, LEASE_FOLLOW, STATE_CONFIRMED, FROM(ACCEPTED) | FROM(UNKNOWN) | FROM(CONFIRMED),
	    "follow" },
};

static void
try_move(const struct move *m, enum state from)
{
	int64_t id = ledger_in(from, "send"), version = ledger_number(id, "version");
	struct lease l = store_lease(m->lease, 0);
	bool moved = m->run(&l, id), allowed = (m->from & (1U << from)) != 0;

	if (moved != allowed)
		fail_msg("%s from %s: %s", m->name, state_name(from), moved ? "done" : store.e.text);
	if (!moved)
		store_refused(moved, ERR_CONFLICT);
	assert_int_equal(ledger_state(id), moved ? m->to : from);
	assert_int_equal(ledger_number(id, "version") > version, moved);
	assert_true(str_eq(ledger_stage(id), moved ? str_from(m->stage) : STR("send")));
	store_run("DELETE FROM attempt WHERE effect_id = %lld", (long long)id);
}

static void
each_move_leads_from_its_states_and_is_refused_from_every_other(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++)
		for (int from = 0; from < STATE__COUNT; from++)
			try_move(&moves[i], (enum state)from);
}

static void
no_move_is_made_that_the_table_does_not_have(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++)
		for (int from = 0; from < STATE__COUNT; from++)
			if ((moves[i].from & (1U << from)) != 0 && from != (int)moves[i].to &&
			    !state_may((enum state)from, moves[i].to))
				fail_msg("%s: %s -> %s", moves[i].name, state_name((enum state)from),
				    state_name(moves[i].to));
}

static void
a_move_without_the_lease_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++) {
		struct lease old;
		enum state from = STATE_READY;
		int64_t id;

		if (moves[i].run == run_answered || moves[i].run == run_park)
			continue; /* an answer is a fact; parking is a compare-and-set of its own */
		while ((moves[i].from & (1U << from)) == 0)
			from++;
		old = store_lease(moves[i].lease, 0);
		store_lease(moves[i].lease, 0);
		id = ledger_in(from, "send");
		store_refused(moves[i].run(&old, id), ERR_CONFLICT);
		assert_int_equal(ledger_state(id), from);
	}
}

/* ---- SENDING */

static void
sending_writes_its_attempt_before_a_byte_leaves(void **state)
{
	struct lease l;
	int64_t id = sent(&l);

	(void)state;
	assert_int_equal(ledger_state(id), STATE_SENDING);
	assert_int_equal(ledger_number(id, "attempts"), 1);
	assert_int_equal(ledger_number(id, "sending_at IS NOT NULL"), 1);
	assert_int_equal(
	    store_int("SELECT COUNT(*) FROM attempt WHERE effect_id = %lld AND attempt = 1 AND ended_at IS NULL",
	        (long long)id),
	    1);
	assert_int_equal(store_int("SELECT fence FROM delivery WHERE effect_id = %lld", (long long)id), l.fence);
}

static void
nothing_is_sent_while_all_sending_is_stopped(void **state)
{
	int64_t id = ledger_ready("A"), attempt;
	struct lease l = store_lease(LEASE_SEND, 0);

	(void)state;
	store_must(tenant_set_sending(store.db, store.tenant_id, false, &store.e));
	store_refused(sending_at(&l, id, REVISION, &attempt), ERR_CONFLICT);
	assert_int_equal(ledger_state(id), STATE_READY);
	store_must(tenant_set_sending(store.db, store.tenant_id, true, &store.e));
	store_must(sending_at(&l, id, REVISION, &attempt));
}

static void
nothing_is_sent_for_a_tenant_that_is_not_active(void **state)
{
	static const enum tenant_state states[] = { TENANT_PAUSED, TENANT_DISCONNECTED, TENANT_DELETING };
	int64_t id = ledger_ready("A"), attempt;
	struct lease l = store_lease(LEASE_SEND, 0);

	(void)state;
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		store_must(tenant_set_state(store.db, store.tenant_id, states[i], &store.e));
		store_refused(sending_at(&l, id, REVISION, &attempt), ERR_CONFLICT);
	}
	assert_int_equal(ledger_number(id, "attempts"), 0);
}

static void
nothing_is_sent_that_was_checked_against_an_older_configuration(void **state)
{
	int64_t id = ledger_ready("A"), attempt;
	struct lease l = store_lease(LEASE_SEND, 0);
	struct config_revision saved;

	(void)state;
	store_must(config_save(store.db, store.arena, &(struct person){ .tenant_id = store.tenant_id }, REVISION,
	    "config.saved", STR("{}"), &saved, &store.e));
	store_refused(sending_at(&l, id, REVISION, &attempt), ERR_CONFLICT);
	store_must(sending_at(&l, id, saved.revision, &attempt));
}

/* ---- answers */

static void
an_accepted_one_is_followed_and_proves_its_event_type(void **state)
{
	struct lease l;
	int64_t id = sent(&l);

	(void)state;
	assert_true(tell(id, 1, STATE_ACCEPTED));
	assert_str(ledger_column(id, "batch_id"), "B-1");
	assert_int_equal(ledger_number(id, "accepted_at IS NOT NULL"), 1);
	assert_str(ledger_stage(id), "follow");
	assert_in_range(ledger_due_s(id), 10, 20);
	assert_int_equal(store_int("SELECT COUNT(*) FROM attempt WHERE effect_id = %lld AND ended_at IS NOT NULL AND "
	                           "http_status = 200",
	                     (long long)id),
	    1);
}

static void
each_answer_leaves_its_state_and_its_queue(void **state)
{
	static const struct {
		enum state to;
		const char *stage;
		int64_t unanswered, tries;
		bool ended;
	} rows[] = {
		{ STATE_ACCEPTED, "follow", 0, 0, false },
		{ STATE_READY, "send", 0, 1, false },
		{ STATE_UNKNOWN, "reconcile", 1, 0, false },
		{ STATE_REJECTED, "", 0, -1, true },
		{ STATE_PARKED, "", 0, -1, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t id = ledger_in(STATE_SENDING, "send");

		assert_true(tell(id, 1, rows[i].to));
		assert_int_equal(ledger_state(id), rows[i].to);
		assert_true(str_eq(ledger_stage(id), str_from(rows[i].stage)));
		assert_int_equal(ledger_number(id, "unanswered"), rows[i].unanswered);
		assert_int_equal(ledger_number(id, "ended_at IS NOT NULL"), rows[i].ended);
		assert_int_equal(store_int("SELECT COALESCE(MAX(tries), -1) FROM delivery WHERE effect_id = %lld",
		                     (long long)id),
		    rows[i].tries);
	}
}

/* 429: waiting is no try. */
static void
a_wait_that_the_far_end_asked_for_is_no_try(void **state)
{
	int64_t id = ledger_in(STATE_SENDING, "send");
	struct conversion_answer w = answer(id, 1, STATE_READY);
	bool kept;

	(void)state;
	w.counts = false;
	store_must(transaction_begin(store.db, &store.e));
	store_must(
	    transaction_end(store.db, conversion_answered(store.db, &w, 1, &kept, &store.e), "telling", &store.e));
	assert_true(kept);
	assert_int_equal(store_int("SELECT tries FROM delivery WHERE effect_id = %lld", (long long)id), 0);
	assert_in_range(ledger_due_s(id), 10, 20);
}

static void
an_answer_of_an_older_attempt_is_refused(void **state)
{
	int64_t id = ledger_in(STATE_SENDING, "send");

	(void)state;
	store_run("UPDATE conversion SET attempts = 2 WHERE conversion_id = %lld", (long long)id);
	assert_false(tell(id, 1, STATE_REJECTED));
	assert_int_equal(ledger_state(id), STATE_SENDING);
}

static void
an_answer_that_comes_twice_changes_nothing_more(void **state)
{
	int64_t id = ledger_in(STATE_SENDING, "send");

	(void)state;
	assert_true(tell(id, 1, STATE_ACCEPTED));
	assert_false(tell(id, 1, STATE_REJECTED));
	assert_int_equal(ledger_state(id), STATE_ACCEPTED);
}

static void
a_late_answer_of_a_stranded_attempt_is_kept(void **state)
{
	static const enum state late[] = { STATE_ACCEPTED, STATE_REJECTED, STATE_READY, STATE_PARKED };

	(void)state;
	for (size_t i = 0; i < sizeof(late) / sizeof(late[0]); i++) {
		int64_t id = ledger_in(STATE_SENDING, "send");

		assert_int_equal(recover(), 1);
		assert_true(tell(id, 1, late[i]));
		assert_int_equal(ledger_state(id), late[i]);
		assert_true(state_may(STATE_UNKNOWN, late[i]));
	}
}

static void
a_late_answer_after_the_resend_began_is_refused(void **state)
{
	struct lease l;
	int64_t id = sent(&l), attempt;

	(void)state;
	assert_int_equal(recover(), 1);
	l = store_lease(LEASE_FOLLOW, 0);
	store_must(conversion_resend(store.db, &l, id, &store.e));
	assert_false(tell(id, 1, STATE_ACCEPTED));
	l = store_lease(LEASE_SEND, 0);
	store_must(sending_at(&l, id, REVISION, &attempt));
	assert_int_equal(attempt, 2);
	assert_false(tell(id, 1, STATE_REJECTED));
	assert_true(tell(id, 2, STATE_ACCEPTED));
}

/* ---- crash, park, end */

static void
after_a_crash_sending_is_unknown_never_ready(void **state)
{
	struct lease l;
	int64_t id = sent(&l);

	(void)state;
	assert_int_equal(recover(), 1);
	assert_int_equal(ledger_state(id), STATE_UNKNOWN);
	assert_int_equal(ledger_number(id, "unanswered"), 1);
	assert_str(ledger_stage(id), "reconcile");
	assert_in_range(ledger_due_s(id), 880, 900);
	assert_int_equal(recover(), 0);
}

/* Rules that were saved a moment ago may allow it: nobody would take it up again. */
static void
nothing_is_parked_by_rules_that_are_not_the_present_ones(void **state)
{
	int64_t id = ledger_ready("A");

	(void)state;
	store_refused(conversion_park(store.db, store.tenant_id, id, STR("no_consent"), REVISION - 1, &store.e),
	    ERR_CONFLICT);
	assert_int_equal(ledger_state(id), STATE_READY);
	assert_str(ledger_stage(id), "send");
}

static void
what_the_present_owner_sends_is_not_stranded(void **state)
{
	struct lease l;
	int64_t id = sent(&l), n;

	(void)state;
	store_must(conversion_recover(store.db, store.arena, &l, 900000, &n, &store.e));
	assert_int_equal(n, 0);
	assert_int_equal(ledger_state(id), STATE_SENDING);
}

static void
a_former_owner_recovers_nothing(void **state)
{
	struct lease l;
	int64_t id = sent(&l), n;

	(void)state;
	l.fence--;
	store_refused(conversion_recover(store.db, store.arena, &l, 900000, &n, &store.e), ERR_CONFLICT);
	assert_int_equal(ledger_state(id), STATE_SENDING);
}

/* Its worker was only slow: the bytes never left, so no lost reply counts against it. */
static void
an_answer_after_all_takes_the_unanswered_one_back(void **state)
{
	struct lease l;
	int64_t id = sent(&l);

	(void)state;
	assert_int_equal(recover(), 1);
	assert_true(tell(id, 1, STATE_READY));
	assert_int_equal(ledger_number(id, "unanswered"), 0);
}

static void
a_resend_is_due_at_once_with_the_same_body(void **state)
{
	int64_t id = ledger_in(STATE_UNKNOWN, "reconcile");
	struct str body = ledger_column(id, "body");
	struct lease l = store_lease(LEASE_FOLLOW, 0);

	(void)state;
	store_must(conversion_resend(store.db, &l, id, &store.e));
	assert_true(str_eq(ledger_column(id, "body"), body));
	assert_true(ledger_due_s(id) <= 0);
	assert_int_equal(ledger_number(id, "unanswered"), 1);
	assert_true(ledger_woken(LEASE_SEND));
}

static void
only_what_was_parked_for_that_reason_is_resumed(void **state)
{
	int64_t consent = ledger_in(STATE_READY, "send"), token = ledger_in(STATE_READY, "send"), n;

	(void)state;
	store_must(conversion_park(store.db, store.tenant_id, consent, STR("no_consent"), REVISION, &store.e));
	store_must(conversion_park(store.db, store.tenant_id, token, STR("credentials_refused"), REVISION, &store.e));
	store_must(conversion_unpark(store.db, store.tenant_id, STR("credentials_refused"), &n, &store.e));
	assert_int_equal(n, 1);
	assert_int_equal(ledger_state(token), STATE_READY);
	assert_str(ledger_stage(token), "send");
	assert_int_equal(ledger_state(consent), STATE_PARKED);
	assert_str(ledger_stage(consent), "");
	store_must(conversion_unpark(store.db, store.tenant_id, STR(""), &n, &store.e));
	assert_int_equal(ledger_state(consent), STATE_READY);
}

static void
resuming_does_not_cut_the_wait_of_what_is_tried_again(void **state)
{
	int64_t parked = ledger_in(STATE_PARKED, ""), waits = ledger_in(STATE_READY, "send"), n;

	(void)state;
	store_run("UPDATE delivery SET due = UTC_TIMESTAMP(3) + INTERVAL 1 HOUR, tries = 9 WHERE effect_id = %lld",
	    (long long)waits);
	store_must(conversion_unpark(store.db, store.tenant_id, STR(""), &n, &store.e));
	assert_int_equal(n, 1);
	assert_true(ledger_due_s(parked) <= 0);
	assert_true(ledger_due_s(waits) > 3000);
}

static void
a_verdict_is_written_with_partner_payout_and_locking_date(void **state)
{
	int64_t id = ledger_in(STATE_ACCEPTED, "follow");
	struct lease l = store_lease(LEASE_FOLLOW, 0);
	struct conversion_action x = action(false);

	(void)state;
	store_must(conversion_confirmed(store.db, &l, id, &x, 60000, &store.e));
	assert_str(ledger_column(id, "action_id"), "1000.1.2");
	assert_str(ledger_column(id, "partner_name"), "Acme");
	assert_str(ledger_column(id, "amount"), "21.9900");
	assert_str(ledger_column(id, "payout"), "0.8800");
	assert_str(ledger_column(id, "action_state"), "PENDING");
	assert_str(ledger_column(id, "locking_at"), "2026-09-26 07:00:00.000");
	assert_str(ledger_column(id, "cleared_at"), "");
	assert_str(ledger_stage(id), "follow");
	assert_in_range(ledger_due_s(id), 45, 60);
}

static void
a_settled_action_is_followed_no_more(void **state)
{
	int64_t id = ledger_in(STATE_CONFIRMED, "follow");
	struct lease l = store_lease(LEASE_FOLLOW, 0);
	struct conversion_action x = action(true);

	(void)state;
	store_must(conversion_confirmed(store.db, &l, id, &x, 60000, &store.e));
	assert_str(ledger_stage(id), "");
	assert_str(ledger_column(id, "action_state"), "REVERSED");
	assert_int_equal(ledger_number(id, "ended_at IS NOT NULL"), 1);
}

static void
an_action_without_amounts_is_written_too(void **state)
{
	int64_t id = ledger_in(STATE_ACCEPTED, "follow");
	struct lease l = store_lease(LEASE_FOLLOW, 0);
	struct conversion_action x = { .action_id = STR("1.2.3"), .state = STR("PENDING") };

	(void)state;
	store_must(conversion_confirmed(store.db, &l, id, &x, 60000, &store.e));
	assert_int_equal(ledger_number(id, "amount IS NULL AND payout IS NULL AND locking_at IS NULL"), 1);
}

#define TEST(name) cmocka_unit_test_setup(name, store_fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_move_leads_from_its_states_and_is_refused_from_every_other),
		TEST(no_move_is_made_that_the_table_does_not_have),
		TEST(a_move_without_the_lease_is_refused),
		TEST(sending_writes_its_attempt_before_a_byte_leaves),
		TEST(nothing_is_sent_while_all_sending_is_stopped),
		TEST(nothing_is_sent_for_a_tenant_that_is_not_active),
		TEST(nothing_is_sent_that_was_checked_against_an_older_configuration),
		TEST(an_accepted_one_is_followed_and_proves_its_event_type),
		TEST(each_answer_leaves_its_state_and_its_queue),
		TEST(a_wait_that_the_far_end_asked_for_is_no_try),
		TEST(an_answer_of_an_older_attempt_is_refused),
		TEST(an_answer_that_comes_twice_changes_nothing_more),
		TEST(a_late_answer_of_a_stranded_attempt_is_kept),
		TEST(a_late_answer_after_the_resend_began_is_refused),
		TEST(nothing_is_parked_by_rules_that_are_not_the_present_ones),
		TEST(after_a_crash_sending_is_unknown_never_ready),
		TEST(what_the_present_owner_sends_is_not_stranded),
		TEST(a_former_owner_recovers_nothing),
		TEST(an_answer_after_all_takes_the_unanswered_one_back),
		TEST(a_resend_is_due_at_once_with_the_same_body),
		TEST(only_what_was_parked_for_that_reason_is_resumed),
		TEST(resuming_does_not_cut_the_wait_of_what_is_tried_again),
		TEST(a_verdict_is_written_with_partner_payout_and_locking_date),
		TEST(a_settled_action_is_followed_no_more),
		TEST(an_action_without_amounts_is_written_too),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
