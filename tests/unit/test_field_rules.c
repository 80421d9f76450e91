/*
 * Every field and every rule that impact.com documents (impact.md 2.1 to 2.3), walked one by one: a sentence
 * before saving, a fault before sending (I-09).  What is documented stands in the sandbox's own copy of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "lib/answer.h"
#include "lib/deal.h"
#include "lib/file.h"

static int
setup(void **state)
{
	*state = arena_new((size_t)512 << 20);
	return 0;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

/* ---- the fields */

static const struct json *
documented(struct arena *a, const char *member)
{
	return json_get(file_json(a, "tests/sandbox/data/impact-conversion-fields.json"), member);
}

static struct str
times(struct arena *a, const char *character, int64_t n)
{
	size_t bytes = strlen(character);
	char *p = arena_alloc(a, bytes * (size_t)n + 1);

	for (int64_t i = 0; i < n; i++)
		memcpy(p + bytes * (size_t)i, character, bytes);
	return (struct str){ .p = p, .n = bytes * (size_t)n };
}

/* "Text{n}" and "ItemText{i}_{n}" as they are sent: slot and item filled in. */
static struct str
instance(struct arena *a, struct str name, int64_t slot)
{
	struct str with = name;
	size_t at = str_find(name, STR("{n}"));

	if (at < name.n)
		with = str_printf(a, STR_FMT "%lld", STR_ARG(str_slice(name, 0, at)), (long long)slot);
	at = str_find(with, STR("{i}"));
	if (at == with.n)
		return with;
	return str_printf(a, STR_FMT "1" STR_FMT, STR_ARG(str_slice(with, 0, at)),
	    STR_ARG(str_slice(with, at + 3, with.n)));
}

static const char *
code_of(struct arena *a, const struct catalogue *c, struct str name, struct str value)
{
	struct catalogue_fault fault;

	return catalogue_check_value(a, c, (struct catalogue_value){ name, value }, &fault) ? "" : str_c(a, fault.code);
}

static void
expect(struct arena *a, const struct catalogue *c, struct str name, struct str value, const char *code)
{
	if (strcmp(code_of(a, c, name, value), code) != 0)
		fail_msg(STR_FMT "=" STR_FMT ": \"%s\"", STR_ARG(name), STR_ARG(str_slice(value, 0, 80)),
		    code_of(a, c, name, value));
}

static void
check_length(struct arena *a, const struct catalogue *c, struct str name, int64_t max, const char *character)
{
	expect(a, c, name, times(a, character, 1), "");
	expect(a, c, name, times(a, character, max), "");
	expect(a, c, name, times(a, character, max + 1), "field_too_long");
}

/* The values that a type takes and those it does not; lengths count characters. */
static void
check_type(struct arena *a, const struct catalogue *c, struct str name, struct str type, int64_t max)
{
	static const char *const no_number[] = { "", "x", "1e3", "1,5", "1.5.", "+1", " 1" };

	if (str_eq(type, STR("string"))) {
		check_length(a, c, name, max > 0 ? max : 255, "x");
		check_length(a, c, name, max > 0 ? max : 255, "\xc3\xa9");
		expect(a, c, name, STR("\xff"), "field_type");
	} else if (str_eq(type, STR("integer"))) {
		check_length(a, c, name, max > 0 ? max : 16, "7");
		expect(a, c, name, STR("1.5"), "field_type");
	} else if (str_eq(type, STR("decimal"))) {
		expect(a, c, name, STR("-12345.67"), "");
		/* above the documented precision it is sent, and impact.com says what it thinks of it */
		expect(a, c, name, STR("123456789012.34"), "");
	} else if (str_eq(type, STR("datetime"))) {
		expect(a, c, name, STR("2026-11-21T10:15:00Z"), "");
		expect(a, c, name, STR("NOW"), "field_type");
		expect(a, c, name, STR("21.11.2026"), "field_type");
	} else {
		assert_str(type, "boolean");
		expect(a, c, name, STR("true"), "");
		expect(a, c, name, STR("false"), "");
		expect(a, c, name, STR("yes"), "field_type");
		expect(a, c, name, STR("1"), "field_type");
	}
	for (size_t i = 0; i < sizeof(no_number) / sizeof(no_number[0]); i++) {
		if (str_eq(type, STR("integer")) || str_eq(type, STR("decimal")))
			expect(a, c, name, str_from(no_number[i]), "field_type");
	}
}

