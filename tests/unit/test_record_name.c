/* What a record is called on the pages, and how little of a customer that tells. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "core/record_name.h"
#include "lib/answer.h"

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

static struct str
name(struct arena *a, const char *type, const char *text)
{
	struct err e = { .code = ERR_NONE };
	struct json *properties;

	assert_true(json_parse(a, str_from(text), &json_limits_answer, &properties, &e));
	return record_name(a, str_from(type), properties);
}

static void
deals_and_companies_go_by_their_name(void **state)
{
	struct arena *a = *state;

	assert_str(name(a, "deals", "{\"dealname\": \" Ten robots \", \"name\": \"x\"}"), "Ten robots");
	assert_str(name(a, "companies", "{\"name\": \"Acme GmbH\", \"dealname\": \"x\"}"), "Acme GmbH");
	assert_str(name(a, "deals", "{\"dealname\": null}"), "");
	assert_str(name(a, "deals", "{}"), "");
	assert_str(name(a, "line_items", "{\"name\": \"Arm\"}"), "");
	assert_str(record_name(a, STR("deals"), NULL), "");
}

/* A contact's last name and e-mail address never leave HubSpot whole for a page's sake. */
static void
contacts_go_by_first_name_and_initial_or_by_a_masked_address(void **state)
{
	struct arena *a = *state;

	assert_str(name(a, "contacts",
	               "{\"firstname\": \"Quentin\", \"lastname\": \"Canary\", \"email\": \"q@x.example\"}"),
	    "Quentin C.");
	assert_str(name(a, "contacts", "{\"firstname\": \"Quentin\", \"lastname\": \"\"}"), "Quentin");
	assert_str(name(a, "contacts", "{\"firstname\": \"Zo\\u00eb\", \"lastname\": \"\\u00c5berg\"}"),
	    "Zo\xc3\xab \xc3\x85.");
	assert_str(name(a, "contacts", "{\"lastname\": \"Canary\", \"email\": \"quentin@customer.example\"}"),
	    "q...@customer.example");
	assert_str(name(a, "contacts", "{\"lastname\": \"Canary\"}"), "");
	assert_str(name(a, "contacts", "{\"email\": \"@customer.example\"}"), "");
	assert_str(name(a, "contacts", "{\"email\": \"quentin\"}"), "");
	assert_str(name(a, "contacts", "{\"email\": \"quentin@\"}"), "");
}

static void
a_long_name_is_cut_between_two_characters(void **state)
{
	struct arena *a = *state;
	char *text = arena_alloc(a, 4096);
	struct str cut;

	/* One byte, then characters of two: no cut at an even length falls between two of them. */
	memcpy(text, "{\"dealname\": \"x", 15);
	for (size_t i = 0; i < 1000; i++)
		memcpy(text + 15 + i * 2, "\xc3\xab", 2);
	memcpy(text + 15 + 2000, "\"}", 3);
	cut = name(a, "deals", text);
	assert_int_equal(cut.n, RECORD_NAME_MAX - 1);
	assert_true(str_is_utf8(cut));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(deals_and_companies_go_by_their_name, setup, teardown),
		cmocka_unit_test_setup_teardown(contacts_go_by_first_name_and_initial_or_by_a_masked_address, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(a_long_name_is_cut_between_two_characters, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
