/*
 * HubSpot refuses a part: what needs it waits and is shown, all others go on, and nothing is lost (design 4; F-084,
 * F-085, F-086; C-16, I-32).
 */
#include "lib/flow.h"

#define CONTACTS_OFF  "\"contacts\":{\"consent\":false,\"triggers\":[],\"mapping\":[]}"
#define COMPANIES_OFF "\"companies\":{\"consent\":false,\"triggers\":[],\"mapping\":[]}"
/* A contact's stage makes a lead; the row W needs nothing but the contact itself. */
#define LEADS                                                                                                          \
	"\"contacts\":{\"consent\":true,\"triggers\":[{\"id\":\"c1\",\"on\":\"changed\",\"property\":"                 \
	"\"lifecyclestage\",\"becomes\":[\"lead\"],\"mode\":\"live\"}],\"mapping\":["                                  \
	"{\"id\":\"l1\",\"field\":\"EventTypeCode\",\"expression\":\"LEAD\"},"                                         \
	"{\"id\":\"l2\",\"field\":\"OrderId\",\"expression\":\"{hs_object_id}\"},"                                     \
	"{\"id\":\"l3\",\"field\":\"EventDate\",\"expression\":\"{event.occurredAt}\"},"                               \
	"{\"id\":\"l4\",\"field\":\"CustomerId\",\"expression\":\"{hs_object_id}\"}]}"
/* A company's stage, with the contact that I-32 asks for. */
#define COMPANIES                                                                                                      \
	"\"companies\":{\"consent\":true,\"triggers\":[{\"id\":\"o1\",\"on\":\"changed\",\"property\":"                \
	"\"lifecyclestage\",\"mode\":\"live\"}],\"mapping\":["                                                         \
	"{\"id\":\"p1\",\"field\":\"EventTypeCode\",\"expression\":\"COMPANY\"},"                                      \
	"{\"id\":\"p2\",\"field\":\"OrderId\",\"expression\":\"company_{hs_object_id}\"},"                             \
	"{\"id\":\"p3\",\"field\":\"EventDate\",\"expression\":\"{event.occurredAt}\"},"                               \
	"{\"id\":\"p4\",\"field\":\"CustomerId\",\"expression\":\"{contact.hs_object_id}\"}]}"

static int64_t
decisions(const char *outcome, const char *code)
{
	return store_int("SELECT COUNT(*) FROM decision WHERE tenant_id = %lld AND outcome = '%s' AND code = '%s'",
	    (long long)store.tenant_id, outcome, code);
}

static int64_t
conversions_of(const char *type, const char *id)
{
	return store_int(
	    "SELECT COUNT(*) FROM conversion WHERE tenant_id = %lld AND object_type = '%s' AND object_id = '%s'",
	    (long long)store.tenant_id, type, id);
}

static void
changed(const char *type, const char *id, const char *property, const char *value)
{
	static int event = 100000;

	event++;
	flow_webhook(str_printf(store.arena,
	    "{\"eventId\":%d,\"subscriptionId\":1,\"portalId\":%lld,\"appId\":39522895,\"occurredAt\":%lld,"
	    "\"subscriptionType\":\"%s.propertyChange\",\"attemptNumber\":0,\"objectId\":%s,\"propertyName\":\"%s\","
	    "\"propertyValue\":\"%s\",\"changeSource\":\"CRM_UI\"}",
	    event, (long long)store.portal_id, (long long)1795256107000 + event, type, id, property, value)
	        .p);
}

/* All events in one shard, so that they meet in one round. */
static void
decide_together(void)
{
	while (store_int("SELECT COUNT(*) FROM inbox") > 0)
		flow_split();
	store_run("UPDATE pending SET shard = 0, due = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND WHERE tenant_id = %lld",
	    (long long)store.tenant_id);
	flow_decide();
}

/* Deal 301 with its contact, and lead 88, of a tenant that maps a company's name for deals. */
static void
a_deal_with_company_and_a_lead(void)
{
	flow_configure(CONTACTS_OFF, LEADS);
	flow_also("{contact.custom_impact_click_id}", "{company.name}");
	flow_deal_in_crm();
	crm_put("companies", "4", "{\"name\":\"Acme\"}");
	crm_link("deals", "301", "companies", "4", false);
	crm_put("contacts", "88", "{\"hs_object_id\":\"88\",\"lifecyclestage\":\"lead\"}");
	flow_deal_changed("301", "dealstage", "closedwon");
	changed("contact", "88", "lifecyclestage", "lead");
}

