/*
 * Attempts of several conversions in one transaction: begun whole or not at all, answered each by itself, and what an
 * answer does to the delivery (design 4; F-095, F-097).
 */
#include "lib/answer.h"
#include "lib/ledger.h"
#include "store/transaction.h"

/* The configuration revision of a fresh tenant. */
#define REVISION 1

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

static bool
sending(const struct lease *l, const int64_t *ids, size_t n, int64_t *attempts)
{
	return transaction_begin(store.db, &store.e) &&
	       transaction_end(store.db,
	           conversion_sending(store.db, store.arena, l, ids, n, REVISION, attempts, &store.e), "sending",
	           &store.e);
}

static int64_t
attempts_where(const char *condition)
{
	return store_int("SELECT COUNT(*) FROM attempt WHERE tenant_id = %lld AND %s", (long long)store.tenant_id,
	    condition);
}

static void
a_group_is_sending_whole_or_not_at_all(void **state)
{
	int64_t ids[3] = { ledger_ready("A"), ledger_ready("B"), ledger_ready("C") }, attempts[3];
	struct lease l = store_lease(LEASE_SEND, 0);

	(void)state;
	store_must(conversion_park(store.db, store.tenant_id, ids[1], STR("no_consent"), REVISION, &store.e));
	store_refused(sending(&l, ids, 3, attempts), ERR_CONFLICT);
	assert_int_equal(ledger_state(ids[0]), STATE_READY);
	assert_int_equal(attempts_where("1 = 1"), 0);
	ids[1] = ids[2];
	store_must(sending(&l, ids, 2, attempts));
	assert_int_equal(attempts[0], 1);
	assert_int_equal(attempts[1], 1);
	assert_int_equal(ledger_state(ids[0]), STATE_SENDING);
	assert_int_equal(ledger_state(ids[2]), STATE_SENDING);
	assert_int_equal(attempts_where("1 = 1"), 2);
	assert_int_equal(store_int("SELECT COUNT(*) FROM delivery WHERE tenant_id = %lld AND fence = %lld",
	                     (long long)store.tenant_id, (long long)l.fence),
	    2);
}

static void
answers_of_a_group_are_kept_each_by_itself(void **state)
{
	static const enum state to[] = { STATE_ACCEPTED, STATE_REJECTED, STATE_READY, STATE_UNKNOWN, STATE_ACCEPTED };
	struct conversion_answer w[5];
	bool kept[5];

	(void)state;
	for (size_t i = 0; i < 5; i++)
		w[i] = answer(ledger_in(STATE_SENDING, "send"), 1, to[i]);
	w[4].attempt = 2; /* of an attempt that never was */
	store_must(transaction_begin(store.db, &store.e));
	store_must(transaction_end(store.db, conversion_answered(store.db, w, 5, kept, &store.e), "telling", &store.e));
	for (size_t i = 0; i < 4; i++) {
		assert_true(kept[i]);
		assert_int_equal(ledger_state(w[i].conversion_id), to[i]);
	}
	assert_false(kept[4]);
	assert_int_equal(ledger_state(w[4].conversion_id), STATE_SENDING);
	assert_str(ledger_stage(w[0].conversion_id), "follow");
	assert_str(ledger_stage(w[3].conversion_id), "reconcile");
	assert_int_equal(attempts_where("ended_at IS NOT NULL"), 4);
}

#define TEST(name) cmocka_unit_test_setup(name, store_fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_group_is_sending_whole_or_not_at_all),
		TEST(answers_of_a_group_are_kept_each_by_itself),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
