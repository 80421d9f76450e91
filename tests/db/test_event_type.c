/* One event type of impact.com under its code and its id: the same effect is sent once (design 4, Effect key). */
#include "lib/flow.h"
#include "store/event_type.h"

static void
learn(const char *code, const char *id)
{
	store_must(event_type_learn(store.db, store.arena, store.tenant_id, STR("1000"), str_from(code), str_from(id),
	    &store.e));
}

static int64_t
row_of(bool by_code, const char *value)
{
	int64_t id;

	store_must(conversion_event_type(store.db, store.arena, store.tenant_id, STR("1000"), by_code, str_from(value),
	    &id, &store.e));
	return id;
}

static bool
same(int64_t x, int64_t y)
{
	struct event_type_same *list;
	size_t n;

	store_must(event_type_all_same(store.db, store.arena, store.tenant_id, &list, &n, &store.e));
	return event_type_equal(list, n, x, y);
}

static void
a_code_whose_id_is_told_is_found_by_both(void **state)
{
	int64_t id = row_of(true, "WON");

	(void)state;
	learn("WON", "2240");
	learn("WON", "2240");
	assert_int_equal(row_of(false, "2240"), id);
	assert_int_equal(row_of(true, "WON"), id);
}

static void
an_id_whose_code_is_told_is_found_by_both(void **state)
{
	int64_t id = row_of(false, "2240");

	(void)state;
	learn("WON", "2240");
	assert_int_equal(row_of(true, "WON"), id);
}

static void
two_rows_become_the_same_and_keep_their_numbers(void **state)
{
	int64_t code = row_of(true, "WON"), id = row_of(false, "2240"), other = row_of(true, "LEAD");

	(void)state;
	assert_false(same(code, id));
	learn("WON", "2240");
	learn("WON", "2240");
	assert_true(same(code, id) && same(id, code));
	assert_false(same(code, other));
	assert_int_equal(row_of(true, "WON"), code);
	assert_int_equal(row_of(false, "2240"), id);
}

/* The code was given to another event type since: nobody's effects are mixed up for that. */
static void
what_contradicts_is_not_joined(void **state)
{
	int64_t code = row_of(true, "WON"), later;

	(void)state;
	learn("WON", "2240");
	later = row_of(false, "9999");
	learn("WON", "9999");
	assert_false(same(code, later));
	assert_int_equal(row_of(false, "2240"), code);
}

static int64_t
conversions(void)
{
	return store_int("SELECT COUNT(*) FROM conversion WHERE tenant_id = %lld", (long long)store.tenant_id);
}

static void
won(void)
{
	store_run("DELETE FROM inbox");
	flow_deal_changed("301", "dealstage", "closedwon");
	flow_decided();
}

/* The mapping goes from the code to the id: an action has told that both are one. */
static void
a_deal_that_was_sent_by_code_is_not_sent_again_by_id(void **state)
{
	int64_t id;

	(void)state;
	flow_deal_in_crm();
	won();
	id = flow_conversion();
	row_of(false, "2240");
	store_run("UPDATE conversion SET state = 'UNKNOWN', attempts = 1 WHERE conversion_id = %lld", (long long)id);
	store_run("UPDATE delivery SET stage = 'reconcile' WHERE effect_id = %lld", (long long)id);
	flow_say(200,
	    "{\"Actions\":[{\"Id\":\"1000.1.2\",\"ActionTrackerId\":\"2240\",\"EventCode\":\"deal_closedwon\","
	    "\"State\":\"PENDING\",\"Oid\":\"deal_closedwon_301\"}]}");
	flow_follow();
	assert_int_equal(ledger_state(id), STATE_CONFIRMED);
	flow_also("\"EventTypeCode\",\"expression\":\"{deal_[deal stage]}\"",
	    "\"EventTypeId\",\"expression\":\"2240\"");
	won();
	assert_int_equal(conversions(), 1);
	assert_int_equal(
	    store_int("SELECT COUNT(*) FROM decision WHERE tenant_id = %lld AND outcome = 'SUPPRESSED' AND code "
	              "= 'duplicate_effect' AND conversion_id = %lld",
	        (long long)store.tenant_id, (long long)id),
	    1);
}

static void
another_event_type_is_another_effect(void **state)
{
	(void)state;
	flow_deal_in_crm();
	won();
	learn("LEAD", "2240");
	flow_also("\"EventTypeCode\",\"expression\":\"{deal_[deal stage]}\"",
	    "\"EventTypeId\",\"expression\":\"2240\"");
	won();
	assert_int_equal(conversions(), 2);
}

#define TEST(name) cmocka_unit_test_setup(name, flow_fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_code_whose_id_is_told_is_found_by_both),
		TEST(an_id_whose_code_is_told_is_found_by_both),
		TEST(two_rows_become_the_same_and_keep_their_numbers),
		TEST(what_contradicts_is_not_joined),
		TEST(a_deal_that_was_sent_by_code_is_not_sent_again_by_id),
		TEST(another_event_type_is_another_effect),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