static void
a_missing_scope_for_companies_holds_only_what_needs_them(void **state)
{
	(void)state;
	a_deal_with_company_and_a_lead();
	crm_refuse("/objects/2026-09/companies/",
	    answer_of(403, "{\"category\":\"MISSING_SCOPES\",\"message\":\"no scope for this\"}"));
	decide_together();
	assert_int_equal(conversions_of("contacts", "88"), 1);
	assert_int_equal(conversions_of("deals", "301"), 0);
	assert_int_equal(decisions("WAITING", "hubspot_scope_companies"), 1);
	assert_int_equal(store_int("SELECT COUNT(*) FROM decision WHERE tenant_id = %lld AND outcome = 'WAITING' AND "
	                           "waits_until IS NULL AND detail LIKE '%%no scope for this%%'",
	                     (long long)store.tenant_id),
	    1);
	/* However long it takes: that is no missing data. */
	store_later(store.db, store.settings.wait_give_up_s + 100);
	decide_together();
	assert_int_equal(decisions("WAITING", "hubspot_scope_companies"), 1);
	crm_mend();
	decide_together();
	assert_int_equal(conversions_of("deals", "301"), 1);
}

static void
a_refused_association_read_names_the_far_record_type(void **state)
{
	(void)state;
	a_deal_with_company_and_a_lead();
	crm_refuse("/associations/2026-09/deals/companies/", answer_of(404, "{\"message\":\"no such path\"}"));
	decide_together();
	assert_int_equal(conversions_of("contacts", "88"), 1);
	assert_int_equal(conversions_of("deals", "301"), 0);
	assert_int_equal(decisions("WAITING", "hubspot_refuses_companies"), 1);
}

static void
a_record_type_that_fails_for_a_moment_leaves_no_decision_and_the_others_go_on(void **state)
{
	(void)state;
	a_deal_with_company_and_a_lead();
	crm_refuse("/objects/2026-09/companies/", answer_of(502, "<html>"));
	decide_together();
	assert_int_equal(conversions_of("contacts", "88"), 1);
	assert_int_equal(store_int("SELECT COUNT(*) FROM decision WHERE tenant_id = %lld", (long long)store.tenant_id),
	    1);
	assert_int_equal(store_int("SELECT COUNT(*) FROM pending WHERE tenant_id = %lld AND looks = 0 AND due > "
	                           "UTC_TIMESTAMP(3)",
	                     (long long)store.tenant_id),
	    1);
	assert_in_range(flow.again_in_ms, 1, 3000);
	crm_mend();
	decide_together();
	assert_int_equal(conversions_of("deals", "301"), 1);
}

static void
a_failure_that_lasts_is_tried_ever_more_rarely(void **state)
{
	static const struct {
		int64_t after_s, least_s, most_s;
	} rows[] = { { 40, 9, 11 }, { 3600, 59, 61 } };

	(void)state;
	flow_deal_in_crm();
	crm_refuse("/objects/2026-09/line_items/", answer_of(503, "{}"));
	flow_deal_changed("301", "dealstage", "closedwon");
	decide_together();
	for (size_t i = 0; i < 2; i++) {
		store_later(store.db, rows[i].after_s);
		decide_together();
		assert_in_range(
		    store_int("SELECT TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(3), due) FROM pending WHERE tenant_id = %lld",
		        (long long)store.tenant_id),
		    rows[i].least_s, rows[i].most_s);
	}
	crm_mend();
	decide_together();
	assert_int_equal(conversions_of("deals", "301"), 1);
}

/* Locked, or on the way to another data centre: the whole account rests as long as HubSpot says (hubspot.md 4.2). */
static void
a_locked_or_moving_account_is_left_alone_for_as_long_as_it_says(void **state)
{
	static const struct {
		int status;
		const char *seconds;
		int64_t least_ms, most_ms;
	} rows[] = { { 423, "", 2000, 2000 }, { 477, "90", 90000, 90000 }, { 477, "", 5000, 60000 } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		flow_fresh(state);
		flow_deal_in_crm();
		crm_refuse("/crm/", answer_with(store.arena, rows[i].status, "{}", "retry-after", rows[i].seconds));
		flow_deal_changed("301", "dealstage", "closedwon");
		decide_together();
		assert_in_range(flow.again_in_ms, rows[i].least_ms, rows[i].most_ms);
		crm_mend();
		flow_decide();
		assert_int_equal(flow.n, 0);
		store_later(store.db, 100);
		flow_decide();
		assert_int_equal(conversions_of("deals", "301"), 1);
	}
}

