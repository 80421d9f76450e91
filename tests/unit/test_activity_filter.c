/* test_activity_filter.c - what the words of a search mean (B-02). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "lib/answer.h"
#include "web/activity_filter.h"

static struct arena *a;
static struct str email;

static struct activity_search
read(const char *q)
{
	return activity_search_read(a, str_from(q), &email);
}

static void
a_link_is_the_record_it_leads_to(void **state)
{
	(void)state;
	static const struct {
		const char *q, *type, *id;
	} links[] = { { "https://app.hubspot.com/contacts/48975575/record/0-3/4711", "deals", "4711" },
		{ "https://app-eu1.hubspot.com/contacts/48975575/record/0-1/51?eschref=%2Fx", "contacts", "51" },
		{ " https://app.hubspot.com/contacts/48975575/company/9/ ", "companies", "9" },
		{ "/contacts/1/deal/2/?x", "deals", "2" } };

	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		struct activity_search s = read(links[i].q);

		assert_true(s.on);
		assert_str(s.object_type, links[i].type);
		assert_str(s.object_id, links[i].id);
		assert_int_equal(s.name.n + s.word.n + email.n, 0);
	}
}

static void
an_address_is_looked_for_by_its_hash_only(void **state)
{
	(void)state;
	struct activity_search s = read(" Ada@Brand.example ");

	assert_str(email, "Ada@Brand.example");
	assert_int_equal(s.name.n + s.object_id.n, 0);
}

static void
anything_else_may_be_an_id_or_a_part_of_a_name(void **state)
{
	(void)state;
	struct activity_search s = read("4711");

	assert_str(s.object_id, "4711");
	assert_str(s.word, "4711");
	assert_str(s.name, "%4711%");
	s = read("100%_a\\b");
	assert_int_equal(s.object_id.n, 0);
	assert_str(s.name, "%100\\%\\_a\\\\b%");
	s = read("https://elsewhere.example/x");
	assert_str(s.word, "https://elsewhere.example/x");
	assert_false(read("  ").on);
	assert_false(read("").on);
}

static int
setup(void **state)
{
	(void)state;
	a = arena_new(1024UL * 1024);
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
		cmocka_unit_test(a_link_is_the_record_it_leads_to),
		cmocka_unit_test(an_address_is_looked_for_by_its_hash_only),
		cmocka_unit_test(anything_else_may_be_an_id_or_a_part_of_a_name),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
