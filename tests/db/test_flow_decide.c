/* From a webhook to a decision and a conversion (design 4; I-01, I-04, I-08, I-43, C-12, C-16, F-031..F-056). */
#include "lib/flow.h"

/* The exact fields of deal 301 with contact 77 and two line items. */
#define BODY                                                                                                           \
	"CampaignId=1000&EventTypeCode=deal_closedwon&CustomerId=77&OrderId=deal_closedwon_301&EventDate="             \
	"2026-09-10T17%3A42%3A38Z&Text3=2026-09-10T00%3A00%3A00Z&Text2=1&OrderSubTotal=1500.00&ClickId=Q-77&"          \
	"CurrencyCode=EUR&ItemSku1=SKU-A&ItemName1=Plan%20A&ItemCategory1=Plan%20A&ItemPrice1=1000.00&"                \
	"ItemQuantity1=1&ItemSku2=SKU-B&ItemName2=Plan%20B&ItemCategory2=Plan%20B&ItemPrice2=250.00&ItemQuantity2=2"

static int64_t
count(const char *table)
{
	return store_int("SELECT COUNT(*) FROM %s WHERE tenant_id = %lld", table, (long long)store.tenant_id);
}

static void
won(void)
{
	flow_deal_changed("301", "dealstage", "closedwon");
	flow_decided();
}

static void
a_deal_won_becomes_one_conversion_with_the_exact_fields(void **state)
{
	int64_t id;

	(void)state;
	flow_deal_in_crm();
	won();
	id = flow_conversion();
	assert_str(ledger_column(id, "body"), BODY);
	assert_int_equal(ledger_state(id), STATE_READY);
	assert_str(ledger_stage(id), "send");
	assert_true(ledger_woken(LEASE_SEND));
	assert_str(flow_decision("outcome"), "CONVERSION");
	assert_str(flow_decision("trigger_id"), "t1");
	assert_int_equal(store_int("SELECT conversion_id FROM decision WHERE tenant_id = %lld",
	                     (long long)store.tenant_id),
	    id);
	assert_int_equal(count("pending"), 0);
	assert_int_equal(store_int("SELECT COUNT(*) FROM inbox"), 0);
}

static void
records_are_read_once_in_five_requests(void **state)
{
	(void)state;
	flow_deal_in_crm();
	won();
	/* deals, deal to contact, deal to line item; then contacts and line items */
	assert_int_equal(flow.n, 5);
	for (size_t i = 0; i < flow.n; i++)
		for (size_t k = 0; k < i; k++)
			assert_false(str_eq(flow.log[i].url, flow.log[k].url));
}

static void
the_same_webhook_again_is_one_conversion(void **state)
{
	(void)state;
	flow_deal_in_crm();
	won();
	store_run("DELETE FROM inbox");
	flow_deal_changed("301", "dealstage", "closedwon"); /* another moment: another event, the same effect */
	flow_decided();
	assert_int_equal(count("event"), 2);
	assert_int_equal(count("conversion"), 1);
	assert_int_equal(
	    store_int("SELECT COUNT(*) FROM decision WHERE tenant_id = %lld AND outcome = 'SUPPRESSED' AND code "
	              "= 'duplicate_effect' AND conversion_id = %lld",
	        (long long)store.tenant_id, (long long)flow_conversion()),
	    1);
}

/* Design 4: the mapping was edited in between; a person decides, and is told which one went out. */
static void
the_same_deal_under_another_order_id_is_held(void **state)
{
	int64_t first;

	(void)state;
	flow_deal_in_crm();
	won();
	first = flow_conversion();
	flow_configure("{deal_[stage]_id}", "{dealname}");
	flow_deal_changed("301", "dealstage", "closedwon");
	flow_decided();
	assert_int_equal(
	    store_int("SELECT COUNT(*) FROM decision WHERE tenant_id = %lld AND outcome = 'HELD' AND code = "
	              "'held_other_order' AND conversion_id = %lld",
	        (long long)store.tenant_id, (long long)first),
	    1);
	assert_int_equal(
	    store_int("SELECT COUNT(*) FROM conversion WHERE tenant_id = %lld AND state = 'HELD' AND order_id = "
	              "'Acme'",
	        (long long)store.tenant_id),
	    1);
	assert_int_equal(count("delivery"), 1);
}

