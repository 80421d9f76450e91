/* The exact bytes of a conversion (I-43..I-55, I-63, C-01, C-03, C-09, C-16). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "lang/build.h"
#include "lib/answer.h"
#include "lib/deal.h"

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

#define ROW(id, field, expression) "{\"id\":\"" id "\",\"field\":\"" field "\",\"expression\":\"" expression "\"}"
#define WHEN(id, field, expression, when)                                                                              \
	"{\"id\":\"" id "\",\"field\":\"" field "\",\"expression\":\"" expression "\",\"when\":\"" when "\"}"
#define BASE                                                                                                           \
	ROW("a", "EventTypeCode", "SALE")                                                                              \
	"," ROW("b", "EventDate", "{event.occurredAt}") "," ROW("c", "OrderId", "{hs_object_id}") "," ROW("d",         \
	    "CustomerId", "{contact.hs_object_id}")

#define GOLDEN                                                                                                         \
	"CampaignId=1000&EventTypeCode=deal_closedwon&CustomerId=251&OrderId=deal_closedwon_9001"                      \
	"&EventDate=2026-11-21T10%3A15%3A09Z&Text3=2026-11-20T00%3A00%3A00Z&Text2=1&OrderSubTotal=1500.00"             \
	"&ClickId=QiiW%25%3AXOVn&CurrencyCode=EUR"
#define GOLDEN1                                                                                                        \
	"&ItemSku1=SKU-1&ItemName1=Plan%20%26%20more%201&ItemCategory1=Plan%20%26%20more%201&ItemPrice1=10.50"         \
	"&ItemQuantity1=1"
#define GOLDEN2                                                                                                        \
	"&ItemSku2=SKU-2&ItemName2=Plan%20%26%20more%202&ItemCategory2=Plan%20%26%20more%202&ItemPrice2=11.50"         \
	"&ItemQuantity2=2"

static void
may_be_sent(const struct deal *d)
{
	if (d->out.n_faults > 0)
		fail_msg(STR_FMT, STR_ARG(d->out.faults[0].message));
}

static void
the_preset_gives_these_bytes_with_0_1_and_2_line_items(void **state)
{
	static const char *const golden[] = { GOLDEN, GOLDEN GOLDEN1, GOLDEN GOLDEN1 GOLDEN2 };

	for (size_t items = 0; items < 3; items++) {
		struct deal *d = deal_new(*state, items);

		assert_str(deal_build(d), golden[items]);
		may_be_sent(d);
		assert_false(d->out.missing_only);
	}
}

static void
the_preset_gives_these_bytes_with_500_line_items(void **state)
{
	struct deal *d = deal_new(*state, 500);
	struct err e = { 0 };
	struct str want;
	struct buf b;

	buf_init(&b, *state, (size_t)1 << 20);
	buf_add(&b, STR(GOLDEN));
	for (unsigned i = 1; i <= 500; i++)
		buf_addf(&b,
		    "&ItemSku%u=SKU-%u&ItemName%u=Plan%%20%%26%%20more%%20%u&ItemCategory%u=Plan%%20%%26%%20more%%20%u"
		    "&ItemPrice%u=%u.50&ItemQuantity%u=%u",
		    i, i, i, i, i, i, i, i + 9, i, (i - 1) % 3 + 1);
	assert_true(buf_done(&b, &want, &e));
	assert_true(str_eq(deal_build(d), want));
	may_be_sent(d);
	assert_int_equal(d->out.n_fields, 10 + 5 * 500);
}

static void
the_same_input_gives_the_same_bytes(void **state)
{
	struct deal *d = deal_new(*state, 3);
	struct str once = deal_build(d);

	assert_true(str_eq(once, deal_build(d)));
	assert_true(str_eq(once, deal_build(deal_new(*state, 3))));
}

/* Design 4: the deal was read when it had moved on; the event's own value counts, the rest is as read. */
static void
the_events_own_value_overlays_the_record(void **state)
{
	struct deal *d = deal_new(*state, 0);

	deal_build(d);
	assert_str(deal_field(d, "OrderId"), "deal_closedwon_9001");
	for (size_t i = 0; i < d->out.n_fields; i++) {
		const struct build_field *f = &d->out.fields[i];
		bool stage = str_eq(f->name, STR("OrderId")) || str_eq(f->name, STR("EventTypeCode"));

		assert_int_equal(f->from_event, stage);
	}
	/* A creation has no value of its own. */
	d->event.kind = EVENT_CREATED;
	d->event.property = d->event.value = STR("");
	deal_build(d);
	assert_str(deal_field(d, "OrderId"), "deal_contractsent_9001");
}