/* These three have forms of their own. */
static bool
check_own_form(struct arena *a, const struct catalogue *c, struct str name)
{
	if (str_eq(name, STR("CurrencyCode"))) {
		expect(a, c, name, STR("EUR"), "");
		expect(a, c, name, STR("BHD"), "");
		expect(a, c, name, STR("eur"), "field_type");
		expect(a, c, name, STR("EURO"), "field_type");
		expect(a, c, name, STR("XXX"), "field_type");
	} else if (str_eq(name, STR("CustomerEmail"))) {
		expect(a, c, name, times(a, "a", 40), "");
		expect(a, c, name, times(a, "0", 64), "");
		expect(a, c, name, times(a, "a", 41), "field_type");
		expect(a, c, name, STR("jane@example.com"), "field_type");
	} else if (str_eq(name, STR("UniqueUrl"))) {
		expect(a, c, name, STR("https://example.com/a"), "");
		expect(a, c, name, STR("example.com"), "field_type");
	} else {
		return false;
	}
	return true;
}

static void
each_documented_field_has_its_type_and_length(void **state)
{
	struct arena *a = *state;
	struct catalogue *c = file_catalogue(a);
	const struct json *fields = documented(a, "fields");

	assert_int_equal(json_length(fields), c->n);
	for (size_t i = 0; i < json_length(fields); i++) {
		const struct json *f = json_at(fields, i);
		struct str name = json_text_at(a, f, "name");
		const struct json *range = json_get(f, "range");
		int64_t first = 0;
		int64_t last = 0;
		int64_t max = 0;

		(void)json_int(json_get(f, "max_length"), &max);
		if (range != NULL) {
			assert_true(json_int(json_at(range, 0), &first) && json_int(json_at(range, 1), &last));
			assert_null(catalogue_find(c, instance(a, name, first - 1)));
			assert_non_null(catalogue_find(c, instance(a, name, last)));
			assert_null(catalogue_find(c, instance(a, name, last + 1)));
		}
		name = instance(a, name, first);
		assert_non_null(catalogue_find(c, name));
		if (!check_own_form(a, c, name))
			check_type(a, c, name, json_text_at(a, f, "type"), max);
	}
}

/* ---- the rules between them */

struct rules {
	struct arena *a;
	struct catalogue *c;
	const char *fields[40]; /* mapped to themselves, so that their value is what the record has */
	size_t n;
};

static struct rules *
rules_new(struct arena *a)
{
	struct rules *r = arena_alloc(a, sizeof(*r));

	r->a = a;
	r->c = file_catalogue(a);
	return r;
}

static void
with(struct rules *r, const char *field)
{
	r->fields[r->n++] = field;
}

static void
complete(struct rules *r)
{
	with(r, "EventDate");
	with(r, "OrderId");
	with(r, "EventTypeCode");
	with(r, "CustomerId");
}

static const char *
plain_value(const struct catalogue_field *f)
{
	static const char *const values[] = {
		[CATALOGUE_STRING] = "x",
		[CATALOGUE_INTEGER] = "7",
		[CATALOGUE_DECIMAL] = "5.00",
		[CATALOGUE_DATETIME] = "2026-11-21T10:15:00Z",
		[CATALOGUE_BOOLEAN] = "true",
	};

	if (str_eq(f->name, STR("CurrencyCode")))
		return "EUR";
	return str_eq(f->name, STR("UniqueUrl")) ? "https://example.com/a" : values[f->type];
}

/* Whether any of the sentences begins so; none of them at all for NULL. */
static bool
said(const char *begins, const struct str *messages, size_t n)
{
	for (size_t i = 0; begins != NULL && i < n; i++) {
		if (str_starts(messages[i], str_from(begins)))
			return true;
	}
	return begins == NULL && n == 0;
}

