/*
 * Records that are merged, deleted and restored in HubSpot: nothing is sent twice for the same thing under two ids, and
 * nothing is lost (design 4; F-060, F-086, B-16).
 */
#include "lib/flow.h"
#include "store/merged.h"

static void
event_of(const char *type, const char *kind, const char *more)
{
	static int event = 200000;

	event++;
	flow_webhook(str_printf(store.arena,
	    "{\"eventId\":%d,\"subscriptionId\":1,\"portalId\":%lld,\"appId\":39522895,\"occurredAt\":%lld,"
	    "\"subscriptionType\":\"%s.%s\",\"attemptNumber\":0,\"changeSource\":\"CRM_UI\",%s}",
	    event, (long long)store.portal_id, (long long)1795256107000 + event, type, kind, more)
	        .p);
}

static void
merged(const char *winner, const char *loser, const char *survivor)
{
	event_of("deal", "merge",
	    str_c(store.arena, str_printf(store.arena,
	                           "\"objectId\":%s,\"primaryObjectId\":%s,\"mergedObjectIds\":[%s],\"newObjectId\":%s",
	                           winner, winner, loser, survivor)));
	flow_decided();
	store_run("DELETE FROM inbox");
}

static void
deal(const char *id)
{
	crm_put("deals", id,
	    "{\"dealstage\":\"closedwon\",\"amount\":\"1\",\"hs_lastmodifieddate\":\"2026-09-10T17:42:38Z\"}");
	crm_link("deals", id, "contacts", "77", false);
}

static void
won(const char *id)
{
	flow_deal_changed(id, "dealstage", "closedwon");
	flow_decided();
}

static int64_t
count(const char *where)
{
	return store_int("SELECT COUNT(*) FROM conversion WHERE tenant_id = %lld AND %s", (long long)store.tenant_id,
	    where);
}

static int
deals_in_crm(void **state)
{
	int failed = flow_fresh(state);

	flow_deal_in_crm();
	deal("302");
	deal("400");
	return failed;
}

static void
a_merged_deal_that_was_sent_is_not_sent_again_as_its_survivor(void **state)
{
	int64_t first;

	(void)state;
	won("301");
	first = flow_conversion();
	merged("302", "301", "400");
	won("400");
	assert_int_equal(count("state = 'READY'"), 1);
	assert_int_equal(count("state = 'HELD' AND code = 'held_merged' AND object_id = '400'"), 1);
	assert_int_equal(store_int("SELECT COUNT(*) FROM delivery WHERE tenant_id = %lld", (long long)store.tenant_id),
	    1);
	assert_int_equal(
	    store_int("SELECT conversion_id FROM decision WHERE tenant_id = %lld AND outcome = 'HELD' AND code = "
	              "'held_merged'",
	        (long long)store.tenant_id),
	    first);
}

/* The winner's id is another one too, when the merge made a new record. */
static void
the_former_winner_counts_as_well(void **state)
{
	(void)state;
	won("302");
	merged("302", "301", "400");
	won("400");
	assert_int_equal(count("state = 'HELD' AND code = 'held_merged'"), 1);
}

static void
a_survivor_that_was_sent_is_not_sent_again_as_the_record_merged_into_it(void **state)
{
	(void)state;
	won("400");
	merged("400", "301", "400");
	won("301"); /* an event of before the merge, late */
	assert_int_equal(count("1 = 1"), 1);
	assert_int_equal(
	    store_int("SELECT COUNT(*) FROM decision WHERE tenant_id = %lld AND outcome = 'SUPPRESSED' AND code "
	              "= 'duplicate_effect'",
	        (long long)store.tenant_id),
	    1);
}

static void
a_late_event_of_a_merged_record_is_sent_as_the_survivor(void **state)
{
	(void)state;
	crm_remove("deals", "301");
	merged("400", "301", "400");
	won("301");
	assert_int_equal(count("state = 'READY' AND object_id = '400' AND order_id = 'deal_closedwon_400'"), 1);
}

static void
another_value_of_a_merged_record_is_another_thing(void **state)
{
	(void)state;
	flow_also("\"becomes\":[\"closedwon\"]", "\"becomes\":[\"closedwon\",\"contractsent\"]");
	flow_deal_changed("301", "dealstage", "contractsent");
	flow_decided();
	merged("302", "301", "400");
	won("400");
	assert_int_equal(count("state = 'READY'"), 2);
}

