/* Which contact and company of a record count, and the order of its line items (C-16, I-32, I-52, F-108). */
#include "lib/flow.h"

static void
won(void)
{
	flow_deal_changed("301", "dealstage", "closedwon");
	flow_decided();
}

static bool
body_holds(const char *text)
{
	struct str body = ledger_column(flow_conversion(), "body");

	return str_find(body, str_from(text)) < body.n;
}

static bool
detail_holds(const char *text)
{
	struct str detail = flow_decision("detail");

	return str_find(detail, str_from(text)) < detail.n;
}

static void
contact(const char *id, const char *click, const char *created, bool primary)
{
	crm_put_created("contacts", id,
	    str_c(store.arena,
	        str_printf(store.arena, "{\"hs_object_id\":\"%s\",\"custom_impact_click_id\":\"%s\"}", id, click)),
	    created);
	crm_link("deals", "301", "contacts", id, primary);
}

static void
of_two_primary_contacts_the_one_with_a_click_id_is_taken(void **state)
{
	(void)state;
	flow_deal_in_crm(); /* contact 77 has a click id and is not primary */
	contact("80", "", "2026-01-01T00:00:00Z", true);
	contact("81", "Q-81", "2026-02-01T00:00:00Z", true);
	won();
	assert_str(ledger_column(flow_conversion(), "customer_id"), "81");
	assert_true(detail_holds("\"contact_why\":\"click_id\""));
	assert_true(detail_holds("\"contacts\":3"));
}

static void
of_contacts_created_at_once_the_smaller_id_is_taken_whatever_the_order(void **state)
{
	static const char *const orders[2][2] = { { "9", "10" }, { "10", "9" } };

	for (int i = 0; i < 2; i++) {
		flow_fresh(state);
		flow_deal_in_crm();
		crm_put("contacts", "77", "{\"hs_object_id\":\"77\"}");
		for (int k = 0; k < 2; k++)
			contact(orders[i][k], "", "2026-01-01T00:00:00Z", false);
		won();
		assert_str(ledger_column(flow_conversion(), "customer_id"), "9");
		assert_true(detail_holds("created_first"));
	}
}

static void
the_only_contact_is_told_as_such(void **state)
{
	(void)state;
	flow_deal_in_crm();
	won();
	assert_true(detail_holds("\"contact_why\":\"only\""));
}

static void
item(const char *id, const char *sku, const char *position)
{
	crm_put("line_items", id,
	    str_c(store.arena,
	        str_printf(store.arena,
	            "{\"hs_sku\":\"%s\",\"name\":\"x\",\"price\":\"1\",\"quantity\":\"1\",\"hs_position_on_quote\":%s}",
	            sku, position)));
	crm_link("deals", "301", "line_items", id, false);
}

/* Deal 301 has items 5 and 6 without a place. */
static void
line_items_come_in_their_order_on_the_quote_then_by_id(void **state)
{
	(void)state;
	flow_deal_in_crm();
	item("901", "LAST", "null");
	item("30", "SECOND", "\"1\"");
	item("20", "FIRST", "\"0\"");
	won();
	assert_true(body_holds("&ItemSku1=FIRST&"));
	assert_true(body_holds("&ItemSku2=SECOND&"));
	assert_true(body_holds("&ItemSku3=SKU-A&"));
	assert_true(body_holds("&ItemSku4=SKU-B&"));
	assert_true(body_holds("&ItemSku5=LAST&"));
}

static void
items(int n)
{
	flow_deal_in_crm();
	for (int i = 0; i < n; i++)
		item(str_c(store.arena, str_printf(store.arena, "%d", 20000 + i)), "S", "null");
}

static void
five_hundred_line_items_by_page_are_all_sent(void **state)
{
	(void)state;
	crm_page(200);
	items(498);
	won();
	assert_true(body_holds("&ItemSku500=S"));
}

static void
more_line_items_than_can_be_read_are_told_never_cut(void **state)
{
	(void)state;
	crm_page(400);
	items(1400);
	won();
	assert_int_equal(store_int("SELECT COUNT(*) FROM conversion WHERE tenant_id = %lld",
	                     (long long)store.tenant_id),
	    0);
	assert_str(flow_decision("outcome"), "SKIPPED");
	assert_str(flow_decision("code"), "too_many_fields");
	assert_true(detail_holds("more than 1000 line items"));
}

#define TEST(name) cmocka_unit_test_setup(name, flow_fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(of_two_primary_contacts_the_one_with_a_click_id_is_taken),
		TEST(of_contacts_created_at_once_the_smaller_id_is_taken_whatever_the_order),
		TEST(the_only_contact_is_told_as_such),
		TEST(line_items_come_in_their_order_on_the_quote_then_by_id),
		TEST(five_hundred_line_items_by_page_are_all_sent),
		TEST(more_line_items_than_can_be_read_are_told_never_cut),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
