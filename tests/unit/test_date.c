/* Dates in UTC: HubSpot's forms in, impact.com's form out (I-37, I-48). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "core/date.h"
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
each_form_is_read(void **state)
{
	static const struct {
		const char *in;
		int64_t ms;
	} rows[] = {
		{ "1795219200000", 1795219200000 },
		{ "0", 0 },
		{ "2026-11-21", 1795219200000 },
		{ "2026-11-21T00:00:00Z", 1795219200000 },
		{ "2026-11-21T00:00Z", 1795219200000 },
		{ "2026-11-21t00:00:00z", 1795219200000 },
		{ "2026-11-21 00:00:00Z", 1795219200000 },
		{ "2026-11-21T00:00:00.123Z", 1795219200123 },
		{ "2026-11-21T00:00:00.1Z", 1795219200100 },
		{ "2026-11-21T00:00:00.123999Z", 1795219200123 },
		{ "2026-11-21T02:00:00+02:00", 1795219200000 },
		{ "2026-11-20T16:00:00-0800", 1795219200000 },
		{ "2026-11-21T05:45:00+05:45", 1795219200000 },
		{ "2000-02-29", 951782400000 },
		{ "2024-02-29", 1709164800000 },
		{ "1970-01-01", 0 },
		{ "1970-01-01T01:00:00+01:00", 0 },
		{ "9999-12-31T23:59:59.999Z", 253402300799999 },
		{ "253402300799999", 253402300799999 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t ms = -1;
		struct err e = { 0 };

		if (!date_parse(str_from(rows[i].in), &ms, &e) || ms != rows[i].ms)
			fail_msg("%s gave %lld", rows[i].in, (long long)ms);
	}
}

static void
what_is_no_date_is_refused(void **state)
{
	static const char *const bad[] = { "", "now", "NOW", "2026-11-21T10:15:00", "2026-02-29", "2100-02-29",
		"1900-01-01", "2026-13-01", "2026-00-01", "2026-01-00", "2026-04-31", "2026-11-21T24:00:00Z",
		"2026-11-21T23:60:00Z", "2026-11-21T23:59:60Z", "2026-11-21T10:15:00+15:00", "2026-11-21T10:15:00+02",
		"2026-11-21T10:15:00.Z", "2026-11-21T10:15:00.1234567890Z", "2026-11-21T", "2026-11-21X10:15:00Z",
		"2026-11-21T10:15:00Zx", "21.11.2026", "2026/11/21", "-1", "+1795219200000", "253402300800000",
		"1970-01-01T00:00:00+01:00", "2026-1-1", "9999-12-31T23:59:59-01:00", "1.7e12", "1795219200000.5" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int64_t ms;
		struct err e = { 0 };

		if (date_parse(str_from(bad[i]), &ms, &e))
			fail_msg("%s was read", bad[i]);
		assert_int_equal(e.code, ERR_INVALID);
	}
}

/* Whether the text says which moment it is, or only what the clock on the wall showed. */
static void
a_text_without_an_offset_is_local(void **state)
{
	static const struct {
		const char *in;
		int64_t ms;
		bool local;
	} rows[] = {
		{ "1795219200000", 1795219200000, false },
		{ "2026-11-21T00:00:00Z", 1795219200000, false },
		{ "2026-11-21T02:00:00+02:00", 1795219200000, false },
		{ "2026-11-21", 1795219200000, true },
		{ "2026-11-21T00:00", 1795219200000, true },
		{ "2026-11-21 00:00:00", 1795219200000, true },
		{ "2026-11-21T00:00:00.123", 1795219200123, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err e = { 0 };
		int64_t ms;
		bool local;

		assert_true(date_parse_local(str_from(rows[i].in), &ms, &local, &e));
		assert_int_equal(ms, rows[i].ms);
		assert_int_equal(local, rows[i].local);
	}
	assert_false(date_parse_local(STR("2026-11-21T"), &(int64_t){ 0 }, &(bool){ 0 }, &(struct err){ 0 }));
}

static void
dates_are_written_in_utc(void **state)
{
	assert_str(date_iso(*state, 1795219200123), "2026-11-21T00:00:00Z");
	assert_str(date_iso_ms(*state, 1795219200123), "2026-11-21T00:00:00.123Z");
	assert_str(date_iso(*state, 951868799999), "2000-02-29T23:59:59Z");
	assert_str(date_iso(*state, 0), "1970-01-01T00:00:00Z");
	assert_str(date_iso(*state, 253402300799999), "9999-12-31T23:59:59Z");
	assert_str(date_iso(*state, -1), "1969-12-31T23:59:59Z");
}

/* Every day from 1970 to 2105, and each month's ends, agree with counting. */
static void
every_day_is_read_back_as_written(void **state)
{
	int64_t previous = -1;

	for (int64_t day = 0; day < 50000; day++) {
		int64_t ms;
		struct err e = { 0 };
		struct str s = date_iso(*state, day * 86400000 + 3661000);

		assert_true(date_parse(s, &ms, &e));
		assert_int_equal(ms, day * 86400000 + 3661000);
		assert_int_equal(date_day(ms), previous + 1);
		previous = date_day(ms);
	}
}

static void
a_format_has_ten_letters(void **state)
{
	static const struct {
		const char *format, *out;
	} rows[] = {
		{ "%Y-%m-%d", "2026-11-21" },
		{ "%d.%m.%y %H:%M:%S", "21.11.26 10:15:07" },
		{ "%j", "325" },
		{ "100%%", "100%" },
		{ "%z", "+00:00" },
		{ "", "" },
		{ "\xc3\xa9%Y", "\xc3\xa9"
		                "2026" },
	};
	static const char *const bad[] = { "%", "%Y%", "%Q", "%s", "%-d", "%Ey", "%Z", "%A" };
	struct str s;
	struct err e = { 0 };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(date_format(*state, 1795256107000, 0, str_from(rows[i].format), &s, &e));
		assert_str(s, rows[i].out);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(date_format(*state, 0, 0, str_from(bad[i]), &s, &e));
	assert_true(date_format(*state, 1795256107000, INT64_C(19800000), STR("%Y-%m-%dT%H:%M:%S%z"), &s, &e));
	assert_str(s, "2026-11-21T15:45:07+05:30");
	assert_true(date_format(*state, 1795256107000, INT64_C(-39600000), STR("%d %H:%M %z"), &s, &e));
	assert_str(s, "20 23:15 -11:00");
	assert_int_equal(date_day(-1), -1);
	assert_int_equal(date_day(86399999), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_form_is_read, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_no_date_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(a_text_without_an_offset_is_local, setup, teardown),
		cmocka_unit_test_setup_teardown(dates_are_written_in_utc, setup, teardown),
		cmocka_unit_test_setup_teardown(every_day_is_read_back_as_written, setup, teardown),
		cmocka_unit_test_setup_teardown(a_format_has_ten_letters, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