/* Design 4: the deal has moved on before we read it; the event's own stage counts. */
static void
every_expression_sees_the_events_own_value(void **state)
{
	(void)state;
	flow_deal_in_crm();
	crm_put("deals", "301",
	    "{\"dealstage\":\"contractsent\",\"amount\":\"1\",\"hs_lastmodifieddate\":"
	    "\"2026-09-10T17:42:38Z\"}");
	won();
	assert_str(ledger_column(flow_conversion(), "order_id"), "deal_closedwon_301");
}

static void
without_consent_nothing_is_read_or_sent(void **state)
{
	(void)state;
	flow_configure("\"consent\":true", "\"consent\":false");
	flow_deal_in_crm();
	won();
	assert_str(flow_decision("outcome"), "SKIPPED");
	assert_str(flow_decision("code"), "no_consent");
	assert_int_equal(flow.n, 0);
	assert_int_equal(count("conversion"), 0);
	assert_int_equal(count("pending"), 0);
}

static void
a_trigger_that_is_off_skips(void **state)
{
	(void)state;
	flow_configure("\"mode\":\"live\"", "\"mode\":\"off\"");
	flow_deal_in_crm();
	won();
	assert_str(flow_decision("outcome"), "SKIPPED");
	assert_str(flow_decision("code"), "trigger_off");
	assert_int_equal(count("conversion"), 0);
}

static void
another_value_than_the_triggers_skips(void **state)
{
	(void)state;
	flow_deal_in_crm();
	flow_deal_changed("301", "dealstage", "contractsent");
	flow_decided();
	assert_str(flow_decision("outcome"), "SKIPPED");
	assert_str(flow_decision("code"), "trigger_other_value");
	assert_int_equal(flow.n, 0);
}

static void
what_no_trigger_looks_at_leaves_no_decision(void **state)
{
	(void)state;
	flow_deal_changed("301", "dealname", "closedwon");
	flow_decided();
	assert_int_equal(count("event"), 1);
	assert_int_equal(count("decision"), 0);
	assert_int_equal(count("pending"), 0);
}

/* ---- data missing (I-08, C-12) */

static void
associate(const char *deal, const char *contact)
{
	flow_webhook(str_printf(store.arena,
	    "{\"eventId\":9,\"subscriptionId\":1,\"portalId\":%lld,\"appId\":39522895,\"occurredAt\":%lld,"
	    "\"subscriptionType\":\"deal.associationChange\",\"attemptNumber\":0,\"associationType\":\"DEAL_TO_"
	    "CONTACT\","
	    "\"fromObjectId\":%s,\"toObjectId\":%s,\"associationRemoved\":false}",
	    (long long)store.portal_id, (long long)1795256107000, deal, contact)
	        .p);
}

static void
a_deal_without_a_contact_waits_and_its_association_wakes_it(void **state)
{
	(void)state;
	crm_put("deals", "301",
	    "{\"dealstage\":\"closedwon\",\"amount\":\"1\",\"hs_lastmodifieddate\":"
	    "\"2026-09-10T17:42:38Z\"}");
	won();
	assert_str(flow_decision("outcome"), "WAITING");
	assert_str(flow_decision("code"), "no_contact");
	assert_int_equal(count("pending"), 1);
	assert_int_equal(count("conversion"), 0);
	flow_decide();
	assert_int_equal(flow.n, 0); /* not due: nothing is read */
	flow_deal_in_crm();
	associate("301", "77");
	flow_decided();
	assert_str(flow_decision("outcome"), "CONVERSION");
	assert_str(ledger_column(flow_conversion(), "customer_id"), "77");
	assert_int_equal(count("pending"), 0);
}

static void
what_waits_is_looked_at_by_the_plan_and_skipped_in_the_end(void **state)
{
	(void)state;
	crm_put("deals", "301", "{\"dealstage\":\"closedwon\",\"amount\":\"1\"}");
	won();
	assert_in_range(flow.again_in_ms, 1, 5000);
	store_later(store.db, 6);
	flow_decide();
	assert_int_equal(store_int("SELECT looks FROM pending WHERE tenant_id = %lld", (long long)store.tenant_id), 2);
	assert_in_range(flow.again_in_ms, 40000, 60000);
	store_later(store.db, store.settings.wait_give_up_s + 10);
	flow_decide();
	assert_str(flow_decision("outcome"), "SKIPPED");
	assert_str(flow_decision("code"), "no_contact");
	assert_int_equal(count("pending"), 0);
}