static void
what_the_ledger_needs_stands_beside_the_body(void **state)
{
	struct deal *d = deal_new(*state, 0);

	deal_build(d);
	assert_str(d->out.event_identifier, "EventTypeCode");
	assert_str(d->out.event_type, "deal_closedwon");
	assert_str(d->out.order_id, "deal_closedwon_9001");
	assert_str(d->out.order_expression, "{deal_[stage]_id}");
	assert_str(d->out.customer_id, "251");
	assert_int_equal(d->out.event_date_ms, 1795256109000);
}

/* C-01: prefix and value or label are settings. */
static void
computed_fields_follow_the_settings(void **state)
{
	struct deal *d = deal_with(*state, 0,
	    ROW("a", "EventTypeCode", "{deal_[deal stage]}") "," ROW("c", "OrderId", "{deal_[stage]_id}"),
	    "\"computed_prefix\":false,\"computed_value\":\"label\"");

	d->in.stage_labels = deal_record(*state, "", "{\"closedwon\":\"Closed Won!\"}").properties;
	deal_build(d);
	assert_str(deal_field(d, "EventTypeCode"), "Closed_Won_");
	assert_str(deal_field(d, "OrderId"), "Closed_Won__9001");
	d->in.stage_labels = NULL;
	deal_build(d);
	assert_str(deal_field(d, "OrderId"), "closedwon_9001");
}

/* C-09: trimmed, lower-cased, hashed, unless it is a hash already. */
static void
an_email_leaves_as_a_hash_only(void **state)
{
	static const struct {
		const char *options, *expression, *value;
	} rows[] = {
		{ "", "{contact.email}", "a3caddb38202511eab803116294dc020f7c4f8a2" },
		{ "\"email_hash\":\"sha256\"", "{contact.email}",
		    "86e0b9e56c17cc4d12387e1949b85053fbe73bc3ce5a1188713a9d300cc6133d" },
		{ "", "{contact.email|trim|lower|sha1}", "a3caddb38202511eab803116294dc020f7c4f8a2" },
		{ "", "{contact.email|trim|lower|sha256|upper}",
		    "86e0b9e56c17cc4d12387e1949b85053fbe73bc3ce5a1188713a9d300cc6133d" },
		{ "", "{contact.nothing}", "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct str row = str_printf(*state,
		    BASE ",{\"id\":\"e\",\"field\":\"CustomerEmail\",\"expression\":\"%s\"}", rows[i].expression);
		struct deal *d = deal_with(*state, 0, row.p, rows[i].options);
		struct str body = deal_build(d);

		may_be_sent(d);
		assert_str(deal_field(d, "CustomerEmail"), rows[i].value);
		assert_true(str_find(body, STR("%40")) == body.n);
	}
}

#define CUSTOMER(expression)                                                                                           \
	ROW("a", "EventTypeCode", "S")                                                                                 \
	"," ROW("b", "EventDate", "{event.occurredAt}") "," ROW("c", "OrderId", "{hs_object_id}") "," ROW("d",         \
	    "CustomerId", expression)

