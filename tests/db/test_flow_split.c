/* From raw batches to events: what is malformed, foreign or ours is not lost and blocks nothing (F-043..F-056, M-03). */
#include "base/clock.h"
#include "base/tally.h"
#include "base/zip.h"
#include "lib/flow.h"
#include "store/inbox.h"
#include "store/tenant.h"

#define ITEM                                                                                                           \
	"{\"eventId\":1,\"subscriptionId\":1,\"portalId\":%lld,\"appId\":39522895,\"occurredAt\":%lld,"                \
	"\"subscriptionType\":\"deal.propertyChange\",\"attemptNumber\":0,\"objectId\":%d,\"propertyName\":"           \
	"\"dealstage\",\"propertyValue\":\"closedwon\",\"changeSource\":\"%s\",\"sourceId\":\"%s\"}"

static const char *
item_of(int64_t portal_id, int id)
{
	return str_c(store.arena,
	    str_printf(store.arena, ITEM, (long long)portal_id, (long long)clock_wall_ms(), id, "CRM_UI", "userId:1"));
}

static int64_t
count(const char *table)
{
	return store_int("SELECT COUNT(*) FROM %s WHERE tenant_id = %lld", table, (long long)store.tenant_id);
}

static void
many_batches_are_split_in_one_round(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++)
		flow_webhook(str_c(store.arena, str_printf(store.arena, "%s,%s", item_of(store.portal_id, 2 * i + 1),
		                                    item_of(store.portal_id, 2 * i + 2))));
	flow_split();
	assert_int_equal(count("event"), 20);
	assert_int_equal(count("pending"), 20);
	assert_int_equal(store_int("SELECT COUNT(*) FROM inbox"), 0);
	assert_int_equal(flow.again_in_ms, 0);
}

/* Most of what HubSpot tells concerns no trigger: a fact, but nobody's work. */
static void
what_no_trigger_looks_at_is_recorded_and_not_queued(void **state)
{
	(void)state;
	flow_deal_changed("301", "amount", "12");
	flow_split();
	assert_int_equal(count("event"), 1);
	assert_int_equal(count("pending"), 0);
	assert_int_equal(store_int("SELECT unruled FROM event WHERE tenant_id = %lld", (long long)store.tenant_id), 1);
}

/* Each of them has a decision with its reason, so each is decided. */
static void
what_a_trigger_looks_at_is_queued_whatever_its_value_its_mode_and_the_consent(void **state)
{
	static const char *const changes[][2] = { { "", "" }, { "\"mode\":\"live\"", "\"mode\":\"off\"" },
		{ "\"consent\":true", "\"consent\":false" } };

	(void)state;
	for (int i = 0; i < 3; i++) {
		flow_configure(changes[i][0], changes[i][1]);
		flow_deal_changed("301", "dealstage", "appointmentscheduled");
		flow_split();
		assert_int_equal(count("pending"), i + 1);
	}
}

static void
a_trigger_that_was_saved_counts_for_the_next_event(void **state)
{
	(void)state;
	flow_configure("\"property\":\"dealstage\"", "\"property\":\"amount\"");
	flow_deal_changed("301", "amount", "12");
	flow_split();
	assert_int_equal(count("pending"), 1);
}

static void
an_empty_shard_is_no_work(void **state)
{
	(void)state;
	flow_split();
	assert_int_equal(flow.n, 0);
}

static void
a_packed_batch_is_unpacked(void **state)
{
	struct str body = str_printf(store.arena, "[%s]", item_of(store.portal_id, 1));

	(void)state;
	store_must(inbox_put(store.db, 0, true, zip_deflate(store.arena, body), &store.e));
	flow_split();
	assert_int_equal(count("event"), 1);
}

static void
a_batch_that_is_no_json_goes_to_quarantine_whole(void **state)
{
	static const struct str bodies[] = { { "[{", 2 }, { "", 0 }, { "{}", 2 }, { "\xff\xfe\0", 3 }, { "[1]x", 4 } };

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
		store_must(inbox_put(store.db, 0, false, bodies[i], &store.e));
	store_must(inbox_put(store.db, 0, true, STR("not packed at all"), &store.e));
	flow_webhook(item_of(store.portal_id, 1));
	flow_split();
	assert_int_equal(store_int("SELECT COUNT(*) FROM quarantine"), 6);
	assert_int_equal(store_int("SELECT COUNT(*) FROM quarantine WHERE body = '[1]x' AND reason <> ''"), 1);
	assert_int_equal(count("event"), 1);
	assert_int_equal(store_int("SELECT COUNT(*) FROM inbox"), 0);
}

static void
a_malformed_element_blocks_none_of_its_neighbours(void **state)
{
	(void)state;
	flow_webhook(str_c(store.arena, str_printf(store.arena, "%s,{\"portalId\":\"x\"},%s",
	                                    item_of(store.portal_id, 1), item_of(store.portal_id, 2))));
	flow_split();
	assert_int_equal(count("event"), 2);
	assert_int_equal(store_int("SELECT COUNT(*) FROM quarantine WHERE body = '{\"portalId\":\"x\"}'"), 1);
}