static void
a_missing_required_field_waits_and_a_change_of_the_deal_wakes_it(void **state)
{
	(void)state;
	flow_deal_in_crm();
	crm_put("deals", "301", "{\"dealstage\":\"closedwon\",\"amount\":\"1\"}"); /* no hs_lastmodifieddate */
	won();
	assert_str(flow_decision("outcome"), "WAITING");
	flow_deal_in_crm();
	flow_deal_changed("301", "amount", "1500");
	flow_decided();
	assert_int_equal(count("conversion"), 1);
	assert_str(ledger_column(flow_conversion(), "body"), BODY);
}

static void
each_look_uses_the_present_configuration(void **state)
{
	(void)state;
	crm_put("deals", "301", "{\"dealstage\":\"closedwon\",\"amount\":\"1\"}");
	won();
	flow_configure("\"consent\":true", "\"consent\":false");
	store_later(store.db, 6);
	flow_decide();
	assert_str(flow_decision("code"), "no_consent");
	assert_int_equal(store_int("SELECT revision FROM decision WHERE tenant_id = %lld", (long long)store.tenant_id),
	    flow.revision);
}

static void
a_record_that_is_not_there_is_gone_after_some_looks(void **state)
{
	(void)state;
	won();
	assert_str(flow_decision("outcome"), "WAITING");
	assert_str(flow_decision("code"), "record_gone");
	for (int look = 1; look <= 4; look++) {
		store_later(store.db, 4000 * look);
		flow_decide();
	}
	assert_str(flow_decision("outcome"), "SKIPPED");
	assert_int_equal(count("pending"), 0);
}

/* ---- which contact (C-16) */

static struct str
customer_of_301(void)
{
	won();
	return ledger_column(flow_conversion(), "customer_id");
}

static void
two_more_contacts(void)
{
	flow_deal_in_crm();
	crm_put_created("contacts", "77", "{\"hs_object_id\":\"77\"}", "2026-03-01T00:00:00Z");
	crm_put_created("contacts", "78", "{\"hs_object_id\":\"78\"}", "2026-01-01T00:00:00Z");
	crm_put_created("contacts", "79", "{\"hs_object_id\":\"79\"}", "2026-02-01T00:00:00Z");
	crm_link("deals", "301", "contacts", "78", false);
}

static void
the_contact_labelled_primary_is_taken(void **state)
{
	(void)state;
	two_more_contacts();
	crm_put_created("contacts", "78", "{\"hs_object_id\":\"78\",\"custom_impact_click_id\":\"Q\"}",
	    "2026-01-01T00:00:00Z");
	crm_link("deals", "301", "contacts", "79", true);
	assert_str(customer_of_301(), "79");
}

static void
else_the_contact_with_a_click_id_is_taken(void **state)
{
	(void)state;
	two_more_contacts();
	crm_put_created("contacts", "79", "{\"hs_object_id\":\"79\",\"custom_impact_click_id\":\"Q\"}",
	    "2026-02-01T00:00:00Z");
	crm_link("deals", "301", "contacts", "79", false);
	assert_str(customer_of_301(), "79");
}

static void
else_the_contact_created_first_is_taken(void **state)
{
	(void)state;
	two_more_contacts();
	crm_link("deals", "301", "contacts", "79", false);
	assert_str(customer_of_301(), "78");
	assert_true(str_find(flow_decision("detail"), STR("created_first")) < flow_decision("detail").n);
}

/* The third association is the primary one. */
static void
the_primary_company_is_taken_wherever_it_stands(void **state)
{
	(void)state;
	flow_configure("{contact.custom_impact_click_id}", "{company.name}");
	flow_deal_in_crm();
	crm_put("companies", "1", "{\"name\":\"one\"}");
	crm_put("companies", "2", "{\"name\":\"two\"}");
	crm_put("companies", "3", "{\"name\":\"three\"}");
	crm_link("deals", "301", "companies", "1", false);
	crm_link("deals", "301", "companies", "2", false);
	crm_link("deals", "301", "companies", "3", true);
	won();
	assert_true(str_find(ledger_column(flow_conversion(), "body"), STR("ClickId=three&")) <
	            ledger_column(flow_conversion(), "body").n);
}

