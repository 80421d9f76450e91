/* HubSpot's CRM reads: requests, classes of answers, tolerant bodies (hubspot.md 3, 4; F-086, F-088). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "lib/answer.h"
#include "remote/hubspot_crm.h"

static struct arena *arena;
static struct settings settings;
static struct secret token;

static int
set_up(void **state)
{
	(void)state;
	arena = arena_new(64 << 20);
	settings = answer_settings(arena);
	token = secret_copy(arena, STR("canary"));
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static void
records_are_asked_for_in_one_batch(void **state)
{
	const struct str ids[] = { STR("301"), STR("302") }, names[] = { STR("amount"), STR("dealstage") };
	struct http_request request;

	(void)state;
	hubspot_crm_batch_read(arena, &settings, &token, STR("deals"), (struct str_list){ ids, 2 },
	    (struct str_list){ names, 2 }, &request);
	assert_int_equal(request.method, HTTP_POST);
	assert_str(request.url, "https://hubspot.test/crm/objects/2026-09/deals/batch/read");
	assert_str(request.body,
	    "{\"properties\":[\"amount\",\"dealstage\"],\"inputs\":[{\"id\":\"301\"},{\"id\":\"302\"}]}");
	assert_str(request.content_type, "application/json");
	assert_str(answer_header_sent(&request, "Accept"), "application/json");
	assert_int_equal(request.auth, HTTP_AUTH_BEARER);
	assert_true(secret_eq(&request.secret, STR("canary")));
	assert_false(request.once);
}

static void
associations_are_asked_for_in_one_batch_and_by_page(void **state)
{
	const struct str ids[] = { STR("301") };
	struct http_request request;

	(void)state;
	hubspot_crm_associations_read(arena, &settings, &token, STR("deals"), STR("contacts"), ids, 1, &request);
	assert_str(request.url, "https://hubspot.test/crm/associations/2026-09/deals/contacts/batch/read");
	assert_str(request.body, "{\"inputs\":[{\"id\":\"301\"}]}");
	hubspot_crm_associations_more(arena, &settings, &token, STR("deals"), STR("contacts"), STR("301"), STR("a/b&c"),
	    &request);
	assert_int_equal(request.method, HTTP_GET);
	assert_str(request.url,
	    "https://hubspot.test/crm/objects/2026-09/deals/301/associations/contacts?limit=500&after=a%2Fb%26c");
}

static void
definitions_are_asked_for_by_type(void **state)
{
	struct http_request request;

	(void)state;
	hubspot_crm_properties(arena, &settings, &token, STR("line_items"), &request);
	assert_str(request.url, "https://hubspot.test/crm/properties/2026-09/line_items?archived=false");
	hubspot_crm_pipelines(arena, &settings, &token, STR("deals"), &request);
	assert_str(request.url, "https://hubspot.test/crm/pipelines/2026-09/deals");
}

static void
an_id_cannot_change_the_path(void **state)
{
	static const struct {
		const char *id, *in_url;
	} rows[] = {
		{ "../x", "/deals/..%2Fx/associations/" },
		{ "..", "/deals/-/associations/" },
		{ ".", "/deals/-/associations/" },
		{ "", "/deals/-/associations/" },
		{ "1?a=b#c", "/deals/1%3Fa%3Db%23c/associations/" },
		{ "\xc3\xbc\r\n", "/deals/%C3%BC%0D%0A/associations/" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct http_request request;

		hubspot_crm_associations_more(arena, &settings, &token, STR("deals"), STR("contacts"),
		    str_from(rows[i].id), STR("1"), &request);
		if (str_find(request.url, str_from(rows[i].in_url)) == request.url.n)
			fail_msg(STR_FMT, STR_ARG(request.url));
	}
}

/* hubspot.md 4.2 */
static void
each_status_has_its_class(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum retry_class result;
		enum err_code code;
	} rows[] = {
		{ 200, "{\"results\":[]}", RETRY_OK, ERR_NONE },
		{ 200, "", RETRY_OK, ERR_NONE },
		{ 201, " {}", RETRY_OK, ERR_NONE },
		{ 204, "", RETRY_OK, ERR_NONE },
		{ 207, "{}", RETRY_OK, ERR_NONE },
		{ 200, "<html>wait</html>", RETRY_AGAIN, ERR_REMOTE },
		{ 301, "", RETRY_MISSET, ERR_REMOTE },
		{ 400, "{\"message\":\"no\"}", RETRY_SPLIT, ERR_REMOTE },
		{ 401, "{\"category\":\"EXPIRED_AUTHENTICATION\"}", RETRY_SIGN_IN, ERR_DENIED },
		{ 403, "{\"category\":\"MISSING_SCOPES\"}", RETRY_FORBIDDEN, ERR_DENIED },
		{ 404, "<html>", RETRY_GONE, ERR_NOT_FOUND },
		{ 405, "", RETRY_FAULT, ERR_REMOTE },
		{ 408, "", RETRY_AGAIN, ERR_REMOTE },
		{ 409, "", RETRY_AGAIN, ERR_CONFLICT },
		{ 414, "", RETRY_SPLIT, ERR_REMOTE },
		{ 423, "", RETRY_WAIT, ERR_REMOTE },
		{ 429, "{\"policyName\":\"SECONDLY\"}", RETRY_WAIT, ERR_LIMIT },
		{ 477, "", RETRY_WAIT, ERR_REMOTE },
		{ 500, "{}", RETRY_AGAIN, ERR_REMOTE },
		{ 502, "<html>bad gateway</html>", RETRY_AGAIN, ERR_REMOTE },
		{ 503, "", RETRY_AGAIN, ERR_REMOTE },
		{ 524, "", RETRY_AGAIN, ERR_REMOTE },
		{ 526, "", RETRY_AGAIN, ERR_REMOTE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct http_answer answer = answer_of(rows[i].status, rows[i].body);
		struct err e = { 0 };
		enum retry_class result = hubspot_classify(arena, RETRY_HUBSPOT_READ, &answer, &e);

		if (result != rows[i].result || e.code != rows[i].code)
			fail_msg("%d: %d, %s", rows[i].status, (int)result, err_name(e.code));
	}
}

