/* impact.com's fields and the rules between them (I-09, impact.com's Conversions API). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "core/catalogue.h"
#include "lib/answer.h"
#include "lib/file.h"

static int
setup(void **state)
{
	*state = arena_new((size_t)256 << 20);
	return 0;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

#define VALUES_MAX 40

/* "Name=value" pairs, separated by '&'; the first fault as "code field", all of them in *out. */
static size_t
check(struct arena *a, const char *pairs, struct catalogue_fault **out)
{
	struct catalogue_value values[VALUES_MAX];
	struct str rest = str_from(pairs);
	struct str pair;
	size_t n = 0;

	while (str_cut(&rest, '&', &pair)) {
		size_t eq = str_find_char(pair, '=');

		values[n++] = (struct catalogue_value){ str_slice(pair, 0, eq), str_slice(pair, eq + 1, pair.n) };
	}
	return catalogue_check(a, file_catalogue(a), values, n, out);
}

#define BASE  "CampaignId=1000&EventTypeCode=SALE&EventDate=2026-11-21T10:15:00Z&OrderId=o1&CustomerId=251"
#define ITEM1 "&ItemSku1=a&ItemCategory1=c&ItemQuantity1=1&ItemPrice1=5.00"

static void
each_fault_is_named(void **state)
{
	static const struct {
		const char *pairs, *code, *field;
	} rows[] = {
		{ BASE, NULL, NULL },
		{ BASE "&Amount=5.00&CurrencyCode=EUR", NULL, NULL },
		{ BASE ITEM1 "&CurrencyCode=EUR", NULL, NULL },
		{ "EventTypeCode=SALE&EventDate=2026-11-21&OrderId=o1&CustomerId=251", "field_missing", "CampaignId" },
		{ "CampaignId=1&EventTypeCode=SALE&EventDate=2026-11-21&CustomerId=251", "field_missing", "OrderId" },
		{ "CampaignId=1&EventTypeCode=SALE&OrderId=o&CustomerId=251", "field_missing", "EventDate" },
		{ "CampaignId=1&EventDate=2026-11-21&OrderId=o&CustomerId=251", "field_missing", "EventTypeCode" },
		{ "CampaignId=1&EventTypeCode=S&EventDate=2026-11-21&OrderId=o", "field_missing", "ClickId" },
		{ "CampaignId=1&EventTypeCode=S&EventDate=2026-11-21&OrderId=o&OrderPromoCode=X", NULL, NULL },
		{ "CampaignId=1&EventTypeId=7&EventDate=2026-11-21&OrderId=o&ClickId=X", NULL, NULL },
		{ BASE "&Amount=5.00", "field_missing", "CurrencyCode" },
		{ BASE "&Money1=5.00", "field_missing", "CurrencyCode" },
		{ BASE "&Numeric1=5.00", NULL, NULL },
		{ BASE "&CurrencyCode=eur", "field_type", "CurrencyCode" },
		{ BASE "&CurrencyCode=ZZZ", "field_type", "CurrencyCode" },
		{ BASE "&Nonsense=1", "field_type", "Nonsense" },
		{ BASE "&Text51=1", "field_type", "Text51" },
		{ BASE "&Numeric1=1e5", "field_type", "Numeric1" },
		{ BASE "&Date1=soon", "field_type", "Date1" },
		{ BASE "&GiftPurchase=yes", "field_type", "GiftPurchase" },
		{ BASE "&GiftPurchase=true", NULL, NULL },
		{ BASE "&MediaId=12a", "field_type", "MediaId" },
		{ BASE "&MediaId=12345678901234567", "field_too_long", "MediaId" },
		{ BASE "&CustomerStatus=12345678901234567890123456789012345678901", "field_too_long",
		    "CustomerStatus" },
		{ BASE "&CustomerStatus="
		       "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3"
		       "\xa9\xc3\xa9\xc3\xa9"
		       "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9",
		    NULL, NULL },
		{ BASE "&Text1=\xff", "field_type", "Text1" },
		{ BASE "&CurrencyCode=EUR&ItemSku1=a&ItemCategory1=c&ItemPrice1=5", "field_missing", "ItemQuantity1" },
		{ BASE "&CurrencyCode=EUR&ItemCategory1=c&ItemQuantity1=1&ItemPrice1=5", "field_missing", "ItemSku1" },
		{ BASE "&CurrencyCode=EUR&ItemSku1=a&ItemQuantity1=1&ItemPrice1=5", "field_missing", "ItemCategory1" },
		{ BASE "&CurrencyCode=EUR&ItemSku1=a&ItemCategory1=c&ItemQuantity1=1", "field_missing", "ItemPrice1" },
		{ BASE "&CurrencyCode=EUR&ItemSku1=a&ItemCategory1=c&ItemQuantity1=1&Amount=5", NULL, NULL },
		{ BASE "&CurrencyCode=EUR" ITEM1 "&ItemName2=b", "field_missing", "ItemSku2" },
		{ BASE "&CurrencyCode=EUR&ItemSku1=a&ItemCategory1=c&ItemQuantity1=1.5&ItemPrice1=5", "field_type",
		    "ItemQuantity1" },
		{ BASE "&CurrencyCode=EUR" ITEM1 "&ItemSubTotal1=5", "field_exclusive", "ItemPrice1" },
		{ BASE "&CurrencyCode=EUR" ITEM1 "&Amount=5", "field_exclusive", "Amount" },
		{ BASE "&CurrencyCode=EUR" ITEM1 "&ItemSku2=b&ItemCategory2=c&ItemQuantity2=1&ItemSubTotal2=5", NULL,
		    NULL },
		{ BASE "&MediaId=1&MediaPartnerId=1", "field_exclusive", "MediaId" },
		{ BASE "&CurrencyCode=EUR" ITEM1 "&OrderSubTotalPostDiscount=5", "field_exclusive",
		    "OrderSubTotalPostDiscount" },
		{ BASE "&CurrencyCode=EUR" ITEM1 "&OrderSubTotal=5", NULL, NULL },
		{ BASE "&CurrencyCode=EUR" ITEM1 "&ItemText1_50=x&ItemMoney1_3=1", NULL, NULL },
		{ BASE "&CurrencyCode=EUR" ITEM1 "&ItemText1_51=x", "field_type", "ItemText1_51" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct catalogue_fault *f;
		size_t n = check(*state, rows[i].pairs, &f);

		if (rows[i].code == NULL && n > 0)
			fail_msg("row %zu: " STR_FMT, i, STR_ARG(f[0].message));
		if (rows[i].code == NULL)
			continue;
		/* An item of which only the name is there misses four things. */
		if (n != (str_eq(f[0].field, STR("ItemSku2")) ? 4 : 1))
			fail_msg("row %zu: %zu faults", i, n);
		assert_str(f[0].code, rows[i].code);
		assert_str(f[0].field, rows[i].field);
		assert_true(str_find(f[0].message, f[0].field) < f[0].message.n);
		assert_int_equal(f[0].missing, str_eq(f[0].code, STR("field_missing")));
		arena_reset(*state);
	}
}

static void
missing_ones_come_first(void **state)
{
	struct catalogue_fault *f;
	size_t n = check(*state, "CampaignId=1&Numeric1=x&EventTypeCode=S&EventDate=2026-11-21", &f);

	assert_int_equal(n, 3);
	assert_true(f[0].missing && f[1].missing && !f[2].missing);
}

static void
a_target_finds_its_field(void **state)
{
	static const struct {
		const char *target, *field;
		int64_t item;
	} rows[] = {
		{ "OrderId", "OrderId", 0 },
		{ "Text3", "Text{n}", 0 },
		{ "Text50", "Text{n}", 0 },
		{ "ItemSku{i}", "ItemSku{i}", 0 },
		{ "ItemSku12", "ItemSku{i}", 12 },
		{ "ItemText{i}_4", "ItemText{i}_{n}", 0 },
		{ "ItemText12_4", "ItemText{i}_{n}", 12 },
		{ "ItemSubTotal{i}", "ItemSubTotal{i}", 0 },
		{ "Text", NULL, 0 },
		{ "Text0", NULL, 0 },
		{ "Text03", NULL, 0 },
		{ "Text51", NULL, 0 },
		{ "Text{n}", NULL, 0 },
		{ "ItemSku", NULL, 0 },
		{ "ItemSku0", NULL, 0 },
		{ "ItemSku{i}x", NULL, 0 },
		{ "ItemText{i}_", NULL, 0 },
		{ "orderid", NULL, 0 },
		{ "", NULL, 0 },
	};
	struct catalogue *c = file_catalogue(*state);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct catalogue_field *f = catalogue_find(c, str_from(rows[i].target));

		if (rows[i].field == NULL) {
			assert_null(f);
			continue;
		}
		assert_non_null(f);
		assert_str(f->name, rows[i].field);
		assert_int_equal(catalogue_item(f, str_from(rows[i].target)), rows[i].item);
	}
}