/* ---- many */

/* Design 12: a call reads 100 records or the associations of 1,000; a round takes 300 events. */
static void
records_are_read_100_at_a_time_and_their_associations_all_at_once(void **state)
{
	static const size_t calls[] = { 3 + 2 + 3, 1 + 2 + 1 }; /* deals, two kinds of associations, contacts */

	(void)state;
	flow_many_deals_won(320);
	while (store_int("SELECT COUNT(*) FROM inbox") > 0)
		flow_split();
	store_run("UPDATE pending SET shard = 0 WHERE tenant_id = %lld", (long long)store.tenant_id);
	for (int round = 0; round < 2; round++) {
		flow_decide();
		assert_int_equal(flow.n, calls[round]);
	}
	assert_int_equal(count("conversion"), 320);
	assert_int_equal(count("pending"), 0);
	assert_int_equal(flow.again_in_ms, -1);
}

static void
while_more_of_a_burst_may_come_only_full_calls_are_made(void **state)
{
	(void)state;
	store.settings.decide_linger_ms = 60000;
	flow_many_deals_won(130);
	while (store_int("SELECT COUNT(*) FROM inbox") > 0)
		flow_split();
	store_run("UPDATE pending SET shard = 0 WHERE tenant_id = %lld", (long long)store.tenant_id);
	flow_decide();
	assert_int_equal(count("conversion"), 100);
	assert_int_equal(count("pending"), 30);
	flow_decide();
	assert_int_equal(flow.n, 0);
	store_later(store.db, 61);
	flow_decide();
	assert_int_equal(count("conversion"), 130);
}

static void
a_few_events_wait_a_moment_for_the_rest_of_their_burst(void **state)
{
	(void)state;
	store.settings.decide_linger_ms = 60000;
	flow_many_deals_won(3);
	flow_split();
	store_run("UPDATE pending SET shard = 0 WHERE tenant_id = %lld", (long long)store.tenant_id);
	flow_decide();
	assert_int_equal(flow.n, 0);
	assert_in_range(flow.again_in_ms, 30000, 60000);
	store_later(store.db, 61);
	flow_decide();
	assert_int_equal(count("conversion"), 3);
}

/* ---- HubSpot fails */

static void
decide_while_hubspot_says(struct http_answer failure)
{
	flow_deal_in_crm();
	flow.hubspot_fails = true;
	flow.failure = failure;
	won();
	assert_int_equal(count("pending"), 1);
	assert_int_equal(count("decision"), 0);
	assert_int_equal(
	    store_int(
	        "SELECT due <= UTC_TIMESTAMP(3) + INTERVAL 3 SECOND AND looks = 0 FROM pending WHERE tenant_id = %lld",
	        (long long)store.tenant_id),
	    1);
}

static void
hubspot_is_well_again(void)
{
	flow.hubspot_fails = false;
	store_run("UPDATE pending SET due = UTC_TIMESTAMP(3) WHERE tenant_id = %lld", (long long)store.tenant_id);
	flow_decide();
	assert_int_equal(count("conversion"), 1);
}

static void
a_server_error_or_no_answer_leaves_the_events_undecided(void **state)
{
	const struct http_answer failures[] = { answer_of(500, "{}"), answer_of(503, "<html>"),
		answer_of(200, "<html>maintenance</html>"), answer_of(200, "{\"results\":"), answer_lost(HTTP_UNKNOWN),
		answer_lost(HTTP_NOT_SENT) };

	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		flow_fresh(state);
		decide_while_hubspot_says(failures[i]);
		assert_in_range(flow.again_in_ms, 1, 10000);
		hubspot_is_well_again();
	}
}