static void
no_answer_is_worth_another_try(void **state)
{
	struct http_answer answers[] = { answer_lost(HTTP_NOT_SENT), answer_lost(HTTP_UNKNOWN) };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct err e = { 0 };

		assert_int_equal(hubspot_classify(arena, RETRY_HUBSPOT_READ, &answers[i], &e), RETRY_AGAIN);
		assert_int_equal(e.code, answers[i].err.code);
	}
}

static void
a_refusal_tells_hubspots_message_and_correlation_id(void **state)
{
	struct http_answer answer =
	    answer_of(403, "{\"status\":\"error\",\"message\":\"Scopes\\nare missing.\",\"correlationId\":\"9588d18e\","
	                   "\"errors\":[{\"context\":{\"requiredGranularScopes\":[\"x\"]}}]}");
	struct http_answer bare = answer_with(arena, 502, "<html>", "x-hubspot-correlation-id", "c033cdaa");
	struct err e = { 0 };

	(void)state;
	assert_int_equal(hubspot_classify(arena, RETRY_HUBSPOT_READ, &answer, &e), RETRY_FORBIDDEN);
	assert_string_equal(e.text, "HubSpot answered 403: Scopes are missing. (correlation id 9588d18e)");
	assert_int_equal(hubspot_classify(arena, RETRY_HUBSPOT_READ, &bare, &e), RETRY_AGAIN);
	assert_string_equal(e.text, "HubSpot answered 502 (correlation id c033cdaa)");
}

static void
records_are_read_and_missing_ids_are_not_there(void **state)
{
	struct http_answer answer = answer_of(207,
	    "{\"status\":\"COMPLETE\",\"results\":[{\"id\":\"302\",\"properties\":{\"amount\":\"120.00\",\"closedate\":"
	    "null},"
	    "\"createdAt\":\"2026-11-01T00:00:00Z\",\"updatedAt\":\"2026-11-20T10:00:00.123Z\",\"archived\":false},"
	    "{\"id\":303,\"archived\":\"true\"},{\"properties\":{}},7],\"numErrors\":1,"
	    "\"errors\":[{\"status\":\"error\",\"category\":\"OBJECT_NOT_FOUND\",\"context\":{\"ids\":[\"301\"]}}]}");
	struct hubspot_record *records = NULL;
	struct err e = { 0 };
	struct str amount;
	size_t n = 0;

	(void)state;
	assert_true(hubspot_crm_read_records(arena, &answer, &records, &n, &e));
	assert_int_equal(n, 2);
	assert_str(records[0].id, "302");
	assert_true(json_string(json_get(records[0].properties, "amount"), &amount));
	assert_str(amount, "120.00");
	assert_int_equal(json_type(json_get(records[0].properties, "closedate")), JSON_NULL);
	assert_int_equal(records[0].created_ms, INT64_C(1793491200000));
	assert_int_equal(records[0].updated_ms, INT64_C(1795168800123));
	assert_false(records[0].archived);
	assert_str(records[1].id, "303");
	assert_int_equal(records[1].created_ms, 0);
	assert_true(records[1].archived);
}

