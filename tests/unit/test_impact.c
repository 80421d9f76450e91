/* impact.com's Brand API: requests, all shapes of answers, limits (impact.md 1, 2, 3, 7; F-097, F-098, F-099, F-110). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/arena.h"
#include "core/retry.h"
#include "lib/answer.h"
#include "remote/impact.h"

static struct arena *arena;
static struct settings settings;
static struct impact_account account;

static int
set_up(void **state)
{
	(void)state;
	arena = arena_new(64 << 20);
	settings = answer_settings(arena);
	account = (struct impact_account){ .sid = STR("IRabc"), .token = secret_copy(arena, STR("canary")) };
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
every_request_has_basic_auth_json_and_version_14(void **state)
{
	struct http_request r[7];
	static const char *const urls[] = {
		"https://impact.test/Advertisers/IRabc/CompanyInformation",
		"https://impact.test/Advertisers/IRabc/Campaigns?Page=1&PageSize=1000",
		"https://impact.test/Advertisers/IRabc/Campaigns/1000",
		"https://impact.test/Advertisers/IRabc/Conversions",
		"https://impact.test/Advertisers/IRabc/APISubmissions/A-1",
		"https://impact.test/Advertisers/IRabc/Actions?CampaignId=1000&ActionDateStart=2026-11-21T00%3A00%3A00Z"
		"&ActionDateEnd=2026-11-21T02%3A00%3A00Z&Page=2&PageSize=2000",
		"https://impact.test/Advertisers/IRabc/Actions/1000.2000.3000",
	};

	(void)state;
	impact_company(arena, &settings, &account, &r[0]);
	impact_campaigns(arena, &settings, &account, 1, &r[1]);
	impact_campaign(arena, &settings, &account, STR("1000"), &r[2]);
	impact_conversion(arena, &settings, &account, STR("CampaignId=1000"), 77, &r[3]);
	impact_submission(arena, &settings, &account, STR("A-1"), &r[4]);
	impact_actions(arena, &settings, &account, STR("1000"), INT64_C(1795219200000), INT64_C(1795226400000), 2,
	    &r[5]);
	impact_action(arena, &settings, &account, STR("1000.2000.3000"), &r[6]);
	for (size_t i = 0; i < 7; i++) {
		assert_str(r[i].url, urls[i]);
		assert_int_equal(r[i].method, i == 3 ? HTTP_POST : HTTP_GET);
		assert_int_equal(r[i].auth, HTTP_AUTH_BASIC);
		assert_str(r[i].user, "IRabc");
		assert_true(secret_eq(&r[i].secret, STR("canary")));
		assert_str(answer_header_sent(&r[i], "Accept"), "application/json");
		assert_str(answer_header_sent(&r[i], "IR-Version"), "14");
		assert_int_equal(r[i].once, i == 3);
		assert_int_equal(r[i].send_before_mono_ms, i == 3 ? 77 : 0);
	}
	assert_str(r[3].body, "CampaignId=1000");
	assert_str(r[3].content_type, "application/x-www-form-urlencoded");
}

static void
ids_are_encoded_so_that_they_stay_one_segment(void **state)
{
	struct impact_account odd = { .sid = STR("IR/..?x") };
	struct http_request request;

	(void)state;
	impact_campaign(arena, &settings, &odd, STR("10/../20"), &request);
	assert_str(request.url, "https://impact.test/Advertisers/IR%2F..%3Fx/Campaigns/10%2F..%2F20");
	impact_campaign(arena, &settings, &odd, STR(""), &request);
	assert_str(request.url, "https://impact.test/Advertisers/IR%2F..%3Fx/Campaigns/-");
	odd.sid = STR("..");
	impact_company(arena, &settings, &odd, &request);
	assert_str(request.url, "https://impact.test/Advertisers/-/CompanyInformation");
}

/* impact.md 1.5, both casings, and Status ERROR inside a 200. */
static void
failures_have_a_code_and_words(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum err_code code;
		const char *words;
	} rows[] = {
		{ 400,
		    "{\"Status\":\"ERROR\",\"Message\":\"Validation Failed\",\"Errors\":[{\"Field\":\"AccountId\","
		    "\"Message\":\"Not a numeric value\"}]}",
		    ERR_REMOTE, "AccountId: Not a numeric value" },
		{ 400,
		    "{\"Status\":\"ERROR\",\"errors\":[{\"field\":\"OrderId\",\"level\":\"ERROR\",\"message\":\"too "
		    "long\"},"
		    "{\"field\":\"EventDate\",\"message\":\"bad\"}]}",
		    ERR_REMOTE, "OrderId: too long; EventDate: bad" },
		{ 400, "{\"ERRORS\":{\"FIELD\":\"x\",\"MESSAGE\":\"one object\"}}", ERR_REMOTE, "x: one object" },
		{ 400, "{\"errors\":[\"plain text\"]}", ERR_REMOTE, "plain text" },
		{ 400, "{\"errors\":[{}],\"message\":\"general\"}", ERR_REMOTE, "general" },
		{ 400, "<ImpactRadiusResponse/>", ERR_REMOTE, "400" },
		{ 401, "", ERR_DENIED, "Account SID and Auth Token" },
		{ 402, "{\"Message\":\"failed\"}", ERR_REMOTE, "failed" },
		{ 403, "{\"Message\":\"scope\"}", ERR_DENIED, "no permission" },
		{ 404, "", ERR_NOT_FOUND, "404" },
		{ 409, "", ERR_CONFLICT, "409" },
		{ 429, "", ERR_LIMIT, "429" },
		{ 500, "<html>", ERR_REMOTE, "500" },
		{ 302, "", ERR_REMOTE, "302" },
		{ 200, "{\"Status\":\"ERROR\",\"Message\":\"No such report\"}", ERR_REMOTE, "No such report" },
		{ 200, "{\"status\":\"error\",\"message\":\"lower\"}", ERR_REMOTE, "lower" },
		{ 200, "<ImpactRadiusResponse><Status>OK</Status></ImpactRadiusResponse>", ERR_REMOTE, "not JSON" },
		{ 200, "", ERR_REMOTE, "not JSON" },
		{ 200, "[]", ERR_REMOTE, "without an object" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct http_answer answer = answer_of(rows[i].status, rows[i].body);
		struct err e = { 0 };

		if (impact_ok(arena, &answer, &e) || e.code != rows[i].code || strstr(e.text, rows[i].words) == NULL)
			fail_msg("%d %s: %s", rows[i].status, rows[i].body, e.text);
	}
}

