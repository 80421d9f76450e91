/* The presets and the predefined triggers: data that works as it is (I-14, I-32..I-55, I-63, V-08..V-15, C-17). */
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
	*state = arena_new((size_t)256 << 20);
	return 0;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static const struct json *
presets(struct arena *a)
{
	return json_get(file_json(a, "conf/presets.json"), "presets");
}

static const struct json *
preset(struct arena *a, struct str id)
{
	const struct json *list = presets(a);

	for (size_t i = 0; i < json_length(list); i++) {
		if (str_eq(json_text_at(a, json_at(list, i), "id"), id))
			return json_at(list, i);
	}
	return NULL;
}

/* I-09: whoever applies a preset may switch a trigger on and save. */
static void
each_preset_is_complete(void **state)
{
	struct arena *a = *state;
	const struct json *list = presets(a);

	assert_true(json_length(list) >= 6);
	for (size_t i = 0; i < json_length(list); i++) {
		const struct json *p = json_at(list, i);
		struct str id = json_text_at(a, p, "id");
		struct str object = json_text_at(a, p, "object");
		struct config_document doc;
		struct config_fault *faults;
		size_t n;

		for (size_t k = 0; k < i; k++)
			assert_false(str_eq(json_text_at(a, json_at(list, k), "id"), id));
		assert_true(json_text_at(a, p, "label").n > 0 && json_text_at(a, p, "description").n > 0);
		deal_read(a, deal_document(a, str_c(a, object), deal_preset_rows(a, str_c(a, id)), ""), &doc);
		n = ruleset_check(a, &doc, file_catalogue(a), &faults);
		if (n > 0)
			fail_msg(STR_FMT ": " STR_FMT, STR_ARG(faults[0].path), STR_ARG(faults[0].message));
	}
}

static const char *const rows[][3] = {
	/* I-33..I-42 with the question of I-35 and I-36 */
	{ "contacts", "EventTypeCode", "{lifecyclestage}" },
	{ "contacts", "CustomerId", "{hs_object_id}" },
	{ "contacts", "OrderId", "{hs_object_id}" },
	{ "contacts", "EventDate", "{lastmodifieddate}" },
	{ "contacts", "Text3", "{company}" },
	{ "contacts", "CustomerCity", "{city}" },
	{ "contacts", "CustomerCountry", "{country}" },
	{ "contacts", "CustomerPostCode", "{zip}" },
	{ "contacts", "ClickId", "{custom_impact_click_id}" },
	{ "contacts-lead-status", "EventTypeCode", "{lifecyclestage}" },
	{ "contacts-lead-status", "CustomerId", "{hs_object_id}" },
	{ "contacts-lead-status", "OrderId", "{contact_[lead_status]_id}" },
	/* I-32 */
	{ "companies", "CustomerId", "{contact.hs_object_id}" },
	{ "companies", "OrderId", "company_{hs_object_id}" },
	/* I-43..I-55, I-63 */
	{ "deals", "EventTypeCode", "{deal_[deal stage]}" },
	{ "deals", "CustomerId", "{contact.hs_object_id}" },
	{ "deals", "OrderId", "{deal_[stage]_id}" },
	{ "deals", "EventDate", "{hs_lastmodifieddate}" },
	{ "deals", "Text3", "{closedate}" },
	{ "deals", "Text2", "{hs_deal_stage_probability}" },
	{ "deals", "OrderSubTotal", "{amount}" },
	{ "deals", "ClickId", "{contact.custom_impact_click_id}" },
	{ "deals", "CurrencyCode", "{deal_currency_code|or:account.currency}" },
	{ "deals", "ItemSku{i}", "{line_item{i}.hs_sku}" },
	{ "deals", "ItemName{i}", "{line_item{i}.name}" },
	{ "deals", "ItemCategory{i}", "{line_item{i}.name}" },
	{ "deals", "ItemPrice{i}", "{line_item{i}.price}" },
	{ "deals", "ItemQuantity{i}", "{line_item{i}.quantity}" },
	/* I-44, I-46 */
	{ "deals-customer-property", "CustomerId", "{impact_customer_id}" },
	{ "deals-customer-property", "OrderId", "{deal_[stage]_id}" },
	/* V-08..V-15; C-17: the contact's id and address */
	{ "deals-advocate", "EventDate", "{lastmodifieddate}" },
	{ "deals-advocate", "CustomerId", "{contact.hs_object_id}" },
	{ "deals-advocate", "CustomerEmail", "{contact.email}" },
	{ "deals-advocate", "OrderId", "{deal_[stage]_id}" },
	{ "deals-advocate", "EventTypeCode", "{deal_[deal stage]}" },
	{ "deals-advocate", "OrderSubTotal", "{amount}" },
	{ "deals-advocate", "Date3", "{closedate}" },
	{ "deals-advocate", "Text2", "{hs_deal_stage_probability}" },
};

