/* Line items of deals: all of them, page by page, within the call budget and the memory of a round (I-52..I-55). */
#include "lib/flow.h"

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

/* Deal 301 with so many line items, SKU-1 and on. */
static void
with_line_items(int n)
{
	flow_deal_in_crm();
	for (int i = 3; i <= n; i++) {
		const char *id = str_c(store.arena, str_printf(store.arena, "%d", 7000 + i));

		crm_put("line_items", id,
		    str_c(store.arena,
		        str_printf(store.arena,
		            "{\"hs_sku\":\"SKU-%d\",\"name\":\"x\",\"price\":\"1\",\"quantity\":\"1\"}", i)));
		crm_link("deals", "301", "line_items", id, false);
	}
}

static void
body_holds(const char *text)
{
	struct str body = ledger_column(flow_conversion(), "body");

	if (str_find(body, str_from(text)) == body.n)
		fail_msg("no %s in " STR_FMT, text, STR_ARG(body));
}

static void
of_a_deal_with_250_line_items_all_are_sent(void **state)
{
	(void)state;
	with_line_items(250);
	won();
	assert_int_equal(flow.n, 3 + 1 + 3);
	body_holds("&ItemSku3=SKU-3&");
	body_holds("&ItemSku250=SKU-250");
}

/* Line items bound what a round keeps in memory: what is too much for one is decided in the next. */
static void
many_deals_with_many_line_items_take_several_rounds(void **state)
{
	(void)state;
	flow_many_deals_won(8);
	for (int deal = 0; deal < 8; deal++)
		for (int i = 0; i < 450; i++) {
			const char *id = str_c(store.arena, str_printf(store.arena, "%d", 100000 + deal * 1000 + i));

			crm_put("line_items", id,
			    "{\"hs_sku\":\"S\",\"name\":\"x\",\"price\":\"1\",\"quantity\":\"1\"}");
			crm_link("deals", str_c(store.arena, str_printf(store.arena, "%d", 1000 + deal)), "line_items",
			    id, false);
		}
	while (store_int("SELECT COUNT(*) FROM inbox") > 0)
		flow_split();
	store_run("UPDATE pending SET shard = 0 WHERE tenant_id = %lld", (long long)store.tenant_id);
	flow_decide();
	assert_int_equal(count("conversion"), 7);
	assert_int_equal(count("pending"), 1);
	store_later(store.db, 60);
	flow_decide();
	assert_int_equal(count("conversion"), 8);
	assert_int_equal(count("pending"), 0);
}

/* A round that needs more calls than one window has must not begin anew for ever. */
static void
a_round_waits_with_what_it_has_read_when_the_call_budget_is_used_up(void **state)
{
	(void)state;
	store.settings.hubspot_calls_per_10s = 4;
	with_line_items(250);
	won();
	assert_in_range(flow.pauses, 1, 10);
	assert_int_equal(flow.n, 3 + 1 + 3); /* nothing was asked for twice */
	body_holds("&ItemSku250=SKU-250");
}

static void
associations_that_come_by_page_are_all_read(void **state)
{
	(void)state;
	crm_page(4);
	with_line_items(10);
	won();
	body_holds("&ItemSku4=SKU-4&");
	body_holds("&ItemSku9=SKU-9&");
	body_holds("&ItemSku10=SKU-10");
}

#define TEST(name) cmocka_unit_test_setup(name, flow_fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(of_a_deal_with_250_line_items_all_are_sent),
		TEST(many_deals_with_many_line_items_take_several_rounds),
		TEST(a_round_waits_with_what_it_has_read_when_the_call_budget_is_used_up),
		TEST(associations_that_come_by_page_are_all_read),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
