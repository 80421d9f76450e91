/* The seed's fields in square brackets (C-01). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "core/computed.h"
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
value(struct arena *a, enum computed_field field, bool prefix, const char *of, const char *id)
{
	struct computed_options options = { .prefix = prefix };

	return computed_value(a, field, &options, str_from(of), str_from(id));
}

static void
they_read_as_the_seed_says(void **state)
{
	struct arena *a = *state;

	assert_str(value(a, COMPUTED_DEAL_STAGE_ID, true, "closedwon", "9876543210"), "deal_closedwon_9876543210");
	assert_str(value(a, COMPUTED_DEAL_STAGE, true, "closedwon", "9876543210"), "deal_closedwon");
	assert_str(value(a, COMPUTED_CONTACT_LEAD_STATUS_ID, true, "OPEN_DEAL", "251"), "contact_OPEN_DEAL_251");
}

static void
without_prefix_only_the_value_stays(void **state)
{
	struct arena *a = *state;

	assert_str(value(a, COMPUTED_DEAL_STAGE_ID, false, "closedwon", "1"), "closedwon_1");
	assert_str(value(a, COMPUTED_DEAL_STAGE, false, "closedwon", "1"), "closedwon");
	assert_str(value(a, COMPUTED_CONTACT_LEAD_STATUS_ID, false, "NEW", "251"), "NEW_251");
}

static void
other_characters_become_underscores(void **state)
{
	assert_str(value(*state, COMPUTED_DEAL_STAGE, true, "Closed Won! (A/B)", "1"), "deal_Closed_Won___A_B_");
	assert_str(value(*state, COMPUTED_DEAL_STAGE, true, "a.b-c_D9", "1"), "deal_a.b-c_D9");
	assert_str(value(*state, COMPUTED_DEAL_STAGE, true, "\xc3\xa9\xe6\x97\xa5!", "1"), "deal____");
}

static void
over_64_bytes_the_stage_is_cut_and_the_id_stays_whole(void **state)
{
	/* 64 bytes: 5 + 48 + 1 + 10 */
	static const char just[] = "abcdefghijabcdefghijabcdefghijabcdefghijabcdefgh";
	static const char over[] = "abcdefghijabcdefghijabcdefghijabcdefghijabcdefghi";
	static const char other[] = "abcdefghijabcdefghijabcdefghijabcdefghijabcdefghj";
	struct arena *a = *state;
	struct str s = value(a, COMPUTED_DEAL_STAGE_ID, true, just, "9876543210");

	assert_int_equal(s.n, 64);
	assert_str(s, "deal_abcdefghijabcdefghijabcdefghijabcdefghijabcdefgh_9876543210");
	s = value(a, COMPUTED_DEAL_STAGE_ID, true, over, "9876543210");
	assert_int_equal(s.n, 64);
	assert_true(str_starts(s, STR("deal_abcdefghijabcdefghijabcdefghijabcdefghi_")));
	assert_true(str_ends(s, STR("_9876543210")));
	/* 8 hex digits of the whole value's SHA-256 keep two long stages apart. */
	assert_false(str_eq(s, value(a, COMPUTED_DEAL_STAGE_ID, true, other, "9876543210")));
	assert_int_equal(value(a, COMPUTED_DEAL_STAGE, true,
	                     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "1")
	                     .n,
	    64);
}

static void
the_hash_is_of_the_value(void **state)
{
	/* SHA-256 of 70 letters x starts with c71bd109. */
	struct str s = value(*state, COMPUTED_DEAL_STAGE, false,
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "1");

	assert_str(s, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx_c71bd109");
}

static void
an_empty_status_gives_nothing(void **state)
{
	assert_int_equal(value(*state, COMPUTED_CONTACT_LEAD_STATUS_ID, true, "", "251").n, 0);
	assert_int_equal(value(*state, COMPUTED_DEAL_STAGE_ID, true, "", "251").n, 0);
	assert_int_equal(value(*state, COMPUTED__COUNT, true, "x", "251").n, 0);
}

static void
they_are_found_by_the_seeds_names(void **state)
{
	(void)state;
	assert_int_equal(computed_find(STR("deal_[stage]_id")), COMPUTED_DEAL_STAGE_ID);
	assert_int_equal(computed_find(STR("deal_[deal stage]")), COMPUTED_DEAL_STAGE);
	assert_int_equal(computed_find(STR("contact_[lead_status]_id")), COMPUTED_CONTACT_LEAD_STATUS_ID);
	assert_int_equal(computed_find(STR("dealstage")), COMPUTED__COUNT);
	assert_int_equal(computed_find(STR("")), COMPUTED__COUNT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(they_read_as_the_seed_says, setup, teardown),
		cmocka_unit_test_setup_teardown(without_prefix_only_the_value_stays, setup, teardown),
		cmocka_unit_test_setup_teardown(other_characters_become_underscores, setup, teardown),
		cmocka_unit_test_setup_teardown(over_64_bytes_the_stage_is_cut_and_the_id_stays_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(the_hash_is_of_the_value, setup, teardown),
		cmocka_unit_test_setup_teardown(an_empty_status_gives_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(they_are_found_by_the_seeds_names, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