static void
a_malformed_element_is_its_accounts_when_it_names_one_and_dropped_when_nobody_here_has_that(void **state)
{
	int64_t before = tally_get(TALLY_EVENT_UNKNOWN_PORTAL);

	(void)state;
	flow_webhook(str_c(store.arena,
	    str_printf(store.arena, "{\"portalId\":%lld,\"objectId\":\"x\"},{\"portalId\":999,\"objectId\":\"x\"}",
	        (long long)store.portal_id)));
	flow_split();
	assert_int_equal(count("quarantine"), 1);
	assert_int_equal(store_int("SELECT COUNT(*) FROM quarantine"), 1);
	assert_int_equal(tally_get(TALLY_EVENT_UNKNOWN_PORTAL), before + 1);
}

static void
an_unknown_portal_is_counted_and_dropped(void **state)
{
	int64_t before = tally_get(TALLY_EVENT_UNKNOWN_PORTAL);

	(void)state;
	flow_webhook(str_c(store.arena,
	    str_printf(store.arena, "%s,%s,%s", item_of(999, 1), item_of(store.portal_id, 1), item_of(999, 2))));
	flow_split();
	assert_int_equal(tally_get(TALLY_EVENT_UNKNOWN_PORTAL), before + 2);
	assert_int_equal(count("event"), 1);
	assert_int_equal(store_int("SELECT COUNT(*) FROM quarantine"), 0);
}

static void
a_portal_that_came_just_now_is_known(void **state)
{
	(void)state;
	store.tenant_id = store_tenant();
	flow_webhook(item_of(store.portal_id, 1));
	flow_split();
	assert_int_equal(count("event"), 1);
}

static void
a_tenant_that_is_being_deleted_gets_nothing_more(void **state)
{
	(void)state;
	store_must(tenant_set_state(store.db, store.tenant_id, TENANT_DELETING, &store.e));
	flow_webhook(item_of(store.portal_id, 1));
	flow_split();
	assert_int_equal(count("event"), 0);
}

static void
events_of_a_paused_tenant_are_kept_for_later(void **state)
{
	(void)state;
	store_must(tenant_set_state(store.db, store.tenant_id, TENANT_PAUSED, &store.e));
	flow_webhook(item_of(store.portal_id, 1));
	flow_split();
	assert_int_equal(count("pending"), 1);
}

static void
our_own_change_is_recorded_and_not_decided(void **state)
{
	(void)state;
	flow_webhook(str_c(store.arena, str_printf(store.arena, ITEM, (long long)store.portal_id,
	                                    (long long)clock_wall_ms(), 1, "INTEGRATION", "39522895")));
	flow_split();
	assert_int_equal(store_int("SELECT COUNT(*) FROM event WHERE tenant_id = %lld AND echo = 1",
	                     (long long)store.tenant_id),
	    1);
	assert_int_equal(count("pending"), 0);
}

static void
the_same_batch_twice_is_one_event_each(void **state)
{
	const char *item = item_of(store.portal_id, 1);

	(void)state;
	flow_webhook(item);
	flow_webhook(item);
	flow_split();
	flow_webhook(item);
	flow_split();
	assert_int_equal(count("event"), 1);
	assert_int_equal(count("pending"), 1);
}

static void
a_lost_lease_leaves_the_batch_where_it_is(void **state)
{
	struct lease l = store_lease(LEASE_SPLIT, 0);

	(void)state;
	flow_webhook(item_of(store.portal_id, 1));
	store_run("UPDATE lease SET fence = fence + 1 WHERE tenant_id = 0 AND stage = 'split' AND shard = 0");
	struct step *s = flow_step(LEASE_SPLIT, &l);

	store_refused(step_next(s, &store.e), ERR_CONFLICT);
	assert_int_equal(count("event"), 0);
	assert_int_equal(store_int("SELECT COUNT(*) FROM inbox"), 1);
}

#define TEST(name) cmocka_unit_test_setup(name, flow_fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(many_batches_are_split_in_one_round),
		TEST(what_no_trigger_looks_at_is_recorded_and_not_queued),
		TEST(what_a_trigger_looks_at_is_queued_whatever_its_value_its_mode_and_the_consent),
		TEST(a_trigger_that_was_saved_counts_for_the_next_event),
		TEST(an_empty_shard_is_no_work),
		TEST(a_packed_batch_is_unpacked),
		TEST(a_batch_that_is_no_json_goes_to_quarantine_whole),
		TEST(a_malformed_element_blocks_none_of_its_neighbours),
		TEST(a_malformed_element_is_its_accounts_when_it_names_one_and_dropped_when_nobody_here_has_that),
		TEST(an_unknown_portal_is_counted_and_dropped),
		TEST(a_portal_that_came_just_now_is_known),
		TEST(a_tenant_that_is_being_deleted_gets_nothing_more),
		TEST(events_of_a_paused_tenant_are_kept_for_later),
		TEST(our_own_change_is_recorded_and_not_decided),
		TEST(the_same_batch_twice_is_one_event_each),
		TEST(a_lost_lease_leaves_the_batch_where_it_is),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
