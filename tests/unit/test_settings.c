/* The table of settings: in order, with defaults that keep their own limits; each type says what it wants. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/settings.h"

static struct arena *a;

static int
setup(void **state)
{
	(void)state;
	a = arena_new(16 << 20);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(a);
	return 0;
}

static void
keys_are_in_alphabetic_order_and_explained(void **state)
{
	(void)state;
	for (size_t i = 0; i < settings_table_n; i++) {
		assert_true(strlen(settings_table[i].help) > 10);
		assert_ptr_equal(settings_find(str_from(settings_table[i].name)), &settings_table[i]);
		if (i > 0)
			assert_true(strcmp(settings_table[i - 1].name, settings_table[i].name) < 0);
	}
	assert_null(settings_find(STR("no_such_key")));
	assert_null(settings_find(STR("")));
}

static void
every_key_has_a_field_of_its_own(void **state)
{
	(void)state;
	for (size_t i = 0; i < settings_table_n; i++)
		for (size_t k = i + 1; k < settings_table_n; k++)
			assert_int_not_equal(settings_table[i].offset, settings_table[k].offset);
}

static void
defaults_are_the_documented_ones(void **state)
{
	(void)state;
	struct settings s;

	memset(&s, 0, sizeof s);
	settings_defaults(&s, a);
	assert_true(str_eq(s.database_name, STR("connector")));
	assert_true(str_eq(s.impact_api_url, STR("https://api.impact.com")));
	assert_true(str_eq(s.hubspot_signature_versions, STR("v3")));
	assert_int_equal(s.webhook_max_bytes, 1048576);
	assert_int_equal(s.send_window_ms, 5000);
	assert_int_equal(s.log_level, SETTINGS_LOG_INFO);
	assert_false(s.inbox_compress);
	assert_int_equal(s.public_url.n, 0);
	assert_true(secret_empty(&s.hubspot_client_secret));
}

static void
a_plan_repeats_its_last_wait(void **state)
{
	(void)state;
	struct settings s;

	memset(&s, 0, sizeof s);
	assert_int_equal(settings_plan_ms(&s.wait_plan_s, 0), 0);
	settings_defaults(&s, a);
	assert_int_equal(settings_plan_ms(&s.wait_plan_s, 0), 5000);
	assert_int_equal(settings_plan_ms(&s.wait_plan_s, 1), 60000);
	assert_int_equal(settings_plan_ms(&s.wait_plan_s, 3), 3600000);
	assert_int_equal(settings_plan_ms(&s.wait_plan_s, 4), 3600000);
	assert_int_equal(settings_plan_ms(&s.wait_plan_s, INT64_MAX), 3600000);
	assert_int_equal(settings_plan_ms(&s.wait_plan_s, -1), 5000);
}

static void
values_are_taken_or_refused_with_their_key_named(void **state)
{
	(void)state;
	static const struct {
		const char *key, *text;
		bool ok;
	} cases[] = {
		{ "lease_s", "2", true },
		{ "lease_s", "1", false },
		{ "lease_s", "3601", false },
		{ "lease_s", "", false },
		{ "lease_s", "6 ", false },
		{ "lease_s", "99999999999999999999", false },
		{ "inbox_compress", "true", true },
		{ "inbox_compress", "yes", false },
		{ "log_level", "debug", true },
		{ "log_level", "loud", false },
		{ "wait_plan_s", "1 2 5 30", true },
		{ "wait_plan_s", " 1  2 ", true },
		{ "wait_plan_s", "1 2 3 4 5 6 7 8", true },
		{ "wait_plan_s", "1 2 3 4 5 6 7 8 9", false },
		{ "wait_plan_s", "", false },
		{ "wait_plan_s", "0", false },
		{ "wait_plan_s", "1,2", false },
		{ "public_url", "https://connector.example", true },
		{ "public_url", "http://localhost:8080", true },
		{ "public_url", "https://connector.example/", false },
		{ "public_url", "connector.example", false },
		{ "public_url", "ftp://connector.example", false },
		{ "public_url", "https://", false },
		{ "public_url", "https:///x", false },
		{ "public_url", "https://user@host", false },
		{ "public_url", "https://a b", false },
		{ "hubspot_client_id", "", false },
		{ "hubspot_client_id", "a\nb", false },
		{ "hubspot_client_secret", "", false },
		{ "database_name", "", false },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct settings s;
		struct err e = { .code = ERR_NONE };
		const struct settings_key *key = settings_find(str_from(cases[i].key));
		assert_non_null(key);
		if (settings_set(&s, a, key, str_from(cases[i].text), &e) != cases[i].ok)
			fail_msg("%s = \"%s\"", cases[i].key, cases[i].text);
		if (!cases[i].ok) {
			assert_int_equal(e.code, ERR_INVALID);
			assert_non_null(strstr(e.text, cases[i].key));
		}
	}
}

static void
a_refused_secret_is_not_repeated(void **state)
{
	(void)state;
	char longer[300];
	struct settings s;
	struct err e;

	memset(longer, 'S', sizeof longer);
	assert_false(settings_set(&s, a, settings_find(STR("hubspot_client_secret")),
	    (struct str){ .p = longer, .n = sizeof longer }, &e));
	assert_null(strstr(e.text, "SSS"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_in_alphabetic_order_and_explained),
		cmocka_unit_test(every_key_has_a_field_of_its_own),
		cmocka_unit_test(defaults_are_the_documented_ones),
		cmocka_unit_test(a_plan_repeats_its_last_wait),
		cmocka_unit_test(values_are_taken_or_refused_with_their_key_named),
		cmocka_unit_test(a_refused_secret_is_not_repeated),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