static void
an_answer_that_worked_is_ok(void **state)
{
	static const char *const bodies[] = { "{}", "{\"Status\":\"OK\",\"Uri\":\"/x\"}", "{\"Status\":\"DELETED\"}" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct http_answer answer = answer_of(200, bodies[i]);
		struct err e = { 0 };

		assert_true(impact_ok(arena, &answer, &e));
	}
}

static void
without_an_answer_the_clients_reason_is_told(void **state)
{
	struct http_answer answer = answer_lost(HTTP_UNKNOWN);
	struct impact_receipt receipt;
	struct err e = { 0 };

	(void)state;
	assert_false(impact_ok(arena, &answer, &e));
	assert_int_equal(e.code, ERR_TIMEOUT);
	assert_false(impact_read_receipt(arena, &answer, &receipt, &e));
	assert_int_equal(receipt.batch_id.n + receipt.action_id.n + receipt.refusal.n, 0);
}

static void
the_company_is_read(void **state)
{
	struct http_answer answer = answer_of(200, "{\"CompanyName\":\"Acme\",\"Currency\":\"USD\",\"Timezone\":\"(GMT "
	                                           "-08:00) Pacific Time (US & Canada); Tijuana\","
	                                           "\"Website\":\"\"}");
	struct http_answer bare = answer_of(200, "{\"CompanyName\":\"\",\"Currency\":null}");
	struct impact_company_info company;
	struct err e = { 0 };

	(void)state;
	assert_true(impact_read_company(arena, &answer, &company, &e));
	assert_str(company.name, "Acme");
	assert_str(company.currency, "USD");
	assert_str(company.time_zone, "(GMT -08:00) Pacific Time (US & Canada); Tijuana");
	assert_true(impact_read_company(arena, &bare, &company, &e));
	assert_int_equal(company.name.n + company.currency.n + company.time_zone.n, 0);
}