static void
the_file_holds_what_impact_documents(void **state)
{
	struct catalogue *c = file_catalogue(*state);
	size_t money = 0;

	assert_int_equal(c->n, 79);
	assert_int_equal(c->n_always, 3);
	assert_int_equal(c->n_event_identifiers, 3);
	assert_int_equal(c->n_attribution_keys, 14);
	assert_int_equal(c->n_exclusive, 8);
	for (size_t i = 0; i < c->n; i++) {
		money += c->fields[i].money;
		assert_int_equal(c->fields[i].item, str_find(c->fields[i].name, STR("{i}")) < c->fields[i].name.n);
		for (size_t k = 0; k < i; k++)
			assert_false(str_eq(c->fields[i].name, c->fields[k].name));
	}
	assert_int_equal(money, 14);
	assert_false(catalogue_find(c, STR("CampaignId"))->selectable);
	assert_int_equal(catalogue_find(c, STR("OrderId"))->max_length, 64);
}

static void
a_broken_file_is_refused(void **state)
{
	static const char *const bad[] = { "", "{}", "{\"fields\":[{\"name\":\"A\",\"type\":\"colour\"}]}",
		"{\"fields\":[{\"name\":\"A\",\"type\":\"string\"}],\"rules\":{}}",
		"{\"fields\":[{\"name\":\"A\",\"type\":\"string\",\"range\":[1]}],\"rules\":{}}" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct catalogue c;
		struct err e = { 0 };

		assert_false(catalogue_load(*state, str_from(bad[i]), &c, &e));
		assert_int_equal(e.code, ERR_INVALID);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_fault_is_named, setup, teardown),
		cmocka_unit_test_setup_teardown(missing_ones_come_first, setup, teardown),
		cmocka_unit_test_setup_teardown(a_target_finds_its_field, setup, teardown),
		cmocka_unit_test_setup_teardown(the_file_holds_what_impact_documents, setup, teardown),
		cmocka_unit_test_setup_teardown(a_broken_file_is_refused, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