/* Both checks over the same fields: what is said before saving and before sending, NULL for nothing at all. */
static void
says(struct rules *r, const char *saving, const char *sending)
{
	struct str rows = { 0 };
	struct catalogue_value values[sizeof(r->fields) / sizeof(r->fields[0]) + 1];
	struct config_document doc;
	struct config_fault *save;
	struct catalogue_fault *send;
	struct str *messages;
	size_t n_save;
	size_t n_send;
	size_t n = 0;

	if (r->n == 0 || strcmp(r->fields[0], "-CampaignId") != 0)
		values[n++] = (struct catalogue_value){ STR("CampaignId"), STR("1000") };
	for (size_t i = n == 0 ? 1 : 0; i < r->n; i++) {
		struct str name = str_from(r->fields[i]);
		const struct catalogue_field *f = catalogue_find(r->c, name);

		assert_non_null(f);
		values[n++] = (struct catalogue_value){ instance(r->a, name, 1), str_from(plain_value(f)) };
		rows = str_printf(r->a, STR_FMT "%s{\"id\":\"r%zu\",\"field\":\"%s\",\"expression\":\"{x}\"}",
		    STR_ARG(rows), rows.n > 0 ? "," : "", i, r->fields[i]);
	}
	deal_read(r->a, deal_document(r->a, "deals", rows, ""), &doc);
	n_save = ruleset_check(r->a, &doc, r->c, &save);
	n_send = catalogue_check(r->a, r->c, values, n, &send);
	messages = arena_array(r->a, n_save + n_send, sizeof(*messages));
	for (size_t i = 0; i < n_save; i++)
		messages[i] = save[i].message;
	if (!said(saving, messages, n_save))
		fail_msg("before saving: " STR_FMT, STR_ARG(n_save > 0 ? save[0].message : STR("nothing")));
	for (size_t i = 0; i < n_send; i++)
		messages[i] = send[i].message;
	if (!said(sending, messages, n_send))
		fail_msg("before sending: " STR_FMT, STR_ARG(n_send > 0 ? send[0].message : STR("nothing")));
}

static void
what_is_always_required(void **state)
{
	static const char *const always[] = { "EventDate", "OrderId" };
	struct rules *r = rules_new(*state);

	complete(r);
	says(r, NULL, NULL);
	for (size_t i = 0; i < 2; i++) {
		r = rules_new(*state);
		with(r, always[1 - i]);
		with(r, "EventTypeCode");
		with(r, "CustomerId");
		says(r, str_printf(*state, "%s is required and not mapped.", always[i]).p,
		    str_printf(*state, "%s is required and has no value.", always[i]).p);
	}
	/* the program comes from Settings, so no mapping can miss it */
	r = rules_new(*state);
	with(r, "-CampaignId");
	complete(r);
	says(r, NULL, "CampaignId is required and has no value.");
}

static const char *
name_at(struct arena *a, const struct json *list, size_t i)
{
	struct str s = { 0 };

	assert_true(json_string(json_at(list, i), &s));
	return str_c(a, s);
}

static void
one_event_identifier(void **state)
{
	const struct json *list = json_get(documented(*state, "rules"), "event_identifier");
	struct rules *r = rules_new(*state);

	with(r, "EventDate"), with(r, "OrderId"), with(r, "CustomerId");
	says(r, "EventTypeCode is required and not mapped", "EventTypeCode has no value");
	for (size_t i = 0; i < json_length(list); i++) {
		r = rules_new(*state);
		with(r, "EventDate"), with(r, "OrderId"), with(r, "CustomerId");
		with(r, name_at(*state, list, i));
		says(r, NULL, NULL);
	}
	/* two of them might mean two events */
	for (size_t i = 0; i < 3; i++) {
		static const char *const pairs[][2] = { { "EventTypeId", "ActionTrackerId" },
			{ "EventTypeId", "EventTypeCode" }, { "ActionTrackerId", "EventTypeCode" } };
		const char *sentence =
		    str_printf(*state, "%s and %s must not be sent together.", pairs[i][0], pairs[i][1]).p;

		r = rules_new(*state);
		with(r, "EventDate"), with(r, "OrderId"), with(r, "CustomerId");
		with(r, pairs[i][0]), with(r, pairs[i][1]);
		says(r, sentence, sentence);
	}
}