/* C-09: as CustomerId an address is the id of the contact who has it, else its hash; never itself. */
static void
an_email_as_customer_id_is_the_contacts_id_or_a_hash(void **state)
{
	static const struct {
		const char *rows, *options, *value;
	} rows[] = {
		{ CUSTOMER("{contact.email}"), "", "251" },
		{ CUSTOMER("{contact.email|trim|upper}"), "", "251" },
		{ CUSTOMER("{billing_email}"), "", "251" },
		{ CUSTOMER("{other_email}"), "", "c19ad2df280aac14d3303ab8dbc22938f50e857e" },
		{ CUSTOMER("{other_email}"), "\"email_hash\":\"sha256\"",
		    "2481f36dfc515ca76451aaadf1399026942a01ee50c6d0a61988b43cef039bc2" },
		{ CUSTOMER("{contact.email|trim|lower|sha1}"), "", "a3caddb38202511eab803116294dc020f7c4f8a2" },
		{ CUSTOMER("{contact.hs_object_id}"), "", "251" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct deal *d = deal_with(*state, 0, rows[i].rows, rows[i].options);
		struct str body;

		d->in.record = deal_record(*state, "9001",
		    "{\"billing_email\":\"JANE.DOE@example.com\",\"other_email\":\" Joe@Example.com\"}");
		body = deal_build(d);
		may_be_sent(d);
		assert_str(deal_field(d, "CustomerId"), rows[i].value);
		assert_str(d->out.customer_id, rows[i].value);
		assert_true(str_find(body, STR("%40")) == body.n);
	}
}

/* To know whose address it is, the contact's is read; only then. */
static void
the_contacts_address_is_read_when_it_may_be_needed(void **state)
{
	static const struct {
		const char *rows;
		bool email;
	} rows[] = {
		{ CUSTOMER("{contact.hs_object_id}"), false },
		{ CUSTOMER("{billing_email|or:contact.hs_object_id}"), true },
		{ CUSTOMER("{contact.custom_id}"), true },
		{ CUSTOMER("{billing_email}"), true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct ruleset_object *o = deal_with(*state, 0, rows[i].rows, "")->in.object;
		bool email = false;

		for (size_t k = 0; k < o->n_contact_properties; k++)
			email = email || str_eq(o->contact_properties[k], STR("email"));
		assert_int_equal(email, rows[i].email);
	}
}

/* The ledger keeps both as bytes: what impact.com would count as characters can be too many of those. */
static void
customer_id_and_event_type_fit_the_ledger_in_bytes(void **state)
{
	static const struct {
		const char *field, *character;
		size_t fits;
	} rows[] = {
		{ "CustomerId", "x", 255 },
		{ "CustomerId", "\xc3\xa9", 127 },
		{ "EventTypeCode", "x", 64 },
		{ "EventTypeCode", "\xc3\xa9", 64 },
		{ "EventTypeCode", "\xe2\x82\xac", 42 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (size_t more = 0; more < 2; more++) {
			struct str value = { 0 };
			struct str other = str_eq(str_from(rows[i].field), STR("CustomerId"))
			                       ? STR(ROW("a", "EventTypeCode", "S"))
			                       : STR(ROW("a", "CustomerId", "251"));
			struct deal *d;

			for (size_t k = 0; k < rows[i].fits + more; k++)
				value = str_printf(*state, STR_FMT "%s", STR_ARG(value), rows[i].character);
			d = deal_with(*state, 0,
			    str_printf(*state,
			        ROW("b", "EventDate", "{event.occurredAt}") "," ROW("c", "OrderId",
			            "{hs_object_id}") "," STR_FMT ",{\"id\":\"d\",\"field\":\"%s\","
			                              "\"expression\":\"" STR_FMT "\"}",
			        STR_ARG(other), rows[i].field, STR_ARG(value))
			        .p,
			    "");
			deal_build(d);
			if (more == 0)
				may_be_sent(d);
			else
				assert_str(deal_fault(d, rows[i].field), "field_too_long");
		}
	}
}

static void
an_address_in_any_other_field_is_a_fault_and_is_not_in_the_body(void **state)
{
	static const char *const rows[][2] = {
		{ BASE "," ROW("e", "CustomProfileId", "{contact.email}"), "CustomProfileId" },
		{ BASE "," ROW("e", "Text1", "{contact.email}"), "Text1" },
		{ BASE "," ROW("e", "Note", "from {contact.email|trim} today"), "Note" },
		{ ROW("a", "EventTypeCode", "S") "," ROW("b", "EventDate", "{event.occurredAt}") "," ROW("c", "OrderId",
		      "{contact.email|trim}") "," ROW("d", "ClickId", "x"),
		    "OrderId" },
		{ ROW("a", "EventTypeCode", "S") "," ROW("b", "EventDate", "{event.occurredAt}") "," ROW("c", "OrderId",
		      "1") "," ROW("d", "CustomerId", "customer {contact.email|trim}"),
		    "CustomerId" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct deal *d = deal_with(*state, 0, rows[i][0], "");
		struct str body = deal_build(d);

		assert_str(deal_fault(d, rows[i][1]), "email_as_id");
		assert_false(d->out.missing_only);
		assert_true(str_find(body, STR("%40")) == body.n);
		assert_true(str_find(d->out.faults[0].message, STR("oe@")) == d->out.faults[0].message.n);
	}
}

static void
values_get_impacts_form(void **state)
{
	static const struct {
		const char *field, *expression, *value;
	} rows[] = {
		{ "Date1", "1795256107000", "2026-11-21T10:15:07Z" },
		{ "Date1", "2026-11-21T12:15:07.9+02:00", "2026-11-21T10:15:07Z" },
		/* the account is in Europe/Berlin */
		{ "Date1", "2026-11-21", "2026-11-20T23:00:00Z" },
		{ "Date1", "2026-07-21", "2026-07-20T22:00:00Z" },
		{ "Date1", "2026-11-21T10:15:07", "2026-11-21T09:15:07Z" },
		{ "Date1", "{account.timeZone|map:Europe/Berlin=2026-11-21|date:,US/Eastern}", "2026-11-21T05:00:00Z" },
		{ "Date1", "{event.occurredAt|date:%Y-%m-%d}", "2026-11-20T23:00:00Z" },
		{ "Date1", "{event.occurredAt|date:%Y-%m-%dT%H:%M:%S%z,US/Eastern}", "2026-11-21T10:15:07Z" },
		{ "Text1", "{event.occurredAt|date:%H:%M %z,US/Eastern}", "05:15 -05:00" },
		{ "Text1", "{event.occurredAt|date:%H:%M}", "11:15" },
		{ "Amount", "19.999", "20.00" },
		{ "Amount", "-5", "-5.00" },
		{ "Amount", "0.2000000000000000111022302462515654042363166809082031250", "0.20" },
		{ "Numeric1", "3", "3.00" },
		{ "MediaId", "12.0", "12" },
		{ "GiftPurchase", "TRUE", "true" },
		{ "SubId1", " keep as is ", " keep as is " },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct str row = str_printf(*state,
		    BASE "," ROW("e", "CurrencyCode", "eur") ",{\"id\":\"f\",\"field\":\"%s\",\"expression\":\"%s\"}",
		    rows[i].field, rows[i].expression);
		struct deal *d = deal_with(*state, 0, row.p, "");

		deal_build(d);
		may_be_sent(d);
		assert_str(deal_field(d, rows[i].field), rows[i].value);
		assert_str(deal_field(d, "CurrencyCode"), "EUR");
	}
}

/* A date without an offset in an account whose zone is not known is never taken for UTC. */
static void
a_date_in_an_unknown_time_zone_is_a_fault(void **state)
{
	static const char *const zones[] = { "", "Mars/Olympus", "../../etc/passwd" };

	for (size_t i = 0; i < 3; i++) {
		struct deal *d = deal_with(*state, 0, BASE "," ROW("e", "Date1", "2026-11-21"), "");

		d->in.account_time_zone = str_from(zones[i]);
		deal_build(d);
		assert_str(deal_fault(d, "Date1"), "time_zone_unknown");
		assert_false(d->out.missing_only);
		d = deal_with(*state, 0, BASE "," ROW("e", "Date1", "2026-11-21T00:00:00Z"), "");
		d->in.account_time_zone = str_from(zones[i]);
		deal_build(d);
		may_be_sent(d);
	}
}

static void
amounts_have_the_currencys_decimal_places(void **state)
{
	struct deal *d = deal_with(*state, 0,
	    BASE "," ROW("e", "CurrencyCode", "JPY") "," ROW("f", "Amount", "1200.5") "," ROW("g", "Numeric1", "1.5"),
	    "");

	deal_build(d);
	may_be_sent(d);
	assert_str(deal_field(d, "Amount"), "1201");
	assert_str(deal_field(d, "Numeric1"), "1.50");
}

/* C-16: no contact yet is worth waiting for. */
static void
without_a_contact_the_conversion_waits(void **state)
{
	struct deal *d = deal_new(*state, 0);

	d->in.contact = (struct build_record){ 0 };
	deal_build(d);
	assert_true(d->out.missing_only);
	assert_str(d->out.faults[0].code, "no_contact");
	assert_true(str_starts(d->out.faults[0].message, STR("No contact on the deal yet")));
}

static void
a_contact_without_click_id_is_sent_with_its_customer_id(void **state)
{
	struct deal *d = deal_new(*state, 0);

	d->in.contact = deal_record(*state, "251", "{\"email\":null}");
	deal_build(d);
	may_be_sent(d);
	assert_int_equal(deal_field(d, "ClickId").n, 0);
	assert_str(deal_field(d, "CustomerId"), "251");
}

static void
missing_data_waits_and_wrong_data_does_not(void **state)
{
	struct deal *d = deal_new(*state, 1);

	d->in.account_currency = STR("");
	deal_build(d);
	assert_true(d->out.missing_only);
	assert_str(deal_fault(d, "CurrencyCode"), "field_missing");
	d->in.account_currency = STR("EURO");
	deal_build(d);
	assert_false(d->out.missing_only);
	assert_str(deal_fault(d, "CurrencyCode"), "field_type");
}

static void
a_function_that_fails_is_a_fault_of_its_field(void **state)
{
	struct deal *d = deal_with(*state, 0, BASE "," ROW("e", "Text1", "{dealname|number:2}"), "");

	deal_build(d);
	assert_str(deal_fault(d, "Text1"), "expression_failed");
	assert_false(d->out.missing_only);
	assert_true(str_find(d->out.faults[0].message, STR("Acme")) == d->out.faults[0].message.n);
}

/* C-01: an OrderId over 64 bytes is refused with a reason, told once. */
static void
a_long_order_id_is_refused(void **state)
{
	struct deal *d = deal_with(*state, 0,
	    ROW("a", "EventTypeCode", "S") "," ROW("b", "EventDate", "{event.occurredAt}") "," ROW("d", "ClickId",
	        "x") "," ROW("c", "OrderId", "12345678901234567890123456789012345678901234567890123456789012345"),
	    "");

	deal_build(d);
	assert_int_equal(d->out.n_faults, 1);
	assert_str(d->out.faults[0].code, "order_id_too_long");
}

/* C-01: an empty lead status is SKIPPED at once. */
static void
an_empty_lead_status_is_final(void **state)
{
	struct config_fault *faults;
	struct deal *d = deal_new(*state, 0);
	size_t n;

	deal_read(*state,
	    deal_document(*state, "contacts",
	        STR(ROW("a", "EventTypeCode", "LEAD") "," ROW("b", "EventDate", "{lastmodifieddate}") "," ROW("c",
	            "OrderId", "{contact_[lead_status]_id}") "," ROW("d", "CustomerId", "{hs_object_id}")),
	        ""),
	    &d->document);
	ruleset_compile(*state, &d->document, d->catalogue, &d->rules, &faults, &n);
	assert_int_equal(n, 0);
	d->in.object = ruleset_object(&d->rules, STR("contacts"));
	d->event.object_type = STR("contacts");
	d->event.property = STR("hs_lead_status");
	d->event.value = STR("OPEN_DEAL");
	d->in.record = deal_record(*state, "251", "{\"lastmodifieddate\":\"1795256107000\",\"hs_lead_status\":\"X\"}");
	d->in.contact = (struct build_record){ 0 };
	assert_str(deal_build(d), "CampaignId=1000&EventTypeCode=LEAD&EventDate=2026-11-21T10%3A15%3A07Z&OrderId="
	                          "contact_OPEN_DEAL_251&CustomerId=251");
	may_be_sent(d);
	d->event.value = STR("");
	deal_build(d);
	assert_int_equal(d->out.n_faults, 1);
	assert_str(deal_fault(d, "OrderId"), "lead_status_empty");
	assert_false(d->out.missing_only);
}

static void
the_first_row_of_a_field_that_gives_a_value_is_sent(void **state)
{
	struct deal *d = deal_with(*state, 0,
	    BASE "," WHEN("e", "Text1", "big", "{amount} > 1000") "," WHEN("f", "Text1", "acme",
	        "{dealname} = Acme") "," ROW("g", "Text1", "other"),
	    "");
	struct str body = deal_build(d);

	assert_true(str_ends(body, STR("&Text1=big")));
	d->in.record = deal_record(*state, "9001", "{\"amount\":\"5\",\"dealname\":\"Acme\"}");
	body = deal_build(d);
	assert_true(str_ends(body, STR("&Text1=acme")));
	d->in.record = deal_record(*state, "9001", "{}");
	body = deal_build(d);
	assert_true(str_ends(body, STR("&Text1=other")));
}

static void
literal_item_rows_and_one_items_value(void **state)
{
	struct deal *d = deal_with(*state, 2,
	    BASE "," ROW("e", "ItemSku{i}", "{line_item{i}.hs_sku}") "," ROW("f", "ItemCategory{i}",
	        "Software") "," ROW("g", "ItemQuantity{i}", "{line_item{i}.quantity}") "," ROW("h", "ItemSubTotal{i}",
	        "{line_item{i}.price|mul:line_item{i}.quantity}") "," ROW("i", "CurrencyCode", "USD") "," ROW("j",
	        "Text1", "{line_item2.name}") "," ROW("k", "ItemText{i}_4", "no {i}"),
	    "");

	deal_build(d);
	may_be_sent(d);
	assert_str(deal_field(d, "ItemCategory2"), "Software");
	assert_str(deal_field(d, "ItemSubTotal2"), "23.00");
	assert_str(deal_field(d, "Text1"), "Plan & more 2");
	assert_str(deal_field(d, "ItemText2_4"), "no 2");
}

static void
too_much_is_a_fault_and_not_an_end(void **state)
{
	struct err e = { 0 };
	struct str rows;
	struct deal *d;
	struct buf b;

	buf_init(&b, *state, (size_t)1 << 20);
	buf_add(&b, STR(BASE));
	for (size_t i = 1; i <= 50; i++) {
		buf_addc(&b, ',');
		buf_add(&b,
		    str_printf(*state,
		        "{\"id\":\"x%zu\",\"field\":\"ItemText{i}_%zu\",\"expression\":\"{line_item{i}.name}\"}", i,
		        i));
	}
	assert_true(buf_done(&b, &rows, &e));
	d = deal_with(*state, 500, str_c(*state, rows), "");
	deal_build(d);
	assert_str(deal_fault(d, "ItemSku{i}"), "too_many_fields");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_preset_gives_these_bytes_with_0_1_and_2_line_items, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(the_preset_gives_these_bytes_with_500_line_items, setup, teardown),
		cmocka_unit_test_setup_teardown(the_same_input_gives_the_same_bytes, setup, teardown),
		cmocka_unit_test_setup_teardown(the_events_own_value_overlays_the_record, setup, teardown),
		cmocka_unit_test_setup_teardown(what_the_ledger_needs_stands_beside_the_body, setup, teardown),
		cmocka_unit_test_setup_teardown(computed_fields_follow_the_settings, setup, teardown),
		cmocka_unit_test_setup_teardown(an_email_leaves_as_a_hash_only, setup, teardown),
		cmocka_unit_test_setup_teardown(an_email_as_customer_id_is_the_contacts_id_or_a_hash, setup, teardown),
		cmocka_unit_test_setup_teardown(the_contacts_address_is_read_when_it_may_be_needed, setup, teardown),
		cmocka_unit_test_setup_teardown(customer_id_and_event_type_fit_the_ledger_in_bytes, setup, teardown),
		cmocka_unit_test_setup_teardown(an_address_in_any_other_field_is_a_fault_and_is_not_in_the_body, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(values_get_impacts_form, setup, teardown),
		cmocka_unit_test_setup_teardown(a_date_in_an_unknown_time_zone_is_a_fault, setup, teardown),
		cmocka_unit_test_setup_teardown(amounts_have_the_currencys_decimal_places, setup, teardown),
		cmocka_unit_test_setup_teardown(without_a_contact_the_conversion_waits, setup, teardown),
		cmocka_unit_test_setup_teardown(a_contact_without_click_id_is_sent_with_its_customer_id, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(missing_data_waits_and_wrong_data_does_not, setup, teardown),
		cmocka_unit_test_setup_teardown(a_function_that_fails_is_a_fault_of_its_field, setup, teardown),
		cmocka_unit_test_setup_teardown(a_long_order_id_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(an_empty_lead_status_is_final, setup, teardown),
		cmocka_unit_test_setup_teardown(the_first_row_of_a_field_that_gives_a_value_is_sent, setup, teardown),
		cmocka_unit_test_setup_teardown(literal_item_rows_and_one_items_value, setup, teardown),
		cmocka_unit_test_setup_teardown(too_much_is_a_fault_and_not_an_end, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
