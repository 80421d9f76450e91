/* test_words.c - what became of an event, in words: every state and every code has a sentence (C-05, I-57). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "core/state.h"
#include "core/verdict.h"
#include "lib/answer.h"
#include "web/words.h"

static struct arena *a;

static struct activity_row
in_state(const char *state, const char *code)
{
	return (struct activity_row){ .decision = STR("CONVERSION"),
		.conversion = { .conversion_id = 1, .state = str_from(state), .code = str_from(code) } };
}

static struct activity_row
decided(const char *decision, const char *code)
{
	return (struct activity_row){ .decision = str_from(decision), .code = str_from(code) };
}

static void
a_credited_conversion_names_partner_payout_and_locking_date(void **state)
{
	(void)state;
	struct activity_row row = in_state("CONFIRMED", "");

	row.conversion.partner_name = STR("Acme Media");
	row.conversion.partner_id = STR("100");
	row.conversion.payout = STR("42.00");
	row.conversion.currency = STR("USD");
	row.conversion.locking_ms = 1799712000000;
	assert_str(words_sentence(a, &row), "Credited to Acme Media, payout 42.00 USD, locks 12 Jan 2027.");
	assert_int_equal(words_code(&row).n, 0);
	row.conversion.partner_name = STR("");
	row.conversion.payout = STR("");
	row.conversion.cleared_ms = 1799712000000;
	assert_str(words_sentence(a, &row), "Credited to 100, paid out 12 Jan 2027.");
}

static void
C_12_C_16_a_missing_consent_and_contact_name_the_object(void **state)
{
	(void)state;
	struct activity_row row = decided("SKIPPED", "no_consent");

	row.object_type = STR("companies");
	assert_str(words_sentence(a, &row), "No consent for companies.");
	row = decided("WAITING", "no_contact");
	row.object_type = STR("companies");
	assert_str(words_sentence(a, &row), "No contact on the company yet.");
	row.object_type = STR("deals");
	assert_str(words_sentence(a, &row), "No contact on the deal yet.");
}

static void
every_state_has_a_sentence(void **state)
{
	(void)state;
	for (int s = 0; s < STATE__COUNT; s++) {
		struct activity_row row = in_state(state_name((enum state)s), "");

		if (words_sentence(a, &row).n == 0)
			fail_msg("%s has none", state_name((enum state)s));
	}
}

static void
every_code_tells_its_sentence_and_what_to_do(void **state)
{
	(void)state;
	for (size_t i = 0; i < verdict_table_n; i++) {
		struct activity_row skipped = decided("SKIPPED", verdict_table[i].code);
		struct activity_row rejected = in_state("REJECTED", verdict_table[i].code);

		assert_str(words_sentence(a, &skipped), verdict_table[i].sentence);
		assert_str(words_advice(&skipped), verdict_table[i].advice);
		assert_str(words_fix(&skipped), verdict_table[i].fix);
		assert_str(words_sentence(a, &rejected), verdict_table[i].sentence);
	}
}

static void
a_reversed_action_says_why(void **state)
{
	(void)state;
	struct activity_row row = in_state("CONFIRMED", "");

	row.conversion.action_state = STR("REVERSED");
	row.conversion.action_detail = STR("ITEM_RETURNED");
	assert_str(words_sentence(a, &row), "Reversed: what was bought came back.");
	row.conversion.action_detail = STR("");
	assert_str(words_sentence(a, &row), "The action was reversed in impact.com.");
}

static void
what_stood_in_the_way_is_not_told_as_its_own(void **state)
{
	(void)state;
	struct activity_row row = in_state("CONFIRMED", "");

	row.decision = STR("SUPPRESSED");
	row.code = STR("duplicate_effect");
	assert_str(words_sentence(a, &row), verdict_find(STR("duplicate_effect"))->sentence);
}

static void
dates_are_written_for_people(void **state)
{
	(void)state;
	assert_str(words_date(a, 0), "1 Jan 1970");
	assert_str(words_date(a, 1799712000000), "12 Jan 2027");
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
		cmocka_unit_test(a_credited_conversion_names_partner_payout_and_locking_date),
		cmocka_unit_test(C_12_C_16_a_missing_consent_and_contact_name_the_object),
		cmocka_unit_test(every_state_has_a_sentence),
		cmocka_unit_test(every_code_tells_its_sentence_and_what_to_do),
		cmocka_unit_test(a_reversed_action_says_why),
		cmocka_unit_test(what_stood_in_the_way_is_not_told_as_its_own),
		cmocka_unit_test(dates_are_written_for_people),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