static void
one_attribution_key(void **state)
{
	const struct json *list = json_get(documented(*state, "rules"), "attribution_key");
	struct rules *r = rules_new(*state);
	size_t tried = 0;

	with(r, "EventDate"), with(r, "OrderId"), with(r, "EventTypeCode");
	says(r, "ClickId or CustomerId is required and not mapped", "ClickId and CustomerId have no value");
	for (size_t i = 0; i < json_length(list); i++) {
		const char *key = name_at(*state, list, i);
		const struct catalogue_field *f = catalogue_find(r->c, str_from(key));

		/* an alias, or set by no CRM */
		if (f == NULL || !f->selectable)
			continue;
		r = rules_new(*state);
		with(r, "EventDate"), with(r, "OrderId"), with(r, "EventTypeCode");
		with(r, key);
		says(r, NULL, NULL);
		tried++;
	}
	assert_int_equal(tried, 9);
}

/* Each amount, by name: the documented ones, and no rate or number. */
static void
an_amount_needs_its_currency(void **state)
{
	static const char *const amounts[] = { "Amount", "OrderSubTotalPostDiscount", "OrderSubTotal", "OrderDiscount",
		"OrderShipping", "OrderTax", "OrderMargin", "Money1" };
	static const char *const none[] = { "OrderDiscountRate", "Numeric1" };
	struct rules *r;

	for (size_t i = 0; i < sizeof(amounts) / sizeof(amounts[0]); i++) {
		r = rules_new(*state);
		complete(r);
		with(r, amounts[i]);
		says(r, "CurrencyCode is required and not mapped", "CurrencyCode has no value");
		with(r, "CurrencyCode");
		says(r, NULL, NULL);
	}
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		r = rules_new(*state);
		complete(r);
		with(r, none[i]);
		says(r, NULL, NULL);
	}
}

static void
a_line_item_is_complete(void **state)
{
	static const char *const parts[] = { "ItemSku{i}", "ItemCategory{i}", "ItemQuantity{i}", "ItemPrice{i}" };
	static const char *const amounts[] = { "ItemPrice{i}", "ItemSubTotal{i}", "Amount" };
	struct rules *r;

	for (size_t i = 0; i < 4; i++) {
		r = rules_new(*state);
		complete(r);
		with(r, "CurrencyCode");
		for (size_t k = 0; k < 4; k++) {
			if (k != i)
				with(r, parts[k]);
		}
		says(r, str_printf(*state, "%s is required with line items and not mapped", parts[i]).p,
		    str_printf(*state, STR_FMT " has no value: line item 1",
		        STR_ARG(instance(*state, str_from(parts[i]), 1)))
		        .p);
	}
	for (size_t i = 0; i < 3; i++) {
		r = rules_new(*state);
		complete(r);
		with(r, "CurrencyCode");
		with(r, parts[0]), with(r, parts[1]), with(r, parts[2]);
		with(r, amounts[i]);
		says(r, NULL, NULL);
	}
}

static void
each_exclusive_pair(void **state)
{
	const struct json *pairs = json_get(documented(*state, "rules"), "mutually_exclusive");

	assert_int_equal(json_length(pairs), 5);
	for (size_t i = 0; i < json_length(pairs); i++) {
		struct rules *r = rules_new(*state);
		struct str a = str_from(name_at(*state, json_at(pairs, i), 0));
		struct str b = str_from(name_at(*state, json_at(pairs, i), 1));

		if (str_eq(b, STR("Item*{i}")))
			b = STR("ItemName{i}");
		complete(r);
		with(r, "CurrencyCode");
		with(r, str_c(*state, a)), with(r, str_c(*state, b));
		says(r,
		    str_printf(*state, STR_FMT " and " STR_FMT " must not be sent together.", STR_ARG(a), STR_ARG(b)).p,
		    str_printf(*state, STR_FMT " and " STR_FMT " must not be sent together.",
		        STR_ARG(instance(*state, a, 1)), STR_ARG(instance(*state, b, 1)))
		        .p);
	}
}

