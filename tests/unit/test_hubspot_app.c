/* test_hubspot_app.c - task/hubspot_app: the app's file of subscriptions grows, and nothing else in it changes (I-64). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "lib/answer.h"
#include "lib/file.h"
#include "task/hubspot_app.h"

#define SHIPPED "conf/hubspot-app/"

static struct arena *a;
static struct hubspot_app_report report;
static struct err e;

static bool
extend(struct str text, const char *object, const char *property, struct str *out)
{
	const struct hubspot_app_property one = { .object = str_from(object), .property = str_from(property) };

	e = (struct err){ .code = ERR_NONE };
	return hubspot_app_extend(a, text, &one, 1, out, &report, &e);
}

static void
a_property_that_is_subscribed_to_changes_nothing(void **state)
{
	struct str text = file_read(a, SHIPPED HUBSPOT_APP_WEBHOOKS), out;

	(void)state;
	assert_true(extend(text, "deals", "dealstage", &out));
	assert_true(str_eq(out, text));
	assert_int_equal(report.added.n, 0);
	assert_in_range(report.total, 30, 100);
}

static void
I_64_a_new_property_becomes_one_line_and_the_rest_stays(void **state)
{
	struct str text = file_read(a, SHIPPED HUBSPOT_APP_WEBHOOKS), out, again;
	struct str row =
	    STR("{\"subscriptionType\": \"object.propertyChange\", \"objectType\": \"company\", \"propertyName\": "
	        "\"partner_tier\", \"active\": true},\n");

	(void)state;
	assert_true(extend(text, "companies", "partner_tier", &out));
	assert_str(report.added.v[0], "companies.partner_tier");
	size_t at = str_find(out, row);
	assert_true(at < out.n);
	assert_int_equal(out.n, text.n + 4 + row.n);
	assert_true(str_eq(str_slice(out, 0, at - 4), str_slice(text, 0, at - 4)));
	assert_true(str_eq(str_slice(out, at + row.n, out.n), str_slice(text, at - 4, text.n)));
	assert_true(extend(out, "companies", "partner_tier", &again));
	assert_true(str_eq(again, out));
}

static void
what_hubspot_has_no_subscription_for_is_told_and_left_out(void **state)
{
	static const struct {
		const char *object, *property;
	} rows[] = { { "deals", "hs_lastmodifieddate" }, { "contacts", "num_unique_conversion_events" },
		{ "tickets", "subject" }, { "line_items", "price" }, { "deals", "" }, { "deals", "a\"b" },
		{ "deals", "A" } };
	struct str text = file_read(a, SHIPPED HUBSPOT_APP_WEBHOOKS), out;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(extend(text, rows[i].object, rows[i].property, &out));
		assert_true(str_eq(out, text));
		assert_int_equal(report.refused.n, 1);
	}
}

static void
more_than_hubspot_allows_is_refused_with_the_number(void **state)
{
	struct str text = file_read(a, SHIPPED HUBSPOT_APP_WEBHOOKS), out;
	struct hubspot_app_property *many = arena_array(a, 1000, sizeof(*many));

	(void)state;
	for (size_t i = 0; i < 1000; i++)
		many[i] = (struct hubspot_app_property){ .object = STR("deals"), .property = str_printf(a, "p%zu", i) };
	e = (struct err){ .code = ERR_NONE };
	assert_false(hubspot_app_extend(a, text, many, 1000, &out, &report, &e));
	assert_int_equal(e.code, ERR_LIMIT);
	assert_non_null(strstr(e.text, "1000"));
	assert_true(hubspot_app_extend(a, text, many, 900, &out, &report, &e));
	assert_int_equal(report.added.n, 900);
}

static void
a_file_in_another_layout_is_refused_and_not_broken(void **state)
{
	static const char *const texts[] = {
		"{\"config\":{\"subscriptions\":{\"crmObjects\":[]}}}",
		"{\"config\":{\"subscriptions\":{\"crmObjects\":[\n{\"subscriptionType\": \"object.propertyChange\"}, "
		"{\n}]}}}",
		"{\"config\":{\"subscriptions\":{}}}",
		"{\"config\":",
	};
	struct str out;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct json *doc;
		struct err why;

		if (extend(str_from(texts[i]), "deals", "priority", &out))
			assert_true(json_parse(a, out, &json_limits_input, &doc, &why));
		else
			assert_int_equal(e.code, ERR_INVALID);
	}
	assert_false(extend(str_from(texts[0]), "deals", "priority", &out));
}

static void
the_profile_gets_the_address_and_keeps_the_rest(void **state)
{
	struct str out;

	(void)state;
	e = (struct err){ .code = ERR_NONE };
	assert_true(
	    hubspot_app_profile(a, file_read(a, SHIPPED HUBSPOT_APP_PROFILE), STR("https://c.example.org"), &out, &e));
	assert_str(hubspot_app_base_url(a, out), "https://c.example.org");
	assert_true(
	    hubspot_app_profile(a, STR("{\"accountId\": 77, \"variables\": {\"X\": \"y\", \"BASE_URL\": \"old\"}}"),
	        STR("https://c.example.org"), &out, &e));
	assert_str(out, "{\n\t\"accountId\": 77,\n\t\"variables\": {\n\t\t\"X\": \"y\",\n\t\t\"BASE_URL\": "
	                "\"https://c.example.org\"\n\t}\n}\n");
	assert_str(hubspot_app_base_url(a, STR("{}")), "");
}

static int
setup(void **state)
{
	(void)state;
	a = arena_new((size_t)64 * 1024 * 1024);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(a);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_property_that_is_subscribed_to_changes_nothing),
		cmocka_unit_test(I_64_a_new_property_becomes_one_line_and_the_rest_stays),
		cmocka_unit_test(what_hubspot_has_no_subscription_for_is_told_and_left_out),
		cmocka_unit_test(more_than_hubspot_allows_is_refused_with_the_number),
		cmocka_unit_test(a_file_in_another_layout_is_refused_and_not_broken),
		cmocka_unit_test(the_profile_gets_the_address_and_keeps_the_rest),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
