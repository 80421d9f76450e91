/* What is written to HubSpot, and what its answers say of each record (hubspot.md 3.1, 3.2, 3.4). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "lib/answer.h"
#include "remote/hubspot_write.h"

static int
setup(void **state)
{
	*state = arena_new((size_t)16 << 20);
	return 0;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static struct hubspot_change
change(struct arena *a, const char *id, const char *trace)
{
	struct json *properties = json_object(a);

	json_set_str(properties, "impact_customer_id", STR("77"));
	return (struct hubspot_change){ .id = str_from(id), .trace = str_from(trace), .properties = properties };
}

static void
a_batch_gives_each_record_a_trace_of_its_own_and_is_never_repeated_by_the_client(void **state)
{
	struct arena *a = *state;
	struct settings s = answer_settings(a);
	struct secret token = secret_copy(a, STR("t"));
	const struct hubspot_change changes[] = { change(a, "1", "u1"), change(a, "2", "u2") };
	struct http_request q;

	hubspot_crm_batch_update(a, &s, &token, STR("deals"), changes, 2, &q);
	assert_true(str_ends(q.url, STR("/deals/batch/update")));
	assert_str(q.body,
	    "{\"inputs\":["
	    "{\"id\":\"1\",\"objectWriteTraceId\":\"u1\",\"properties\":{\"impact_customer_id\":\"77\"}},"
	    "{\"id\":\"2\",\"objectWriteTraceId\":\"u2\",\"properties\":{\"impact_customer_id\":\"77\"}}]}");
	assert_true(q.once);
}

static void
a_partial_answer_is_taken_apart_by_record(void **state)
{
	struct arena *a = *state;
	const struct hubspot_change changes[] = { change(a, "1", "u1"), change(a, "2", "u2"), change(a, "3", "u3") };
	const struct http_answer answer = answer_of(207,
	    "{\"status\":\"COMPLETE\",\"results\":[{\"id\":\"3\",\"properties\":{}}],\"numErrors\":1,\"errors\":[{"
	    "\"status\":\"error\",\"category\":\"VALIDATION_ERROR\",\"message\":\"no\",\"context\":{"
	    "\"objectWriteTraceId\":[\"u1\"]},\"errors\":[{\"code\":\"READ_ONLY_VALUE\"}]}]}");
	struct hubspot_outcome o[3];
	struct err e = { .code = ERR_NONE };

	assert_true(hubspot_crm_read_outcomes(a, &answer, changes, 3, o, &e));
	assert_true(o[0].refused && !o[0].written);
	assert_str(o[0].code, "READ_ONLY_VALUE");
	assert_str(o[0].words, "no");
	assert_true(!o[1].refused && !o[1].written); /* it says nothing */
	assert_true(o[2].written && !o[2].refused);
}

static void
an_answer_that_is_no_json_says_nothing_of_any_record(void **state)
{
	struct arena *a = *state;
	const struct hubspot_change changes[] = { change(a, "1", "u1") };
	const struct http_answer answer = answer_of(200, "<html>");
	struct hubspot_outcome o[1];
	struct err e = { .code = ERR_NONE };

	assert_false(hubspot_crm_read_outcomes(a, &answer, changes, 1, o, &e));
	assert_true(!o[0].written && !o[0].refused);
}

static void
T_24_a_property_is_one_line_of_text_in_our_group_and_may_be_a_form_field(void **state)
{
	struct arena *a = *state;
	struct settings s = answer_settings(a);
	struct secret token = secret_copy(a, STR("t"));
	const struct hubspot_property p = { STR("contacts"), STR("custom_impact_click_id"), STR("Click"), STR("What"),
		STR("impact_partner"), STR("impact.com") };
	struct http_request q;

	hubspot_crm_group_create(a, &s, &token, &p, &q);
	assert_true(str_ends(q.url, STR("/contacts/groups")));
	assert_str(q.body, "{\"name\":\"impact_partner\",\"label\":\"impact.com\",\"displayOrder\":-1}");
	hubspot_crm_property_create(a, &s, &token, &p, &q);
	assert_true(str_ends(q.url, STR("/contacts")));
	assert_true(str_find(q.body,
	                STR("\"groupName\":\"impact_partner\",\"type\":\"string\",\"fieldType\":\"text\"")) < q.body.n);
	assert_true(str_find(q.body, STR("\"formField\":true")) < q.body.n);
}

static void
a_search_counts_what_has_a_property_or_lacks_it_since_a_time(void **state)
{
	struct arena *a = *state;
	struct settings s = answer_settings(a);
	struct secret token = secret_copy(a, STR("t"));
	struct hubspot_search search = { .type = STR("contacts"), .filled = STR("email"), .limit = 1 };
	const struct http_answer answer = answer_of(200, "{\"total\":12345,\"results\":[]}");
	struct err e = { .code = ERR_NONE };
	struct http_request q;
	int64_t total;

	hubspot_crm_search(a, &s, &token, &search, &q);
	assert_true(str_find(q.body, STR("{\"propertyName\":\"email\",\"operator\":\"HAS_PROPERTY\"}")) < q.body.n);
	search = (struct hubspot_search){ .type = STR("deals"),
		.missing = STR("x"),
		.since_ms = 7,
		.behind_id = STR("200"),
		.limit = 100 };
	hubspot_crm_search(a, &s, &token, &search, &q);
	/* What gets its value while the pages are gone through leaves the result: pages by number would pass others over. */
	assert_true(str_find(q.body, STR("{\"propertyName\":\"x\",\"operator\":\"NOT_HAS_PROPERTY\"},{\"propertyName\":"
	                                 "\"hs_object_id\",\"operator\":\"GT\",\"value\":\"200\"},{\"propertyName\":"
	                                 "\"hs_lastmodifieddate\",\"operator\":\"GTE\",\"value\":\"7\"}")) < q.body.n);
	assert_true(str_find(q.body,
	                STR("\"sorts\":[{\"propertyName\":\"hs_object_id\",\"direction\":\"ASCENDING\"}]")) < q.body.n);
	assert_true(str_find(q.body, STR("\"after\"")) == q.body.n);
	assert_true(hubspot_crm_read_total(a, &answer, &total, &e));
	assert_int_equal(total, 12345);
}

static void
a_list_goes_page_by_page(void **state)
{
	struct arena *a = *state;
	struct settings s = answer_settings(a);
	struct secret token = secret_copy(a, STR("t"));
	const struct str names[] = { STR("a"), STR("b c") };
	const struct http_answer more = answer_of(200, "{\"results\":[],\"paging\":{\"next\":{\"after\":\"42\"}}}");
	const struct http_answer last = answer_of(200, "{\"results\":[]}");
	struct http_request q;

	hubspot_crm_list(a, &s, &token, STR("deals"), (struct str_list){ names, 2 }, STR("41"), &q);
	assert_true(str_ends(q.url, STR("/deals?archived=false&limit=100&properties=a%2Cb%20c&after=41")));
	assert_str(hubspot_crm_read_after(a, &more), "42");
	assert_str(hubspot_crm_read_after(a, &last), "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_batch_gives_each_record_a_trace_of_its_own_and_is_never_repeated_by_the_client),
		TEST(a_partial_answer_is_taken_apart_by_record),
		TEST(an_answer_that_is_no_json_says_nothing_of_any_record),
		TEST(T_24_a_property_is_one_line_of_text_in_our_group_and_may_be_a_form_field),
		TEST(a_search_counts_what_has_a_property_or_lacks_it_since_a_time),
		TEST(a_list_goes_page_by_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
