/* HubSpot's OAuth: what is asked, and what each answer means (hubspot.md 1; I-18..I-21, F-088). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/arena.h"
#include "base/enc.h"
#include "lib/answer.h"
#include "remote/hubspot_oauth.h"

static struct arena *arena;
static struct settings settings;

static int
set_up(void **state)
{
	(void)state;
	arena = arena_new(16 << 20);
	settings = answer_settings(arena);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static struct str
field(struct str form, const char *name)
{
	struct str value = { 0 };

	(void)enc_form_get(arena, form, str_from(name), &value);
	return value;
}

static void
the_authorize_page_gets_every_parameter_and_encodes_blanks_as_percent_20(void **state)
{
	struct str url =
	    hubspot_oauth_authorize_url(arena, &settings, STR("https://connector.test/oauth/hubspot/callback"),
	        STR("oauth crm.objects.deals.read"), STR("e-commerce"), STR("a b"), 0);

	(void)state;
	assert_str(url, "https://hubspot.test/oauth/authorize?client_id=client-1"
	                "&redirect_uri=https%3A%2F%2Fconnector.test%2Foauth%2Fhubspot%2Fcallback"
	                "&scope=oauth%20crm.objects.deals.read&optional_scope=e-commerce&state=a%20b");
}

static void
without_optional_scopes_the_authorize_page_is_not_asked_for_any(void **state)
{
	struct str url = hubspot_oauth_authorize_url(arena, &settings, STR("x"), STR("oauth"), STR(""), STR("s"), 0);

	(void)state;
	assert_str(url, "https://hubspot.test/oauth/authorize?client_id=client-1&redirect_uri=x&scope=oauth&state=s");
}

static void
a_code_is_exchanged_in_a_form_body_on_a_fresh_connection(void **state)
{
	struct secret code = secret_copy(arena, STR("c&d"));
	struct http_request request;

	(void)state;
	hubspot_oauth_exchange(arena, &settings, STR("https://connector.test/cb"), &code, &request);
	assert_int_equal(request.method, HTTP_POST);
	assert_str(request.url, "https://hubspot.test/oauth/2026-09/token");
	assert_str(request.content_type, "application/x-www-form-urlencoded");
	assert_str(field(request.body, "grant_type"), "authorization_code");
	assert_str(field(request.body, "client_id"), "client-1");
	assert_str(field(request.body, "client_secret"), "hush");
	assert_str(field(request.body, "redirect_uri"), "https://connector.test/cb");
	assert_str(field(request.body, "code"), "c&d");
	assert_true(request.once);
	assert_int_equal(request.auth, HTTP_AUTH_NONE);
}

static void
no_secret_is_ever_in_a_url(void **state)
{
	struct secret token = secret_copy(arena, STR("canary"));
	struct http_request requests[5];

	(void)state;
	hubspot_oauth_exchange(arena, &settings, STR("https://connector.test/cb"), &token, &requests[0]);
	hubspot_oauth_refresh(arena, &settings, &token, &requests[1]);
	hubspot_oauth_introspect(arena, &settings, &token, false, &requests[2]);
	hubspot_oauth_revoke(arena, &settings, &token, &requests[3]);
	hubspot_oauth_account(arena, &settings, &token, &requests[4]);
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(str_find(requests[i].url, STR("canary")), requests[i].url.n);
		assert_int_equal(str_find(requests[i].url, STR("hush")), requests[i].url.n);
	}
}

static void
the_other_calls_go_to_their_dated_paths(void **state)
{
	struct secret token = secret_copy(arena, STR("t"));
	struct http_request request;

	(void)state;
	hubspot_oauth_refresh(arena, &settings, &token, &request);
	assert_str(field(request.body, "grant_type"), "refresh_token");
	assert_str(field(request.body, "refresh_token"), "t");
	hubspot_oauth_introspect(arena, &settings, &token, false, &request);
	assert_str(request.url, "https://hubspot.test/oauth/2026-09/token/introspect");
	assert_str(field(request.body, "token_type_hint"), "access_token");
	assert_str(field(request.body, "token"), "t");
	hubspot_oauth_revoke(arena, &settings, &token, &request);
	assert_str(request.url, "https://hubspot.test/oauth/2026-09/token/revoke");
	assert_str(field(request.body, "token_type_hint"), "refresh_token");
	hubspot_oauth_account(arena, &settings, &token, &request);
	assert_int_equal(request.method, HTTP_GET);
	assert_str(request.url, "https://hubspot.test/account-info/2026-09/details");
	assert_int_equal(request.auth, HTTP_AUTH_BEARER);
	assert_true(secret_eq(&request.secret, STR("t")));
}

static void
tokens_are_read_whatever_type_the_numbers_have(void **state)
{
	static const char *const bodies[] = {
		"{\"access_token\":\"CJ\",\"expires_in\":1800,\"refresh_token\":\"na1-x\",\"hub_id\":48975575,\"user_"
		"id\":9}",
		"{\"access_token\":\"CJ\",\"expires_in\":\"1800\",\"refresh_token\":\"na1-x\",\"hub_id\":\"48975575\","
		"\"user_id\":\"9\",\"scopes\":[\"oauth\"],\"id_token\":null,\"new_member\":{}}",
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct http_answer answer = answer_of(200, bodies[i]);
		struct hubspot_oauth_tokens tokens;
		struct err e = { 0 };

		assert_int_equal(hubspot_oauth_read_tokens(arena, &answer, &tokens, &e), HUBSPOT_OAUTH_OK);
		assert_true(secret_eq(&tokens.access_token, STR("CJ")));
		assert_true(secret_eq(&tokens.refresh_token, STR("na1-x")));
		assert_int_equal(tokens.expires_in_s, 1800);
		assert_int_equal(tokens.hub_id, 48975575);
		assert_int_equal(tokens.user_id, 9);
	}
}

static void
an_answer_without_refresh_token_keeps_the_old_one(void **state)
{
	struct http_answer answer = answer_of(200, "{\"access_token\":\"CJ\",\"expires_in\":1800}");
	struct hubspot_oauth_tokens tokens;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(hubspot_oauth_read_tokens(arena, &answer, &tokens, &e), HUBSPOT_OAUTH_OK);
	assert_true(secret_empty(&tokens.refresh_token));
	assert_int_equal(tokens.hub_id, 0);
}

/* hubspot.md 1.3, row by row; the finer key wins, either is enough, and what is unknown never disconnects. */
static void
each_refusal_has_its_class(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum hubspot_oauth_result result;
	} rows[] = {
		{ 400, "{\"error\":\"invalid_grant\",\"status\":\"BAD_REFRESH_TOKEN\"}", HUBSPOT_OAUTH_DISCONNECTED },
		{ 400, "{\"status\":\"BAD_REFRESH_TOKEN\",\"message\":\"m\"}", HUBSPOT_OAUTH_DISCONNECTED },
		{ 400, "{\"error\":\"invalid_grant\"}", HUBSPOT_OAUTH_DISCONNECTED },
		{ 400, "{\"Error\":\"INVALID_GRANT\"}", HUBSPOT_OAUTH_DISCONNECTED },
		{ 400, "{\"error\":\"access_denied\",\"status\":\"BAD_HUB\"}", HUBSPOT_OAUTH_ACCOUNT_GONE },
		{ 403, "{\"status\":\"BAD_HUB\"}", HUBSPOT_OAUTH_ACCOUNT_GONE },
		{ 400, "{\"error\":\"invalid_grant\",\"status\":\"BAD_AUTH_CODE\"}", HUBSPOT_OAUTH_CODE_REFUSED },
		{ 400, "{\"error\":\"invalid_grant\",\"status\":\"BAD_CODE_VERIFIER\"}", HUBSPOT_OAUTH_CODE_REFUSED },
		{ 400, "{\"error\":\"invalid_grant\",\"status\":\"BAD_REDIRECT_URI\"}", HUBSPOT_OAUTH_MISCONFIGURED },
		{ 400, "{\"error\":\"invalid_request\"}", HUBSPOT_OAUTH_MISCONFIGURED },
		{ 401, "{\"error\":\"invalid_client\",\"status\":\"BAD_CLIENT_SECRET\"}", HUBSPOT_OAUTH_MISCONFIGURED },
		{ 400, "{\"status\":\"BAD_CLIENT_ID\"}", HUBSPOT_OAUTH_MISCONFIGURED },
		{ 400, "{\"error\":\"invalid_grant\",\"status\":\"BAD_CLIENT_ID\"}", HUBSPOT_OAUTH_MISCONFIGURED },
		{ 400, "{\"error\":\"unsupported_grant_type\"}", HUBSPOT_OAUTH_MISCONFIGURED },
		{ 400, "{\"status\":\"BAD_SCOPES\"}", HUBSPOT_OAUTH_MISCONFIGURED },
		{ 400, "{\"error\":\"something_new\"}", HUBSPOT_OAUTH_MISCONFIGURED },
		{ 400, "{}", HUBSPOT_OAUTH_MISCONFIGURED },
		{ 403, "<html>blocked</html>", HUBSPOT_OAUTH_MISCONFIGURED },
		{ 404, "", HUBSPOT_OAUTH_MISCONFIGURED },
		{ 302, "", HUBSPOT_OAUTH_MISCONFIGURED },
		{ 429, "{\"status\":\"error\",\"policyName\":\"SECONDLY\"}", HUBSPOT_OAUTH_RETRY },
		{ 423, "", HUBSPOT_OAUTH_RETRY },
		{ 477, "", HUBSPOT_OAUTH_RETRY },
		{ 500, "{\"status\":\"BAD_REFRESH_TOKEN\"}", HUBSPOT_OAUTH_RETRY },
		{ 502, "<html>bad gateway</html>", HUBSPOT_OAUTH_RETRY },
		{ 521, "", HUBSPOT_OAUTH_RETRY },
		{ 200, "<html>maintenance</html>", HUBSPOT_OAUTH_RETRY },
		{ 200, "{}", HUBSPOT_OAUTH_RETRY },
		{ 200, "{\"access_token\":\"\",\"expires_in\":1800}", HUBSPOT_OAUTH_RETRY },
		{ 200, "{\"access_token\":\"x\"}", HUBSPOT_OAUTH_RETRY },
		{ 200, "{\"access_token\":\"x\",\"expires_in\":-1}", HUBSPOT_OAUTH_RETRY },
		{ 200, "[]", HUBSPOT_OAUTH_RETRY },
		{ 204, "", HUBSPOT_OAUTH_RETRY },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct http_answer answer = answer_of(rows[i].status, rows[i].body);
		struct hubspot_oauth_tokens tokens;
		struct err e = { 0 };
		enum hubspot_oauth_result result = hubspot_oauth_read_tokens(arena, &answer, &tokens, &e);

		if (result != rows[i].result)
			fail_msg("%d %s: %d", rows[i].status, rows[i].body, (int)result);
		assert_int_not_equal(e.code, ERR_NONE);
		assert_true(secret_empty(&tokens.access_token));
	}
}