static void
too_many_requests_blocks_hubspot_for_as_long_as_it_says(void **state)
{
	(void)state;
	decide_while_hubspot_says(
	    answer_with(store.arena, 429, "{\"policyName\":\"TEN_SECONDLY_ROLLING\"}", "retry-after", "7"));
	assert_int_equal(flow.again_in_ms, 7000);
	flow.hubspot_fails = false;
	flow_decide();
	assert_int_equal(flow.n, 0);
	assert_int_equal(count("conversion"), 0);
	store_later(store.db, 8);
	hubspot_is_well_again();
}

static void
a_refused_token_asks_for_its_refresh(void **state)
{
	(void)state;
	store_run("UPDATE schedule SET due = UTC_TIMESTAMP(3) + INTERVAL 1 HOUR WHERE tenant_id = %lld",
	    (long long)store.tenant_id);
	decide_while_hubspot_says(answer_of(401, "{\"category\":\"EXPIRED_AUTHENTICATION\"}"));
	assert_int_equal(store_int("SELECT COUNT(*) FROM schedule WHERE tenant_id = %lld AND kind = 'token' AND due <= "
	                           "UTC_TIMESTAMP(3)",
	                     (long long)store.tenant_id),
	    1);
	/* The refused one is used by nobody any more; then it is refreshed. */
	flow_decide();
	assert_int_equal(flow.n, 0);
	store_run("UPDATE install SET access_refused = 0 WHERE tenant_id = %lld", (long long)store.tenant_id);
	hubspot_is_well_again();
}

static void
a_token_about_to_end_is_not_used(void **state)
{
	(void)state;
	flow_deal_in_crm();
	store_run("UPDATE install SET issued_at = UTC_TIMESTAMP(3) - INTERVAL 1780 SECOND, "
	          "expires_at = UTC_TIMESTAMP(3) + INTERVAL 20 SECOND WHERE tenant_id = %lld",
	    (long long)store.tenant_id);
	won();
	assert_int_equal(flow.n, 0);
	assert_int_equal(count("pending"), 1);
	assert_in_range(flow.again_in_ms, 500, 5000);
}

static void
an_empty_budget_leaves_the_events_due(void **state)
{
	(void)state;
	flow_deal_in_crm();
	flow_calls_made(BUDGET_HUBSPOT, 100000);
	won();
	assert_int_equal(flow.n, 0);
	assert_in_range(flow.again_in_ms, 1, 10000);
	store_later(store.db, 11);
	flow_decide();
	assert_int_equal(count("conversion"), 1);
}

#define TEST(name) cmocka_unit_test_setup(name, flow_fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_deal_won_becomes_one_conversion_with_the_exact_fields),
		TEST(records_are_read_once_in_five_requests),
		TEST(the_same_webhook_again_is_one_conversion),
		TEST(the_same_deal_under_another_order_id_is_held),
		TEST(every_expression_sees_the_events_own_value),
		TEST(without_consent_nothing_is_read_or_sent),
		TEST(a_trigger_that_is_off_skips),
		TEST(another_value_than_the_triggers_skips),
		TEST(what_no_trigger_looks_at_leaves_no_decision),
		TEST(a_deal_without_a_contact_waits_and_its_association_wakes_it),
		TEST(what_waits_is_looked_at_by_the_plan_and_skipped_in_the_end),
		TEST(a_missing_required_field_waits_and_a_change_of_the_deal_wakes_it),
		TEST(each_look_uses_the_present_configuration),
		TEST(a_record_that_is_not_there_is_gone_after_some_looks),
		TEST(the_contact_labelled_primary_is_taken),
		TEST(else_the_contact_with_a_click_id_is_taken),
		TEST(else_the_contact_created_first_is_taken),
		TEST(the_primary_company_is_taken_wherever_it_stands),
		TEST(records_are_read_100_at_a_time_and_their_associations_all_at_once),
		TEST(while_more_of_a_burst_may_come_only_full_calls_are_made),
		TEST(a_few_events_wait_a_moment_for_the_rest_of_their_burst),
		TEST(a_server_error_or_no_answer_leaves_the_events_undecided),
		TEST(too_many_requests_blocks_hubspot_for_as_long_as_it_says),
		TEST(a_refused_token_asks_for_its_refresh),
		TEST(a_token_about_to_end_is_not_used),
		TEST(an_empty_budget_leaves_the_events_due),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