static void
a_batch_that_was_not_read_is_not_taken_for_missing_records(void **state)
{
	static const struct {
		int status;
		const char *body;
	} rows[] = {
		{ 200, "{}" },
		{ 200, "{\"results\":\"x\"}" },
		{ 200, "[]" },
		{ 200, "" },
		{ 200, "{\"results\":[{\"id\":\"1\"}" },
		{ 200, "<html></html>" },
		{ 500, "{\"results\":[]}" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct http_answer answer = answer_of(rows[i].status, rows[i].body);
		struct hubspot_record *records = NULL;
		struct err e = { 0 };
		size_t n = 7;

		if (hubspot_crm_read_records(arena, &answer, &records, &n, &e))
			fail_msg("%s", rows[i].body);
		assert_int_equal(e.code, ERR_REMOTE);
		assert_int_equal(n, 0);
		assert_null(strstr(e.text, "canary"));
	}
}

/* F-086: one id's error is not the others'. */
static void
errors_of_a_batch_tell_which_ids_they_are_about(void **state)
{
	struct http_answer answer = answer_of(207,
	    "{\"results\":[],\"errors\":["
	    "{\"category\":\"OBJECT_NOT_FOUND\",\"context\":{\"ids\":[\"301\",\"302\"]}},"
	    "{\"category\":\"RATE_LIMITS\",\"message\":\"too many\",\"context\":{\"id\":\"303\"}},"
	    "{\"category\":\"MISSING_SCOPES\"},"
	    "{\"category\":\"OBJECT_NOT_FOUND\",\"subCategory\":\"crm.associations.NO_ASSOCIATIONS_FOUND\","
	    "\"context\":{\"fromObjectId\":[\"304\"]}},"
	    "{\"category\":\"INTERNAL_ERROR\",\"id\":\"305\"},{\"category\":\"SOMETHING_NEW\",\"id\":306},7]}");
	static const enum retry_class results[] = { RETRY_OK, RETRY_WAIT, RETRY_FORBIDDEN, RETRY_OK, RETRY_AGAIN,
		RETRY_REFUSED, RETRY_REFUSED };
	struct hubspot_batch_error *errors = NULL;
	size_t n = 0;

	(void)state;
	hubspot_crm_read_errors(arena, &answer, &errors, &n);
	assert_int_equal(n, 7);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(errors[i].result, results[i]);
	assert_int_equal(errors[0].n_ids, 2);
	assert_str(errors[0].ids[1], "302");
	assert_str(errors[3].ids[0], "304");
	assert_str(errors[5].ids[0], "306");
	assert_int_equal(errors[2].n_ids, 0);
	assert_str(errors[1].words, "too many");
	answer = answer_of(200, "{\"results\":[]}");
	hubspot_crm_read_errors(arena, &answer, &errors, &n);
	assert_int_equal(n, 0);
}

static void
associations_are_read_with_the_primary_one_marked(void **state)
{
	struct http_answer answer = answer_of(207,
	    "{\"results\":[{\"from\":{\"id\":\"301\"},\"to\":["
	    "{\"toObjectId\":512,\"associationTypes\":[{\"category\":\"HUBSPOT_DEFINED\",\"typeId\":3,\"label\":null}]}"
	    ","
	    "{\"toObjectId\":\"513\",\"associationTypes\":[{\"category\":\"HUBSPOT_DEFINED\",\"typeId\":341},"
	    "{\"category\":\"HUBSPOT_DEFINED\",\"typeId\":5}]},"
	    "{\"toObjectId\":514,\"associationTypes\":{\"category\":\"USER_DEFINED\",\"typeId\":5,\"label\":\"Payer\"}}"
	    ","
	    "{\"toObjectId\":515,\"associationTypes\":[{\"category\":\"HUBSPOT_DEFINED\",\"typeId\":777,\"label\":"
	    "\"Primary\"}]},"
	    "{\"associationTypes\":[]}],\"paging\":{\"next\":{\"after\":\"NTE1\"}}},"
	    "{\"from\":{\"id\":302},\"to\":{\"toObjectId\":900719925474099312}}],"
	    "\"errors\":[{\"category\":\"NO_ASSOCIATIONS_FOUND\",\"context\":{\"fromObjectId\":[\"303\"]}}]}");
	static const struct {
		const char *from, *to;
		bool primary;
	} expected[] = {
		{ "301", "512", false },
		{ "301", "513", true },
		{ "301", "514", false },
		{ "301", "515", true },
		{ "302", "900719925474099312", false },
	};
	struct hubspot_association *pairs = NULL;
	struct hubspot_association_more *more = NULL;
	struct err e = { 0 };
	size_t n = 0, n_more = 0;

	(void)state;
	assert_true(hubspot_crm_read_associations(arena, &answer, &pairs, &n, &more, &n_more, &e));
	assert_int_equal(n, 5);
	for (size_t i = 0; i < n; i++) {
		assert_str(pairs[i].from_id, expected[i].from);
		assert_str(pairs[i].to_id, expected[i].to);
		assert_int_equal(pairs[i].primary, expected[i].primary);
	}
	assert_int_equal(n_more, 1);
	assert_str(more[0].from_id, "301");
	assert_str(more[0].after, "NTE1");
}

static void
a_page_of_associations_is_read_in_both_shapes(void **state)
{
	static const struct {
		const char *body, *after;
	} rows[] = {
		{ "{\"results\":[{\"toObjectId\":512,\"associationTypes\":[]}],\"paging\":{\"next\":{\"after\":\"x\"}}"
		  "}",
		    "x" },
		{ "{\"results\":[{\"id\":\"512\",\"type\":\"deal_to_contact\"}]}", "" },
		{ "{\"results\":{\"id\":512},\"paging\":null}", "" },
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct http_answer answer = answer_of(200, rows[i].body);
		struct hubspot_association *pairs = NULL;
		struct err e = { 0 };
		struct str after;
		size_t n = 0;

		assert_true(hubspot_crm_read_associations_page(arena, STR("301"), &answer, &pairs, &n, &after, &e));
		assert_int_equal(n, 1);
		assert_str(pairs[0].from_id, "301");
		assert_str(pairs[0].to_id, "512");
		assert_str(after, rows[i].after);
	}
}

static void
properties_become_our_own_list(void **state)
{
	struct http_answer answer = answer_of(200,
	    "{\"results\":[{\"name\":\"dealstage\",\"label\":\"Deal "
	    "Stage\",\"type\":\"enumeration\",\"fieldType\":\"radio\","
	    "\"groupName\":\"dealinformation\",\"description\":\"d\",\"hidden\":false,\"calculated\":false,"
	    "\"options\":[{\"label\":\"Closed "
	    "Won\",\"value\":\"closedwon\",\"displayOrder\":5,\"hidden\":false},{\"label\":\"x\"}],"
	    "\"modificationMetadata\":{\"readOnlyValue\":false}},"
	    "{\"name\":\"secret\",\"type\":\"string\",\"hidden\":true},{\"name\":\"blob\",\"type\":\"json\"},"
	    "{\"name\":\"place\",\"type\":\"object_coordinates\"},{\"name\":\"old\",\"type\":\"string\",\"archived\":"
	    "true},"
	    "{\"label\":\"nameless\"},{\"name\":\"hs_acv\",\"calculated\":\"true\"}]}");
	struct json *list = NULL;
	struct err e = { 0 };

	(void)state;
	assert_true(hubspot_crm_read_properties(arena, &answer, &list, &e));
	assert_str(json_write(arena, list),
	    "[{\"name\":\"dealstage\",\"label\":\"Deal Stage\",\"type\":\"enumeration\",\"field_type\":\"radio\","
	    "\"group\":\"dealinformation\",\"description\":\"d\",\"hidden\":false,\"calculated\":false,"
	    "\"options\":[{\"value\":\"closedwon\",\"label\":\"Closed Won\"}]},"
	    "{\"name\":\"hs_acv\",\"label\":\"\",\"type\":\"\",\"field_type\":\"\",\"group\":\"\",\"description\":\"\","
	    "\"hidden\":false,\"calculated\":true,\"options\":[]}]");
}

static void
options_and_long_texts_are_cut(void **state)
{
	struct str body = { 0 };
	struct json *list = NULL;
	struct http_answer answer;
	struct err e = { 0 };
	struct buf b;

	(void)state;
	buf_init(&b, arena, 1 << 20);
	buf_add(&b, STR("{\"results\":[{\"name\":\"a\",\"description\":\""));
	for (int i = 0; i < 1000; i++)
		buf_add(&b, STR("\xc3\xbc"));
	buf_add(&b, STR("\",\"options\":["));
	for (int i = 0; i < 600; i++)
		buf_addf(&b, "%s{\"value\":\"%d\",\"label\":\"%d\"}", i == 0 ? "" : ",", i, i);
	buf_add(&b, STR("]}]}"));
	assert_true(buf_done(&b, &body, &e));
	answer = answer_of(200, body.p);
	assert_true(hubspot_crm_read_properties(arena, &answer, &list, &e));
	assert_int_equal(json_length(json_get(json_at(list, 0), "options")), 500);
	assert_true(str_is_utf8(json_text_at(arena, json_at(list, 0), "description")));
	assert_int_equal(json_text_at(arena, json_at(list, 0), "description").n, 400);
}

static void
pipelines_come_in_display_order_with_won_and_lost_stages(void **state)
{
	struct http_answer answer = answer_of(200,
	    "{\"results\":[{\"id\":\"55\",\"label\":\"Renewals\",\"displayOrder\":1,\"stages\":[]},"
	    "{\"id\":\"gone\",\"label\":\"Old\",\"archived\":true,\"stages\":[]},"
	    "{\"id\":\"default\",\"label\":\"Sales Pipeline\",\"displayOrder\":0,\"archived\":false,\"stages\":["
	    "{\"id\":\"closedlost\",\"label\":\"Closed "
	    "Lost\",\"displayOrder\":6,\"metadata\":{\"isClosed\":\"true\",\"probability\":\"0.0\"}},"
	    "{\"id\":\"closedwon\",\"label\":\"Closed "
	    "Won\",\"displayOrder\":5,\"metadata\":{\"isClosed\":\"true\",\"probability\":\"1.0\"}},"
	    "{\"id\":\"sure\",\"label\":\"Sure\",\"displayOrder\":2,\"metadata\":{\"isClosed\":false,\"probability\":1}"
	    "},"
	    "{\"id\":\"away\",\"label\":\"Away\",\"archived\":true},"
	    "{\"id\":\"bare\",\"label\":\"Bare\",\"displayOrder\":1}]}]}");
	struct json *list = NULL;
	struct err e = { 0 };

	(void)state;
	assert_true(hubspot_crm_read_pipelines(arena, &answer, &list, &e));
	assert_str(json_write(arena, list),
	    "[{\"id\":\"default\",\"label\":\"Sales Pipeline\",\"stages\":["
	    "{\"id\":\"bare\",\"label\":\"Bare\",\"closed\":false,\"won\":false},"
	    "{\"id\":\"sure\",\"label\":\"Sure\",\"closed\":false,\"won\":false},"
	    "{\"id\":\"closedwon\",\"label\":\"Closed Won\",\"closed\":true,\"won\":true},"
	    "{\"id\":\"closedlost\",\"label\":\"Closed Lost\",\"closed\":true,\"won\":false}]},"
	    "{\"id\":\"55\",\"label\":\"Renewals\",\"stages\":[]}]");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_are_asked_for_in_one_batch),
		cmocka_unit_test(associations_are_asked_for_in_one_batch_and_by_page),
		cmocka_unit_test(definitions_are_asked_for_by_type),
		cmocka_unit_test(an_id_cannot_change_the_path),
		cmocka_unit_test(each_status_has_its_class),
		cmocka_unit_test(no_answer_is_worth_another_try),
		cmocka_unit_test(a_refusal_tells_hubspots_message_and_correlation_id),
		cmocka_unit_test(records_are_read_and_missing_ids_are_not_there),
		cmocka_unit_test(a_batch_that_was_not_read_is_not_taken_for_missing_records),
		cmocka_unit_test(errors_of_a_batch_tell_which_ids_they_are_about),
		cmocka_unit_test(associations_are_read_with_the_primary_one_marked),
		cmocka_unit_test(a_page_of_associations_is_read_in_both_shapes),
		cmocka_unit_test(properties_become_our_own_list),
		cmocka_unit_test(options_and_long_texts_are_cut),
		cmocka_unit_test(pipelines_come_in_display_order_with_won_and_lost_stages),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
