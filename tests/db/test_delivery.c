/* The queue: what may go now, in which order, and when to look again (design 6, Order). */
#include "lib/answer.h"
#include "lib/ledger.h"
#include "store/delivery.h"

#define NOON         INT64_C(1789041600000)
#define ORDER_WAIT_S 300

static int64_t
claim(const char *order_id, const char *customer_id, const char *event_type, int64_t occurred_ms)
{
	struct conversion c = ledger_of(order_id, customer_id, event_type, occurred_ms);

	return ledger_claim(&c).id;
}

/* The order ids that may go now, in their order: "A B". */
static struct str
due(void)
{
	struct str all = STR("");
	struct delivery *list;
	size_t n;

	store_must(delivery_due_send(store.db, store.arena, store.tenant_id, ORDER_WAIT_S, 10, &list, &n, &store.e));
	for (size_t i = 0; i < n; i++)
		all = str_printf(store.arena, STR_FMT "%s" STR_FMT, STR_ARG(all), i > 0 ? " " : "",
		    STR_ARG(list[i].order_id));
	return all;
}

static void
put_into(int64_t id, enum state s)
{
	store_run("UPDATE conversion SET state = '%s' WHERE conversion_id = %lld", state_name(s), (long long)id);
}

static void
a_due_row_brings_what_sending_needs(void **state)
{
	int64_t id = claim("A", "77", "WON", NOON);
	struct delivery *list;
	size_t n;

	(void)state;
	store_must(delivery_due_send(store.db, store.arena, store.tenant_id, ORDER_WAIT_S, 10, &list, &n, &store.e));
	assert_int_equal(n, 1);
	assert_int_equal(list[0].conversion_id, id);
	assert_int_equal(list[0].stage, DELIVERY_SEND);
	assert_int_equal(list[0].state, STATE_READY);
	assert_str(list[0].program_id, "1000");
	assert_str(list[0].event_type, "WON");
	assert_str(list[0].object_type, "deals");
	assert_str(list[0].trigger_id, "t1");
	assert_int_equal(list[0].event_date_ms, NOON);
	assert_int_equal(list[0].tries, 0);
}

static void
the_longest_due_goes_first(void **state)
{
	int64_t again = claim("tried before", "1", "WON", NOON);

	(void)state;
	claim("first", "2", "WON", NOON + 2000);
	claim("second", "3", "WON", NOON + 1000);
	store_must(delivery_later(store.db, store.tenant_id, again, 1000, &store.e));
	store_later(store.db, 2);
	assert_str(due(), "first second tried before");
}

static void
of_one_customer_only_the_earliest_goes(void **state)
{
	(void)state;
	claim("second", "77", "WON", NOON + 1000);
	claim("first", "77", "WON", NOON);
	claim("other", "78", "WON", NOON + 2000);
	assert_str(due(), "first other");
}

static void
of_two_at_the_same_moment_the_one_made_first_goes(void **state)
{
	(void)state;
	claim("first", "77", "WON", NOON);
	claim("second", "77", "WON", NOON);
	assert_str(due(), "first");
}

/* Whether the second of a lane may go while the first is in that state. */
static bool
goes_after(enum state first, const char *type_of_second)
{
	int64_t id;

	store.tenant_id = store_tenant();
	id = claim("first", "77", "LEAD", NOON);
	claim("second", "77", type_of_second, NOON + 1000);
	put_into(id, first);
	store_run("DELETE FROM delivery WHERE effect_id = %lld", (long long)id);
	return str_eq(due(), STR("second"));
}

static void
the_next_of_a_lane_waits_only_for_one_that_is_on_its_way(void **state)
{
	(void)state;
	for (int s = 0; s < STATE__COUNT; s++) {
		bool on_its_way = s == STATE_READY || s == STATE_SENDING;

		if (goes_after((enum state)s, "LEAD") == on_its_way)
			fail_msg("after %s, same event type", state_name((enum state)s));
		if (goes_after((enum state)s, "WON") == (on_its_way || s == STATE_ACCEPTED))
			fail_msg("after %s, other event type", state_name((enum state)s));
	}
}

static void
nobody_waits_longer_than_the_order_wait(void **state)
{
	(void)state;
	claim("first", "77", "LEAD", NOON);
	claim("second", "77", "WON", NOON + 1000);
	store_run(
	    "UPDATE delivery SET due = due + INTERVAL 1 HOUR WHERE effect_id = (SELECT conversion_id FROM conversion "
	    "WHERE tenant_id = %lld AND order_id = 'first')",
	    (long long)store.tenant_id);
	assert_str(due(), "");
	store_later(store.db, ORDER_WAIT_S + 1);
	assert_str(due(), "second");
}

/* A backlog of hours, or a pause of days: a child that overtakes its parent would not be credited. */
static void
however_long_both_have_waited_the_earlier_one_goes_first(void **state)
{
	(void)state;
	claim("second", "77", "WON", NOON + 1000);
	claim("first", "77", "LEAD", NOON);
	store_later(store.db, 3 * 3600);
	assert_str(due(), "first");
}