static void
programs_are_read_page_by_page(void **state)
{
	static const struct {
		const char *body;
		size_t n;
		int64_t next;
	} rows[] = {
		{ "{\"@page\":\"1\",\"@numpages\":\"3\",\"@nextpageuri\":\"/Advertisers/IRabc/"
		  "Campaigns?PageSize=1000&Page=2\","
		  "\"Campaigns\":[{\"Id\":\"1000\",\"Name\":\"Acme\",\"State\":\"active\"},{\"Id\":2000},{\"Name\":"
		  "\"no id\"}]}",
		    2, 2 },
		{ "{\"@page\":\"3\",\"@numpages\":\"3\",\"@nextpageuri\":\"/x\",\"Campaigns\":[{\"Id\":\"1000\"}]}", 1,
		    0 },
		{ "{\"@page\":2,\"@numpages\":3,\"@nextpageuri\":\"\",\"Campaigns\":[]}", 0, 0 },
		{ "{\"@page\":2,\"@nextpageuri\":\"https://impact.test/x?Page=3\",\"Campaigns\":{\"Id\":\"1000\"}}", 1,
		    3 },
		{ "{\"@page\":\"x\",\"@nextpageuri\":\"/x\"}", 0, 0 },
		{ "{\"Campaigns\":\"\"}", 0, 0 },
		{ "{}", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct http_answer answer = answer_of(200, rows[i].body);
		struct impact_program *programs = NULL;
		struct err e = { 0 };
		int64_t next = -1;
		size_t n = 0;

		assert_true(impact_read_programs(arena, &answer, &programs, &n, &next, &e));
		assert_int_equal(n, rows[i].n);
		assert_int_equal(next, rows[i].next);
		if (i == 0) {
			assert_str(programs[0].name, "Acme");
			assert_str(programs[0].state, "ACTIVE");
			assert_str(programs[1].id, "2000");
		}
	}
}

static void
one_program_is_read_or_not_found(void **state)
{
	struct http_answer answer =
	    answer_of(200, "{\"Id\":1000,\"Name\":\"Acme\",\"State\":\"ACTIVE\",\"Type\":\"Performance\"}");
	struct http_answer none = answer_of(404, "{\"Status\":\"ERROR\",\"Message\":\"Not found\"}"),
	                   odd = answer_of(200, "{}");
	struct impact_program program;
	struct err e = { 0 };

	(void)state;
	assert_true(impact_read_program(arena, &answer, &program, &e));
	assert_str(program.id, "1000");
	assert_false(impact_read_program(arena, &none, &program, &e));
	assert_int_equal(e.code, ERR_NOT_FOUND);
	assert_false(impact_read_program(arena, &odd, &program, &e));
	assert_int_equal(e.code, ERR_REMOTE);
}

/* impact.md 2.4; F-097: what has no id in it is no receipt. */
static void
receipts_come_in_several_shapes(void **state)
{
	static const struct {
		int status;
		const char *body, *batch_id, *action_id;
		bool ok;
	} rows[] = {
		{ 200, "{\"Status\":\"QUEUED\",\"QueuedUri\":\"/Advertisers/IRabc/APISubmissions/A-b1234c56-7d89\"}",
		    "A-b1234c56-7d89", "", true },
		{ 200,
		    "{\"Status\":\"QUEUED\",\"QueuedUri\":\"https://impact.test/Advertisers/IRabc/APISubmissions/"
		    "A-1\"}",
		    "A-1", "", true },
		{ 202, "{\"status\":\"queued\",\"queueduri\":\"/Advertisers/IRabc/APISubmissions/A-1\"}", "A-1", "",
		    true },
		{ 201, "{\"Status\":\"QUEUED\",\"Uri\":\"/Advertisers/IRabc/APISubmissions/A-1\"}", "A-1", "", true },
		{ 200, "{\"ActionId\":\"1000.2000.3000\",\"ActionUri\":\"/Advertisers/IRabc/Actions/1000.2000.3000\"}",
		    "", "1000.2000.3000", true },
		{ 200, "{\"ActionId\":\"1000.2000.3000\"}", "", "1000.2000.3000", true },
		{ 200, "{\"Status\":\"OK\",\"Uri\":\"/Advertisers/IRabc/Actions/1000.2000.3000\"}", "",
		    "1000.2000.3000", true },
		{ 200,
		    "{\"ActionUri\":\"/Advertisers/IRabc/Actions/X1\",\"QueuedUri\":\"/Advertisers/IRabc/"
		    "APISubmissions/A-2\"}",
		    "A-2", "X1", true },
		{ 200, "{\"Status\":\"QUEUED\"}", "", "", false },
		{ 200, "{\"Status\":\"QUEUED\",\"QueuedUri\":\"\"}", "", "", false },
		{ 200, "{\"Status\":\"QUEUED\",\"QueuedUri\":null}", "", "", false },
		{ 200, "{\"Status\":\"QUEUED\",\"QueuedUri\":\"A-1\"}", "", "", false },
		{ 200, "{\"Status\":\"QUEUED\",\"QueuedUri\":\"/Advertisers/IRabc/APISubmissions/\"}", "", "", false },
		{ 200, "{\"Status\":\"QUEUED\",\"QueuedUri\":\"/Advertisers/IRabc/APISubmissions/..\"}", "", "",
		    false },
		{ 200, "{\"Status\":\"QUEUED\",\"QueuedUri\":\"/Advertisers/IRabc/APISubmissions/a?b\"}", "", "",
		    false },
		{ 200, "{\"Status\":\"QUEUED\",\"QueuedUri\":\"/Advertisers/IRabc/Campaigns/1000\"}", "", "", false },
		{ 200, "{\"Status\":\"QUEUED\",\"QueuedUri\":\"/NoAPISubmissions/A-1\"}", "", "", false },
		{ 200, "{\"ActionId\":\"1000..3000\"}", "", "", false },
		{ 200, "{\"ActionId\":\"42\"}", "", "", false },
		{ 200, "{}", "", "", false },
		{ 200, "", "", "", false },
		{ 200, "garbage", "", "", false },
		{ 200, "\"QUEUED\"", "", "", false },
		{ 200, "{\"Status\":\"ERROR\",\"QueuedUri\":\"/Advertisers/IRabc/APISubmissions/A-1\"}", "", "",
		    false },
		{ 500, "{\"QueuedUri\":\"/Advertisers/IRabc/APISubmissions/A-1\"}", "", "", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct http_answer answer = answer_of(rows[i].status, rows[i].body);
		struct impact_receipt receipt;
		struct err e = { 0 };
		bool ok = impact_read_receipt(arena, &answer, &receipt, &e);

		if (ok != rows[i].ok || (!ok && e.code == ERR_NONE))
			fail_msg("%s", rows[i].body);
		assert_str(receipt.batch_id, rows[i].batch_id);
		assert_str(receipt.action_id, rows[i].action_id);
		assert_str(receipt.refusal, "");
	}
}

/* F-099 */
static void
a_refused_conversion_says_which_fields(void **state)
{
	static const struct {
		int status;
		const char *body, *refusal;
		enum retry_class result;
	} rows[] = {
		{ 400,
		    "{\"Status\":\"ERROR\",\"errors\":[{\"field\":\"OrderId\",\"level\":\"ERROR\",\"message\":\"is "
		    "required\"}]}",
		    "OrderId: is required", RETRY_REFUSED },
		{ 400,
		    "{\"Status\":\"ERROR\",\"Message\":\"Validation "
		    "Failed\",\"Errors\":[{\"Field\":\"A\",\"Message\":\"b\"},"
		    "{\"Field\":\"C\",\"Message\":\"d\"}]}",
		    "A: b; C: d", RETRY_REFUSED },
		{ 400, "{\"Message\":\"Validation Failed\"}", "Validation Failed", RETRY_REFUSED },
		{ 400, "", "impact.com answered 400", RETRY_REFUSED },
		{ 402, "<html>", "impact.com answered 402", RETRY_FAULT },
		{ 302, "", "impact.com answered 302", RETRY_MISSET },
		{ 403, "{\"Message\":\"no\"}", "no", RETRY_FORBIDDEN },
		{ 429, "", "impact.com answered 429", RETRY_WAIT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct http_answer answer = answer_of(rows[i].status, rows[i].body);
		struct impact_receipt receipt;
		struct err e = { 0 };

		assert_true(impact_read_receipt(arena, &answer, &receipt, &e));
		assert_str(receipt.refusal, rows[i].refusal);
		assert_int_equal(receipt.batch_id.n + receipt.action_id.n, 0);
		assert_int_equal(retry_classify(RETRY_IMPACT_POST, &answer), rows[i].result);
	}
}

/* F-110 */
static void
a_receipt_of_another_account_or_host_is_not_ours(void **state)
{
	static const struct {
		const char *uri;
		bool ours;
	} rows[] = {
		{ "", true },
		{ "/Advertisers/IRabc/APISubmissions/A-1", true },
		{ "https://impact.test/Advertisers/IRabc/APISubmissions/A-1", true },
		{ "/Advertisers/IRother/APISubmissions/A-1", false },
		{ "/Advertisers/IRabcd/APISubmissions/A-1", false },
		{ "https://evil.test/Advertisers/IRabc/APISubmissions/A-1", false },
		{ "https://impact.test.evil/Advertisers/IRabc/APISubmissions/A-1", false },
		{ "http://impact.test/Advertisers/IRabc/APISubmissions/A-1", false },
		{ "//evil.test/Advertisers/IRabc/APISubmissions/A-1", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct impact_receipt receipt = { .uri = str_from(rows[i].uri) };

		if (impact_receipt_is_ours(arena, &settings, &account, &receipt) != rows[i].ours)
			fail_msg("%s", rows[i].uri);
	}
}

/* F-098 */
static void
a_submission_is_complete_with_or_without_an_error(void **state)
{
	static const struct {
		const char *body;
		bool complete;
		const char *error_type, *error_reason;
	} rows[] = {
		{ "{\"BatchId\":\"A-1\",\"Status\":\"Complete\",\"ErrorType\":\"\",\"ErrorReason\":\"\",\"OrderId\":"
		  "\"x\","
		  "\"MediaPartnerId\":\"10000\"}",
		    true, "", "" },
		{ "{\"BatchId\":\"A-1\",\"Status\":\"complete\",\"ErrorType\":\"Contract "
		  "Error\",\"ErrorReason\":\"CONTRACT_NOT_FOUND\","
		  "\"OrderId\":\"x\",\"MediaPartnerId\":10000}",
		    true, "Contract Error", "CONTRACT_NOT_FOUND" },
		{ "{\"BatchId\":\"A-1\",\"Status\":\"Queued\",\"ErrorType\":null,\"OrderId\":\"x\",\"MediaPartnerId\":"
		  "\"10000\"}",
		    false, "", "" },
		{ "{\"BatchId\":\"A-1\",\"Status\":\"In Progress\",\"OrderId\":\"x\",\"MediaPartnerId\":\"10000\"}",
		    false, "", "" },
	};
	struct impact_submission_info info;
	struct err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct http_answer answer = answer_of(200, rows[i].body);

		assert_true(impact_read_submission(arena, &answer, &info, &e));
		assert_int_equal(info.complete, rows[i].complete);
		assert_str(info.batch_id, "A-1");
		assert_str(info.order_id, "x");
		assert_str(info.partner_id, "10000");
		assert_str(info.error_type, rows[i].error_type);
		assert_str(info.error_reason, rows[i].error_reason);
	}
}

static void
what_is_no_submission_is_a_failure(void **state)
{
	static const char *const bodies[] = { "{}", "{\"Status\":\"Complete\"}", "{\"BatchId\":\"A-1\"}", "", "[]" };
	struct impact_submission_info info;
	struct err e = { 0 };

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		struct http_answer answer = answer_of(200, bodies[i]);

		assert_false(impact_read_submission(arena, &answer, &info, &e));
		assert_int_equal(e.code, ERR_REMOTE);
	}
}

#define ACTION                                                                                                         \
	"{\"Id\":\"1000.4636.158133\",\"CampaignId\":\"1000\",\"CampaignName\":\"Acme "                                \
	"Campaign\",\"ActionTrackerId\":\"2240\","                                                                     \
	"\"EventCode\":\"CLOSED_WON\",\"MediaPartnerId\":\"10000\",\"MediaPartnerName\":\"Acme "                       \
	"Partner\",\"State\":\"PENDING\","                                                                             \
	"\"Payout\":\"0.88\",\"Amount\":\"21.99\",\"Currency\":\"USD\",\"ReferringDate\":\"2026-09-10T09:45:07-07:"    \
	"00\","                                                                                                        \
	"\"EventDate\":\"2026-09-10T10:42:38-07:00\",\"LockingDate\":\"2026-09-26T00:00:00-07:00\",\"ClearedDate\":"   \
	"\"\","                                                                                                        \
	"\"Oid\":\"deal_closedwon_9876543210\",\"Uri\":\"/Advertisers/IRabc/Actions/1000.4636.158133\"}"

static void
an_action_is_read(void **state)
{
	struct http_answer answer = answer_of(200, ACTION);
	struct impact_action_info info;
	struct err e = { 0 };

	(void)state;
	assert_true(impact_read_action(arena, &answer, &info, &e));
	assert_str(info.id, "1000.4636.158133");
	assert_str(info.order_id, "deal_closedwon_9876543210");
	assert_str(info.event_type_id, "2240");
	assert_str(info.event_code, "CLOSED_WON");
	assert_str(info.partner_id, "10000");
	assert_str(info.partner_name, "Acme Partner");
	assert_str(info.program_name, "Acme Campaign");
	assert_str(info.state, "PENDING");
	assert_str(info.state_detail, "");
	assert_str(info.amount, "21.99");
	assert_str(info.payout, "0.88");
	assert_str(info.currency, "USD");
	assert_int_equal(info.referring_ms, INT64_C(1789058707000));
	assert_int_equal(info.event_ms, INT64_C(1789062158000));
	assert_int_equal(info.locking_ms, INT64_C(1790406000000));
	assert_int_equal(info.cleared_ms, 0);
}

static void
actions_are_read_tolerantly(void **state)
{
	struct http_answer answer =
	    answer_of(200, "{\"@page\":\"1\",\"@numpages\":\"2\",\"@nextpageuri\":\"/x?Page=2\",\"Actions\":[" ACTION
	                   ",{\"Id\":1,\"State\":\"reversed\",\"Amount\":-21.99,\"Payout\":\"NaN\",\"LockingDate\":"
	                   "\"soon\",\"StateDetail\":\"PAID\"},"
	                   "{},null,7]}");
	struct impact_action_info *actions = NULL;
	struct err e = { 0 };
	int64_t next = 0;
	size_t n = 0;

	(void)state;
	assert_true(impact_read_actions(arena, &answer, 1, &actions, &n, &next, &e));
	assert_int_equal(n, 2);
	assert_int_equal(next, 2);
	assert_str(actions[1].id, "1");
	assert_str(actions[1].state, "REVERSED");
	assert_str(actions[1].state_detail, "PAID");
	assert_str(actions[1].amount, "-21.99");
	assert_str(actions[1].payout, "");
	assert_int_equal(actions[1].locking_ms, 0);
}

static void
a_single_action_may_come_as_an_object(void **state)
{
	struct http_answer answer = answer_of(200, "{\"Actions\":" ACTION "}"),
	                   empty = answer_of(200, "{\"Actions\":\"\"}");
	struct impact_action_info *actions = NULL;
	struct err e = { 0 };
	int64_t next = 0;
	size_t n = 0;

	(void)state;
	assert_true(impact_read_actions(arena, &answer, 1, &actions, &n, &next, &e));
	assert_int_equal(n, 1);
	assert_true(impact_read_actions(arena, &empty, 1, &actions, &n, &next, &e));
	assert_int_equal(n, 0);
}

/* impact.md 1.6, all the variants that were seen or are documented. */
static void
limit_headers_are_read_in_every_variant(void **state)
{
	static const int64_t now_ms = INT64_C(1795219200000);
	const struct {
		struct http_header headers[3];
		size_t n;
		struct impact_limit limit;
	} rows[] = {
		{ { { STR("x-ratelimit-limit"), STR("1000") }, { STR("x-ratelimit-remaining"), STR("12") },
		      { STR("x-ratelimit-reset"), STR("1200") } },
		    3, { 1000, 12, 1200000 } },
		{ { { STR("x-ratelimit-limit-hour"), STR("1000") }, { STR("x-ratelimit-remaining-hour"), STR("0") },
		      { STR("x-ratelimit-reset"), STR("1795219260") } },
		    3, { 1000, 0, 60000 } },
		{ { { STR("x-ratelimit-reset"), STR("1487332519") } }, 1, { -1, -1, 0 } },
		{ { { STR("ratelimit-reset"), STR(" 30 ") } }, 1, { -1, -1, 30000 } },
		{ { { STR("retry-after"), STR("7") } }, 1, { -1, -1, 7000 } },
		{ { { STR("x-ratelimit-reset"), STR("soon") }, { STR("x-ratelimit-limit"), STR("-5") },
		      { STR("x-ratelimit-remaining"), STR("") } },
		    3, { -1, -1, -1 } },
		{ { { STR("x-ratelimit-reset"), STR("99999999999999999999") } }, 1, { -1, -1, -1 } },
		{ { { STR("server"), STR("x") } }, 0, { -1, -1, -1 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct http_answer answer = { .headers = rows[i].headers, .n_headers = rows[i].n };
		struct impact_limit limit = impact_read_limit(&answer, now_ms);

		assert_int_equal(limit.limit, rows[i].limit.limit);
		assert_int_equal(limit.remaining, rows[i].limit.remaining);
		assert_int_equal(limit.reset_in_ms, rows[i].limit.reset_in_ms);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_request_has_basic_auth_json_and_version_14),
		cmocka_unit_test(ids_are_encoded_so_that_they_stay_one_segment),
		cmocka_unit_test(failures_have_a_code_and_words),
		cmocka_unit_test(an_answer_that_worked_is_ok),
		cmocka_unit_test(without_an_answer_the_clients_reason_is_told),
		cmocka_unit_test(the_company_is_read),
		cmocka_unit_test(programs_are_read_page_by_page),
		cmocka_unit_test(one_program_is_read_or_not_found),
		cmocka_unit_test(receipts_come_in_several_shapes),
		cmocka_unit_test(a_refused_conversion_says_which_fields),
		cmocka_unit_test(a_receipt_of_another_account_or_host_is_not_ours),
		cmocka_unit_test(a_submission_is_complete_with_or_without_an_error),
		cmocka_unit_test(what_is_no_submission_is_a_failure),
		cmocka_unit_test(an_action_is_read),
		cmocka_unit_test(actions_are_read_tolerantly),
		cmocka_unit_test(a_single_action_may_come_as_an_object),
		cmocka_unit_test(limit_headers_are_read_in_every_variant),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
