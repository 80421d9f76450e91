/* Slices: comparing, cutting, strict numbers, UTF-8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/str.h"

static void
slices_compare_by_bytes_and_length(void **state)
{
	(void)state;
	assert_true(str_eq(STR(""), (struct str){ .p = NULL }));
	assert_false(str_eq(STR("a"), STR("ab")));
	assert_true(str_eq_nocase(STR("X-Ab"), STR("x-aB")));
	assert_false(str_eq_nocase(STR("["), STR("{"))); /* not letters */
	assert_true(str_cmp(STR("a"), STR("ab")) < 0);
	assert_true(str_cmp(STR("b"), STR("ab")) > 0);
	assert_int_equal(str_cmp(STR("a\0b"), STR("a\0b")), 0);
	assert_true(str_starts(STR("abc"), STR("ab")) && str_ends(STR("abc"), STR("bc")));
	assert_false(str_starts(STR("a"), STR("ab")) || str_ends(STR("c"), STR("bc")));
}

static void
a_slice_of_a_slice_is_clamped(void **state)
{
	(void)state;
	assert_true(str_eq(str_slice(STR("abc"), 1, 99), STR("bc")));
	assert_int_equal(str_slice(STR("abc"), 5, 99).n, 0);
	assert_int_equal(str_slice(STR("abc"), 2, 1).n, 0);
	assert_int_equal(str_slice(str_from(NULL), 0, 9).n, 0);
	assert_int_equal(str_find(STR("abcabc"), STR("ca")), 2);
	assert_int_equal(str_find(STR("abc"), STR("x")), 3);
	assert_int_equal(str_find_char(STR("a=b"), '='), 1);
	assert_true(str_eq(str_trim(STR(" \t a b\r\n")), STR("a b")));
	assert_int_equal(str_trim(STR(" \n")).n, 0);
}

static void
cutting_gives_every_piece_once(void **state)
{
	(void)state;
	static const struct {
		struct str text;
		size_t pieces;
	} cases[] = {
		{ { "", 0 }, 1 },
		{ { "a", 1 }, 1 },
		{ { "a,b", 3 }, 2 },
		{ { ",", 1 }, 2 },
		{ { "a,,b,", 5 }, 4 },
		{ { NULL, 0 }, 0 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct str rest = cases[i].text, head;
		size_t n = 0;
		while (str_cut(&rest, ',', &head))
			n++;
		assert_int_equal(n, cases[i].pieces);
	}
}

static void
numbers_are_taken_whole_or_not_at_all(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool ok;
		int64_t value;
	} cases[] = {
		{ "0", true, 0 },
		{ "-0", true, 0 },
		{ "007", true, 7 },
		{ "-12", true, -12 },
		{ "9223372036854775807", true, INT64_MAX },
		{ "-9223372036854775808", true, INT64_MIN },
		{ "9223372036854775808", false, 0 },
		{ "-9223372036854775809", false, 0 },
		{ "99999999999999999999999999", false, 0 },
		{ "", false, 0 },
		{ "-", false, 0 },
		{ "+1", false, 0 },
		{ " 1", false, 0 },
		{ "1 ", false, 0 },
		{ "12abc", false, 0 },
		{ "0x10", false, 0 },
		{ "1e3", false, 0 },
		{ "--1", false, 0 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int64_t v = 0;
		assert_int_equal(str_to_int(str_from(cases[i].text), INT64_MIN, INT64_MAX, &v), cases[i].ok);
		assert_true(v == cases[i].value);
	}
	int64_t v = 5;
	assert_false(str_to_int(STR("11"), 0, 10, &v) || str_to_int(STR("-1"), 0, 10, &v));
	assert_int_equal(v, 5);
}

static void
utf8_is_well_formed_or_refused(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool ok;
	} cases[] = {
		{ "", true },
		{ "plain", true },
		{ "\xc3\xa9", true },
		{ "\xe2\x82\xac", true },
		{ "\xf0\x9f\x98\x80", true },
		{ "\xed\x9f\xbf\xee\x80\x80", true },
		{ "\xf4\x8f\xbf\xbf", true },
		{ "\xc0\xaf", false },         /* over-long */
		{ "\xc1\xbf", false },         /* over-long */
		{ "\xe0\x9f\xbf", false },     /* over-long */
		{ "\xf0\x8f\xbf\xbf", false }, /* over-long */
		{ "\xed\xa0\x80", false },     /* surrogate */
		{ "\xf4\x90\x80\x80", false }, /* beyond U+10FFFF */
		{ "\xf5\x80\x80\x80", false },
		{ "\x80", false },
		{ "\xff\xfe", false },
		{ "\xc3", false },
		{ "\xe2\x82", false },
		{ "\xf0\x9f\x98", false },
		{ "\xe2\x28\xa1", false },
		{ "\xf0\x9f\x98\x28", false },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(str_is_utf8(str_from(cases[i].text)), cases[i].ok);
}

static void
copies_end_in_nul(void **state)
{
	(void)state;
	struct arena *a = arena_new(10000);

	assert_string_equal(str_c(a, str_slice(STR("abc"), 0, 2)), "ab");
	assert_string_equal(str_c(a, str_from(NULL)), "");
	assert_true(str_eq(str_copy(a, STR("a\0b")), STR("a\0b")));
	assert_string_equal(str_printf(a, "%d-" STR_FMT, 7, STR_ARG(STR("x"))).p, "7-x");
	assert_true(str_eq(str_lower(a, STR("A\xc3\x84Z[")), STR("a\xc3\x84z[")));
	assert_true(str_eq(str_upper(a, STR("az{")), STR("AZ{")));
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slices_compare_by_bytes_and_length),
		cmocka_unit_test(a_slice_of_a_slice_is_clamped),
		cmocka_unit_test(cutting_gives_every_piece_once),
		cmocka_unit_test(numbers_are_taken_whole_or_not_at_all),
		cmocka_unit_test(utf8_is_well_formed_or_refused),
		cmocka_unit_test(copies_end_in_nul),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