/* ---- what a row says by itself, before there is a record */

static void
a_text_that_impact_would_refuse_is_told_before_saving(void **state)
{
	static const struct {
		const char *field, *text, *sentence;
	} rows[] = {
		{ "EventDate", "NOW", "EventDate must be a date." },
		{ "Date1", "2026-11-21", NULL },
		{ "Text1", "12345678901234567890123456789012345678901234567890123456789012345",
		    "Text1 is 65 characters long; impact.com takes 64." },
		{ "Text1", "constant", NULL },
		{ "Text1", "", "Text1: choose a HubSpot property or write a text." },
		{ "MediaId", "abc", "MediaId must be a whole number." },
		{ "Numeric1", "a lot", "Numeric1 must be a plain number such as 1234.50." },
		{ "GiftPurchase", "yes", "GiftPurchase must be true or false." },
		{ "CurrencyCode", "Euro", "CurrencyCode must be a currency code of three capital letters." },
		{ "Note", "ask jane@example.com", "Note holds an e-mail address, and those are never sent." },
		{ "OrderId", "order-1", "OrderId must differ from record to record" },
		{ "OrderId", "IR_AN_64_TS", "OrderId must differ from record to record" },
		{ "ItemCategory{i}", "Software", NULL },
		{ "CustomerEmail", "jane", "CustomerEmail must be an e-mail address, or its SHA-1 or SHA-256 hash." },
	};
	struct catalogue *c = file_catalogue(*state);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct config_document doc;
		struct config_fault *faults;
		struct str message = { 0 };
		size_t n;

		deal_read(*state,
		    deal_document(*state, "deals",
		        str_printf(*state, "{\"id\":\"x\",\"field\":\"%s\",\"expression\":\"%s\"}", rows[i].field,
		            rows[i].text),
		        ""),
		    &doc);
		n = ruleset_check(*state, &doc, c, &faults);
		for (size_t k = 0; k < n; k++) {
			if (str_eq(faults[k].path, STR("objects.deals.mapping.x.expression")))
				message = faults[k].message;
		}
		if (rows[i].sentence == NULL ? message.n > 0 : !str_starts(message, str_from(rows[i].sentence)))
			fail_msg("row %zu: \"" STR_FMT "\"", i, STR_ARG(message));
	}
}

/* Rows that take turns by their conditions are no conflict; what both give is one, before sending. */
static void
exclusive_fields_may_take_turns(void **state)
{
#define TURN(id, field, when)                                                                                          \
	"{\"id\":\"" id "\",\"field\":\"" field "\",\"expression\":\"{amount}\",\"when\":\"" when "\"}"
#define REST                                                                                                           \
	",{\"id\":\"a\",\"field\":\"EventTypeCode\",\"expression\":\"S\"},{\"id\":\"b\",\"field\":\"EventDate\","      \
	"\"expression\":\"{event.occurredAt}\"},{\"id\":\"c\",\"field\":\"OrderId\",\"expression\":\"{hs_object_id}"   \
	"\"}"
	static const char *const rows =
	    TURN("x", "MediaId", "{amount} > 1000") "," TURN("y", "MediaPartnerId", "{amount} > 1") REST;
	struct deal *d = deal_with(*state, 0, rows, "");
	struct config_fault *faults;

	assert_int_equal(ruleset_check(*state, &d->document, d->catalogue, &faults), 0);
	d->in.record = deal_record(*state, "9001", "{\"amount\":\"5\"}");
	deal_build(d);
	assert_int_equal(d->out.n_faults, 0);
	d->in.record = deal_record(*state, "9001", "{\"amount\":\"5000\"}");
	deal_build(d);
	assert_str(deal_fault(d, "MediaId"), "field_exclusive");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(each_documented_field_has_its_type_and_length),
		TEST(what_is_always_required),
		TEST(one_event_identifier),
		TEST(one_attribution_key),
		TEST(an_amount_needs_its_currency),
		TEST(a_line_item_is_complete),
		TEST(each_exclusive_pair),
		TEST(a_text_that_impact_would_refuse_is_told_before_saving),
		TEST(exclusive_fields_may_take_turns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