static void
no_answer_is_tried_again(void **state)
{
	struct http_answer answers[] = { answer_lost(HTTP_NOT_SENT), answer_lost(HTTP_UNKNOWN) };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct hubspot_oauth_tokens tokens;
		struct err e = { 0 };

		assert_int_equal(hubspot_oauth_read_tokens(arena, &answers[i], &tokens, &e), HUBSPOT_OAUTH_RETRY);
		assert_int_equal(e.code, answers[i].err.code);
	}
}

static void
what_the_token_service_says_in_its_own_words_is_not_repeated(void **state)
{
	struct http_answer answer = answer_of(400,
	    "{\"status\":\"BAD_AUTH_CODE\",\"message\":\"canary-code is used\",\"error\":\"canary-code\"}");
	struct hubspot_oauth_tokens tokens;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(hubspot_oauth_read_tokens(arena, &answer, &tokens, &e), HUBSPOT_OAUTH_CODE_REFUSED);
	assert_null(strstr(e.text, "canary"));
	assert_non_null(strstr(e.text, "BAD_AUTH_CODE"));
}

static void
introspection_tells_who_is_connected(void **state)
{
	struct http_answer answer = answer_of(200,
	    "{\"active\":true,\"token\":\"canary\",\"hub_id\":48975575,\"user_id\":98499705,\"app_id\":39522895,"
	    "\"user\":\"admin@example.com\",\"hub_domain\":\"example.com\",\"scopes\":[\"oauth\",\"crm.objects.deals."
	    "read\"]}");
	struct hubspot_oauth_identity identity;
	struct err e = { 0 };

	(void)state;
	assert_true(hubspot_oauth_read_introspection(arena, &answer, &identity, &e));
	assert_true(identity.active);
	assert_int_equal(identity.hub_id, 48975575);
	assert_int_equal(identity.user_id, 98499705);
	assert_int_equal(identity.app_id, 39522895);
	assert_str(identity.user_email, "admin@example.com");
	assert_str(identity.hub_domain, "example.com");
	assert_str(identity.scopes, "oauth crm.objects.deals.read");
}

