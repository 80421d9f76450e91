/* Decimals are exact, bounded, and never doubles (B-17). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "core/decimal.h"
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

static void
numbers_are_read_strictly(void **state)
{
	static const char *const bad[] = { "", "-", "+1", " 1", "1 ", ".5", "5.", "1,000", "1e3", "0x10", "NaN",
		"1.2.3", "--1", "1-", "\xd9\xa1", "1234567890123456789", "0.0000000001", "1.0000000001" };
	struct decimal d;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (decimal_parse(str_from(bad[i]), &d, &e))
			fail_msg("\"%s\" was read", bad[i]);
		assert_int_equal(e.code, ERR_INVALID);
	}
	assert_false(decimal_parse((struct str){ .p = "1\0", .n = 2 }, &d, &e));
}

static void
the_shortest_form_is_exact(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "0", "0" },
		{ "-0", "0" },
		{ "-0.00", "0" },
		{ "000", "0" },
		{ "007.50", "7.5" },
		{ "-12.50", "-12.5" },
		{ "0.000000001", "0.000000001" },
		{ "1.0000000000", "1" },
		{ "999999999999999999.999999999", "999999999999999999.999999999" },
		{ "-999999999999999999.999999999", "-999999999999999999.999999999" },
		{ "0000000000000000000000001.5", "1.5" },
		{ "123456789012345678", "123456789012345678" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct decimal d;
		struct err e = { 0 };

		assert_true(decimal_parse(str_from(rows[i].in), &d, &e));
		assert_str(decimal_write_short(*state, d), rows[i].out);
	}
}

static void
rounding_is_half_away_from_zero(void **state)
{
	static const struct {
		const char *in;
		int places;
		const char *out;
	} rows[] = {
		{ "2.345", 2, "2.35" },
		{ "-2.345", 2, "-2.35" },
		{ "2.344999999", 2, "2.34" },
		{ "0.5", 0, "1" },
		{ "-0.5", 0, "-1" },
		{ "0.4", 0, "0" },
		{ "-0.4", 0, "0" },
		{ "-0.004", 2, "0.00" },
		{ "1", 2, "1.00" },
		{ "1.005", 2, "1.01" },
		{ "0.1", 9, "0.100000000" },
		{ "999999999999999999.9", 0, "1000000000000000000" },
		{ "1.5", -3, "2" },
		{ "1.5", 12, "1.500000000" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct decimal d;
		struct err e = { 0 };

		assert_true(decimal_parse(str_from(rows[i].in), &d, &e));
		assert_str(decimal_write(*state, d, rows[i].places), rows[i].out);
	}
}

static struct decimal
dec(const char *s)
{
	struct decimal d;
	struct err e = { 0 };

	assert_true(decimal_parse(str_from(s), &d, &e));
	return d;
}

static void
arithmetic_is_exact_or_refused(void **state)
{
	struct decimal d;

	assert_true(decimal_add(dec("0.1"), dec("0.2"), &d));
	assert_str(decimal_write_short(*state, d), "0.3");
	assert_true(decimal_mul(dec("19.99"), dec("3"), &d));
	assert_str(decimal_write_short(*state, d), "59.97");
	assert_true(decimal_mul(dec("-0.000000001"), dec("0.5"), &d));
	assert_str(decimal_write_short(*state, d), "-0.000000001");
	assert_true(decimal_mul(dec("999999999"), dec("999999999"), &d));
	assert_str(decimal_write_short(*state, d), "999999998000000001");
	assert_false(decimal_mul(dec("1000000000"), dec("1000000000"), &d));
	assert_false(decimal_mul(dec("999999999999999999"), dec("999999999999999999"), &d));
	assert_false(decimal_add(dec("999999999999999999.9"), dec("0.1"), &d));
	assert_false(decimal_add(dec("-999999999999999999.9"), dec("-0.1"), &d));
	assert_true(decimal_cmp(dec("-1"), dec("0.5")) < 0);
	assert_true(decimal_cmp(dec("2"), dec("10")) < 0);
	assert_int_equal(decimal_cmp(dec("1.50"), dec("1.5")), 0);
}

/* Rounded once, half away from zero, at the places that are asked for. */
static void
division_is_rounded_once(void **state)
{
	static const struct {
		const char *a, *b;
		int places;
		const char *out;
	} rows[] = {
		{ "1", "3", 2, "0.33" },
		{ "2", "3", 2, "0.67" },
		{ "-2", "3", 2, "-0.67" },
		{ "2", "-3", 9, "-0.666666667" },
		{ "-1", "-8", 2, "0.13" },
		{ "1", "8", 3, "0.125" },
		{ "0", "7", 2, "0" },
		/* nine places first and then two would make 0.01 of it */
		{ "4.999999999", "1000", 2, "0" },
		{ "999999999999999999", "1", 9, "999999999999999999" },
		{ "0.000000001", "999999999999999999", 9, "0" },
		{ "1", "0.000000001", 0, "1000000000" },
	};
	struct decimal d;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(decimal_div(dec(rows[i].a), dec(rows[i].b), rows[i].places, &d));
		assert_str(decimal_write_short(*state, d), rows[i].out);
	}
	assert_false(decimal_div(dec("1"), dec("0"), 2, &d));
	assert_false(decimal_div(dec("1"), dec("1"), 10, &d));
	assert_false(decimal_div(dec("999999999999999999"), dec("0.1"), 2, &d));
}

static void
currencies_know_their_minor_units(void **state)
{
	(void)state;
	assert_int_equal(decimal_currency_places(STR("USD")), 2);
	assert_int_equal(decimal_currency_places(STR("EUR")), 2);
	assert_int_equal(decimal_currency_places(STR("JPY")), 0);
	assert_int_equal(decimal_currency_places(STR("BHD")), 3);
	assert_int_equal(decimal_currency_places(STR("CLF")), 4);
	assert_int_equal(decimal_currency_places(STR("AED")), 2);
	assert_int_equal(decimal_currency_places(STR("ZWL")), 2);
	assert_int_equal(decimal_currency_places(STR("usd")), -1);
	assert_int_equal(decimal_currency_places(STR("XXX")), -1);
	assert_int_equal(decimal_currency_places(STR("D U")), -1);
	assert_int_equal(decimal_currency_places(STR("")), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(numbers_are_read_strictly, setup, teardown),
		cmocka_unit_test_setup_teardown(the_shortest_form_is_exact, setup, teardown),
		cmocka_unit_test_setup_teardown(rounding_is_half_away_from_zero, setup, teardown),
		cmocka_unit_test_setup_teardown(arithmetic_is_exact_or_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(division_is_rounded_once, setup, teardown),
		cmocka_unit_test_setup_teardown(currencies_know_their_minor_units, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
