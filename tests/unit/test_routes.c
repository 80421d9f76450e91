/* test_routes.c - the route table: who may call what, and what a request must bring (F-001, F-018, F-019). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "lib/answer.h"
#include "lib/file.h"
#include "web/guard.h"
#include "web/routes.h"

static struct arena *a;

static const struct web_route *
find(const char *method, const char *path, struct str params[WEB_PARAMS_MAX], struct str *allow)
{
	return web_route_find(a, str_from(method), str_from(path), params, allow);
}

static struct web_request
asked(const char *query)
{
	static struct web_wire wire;

	wire = (struct web_wire){ .query = str_from(query) };
	return (struct web_request){ .arena = a, .wire = &wire };
}

static struct json *
body(const char *text)
{
	struct err e = { .code = ERR_NONE };
	struct json *j;

	assert_true(json_parse(a, str_from(text), &json_limits_input, &j, &e));
	return j;
}

static void
every_route_says_who_may_call_and_what_it_takes(void **state)
{
	(void)state;
	for (size_t i = 0; i < web_routes_n; i++) {
		const struct web_route *r = &web_routes[i];

		assert_true(r->auth >= WEB_AUTH_NONE && r->auth <= WEB_AUTH_OWNER);
		assert_true(r->content == WEB_CONTENT_NONE || r->content == WEB_CONTENT_JSON);
		assert_true(r->method >= WEB_GET && r->method <= WEB_PUT);
		assert_non_null(r->handler);
		assert_int_equal(r->content == WEB_CONTENT_JSON, r->max_body > 0);
	}
}

static bool
is_for_monitors(struct str path)
{
	return str_eq(path, STR("/healthz")) || str_eq(path, STR("/readyz")) || str_eq(path, STR("/metrics"));
}

/* What it is good for stands in the body: opening such a link changes nothing. */
static bool
is_a_mailed_link(struct str path)
{
	return str_starts(path, STR("/api/sign-in")) || str_starts(path, STR("/api/invitation"));
}

static void
only_logging_in_is_open_to_anybody_and_reading_changes_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < web_routes_n; i++) {
		const struct web_route *r = &web_routes[i];
		struct str path = str_from(r->path);

		if (r->auth == WEB_AUTH_NONE)
			assert_true(
			    is_a_mailed_link(path)
			        ? r->method == WEB_POST
			        : (str_starts(path, STR("/oauth/")) || is_for_monitors(path) ||
			              str_eq(path, STR("/api/account/erasure"))) && /* nobody is logged in any more */
			              r->method == WEB_GET);
		if (r->auth == WEB_AUTH_GUEST)
			assert_true(str_eq(path, STR("/api/session")) && r->method == WEB_GET);
		/* What a person may change is not for those who only look; the exceptions change nothing of the account. */
		if (r->method != WEB_GET && r->auth < WEB_AUTH_EDITOR)
			assert_true(str_eq(path, STR("/api/session/logout")) || is_a_mailed_link(path) ||
			            str_eq(path, STR("/api/accounts/switch")) || str_eq(path, STR("/api/team/leave")) ||
			            str_eq(path, STR("/api/config/check")) ||
			            str_eq(path, STR("/api/live/catalogue")) ||
			            str_eq(path, STR("/api/live/records")) || str_eq(path, STR("/api/live/preview")));
		assert_int_equal(r->method == WEB_GET, r->content == WEB_CONTENT_NONE);
	}
}

/* "/api/activity/:id" as OpenAPI writes it. */
static const char *
documented(const struct web_route *r)
{
	struct str rest = str_from(r->path), part, out = STR("");

	while (str_cut(&rest, '/', &part))
		if (str_starts(part, STR(":")))
			out =
			    str_printf(a, STR_FMT "/{" STR_FMT "}", STR_ARG(out), STR_ARG(str_slice(part, 1, part.n)));
		else if (part.n > 0)
			out = str_printf(a, STR_FMT "/" STR_FMT, STR_ARG(out), STR_ARG(part));
	return str_c(a, out);
}

static void
the_document_lists_the_same_rows(void **state)
{
	static const char *const methods[] = { "", "get", "post", "put" };
	const struct json *paths = json_get(file_json(a, "nginx/site/openapi.json"), "paths");
	size_t rows = 0;

	(void)state;
	for (size_t i = 0; i < web_routes_n; i++) {
		const struct json *path = json_get(paths, documented(&web_routes[i]));

		if (json_get(path, methods[web_routes[i].method]) == NULL)
			fail_msg("%s %s is not in openapi.json", methods[web_routes[i].method], web_routes[i].path);
	}
	for (struct json_walk w = json_walk(paths); json_next(&w);)
		for (size_t m = 1; m < sizeof(methods) / sizeof(methods[0]); m++)
			rows += json_get(w.value, methods[m]) != NULL;
	assert_int_equal(rows, web_routes_n);
}

static void
a_path_and_method_are_there_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < web_routes_n; i++)
		for (size_t k = 0; k < i; k++)
			assert_false(web_routes[i].method == web_routes[k].method &&
			             str_eq(str_from(web_routes[i].path), str_from(web_routes[k].path)));
}

