/* test_cookie.c - the cookies of the site: names, values, attributes (F-002, F-016). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "lib/answer.h"
#include "web/cookie.h"

static struct arena *a;

#define ID    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN-_1"
#define OTHER "0bcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN-_1"

static const struct str https = { "https://c.example.com", 21 }, local = { "http://localhost:8080", 21 };

static void
names_are_bound_to_the_host_or_carry_the_port(void **state)
{
	(void)state;
	assert_str(cookie_name(a, https, COOKIE_SESSION), "__Host-connector");
	assert_str(cookie_name(a, https, COOKIE_LOGIN), "__Host-connector-login");
	assert_str(cookie_name(a, local, COOKIE_SESSION), "connector-8080");
	assert_str(cookie_name(a, STR("http://localhost"), COOKIE_LOGIN), "connector-login-80");
}

static void
attributes_keep_it_from_scripts_and_other_sites(void **state)
{
	(void)state;
	assert_str(cookie_set(a, https, COOKIE_SESSION, STR("v"), -1),
	    "__Host-connector=v; Path=/; HttpOnly; SameSite=Lax; Secure");
	assert_str(cookie_set(a, local, COOKIE_LOGIN, STR("v"), 600),
	    "connector-login-8080=v; Path=/; HttpOnly; SameSite=Lax; Max-Age=600");
	assert_str(cookie_set(a, https, COOKIE_SESSION, STR(""), 0),
	    "__Host-connector=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0");
}

static void
a_value_is_found_among_others(void **state)
{
	(void)state;
	struct str v, name = STR("connector-8080");

	assert_true(cookie_value(STR("a=b; connector-8080=" ID "; connector-80801=x"), name, &v));
	assert_str(v, ID);
	assert_true(cookie_value(STR("connector-8080=" ID), name, &v));
	assert_true(cookie_value(STR(";;  connector-8080=" ID "  ;"), name, &v));
}

static void
what_is_not_ours_is_no_value(void **state)
{
	(void)state;
	struct str v, name = STR("connector-8080");
	static const char *const headers[] = { "", ";", "=", "connector-8080",
		"connector-8080=", "connector-8080=short", "connector-8080=" ID "x", "connector-8080=\"" ID "\"",
		"Connector-8080=" ID, "connector-8081=" ID, "xconnector-8080=" ID, "connector-8080 =" ID,
		"connector-8080=bcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN-_ 1",
		"connector-8080=" ID "; connector-8080=" ID, "connector-8080=" ID "; connector-8080=" OTHER,
		"connector-8080=; connector-8080=" ID };

	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		if (cookie_value(str_from(headers[i]), name, &v))
			fail_msg("found in: %s", headers[i]);
}

static void
an_origin_is_scheme_host_and_port(void **state)
{
	(void)state;
	assert_str(cookie_origin(STR("https://c.example.com/x/y")), "https://c.example.com");
	assert_str(cookie_origin(local), "http://localhost:8080");
	assert_int_equal(cookie_origin(STR("")).n, 0);
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
		cmocka_unit_test(names_are_bound_to_the_host_or_carry_the_port),
		cmocka_unit_test(attributes_keep_it_from_scripts_and_other_sites),
		cmocka_unit_test(a_value_is_found_among_others),
		cmocka_unit_test(what_is_not_ours_is_no_value),
		cmocka_unit_test(an_origin_is_scheme_host_and_port),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
