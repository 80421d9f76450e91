/* test_csv.c - CSV that spreadsheets read as it is meant, and never as a formula (RFC 4180, F-014). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/csv.h"
#include "base/err.h"

static struct arena *a;

static int
start(void **state)
{
	(void)state;
	a = arena_new((size_t)4 << 20);
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	arena_free(a);
	return 0;
}

static struct str
text(struct str value)
{
	struct buf b;
	struct csv c;
	struct str out;
	struct err e;

	buf_init(&b, a, (size_t)1 << 20);
	csv_line_begin(&c, &b);
	csv_text(&c, value);
	assert_true(buf_done(&b, &out, &e));
	return out;
}

static struct str
number(const char *value)
{
	struct buf b;
	struct csv c;
	struct str out;
	struct err e;

	buf_init(&b, a, 1000);
	csv_line_begin(&c, &b);
	csv_number(&c, str_from(value));
	assert_true(buf_done(&b, &out, &e));
	return out;
}

#define assert_cell(have, want) assert_string_equal(str_c(a, have), want)

static void
a_line_is_cells_with_commas_and_ends_in_crlf(void **state)
{
	(void)state;
	struct buf b;
	struct csv c;
	struct str out;
	struct err e;

	buf_init(&b, a, 1000);
	csv_line_begin(&c, &b);
	csv_text(&c, STR("Acme, \"Ltd\""));
	csv_int(&c, -7);
	csv_number(&c, STR("-12.50"));
	csv_text(&c, STR(""));
	csv_line_end(&c);
	csv_text(&c, STR("two\r\nlines"));
	csv_line_end(&c);
	assert_true(buf_done(&b, &out, &e));
	assert_cell(out, "\"Acme, \"\"Ltd\"\"\",-7,-12.50,\"\"\r\n\"two\r\nlines\"\r\n");
}

/* What people put in front so that a check of the first byte misses it. */
static const char *const leads[] = { "", " ", "  ", "\"", "'", "\"'", " \" ", "\xC2\xA0", "\xE2\x80\x8B",
	"\xE2\x80\x8E", "\xE2\x80\xAE", "\xE2\x81\xA6", "\xE3\x80\x80", "\xEF\xBB\xBF", "\xEF\xBB\xBF \"" };
static const char *const formulas[] = { "=HYPERLINK(\"http://x\",\"y\")", "=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1",
	"\n=1", "=cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0",
	"\xEF\xBC\x9D"
	"1",
	"\xEF\xBC\x8B"
	"1",
	"\xEF\xBC\x8D"
	"1",
	"\xEF\xBC\xA0"
	"1",
	"\x01=1", "+491234", "-", "=" };

static void
F_014_no_text_is_a_formula(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++)
		for (size_t k = 0; k < sizeof(formulas) / sizeof(formulas[0]); k++) {
			struct str value = str_printf(a, "%s%s", leads[i], formulas[k]);
			struct str cell = text(value);

			if (!str_starts(cell, STR("\"'")))
				fail_msg("a spreadsheet would run " STR_FMT, STR_ARG(value));
		}
}

static void
harmless_text_stays_as_it_is(void **state)
{
	(void)state;
	assert_cell(text(STR("a=b")), "\"a=b\"");
	assert_cell(text(STR("O'Neil - Sons")), "\"O'Neil - Sons\"");
	assert_cell(text(STR("'quoted'")), "\"'quoted'\"");
	assert_cell(text(STR(" two ")), "\" two \"");
	assert_cell(text(STR("2026-11-21")), "\"2026-11-21\"");
	assert_cell(text(STR("M\xC3\xBCller \xF0\x9F\x92\xB6")), "\"M\xC3\xBCller \xF0\x9F\x92\xB6\"");
}

static void
numbers_by_their_column_can_be_summed(void **state)
{
	(void)state;
	static const char *const numbers[] = { "0", "42", "-1", "12.50", "-0.01", "9223372036854775807" };
	static const char *const others[] = { "-", "", ".5", "5.", "1.2.3", "--1", "1e5", "+1", "1,5", "-1+2", "0x10" };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		assert_cell(number(numbers[i]), numbers[i]);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_true(str_starts(number(others[i]), STR("\"")));
	assert_cell(number("-1+2"), "\"'-1+2\"");
}

static void
what_is_no_utf8_is_marked_and_nul_goes(void **state)
{
	(void)state;
	assert_cell(text(STR("a\xC3")), "\"a\xEF\xBF\xBD\"");
	assert_cell(text(STR("\xFFz")), "\"\xEF\xBF\xBDz\"");
	assert_cell(text(STR("a\0b")), "\"ab\"");
	assert_cell(text(STR("\0=1")), "\"'=1\"");
}

static void
a_long_value_fits_or_the_buffer_says_so(void **state)
{
	(void)state;
	char *long_value = arena_alloc(a, 10001);
	struct buf b;
	struct csv c;
	struct str out;
	struct err e;

	memset(long_value, '"', 10000);
	assert_int_equal(text(str_from(long_value)).n, 20002);
	buf_init(&b, a, 100);
	csv_line_begin(&c, &b);
	csv_text(&c, str_from(long_value));
	assert_false(buf_done(&b, &out, &e));
	assert_int_equal(e.code, ERR_LIMIT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_cells_with_commas_and_ends_in_crlf),
		cmocka_unit_test(F_014_no_text_is_a_formula),
		cmocka_unit_test(harmless_text_stays_as_it_is),
		cmocka_unit_test(numbers_by_their_column_can_be_summed),
		cmocka_unit_test(what_is_no_utf8_is_marked_and_nul_goes),
		cmocka_unit_test(a_long_value_fits_or_the_buffer_says_so),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