static void
a_revoked_token_is_inactive_and_that_is_an_answer(void **state)
{
	struct http_answer answer = answer_of(200, "{\"active\":false}");
	struct hubspot_oauth_identity identity;
	struct err e = { 0 };

	(void)state;
	assert_true(hubspot_oauth_read_introspection(arena, &answer, &identity, &e));
	assert_false(identity.active);
}

static void
introspection_that_says_nothing_is_a_failure(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum err_code code;
	} rows[] = {
		{ 200, "{}", ERR_REMOTE },
		{ 200, "{\"active\":true}", ERR_REMOTE },
		{ 200, "not json", ERR_REMOTE },
		{ 401, "{\"message\":\"canary\"}", ERR_DENIED },
		{ 429, "", ERR_LIMIT },
		{ 503, "<html>", ERR_REMOTE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct http_answer answer = answer_of(rows[i].status, rows[i].body);
		struct hubspot_oauth_identity identity;
		struct err e = { 0 };

		assert_false(hubspot_oauth_read_introspection(arena, &answer, &identity, &e));
		assert_int_equal(e.code, rows[i].code);
		assert_null(strstr(e.text, "canary"));
	}
}

static void
account_details_are_read(void **state)
{
	struct http_answer answer = answer_of(200, "{\"portalId\":48975575,\"accountType\":\"STANDARD\",\"timeZone\":"
	                                           "\"US/Eastern\",\"companyCurrency\":\"USD\","
	                                           "\"additionalCurrencies\":[],\"utcOffset\":\"-05:00\",\"uiDomain\":"
	                                           "\"app-eu1.hubspot.com\",\"portalName\":\"Acme\"}");
	struct http_answer nameless = answer_of(200, "{\"portalId\":1}"), empty = answer_of(200, "{}");
	struct hubspot_account account;
	struct err e = { 0 };

	(void)state;
	assert_true(hubspot_oauth_read_account(arena, &answer, &account, &e));
	assert_int_equal(account.portal_id, 48975575);
	assert_str(account.time_zone, "US/Eastern");
	assert_str(account.company_currency, "USD");
	assert_str(account.ui_domain, "app-eu1.hubspot.com");
	assert_str(account.name, "Acme");
	assert_str(account.account_type, "STANDARD");
	assert_true(hubspot_oauth_read_account(arena, &nameless, &account, &e));
	assert_str(account.name, "");
	assert_false(hubspot_oauth_read_account(arena, &empty, &account, &e));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_authorize_page_gets_every_parameter_and_encodes_blanks_as_percent_20),
		cmocka_unit_test(without_optional_scopes_the_authorize_page_is_not_asked_for_any),
		cmocka_unit_test(a_code_is_exchanged_in_a_form_body_on_a_fresh_connection),
		cmocka_unit_test(no_secret_is_ever_in_a_url),
		cmocka_unit_test(the_other_calls_go_to_their_dated_paths),
		cmocka_unit_test(tokens_are_read_whatever_type_the_numbers_have),
		cmocka_unit_test(an_answer_without_refresh_token_keeps_the_old_one),
		cmocka_unit_test(each_refusal_has_its_class),
		cmocka_unit_test(no_answer_is_tried_again),
		cmocka_unit_test(what_the_token_service_says_in_its_own_words_is_not_repeated),
		cmocka_unit_test(introspection_tells_who_is_connected),
		cmocka_unit_test(a_revoked_token_is_inactive_and_that_is_an_answer),
		cmocka_unit_test(introspection_that_says_nothing_is_a_failure),
		cmocka_unit_test(account_details_are_read),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