static void
a_path_finds_its_row_and_parameters(void **state)
{
	(void)state;
	struct str params[WEB_PARAMS_MAX] = { 0 }, allow;

	assert_string_equal(find("GET", "/api/config", params, &allow)->path, "/api/config");
	assert_string_equal(find("GET", "/api/activity/17", params, &allow)->path, "/api/activity/:id");
	assert_str(params[0], "17");
	assert_null(find("GET", "/api/activity/", params, &allow));
	assert_null(find("GET", "/api/activity/17/x", params, &allow));
	assert_null(find("GET", "/api/config/", params, &allow));
	assert_null(find("GET", "/api", params, &allow));
	assert_null(find("GET", "", params, &allow));
	assert_null(find("GET", "/api/../api/config", params, &allow));
	assert_int_equal(allow.n, 0);
}

static void
another_method_is_told_which_there_are(void **state)
{
	(void)state;
	struct str params[WEB_PARAMS_MAX] = { 0 }, allow;

	assert_null(find("DELETE", "/api/config", params, &allow));
	assert_str(allow, "GET, PUT");
	assert_null(find("HEAD", "/api/sending", params, &allow));
	assert_str(allow, "POST");
}

static void
F_019_a_query_is_read_once_and_nothing_else_in_it(void **state)
{
	(void)state;
	struct web_request rq = asked("outcome=sent&limit=5%30");
	struct err e = { .code = ERR_NONE };
	struct str v[2];

	assert_true(web_query(&rq, WEB_NAMES("outcome", "limit"), v, &e));
	assert_str(v[0], "sent");
	assert_str(v[1], "50");
	rq = asked("");
	assert_true(web_query(&rq, WEB_NAMES("outcome", "limit"), v, &e));
	assert_int_equal(v[0].n, 0);
	rq = asked("limit=1&limit=2");
	assert_false(web_query(&rq, WEB_NAMES("outcome", "limit"), v, &e));
	rq = asked("limit=&limit=2");
	assert_false(web_query(&rq, WEB_NAMES("outcome", "limit"), v, &e));
	rq = asked("tenant_id=2");
	assert_false(web_query(&rq, WEB_NAMES("outcome", "limit"), v, &e));
	rq = asked("limit=%zz");
	assert_false(web_query(&rq, WEB_NAMES("outcome", "limit"), v, &e));
	rq = asked("x=1");
	assert_false(web_query(&rq, NULL, 0, NULL, &e));
}

static void
F_018_unknown_members_are_refused_by_name(void **state)
{
	(void)state;
	struct err e = { .code = ERR_NONE };
	struct str s;

	assert_true(web_members(body("{\"on\":true}"), WEB_NAMES("on"), &e));
	assert_true(web_members(body("{}"), NULL, 0, &e));
	assert_false(web_members(body("{\"on\":true,\"tenant_id\":2}"), WEB_NAMES("on"), &e));
	assert_non_null(strstr(e.text, "tenant_id"));
	assert_true(web_string(body("{\"a\":\"x\"}"), "a", &s, &e));
	assert_false(web_string(body("{\"a\":1}"), "a", &s, &e));
	assert_false(web_string(body("{}"), "a", &s, &e));
}

static void
F_001_a_change_comes_from_our_own_pages(void **state)
{
	(void)state;
	struct str us = STR("https://c.example.com/base");

	assert_true(guard_same_origin(us, STR("https://c.example.com"), STR("")));
	assert_true(guard_same_origin(us, STR(""), STR("same-origin")));
	assert_false(guard_same_origin(us, STR(""), STR("")));
	assert_false(guard_same_origin(us, STR(""), STR("cross-site")));
	assert_false(guard_same_origin(us, STR(""), STR("same-site")));
	assert_false(guard_same_origin(us, STR("null"), STR("same-origin")));
	assert_false(guard_same_origin(us, STR("http://c.example.com"), STR("same-origin")));
	assert_false(guard_same_origin(us, STR("https://c.example.com.evil.example"), STR("same-origin")));
	assert_false(guard_same_origin(us, STR("https://c.example.com:8443"), STR("")));
}

static void
a_body_must_say_that_it_is_json(void **state)
{
	(void)state;
	assert_true(guard_is_json(STR("application/json")));
	assert_true(guard_is_json(STR("Application/JSON; charset=utf-8")));
	assert_false(guard_is_json(STR("text/plain")));
	assert_false(guard_is_json(STR("application/jsonx")));
	assert_false(guard_is_json(STR("")));
}

static int
setup(void **state)
{
	(void)state;
	a = arena_new((size_t)16 * 1024 * 1024);
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
		cmocka_unit_test(every_route_says_who_may_call_and_what_it_takes),
		cmocka_unit_test(only_logging_in_is_open_to_anybody_and_reading_changes_nothing),
		cmocka_unit_test(the_document_lists_the_same_rows),
		cmocka_unit_test(a_path_and_method_are_there_once),
		cmocka_unit_test(a_path_finds_its_row_and_parameters),
		cmocka_unit_test(another_method_is_told_which_there_are),
		cmocka_unit_test(F_019_a_query_is_read_once_and_nothing_else_in_it),
		cmocka_unit_test(F_018_unknown_members_are_refused_by_name),
		cmocka_unit_test(F_001_a_change_comes_from_our_own_pages),
		cmocka_unit_test(a_body_must_say_that_it_is_json),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