static void
presets_follow_the_tables(void **state)
{
	struct arena *a = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct json *list = json_get(preset(a, str_from(rows[i][0])), "rows");
		size_t found = 0;

		for (size_t k = 0; k < json_length(list); k++) {
			if (str_eq(json_text_at(a, json_at(list, k), "field"), str_from(rows[i][1])) &&
			    str_eq(json_text_at(a, json_at(list, k), "expression"), str_from(rows[i][2])))
				found++;
		}
		if (found != 1)
			fail_msg("%s: %s <- %s", rows[i][0], rows[i][1], rows[i][2]);
	}
}

/* I-35, I-36: the answer decides which preset; each leads to one of the same object. */
static void
questions_lead_to_presets(void **state)
{
	struct arena *a = *state;
	const struct json *list = presets(a);
	const struct json *question = json_get(preset(a, STR("contacts")), "question");

	assert_true(json_text_at(a, question, "text").n > 0 && json_text_at(a, question, "help").n > 0);
	assert_int_equal(json_length(json_get(question, "answers")), 2);
	assert_str(json_text_at(a, json_at(json_get(question, "answers"), 0), "preset"), "contacts-lead-status");
	assert_str(json_text_at(a, json_at(json_get(question, "answers"), 1), "preset"), "contacts");
	for (size_t i = 0; i < json_length(list); i++) {
		const struct json *p = json_at(list, i);
		const struct json *answers = json_get(json_get(p, "question"), "answers");
		struct str other = json_text_at(a, p, "alternative_to");

		assert_true(other.n == 0 || preset(a, other) != NULL);
		for (size_t k = 0; k < json_length(answers); k++) {
			struct str id = json_text_at(a, json_at(answers, k), "preset");

			assert_true(json_text_at(a, json_at(answers, k), "label").n > 0);
			assert_non_null(preset(a, id));
			assert_true(str_eq(json_text_at(a, preset(a, id), "object"), json_text_at(a, p, "object")));
		}
	}
}

/* impact.md 9.2 */
static const char *const predefined[][8] = {
	{ "contacts", "lifecyclestage", "hs_lead_status", "email", "company", "jobtitle", "hubspot_owner_id", NULL },
	{ "companies", "lifecyclestage", "hs_lead_status", "name", "domain", "industry", "type", "hubspot_owner_id" },
	{ "deals", "dealstage", "dealtype", "dealname", "amount", "closedate", "pipeline", "hubspot_owner_id" },
};

static bool
names_property(struct arena *a, const struct json *list, const char *member, const char *name)
{
	for (size_t i = 0; i < json_length(list); i++) {
		if (str_eq(json_text_at(a, json_at(list, i), member), str_from(name)))
			return true;
	}
	return false;
}

/* I-14: all of them are offered, exist in HubSpot, and are reported to the app at once. */
static void
predefined_triggers_work(void **state)
{
	static const char *const webhooks = "conf/hubspot-app/src/app/webhooks/webhooks-hsmeta.json";
	static const char *const singular[] = { "contact", "company", "deal" };
	struct arena *a = *state;
	const struct json *objects = json_get(file_json(a, "conf/triggers.json"), "objects");
	const struct json *properties = file_json(a, "tests/sandbox/data/hubspot-properties.json");
	struct str subscribed = file_read(a, webhooks);

	for (size_t o = 0; o < 3; o++) {
		const struct json *list = json_get(objects, predefined[o][0]);
		size_t n = 0;

		for (size_t i = 1; i < 8 && predefined[o][i] != NULL; i++, n++) {
			struct str want = str_printf(a, "\"objectType\": \"%s\", \"propertyName\": \"%s\"", singular[o],
			    predefined[o][i]);

			if (!names_property(a, list, "property", predefined[o][i]) ||
			    !names_property(a, json_get(properties, predefined[o][0]), "name", predefined[o][i]) ||
			    str_find(subscribed, want) == subscribed.n)
				fail_msg("%s of %s", predefined[o][i], predefined[o][0]);
		}
		assert_int_equal(json_length(list), n);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_preset_is_complete, setup, teardown),
		cmocka_unit_test_setup_teardown(presets_follow_the_tables, setup, teardown),
		cmocka_unit_test_setup_teardown(questions_lead_to_presets, setup, teardown),
		cmocka_unit_test_setup_teardown(predefined_triggers_work, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