static struct str
survivor(const char *id)
{
	struct str out;

	store_must(merged_survivor(store.db, store.arena, store.tenant_id, STR("deals"), str_from(id), &out, &store.e));
	return out;
}

static void
records_that_are_merged_again_lead_to_the_last_survivor_in_whatever_order_it_is_told(void **state)
{
	static const char *const merges[3][3] = { { "1", "2", "10" }, { "10", "3", "20" }, { "20", "4", "20" } };
	static const int orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 },
		{ 2, 1, 0 } };
	static const char *const losers[] = { "1", "2", "10", "3", "4" };

	for (size_t o = 0; o < 6; o++) {
		flow_fresh(state);
		for (size_t i = 0; i < 3; i++)
			merged(merges[orders[o][i]][0], merges[orders[o][i]][1], merges[orders[o][i]][2]);
		for (size_t i = 0; i < sizeof(losers) / sizeof(losers[0]); i++)
			if (!str_eq(survivor(losers[i]), STR("20")))
				fail_msg("order %zu: %s became " STR_FMT, o, losers[i], STR_ARG(survivor(losers[i])));
		assert_str(survivor("20"), "20");
		assert_str(survivor("5"), "5");
	}
}

/* F-060: recorded; nothing is decided, nothing waits, and what was sent stays. */
static void
deleted_and_restored_records_are_recorded_and_do_no_harm(void **state)
{
	static const char *const kinds[] = { "deletion", "restore", "deletion" };
	int64_t id;

	(void)state;
	won("301");
	id = flow_conversion();
	for (size_t i = 0; i < 3; i++) {
		event_of("deal", kinds[i], "\"objectId\":301");
		flow_decided();
		store_run("DELETE FROM inbox");
	}
	event_of("contact", "privacyDeletion", "\"objectId\":77");
	flow_decided();
	assert_int_equal(
	    store_int("SELECT COUNT(*) FROM event WHERE tenant_id = %lld AND kind IN ('deleted', 'restored', "
	              "'privacy_deleted')",
	        (long long)store.tenant_id),
	    4);
	assert_int_equal(store_int("SELECT COUNT(*) FROM pending WHERE tenant_id = %lld", (long long)store.tenant_id),
	    0);
	assert_int_equal(store_int("SELECT COUNT(*) FROM decision WHERE tenant_id = %lld", (long long)store.tenant_id),
	    1);
	assert_int_equal(ledger_state(id), STATE_READY);
	/* Won again after it was restored: the same effect. */
	store_run("DELETE FROM inbox");
	won("301");
	assert_int_equal(count("1 = 1"), 1);
}

/* C-02: another object with the same OrderId is not sent, and told apart from a true duplicate. */
static void
another_record_with_the_same_order_id_is_flagged_as_a_collision(void **state)
{
	(void)state;
	flow_configure("{deal_[stage]_id}", "{dealname}");
	flow_deal_in_crm();
	crm_put("deals", "302",
	    "{\"dealstage\":\"closedwon\",\"amount\":\"1\",\"dealname\":\"Acme\",\"hs_lastmodifieddate\":\"2026-09-"
	    "10T17:42:38Z\"}");
	won("301");
	won("302");
	assert_int_equal(count("1 = 1"), 1);
	assert_int_equal(
	    store_int("SELECT COUNT(*) FROM decision WHERE tenant_id = %lld AND object_id = '302' AND outcome = "
	              "'SUPPRESSED' AND code = 'duplicate_collision' AND conversion_id = %lld",
	        (long long)store.tenant_id, (long long)flow_conversion()),
	    1);
}

#define TEST(name) cmocka_unit_test_setup(name, deals_in_crm)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_merged_deal_that_was_sent_is_not_sent_again_as_its_survivor),
		TEST(the_former_winner_counts_as_well),
		TEST(a_survivor_that_was_sent_is_not_sent_again_as_the_record_merged_into_it),
		TEST(a_late_event_of_a_merged_record_is_sent_as_the_survivor),
		TEST(another_value_of_a_merged_record_is_another_thing),
		TEST(records_that_are_merged_again_lead_to_the_last_survivor_in_whatever_order_it_is_told),
		TEST(deleted_and_restored_records_are_recorded_and_do_no_harm),
		TEST(another_record_with_the_same_order_id_is_flagged_as_a_collision),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