static void
leads(int n)
{
	flow_configure(CONTACTS_OFF, LEADS);
	for (int i = 0; i < n; i++) {
		const char *id = str_c(store.arena, str_printf(store.arena, "%d", 5000 + i));

		crm_put("contacts", id, "{\"lifecyclestage\":\"lead\"}");
		changed("contact", id, "lifecyclestage", "lead");
	}
}

static int64_t
conversions(void)
{
	return store_int("SELECT COUNT(*) FROM conversion WHERE tenant_id = %lld", (long long)store.tenant_id);
}

/* F-086 */
static void
an_error_for_one_id_of_a_batch_is_its_own(void **state)
{
	(void)state;
	leads(10);
	crm_error("5003", "VALIDATION_ERROR");
	crm_error("5004", "INTERNAL_ERROR");
	crm_error("5005", "OBJECT_NOT_FOUND");
	decide_together();
	assert_int_equal(conversions(), 7);
	assert_int_equal(decisions("WAITING", "hubspot_refuses_contacts"), 1);
	assert_int_equal(decisions("WAITING", "record_gone"), 1);
	assert_int_equal(store_int("SELECT COUNT(*) FROM pending WHERE tenant_id = %lld AND looks = 0",
	                     (long long)store.tenant_id),
	    1);
	crm_mend();
	decide_together();
	assert_int_equal(conversions(), 10);
}

/* A batch with 5042 in it is refused as a whole. */
static struct http_answer
refuse_5042(const struct http_request *q)
{
	return str_find(q->body, STR("\"5042\"")) < q->body.n ? answer_of(400, "{\"message\":\"bad id\"}")
	                                                      : crm_answer(q);
}

static void
one_bad_record_of_a_refused_batch_is_found_and_costs_only_itself(void **state)
{
	(void)state;
	leads(100);
	flow.hubspot = refuse_5042;
	decide_together();
	assert_int_equal(conversions(), 99);
	assert_int_equal(conversions_of("contacts", "5042"), 0);
	assert_int_equal(decisions("WAITING", "hubspot_refuses_contacts"), 1);
	assert_in_range(flow.n, 2, 16);
	flow.hubspot = NULL;
	decide_together();
	assert_int_equal(conversions(), 100);
}

/* ---- the budget */

static void
a_round_never_asks_for_more_than_the_budget_gives(void **state)
{
	(void)state;
	store.settings.hubspot_calls_per_10s = 3;
	flow_deal_in_crm();
	flow_calls_made(BUDGET_HUBSPOT, 1);
	flow_deal_changed("301", "dealstage", "closedwon");
	flow.most_at_once = 0;
	decide_together();
	assert_int_equal(conversions_of("deals", "301"), 1);
	assert_int_equal(flow.n, 5);
	/* Two of the three were left, then a window each. */
	assert_in_range(flow.most_at_once, 1, 3);
	assert_int_equal(flow.first_turn, 2);
}

/* ---- companies */

static void
a_companys_conversion_carries_its_contact(void **state)
{
	(void)state;
	flow_configure(COMPANIES_OFF, COMPANIES);
	crm_put("companies", "9", "{\"hs_object_id\":\"9\",\"lifecyclestage\":\"customer\"}");
	crm_put_created("contacts", "72", "{\"hs_object_id\":\"72\"}", "2026-02-01T00:00:00Z");
	crm_put_created("contacts", "71", "{\"hs_object_id\":\"71\"}", "2026-01-01T00:00:00Z");
	crm_put_created("contacts", "73", "{\"hs_object_id\":\"73\",\"custom_impact_click_id\":\"Q\"}",
	    "2026-03-01T00:00:00Z");
	/* It is the primary company of each: that does not tell them apart. */
	crm_link("companies", "9", "contacts", "72", true);
	crm_link("companies", "9", "contacts", "71", true);
	crm_link("companies", "9", "contacts", "73", true);
	changed("company", "9", "lifecyclestage", "customer");
	decide_together();
	assert_int_equal(conversions_of("companies", "9"), 1);
	assert_str(ledger_column(flow_conversion(), "customer_id"), "73");
	assert_str(ledger_column(flow_conversion(), "order_id"), "company_9");
	assert_true(str_find(flow_decision("detail"), STR("\"contact_why\":\"click_id\"")) < flow_decision("detail").n);
}