static void
a_verdict_is_waited_for_from_the_moment_of_acceptance(void **state)
{
	int64_t id = claim("first", "77", "LEAD", NOON);

	(void)state;
	claim("second", "77", "WON", NOON + 1000);
	put_into(id, STATE_ACCEPTED);
	store_run(
	    "UPDATE conversion SET created_at = UTC_TIMESTAMP(3) - INTERVAL 2 HOUR, accepted_at = UTC_TIMESTAMP(3) "
	    "WHERE conversion_id = %lld",
	    (long long)id);
	store_run("DELETE FROM delivery WHERE effect_id = %lld", (long long)id);
	assert_str(due(), "");
	store_later(store.db, ORDER_WAIT_S + 1);
	assert_str(due(), "second");
}

static void
a_fact_that_comes_late_is_sent_although_later_ones_were(void **state)
{
	int64_t id = claim("later", "77", "WON", NOON + 1000);

	(void)state;
	put_into(id, STATE_CONFIRMED);
	store_run("DELETE FROM delivery WHERE effect_id = %lld", (long long)id);
	claim("late", "77", "LEAD", NOON);
	assert_str(due(), "late");
}

static void
a_lane_of_another_tenant_is_another_lane(void **state)
{
	(void)state;
	claim("first", "77", "WON", NOON);
	store.tenant_id = store_tenant();
	claim("second", "77", "WON", NOON + 1000);
	assert_str(due(), "second");
}

static void
what_is_not_due_or_not_ready_does_not_go(void **state)
{
	int64_t later = claim("later", "1", "WON", NOON), sending = claim("sending", "2", "WON", NOON);

	(void)state;
	store_must(delivery_later(store.db, store.tenant_id, later, 60000, &store.e));
	put_into(sending, STATE_SENDING);
	assert_str(due(), "");
	store_later(store.db, 61);
	assert_str(due(), "later");
	assert_int_equal(store_int("SELECT looks FROM delivery WHERE effect_id = %lld", (long long)later), 1);
}

static void
the_next_look_is_when_the_first_row_is_due(void **state)
{
	int64_t ms, id;

	(void)state;
	store_must(delivery_next_ms(store.db, store.arena, store.tenant_id, LEASE_SEND, &ms, &store.e));
	assert_int_equal(ms, -1);
	id = claim("A", "77", "WON", NOON);
	store_must(delivery_next_ms(store.db, store.arena, store.tenant_id, LEASE_SEND, &ms, &store.e));
	assert_int_equal(ms, 0);
	store_must(delivery_later(store.db, store.tenant_id, id, 60000, &store.e));
	store_must(delivery_next_ms(store.db, store.arena, store.tenant_id, LEASE_SEND, &ms, &store.e));
	assert_in_range(ms, 40000, 60000);
	store_must(delivery_next_ms(store.db, store.arena, store.tenant_id, LEASE_FOLLOW, &ms, &store.e));
	assert_int_equal(ms, -1);
}

static void
what_is_to_be_followed_is_no_work_for_send(void **state)
{
	int64_t a = ledger_in(STATE_ACCEPTED, "follow"), u = ledger_in(STATE_UNKNOWN, "reconcile"), ms;
	struct delivery *list;
	size_t n;

	(void)state;
	store_run("UPDATE conversion SET accepted_at = UTC_TIMESTAMP(3) - INTERVAL 7 SECOND WHERE conversion_id = %lld",
	    (long long)a);
	assert_str(due(), "");
	store_must(delivery_due_follow(store.db, store.arena, store.tenant_id, 10, &list, &n, &store.e));
	assert_int_equal(n, 2);
	for (size_t i = 0; i < n; i++) {
		bool accepted = list[i].conversion_id == a;

		assert_true(accepted || list[i].conversion_id == u);
		assert_int_equal(list[i].stage, accepted ? DELIVERY_FOLLOW : DELIVERY_RECONCILE);
		assert_int_equal(list[i].since_accepted_ms / 1000, accepted ? 7 : 0);
	}
	store_must(delivery_next_ms(store.db, store.arena, store.tenant_id, LEASE_FOLLOW, &ms, &store.e));
	assert_int_equal(ms, 0);
}

#define TEST(name) cmocka_unit_test_setup(name, store_fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_due_row_brings_what_sending_needs),
		TEST(the_longest_due_goes_first),
		TEST(of_one_customer_only_the_earliest_goes),
		TEST(of_two_at_the_same_moment_the_one_made_first_goes),
		TEST(the_next_of_a_lane_waits_only_for_one_that_is_on_its_way),
		TEST(nobody_waits_longer_than_the_order_wait),
		TEST(however_long_both_have_waited_the_earlier_one_goes_first),
		TEST(a_verdict_is_waited_for_from_the_moment_of_acceptance),
		TEST(a_fact_that_comes_late_is_sent_although_later_ones_were),
		TEST(a_lane_of_another_tenant_is_another_lane),
		TEST(what_is_not_due_or_not_ready_does_not_go),
		TEST(the_next_look_is_when_the_first_row_is_due),
		TEST(what_is_to_be_followed_is_no_work_for_send),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