static void
a_company_without_a_contact_waits_for_one(void **state)
{
	(void)state;
	flow_configure(COMPANIES_OFF, COMPANIES);
	crm_put("companies", "9", "{\"hs_object_id\":\"9\",\"lifecyclestage\":\"customer\"}");
	changed("company", "9", "lifecyclestage", "customer");
	decide_together();
	assert_int_equal(decisions("WAITING", "no_contact"), 1);
	crm_put("contacts", "71", "{\"hs_object_id\":\"71\"}");
	crm_link("companies", "9", "contacts", "71", false);
	decide_together();
	assert_int_equal(conversions_of("companies", "9"), 1);
}

/* ---- records that are not there (yet) */

/* A record that was just created is busy: its own events wake it, and looks come faster than it can be read. */
static void
a_record_is_not_gone_before_its_time_however_often_it_was_looked_for(void **state)
{
	(void)state;
	flow_deal_changed("301", "dealstage", "closedwon");
	for (int look = 0; look < 6; look++)
		decide_together();
	assert_int_equal(decisions("WAITING", "record_gone"), 1);
	flow_deal_in_crm();
	decide_together();
	assert_int_equal(conversions_of("deals", "301"), 1);
}

/* ---- hidden values (hubspot.md 2.2) */

static void
a_redacted_value_is_read_from_the_record(void **state)
{
	(void)state;
	leads(0);
	crm_put("contacts", "88", "{\"hs_object_id\":\"88\",\"lifecyclestage\":\"lead\"}");
	crm_put("contacts", "89", "{\"hs_object_id\":\"89\",\"lifecyclestage\":\"customer\"}");
	crm_put("contacts", "90", "{\"hs_object_id\":\"90\"}");
	changed("contact", "88", "lifecyclestage", "REDACTED");
	changed("contact", "89", "lifecyclestage", "REDACTED");
	changed("contact", "90", "lifecyclestage", "REDACTED");
	decide_together();
	assert_int_equal(conversions(), 1);
	assert_int_equal(conversions_of("contacts", "88"), 1);
	assert_int_equal(decisions("SKIPPED", "trigger_other_value"), 1);
	assert_int_equal(decisions("WAITING", "value_hidden"), 1);
	assert_int_equal(store_int("SELECT COUNT(*) FROM decision WHERE tenant_id = %lld AND detail LIKE "
	                           "'%%\"redacted\":true%%'",
	                     (long long)store.tenant_id),
	    3);
}

static void
a_redacted_value_is_never_sent(void **state)
{
	struct str body;

	(void)state;
	flow_deal_in_crm();
	flow_deal_changed("301", "dealstage", "REDACTED");
	decide_together();
	body = ledger_column(flow_conversion(), "body");
	assert_true(str_find(body, STR("OrderId=deal_closedwon_301&")) < body.n);
	assert_int_equal(str_find(body, STR("REDACTED")), body.n);
	body = ledger_column(flow_conversion(), "fields");
	assert_int_equal(str_find(body, STR("\"from\":\"event\"")), body.n);
}

#define TEST(name) cmocka_unit_test_setup(name, flow_fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_missing_scope_for_companies_holds_only_what_needs_them),
		TEST(a_refused_association_read_names_the_far_record_type),
		TEST(a_record_type_that_fails_for_a_moment_leaves_no_decision_and_the_others_go_on),
		TEST(a_failure_that_lasts_is_tried_ever_more_rarely),
		TEST(a_locked_or_moving_account_is_left_alone_for_as_long_as_it_says),
		TEST(an_error_for_one_id_of_a_batch_is_its_own),
		TEST(one_bad_record_of_a_refused_batch_is_found_and_costs_only_itself),
		TEST(a_round_never_asks_for_more_than_the_budget_gives),
		TEST(a_companys_conversion_carries_its_contact),
		TEST(a_company_without_a_contact_waits_for_one),
		TEST(a_record_is_not_gone_before_its_time_however_often_it_was_looked_for),
		TEST(a_redacted_value_is_read_from_the_record),
		TEST(a_redacted_value_is_never_sent),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
