/* Time zones from tzdata: offsets, hours that come twice or never, names that are none (issue 3: field rules). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "core/date.h"
#include "core/zone.h"
#include "core/zone_rule.h"
#include "lib/answer.h"
#include "lib/file.h"

#define HOUR_MS INT64_C(3600000)
#define LAST_MS INT64_C(253402300799999)

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

static const struct zone *
zone(const char *name)
{
	const struct zone *z;
	struct err e = { 0 };

	if (!zone_find(str_from(name), &z, &e))
		fail_msg("%s: %s", name, e.text);
	return z;
}

static int64_t
utc(const char *text)
{
	int64_t ms;
	struct err e = { 0 };

	if (!date_parse(str_from(text), &ms, &e))
		fail_msg("%s: %s", text, e.text);
	return ms;
}

/* Local time, as the text says it, and the moment it is. */
static void
a_local_time_is_one_moment(void **state)
{
	static const struct {
		const char *zone, *local, *moment;
	} rows[] = {
		{ "UTC", "2026-11-21T10:15:00", "2026-11-21T10:15:00Z" },
		{ "Europe/Berlin", "2026-11-21T10:15:00", "2026-11-21T09:15:00Z" },
		{ "Europe/Berlin", "2026-07-21T10:15:00", "2026-07-21T08:15:00Z" },
		{ "US/Eastern", "2026-11-21", "2026-11-21T05:00:00Z" },
		{ "US/Eastern", "2026-07-21", "2026-07-21T04:00:00Z" },
		{ "Asia/Kathmandu", "2026-11-21", "2026-11-20T18:15:00Z" },
		{ "Pacific/Kiritimati", "2026-11-21", "2026-11-20T10:00:00Z" },
		{ "Etc/GMT+12", "2026-11-21", "2026-11-21T12:00:00Z" },
		/* the clocks go back: the hour comes twice, the first time counts */
		{ "Europe/Berlin", "2026-10-25T01:59:59", "2026-10-24T23:59:59Z" },
		{ "Europe/Berlin", "2026-10-25T02:30:00", "2026-10-25T00:30:00Z" },
		{ "Europe/Berlin", "2026-10-25T03:00:00", "2026-10-25T02:00:00Z" },
		{ "US/Eastern", "2026-11-01T01:30:00", "2026-11-01T05:30:00Z" },
		{ "Australia/Lord_Howe", "2026-04-05T01:45:00", "2026-04-04T14:45:00Z" },
		/* the clocks go forward: what they skip moves on */
		{ "Europe/Berlin", "2026-03-29T01:59:59", "2026-03-29T00:59:59Z" },
		{ "Europe/Berlin", "2026-03-29T02:30:00", "2026-03-29T01:30:00Z" },
		{ "Europe/Berlin", "2026-03-29T03:30:00", "2026-03-29T01:30:00Z" },
		{ "US/Eastern", "2026-03-08T02:00:00", "2026-03-08T07:00:00Z" },
		/* no midnight on these days: the first moment of the day */
		{ "America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z" },
		{ "America/Sao_Paulo", "2018-11-04T00:30:00", "2018-11-04T03:30:00Z" },
		{ "Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00Z" },
		/* midnight twice */
		{ "America/Havana", "2026-11-01T00:30:00", "2026-11-01T04:30:00Z" },
		/* a day that was left out as a whole */
		{ "Pacific/Apia", "2011-12-30T12:00:00", "2011-12-30T22:00:00Z" },
		/* winter time that is the one set by law */
		{ "Europe/Dublin", "2026-07-01", "2026-06-30T23:00:00Z" },
		{ "Europe/Dublin", "2026-12-01", "2026-12-01T00:00:00Z" },
		/* years that only the rule at the end of the file tells */
		{ "Europe/Berlin", "2040-07-01", "2040-06-30T22:00:00Z" },
		{ "America/New_York", "2050-12-24T18:00:00", "2050-12-24T23:00:00Z" },
		{ "Australia/Sydney", "2050-01-15", "2050-01-14T13:00:00Z" },
		{ "Australia/Sydney", "9999-07-15", "9999-07-14T14:00:00Z" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t local_ms;
		bool local;
		struct err e = { 0 };

		assert_true(date_parse_local(str_from(rows[i].local), &local_ms, &local, &e) && local);
		if (zone_moment_ms(zone(rows[i].zone), local_ms) != utc(rows[i].moment))
			fail_msg("%s in %s", rows[i].local, rows[i].zone);
	}
}

static const char *const many[] = { "UTC", "Europe/Berlin", "Europe/London", "Europe/Dublin", "Europe/Moscow",
	"US/Eastern", "US/Pacific", "America/New_York", "America/Sao_Paulo", "America/St_Johns", "America/Godthab",
	"America/Havana", "America/Santiago", "America/Caracas", "Africa/Casablanca", "Africa/Cairo", "Africa/Monrovia",
	"Asia/Kolkata", "Asia/Kathmandu", "Asia/Tehran", "Asia/Gaza", "Asia/Tokyo", "Asia/Pyongyang",
	"Australia/Lord_Howe", "Australia/Sydney", "Pacific/Apia", "Pacific/Chatham", "Pacific/Kiritimati",
	"Pacific/Norfolk", "Antarctica/Troll", "Etc/GMT+5", "EST5EDT" };

/* A seeded walk over the centuries: the system's C library says the same. */
static void
offsets_are_those_of_the_c_library(void **state)
{
	uint64_t seed = 20261121;

	(void)state;
	for (size_t i = 0; i < sizeof(many) / sizeof(many[0]); i++) {
		const struct zone *z = zone(many[i]);

		assert_int_equal(setenv("TZ", many[i], 1), 0);
		tzset();
		for (int k = 0; k < 4000; k++) {
			/* half of them in the years that the file lists one by one */
			int64_t until = k % 2 == 0 ? INT64_C(2145916800) : LAST_MS / 1000;
			time_t t;
			struct tm tm;

			seed = seed * 6364136223846793005U + 1442695040888963407U;
			t = (time_t)((seed >> 20) % (uint64_t)until);
			assert_non_null(localtime_r(&t, &tm));
			if (zone_offset_ms(z, (int64_t)t * 1000 + 999) != (int64_t)tm.tm_gmtoff * 1000)
				fail_msg("%s at %lld", many[i], (long long)t);
		}
	}
	assert_int_equal(unsetenv("TZ"), 0);
	tzset();
}

/* Every moment, written as local time and read again, is itself, or an hour before when the clocks went back. */
static void
local_times_lead_back_to_their_moment(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(many) / sizeof(many[0]); i++) {
		const struct zone *z = zone(many[i]);

		for (int64_t ms = utc("2010-01-01"); ms < utc("2045-01-01"); ms += 7 * HOUR_MS + 1234567) {
			int64_t local = ms + zone_offset_ms(z, ms);
			int64_t back = zone_moment_ms(z, local);

			if (back != ms && (back > ms || back + zone_offset_ms(z, back) != local))
				fail_msg("%s at %lld", many[i], (long long)ms);
		}
	}
}

/* A path, another file of tzdata, nothing at all: an error, never UTC. */
static void
what_is_no_zone_is_an_error(void **state)
{
	static const char *const bad[] = { "", "Mars/Olympus", "Europe", "Europe/", "/Europe/Berlin", "Europe//Berlin",
		"../zoneinfo/Europe/Berlin", "Europe/../UTC", "./UTC", "/etc/passwd", "../../../etc/passwd",
		"tzdata.zi", "zone.tab", "leapseconds", "posix/UTC", "right/UTC", "localtime", "posixrules", "Factory",
		"europe/berlin", "Europe/Berlin ", "Europe/Ber\nlin", "CET-1CEST", ":UTC",
		"Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };
	const struct zone *z;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err e = { 0 };

		if (zone_find(str_from(bad[i]), &z, &e))
			fail_msg("\"%s\" was found", bad[i]);
		assert_int_equal(e.code, ERR_NOT_FOUND);
	}
	assert_false(zone_find((struct str){ .p = "UTC\0x", .n = 5 }, &z, &(struct err){ 0 }));
}

/* Each cut, each byte changed: read or refused, never past its end (ASan watches). */
static void
broken_files_are_refused(void **state)
{
	struct arena *a = *state;
	struct str file = file_read(a, "/usr/share/zoneinfo/Europe/Berlin");
	char *bytes = arena_alloc(a, file.n);
	struct arena *scratch = arena_new((size_t)1 << 20);

	assert_non_null(zone_read(a, file));
	for (size_t n = 0; n < file.n; n++) {
		char *cut = malloc(n + 1);

		assert_non_null(cut);
		memcpy(cut, file.p, n);
		if (n + 2 < file.n)
			assert_null(zone_read(scratch, (struct str){ .p = cut, .n = n }));
		free(cut);
		arena_reset(scratch);
	}
	for (size_t i = 0; i < file.n; i++) {
		struct zone *z;

		memcpy(bytes, file.p, file.n);
		bytes[i] = (char)(bytes[i] ^ (i % 2 == 0 ? 0x80 : 0x7f));
		z = zone_read(scratch, (struct str){ .p = bytes, .n = file.n });
		if (z != NULL)
			(void)zone_moment_ms(z, utc("2026-11-21"));
		arena_reset(scratch);
	}
	arena_free(scratch);
}

/* POSIX TZ: the three kinds of days, offsets of all kinds, and what is none. */
static void
the_rule_for_the_years_to_come(void **state)
{
	static const struct {
		const char *rule, *moment;
		int64_t offset_s;
	} rows[] = {
		{ "UTC0", "2050-07-01", 0 },
		{ "<+0330>-3:30", "2050-07-01", 12600 },
		{ "CET-1CEST,M3.5.0,M10.5.0/3", "2050-03-27T00:59:59Z", 3600 },
		{ "CET-1CEST,M3.5.0,M10.5.0/3", "2050-03-27T01:00:00Z", 7200 },
		{ "CET-1CEST,M3.5.0,M10.5.0/3", "2050-10-30T00:59:59Z", 7200 },
		{ "CET-1CEST,M3.5.0,M10.5.0/3", "2050-10-30T01:00:00Z", 3600 },
		{ "IST-1GMT0,M10.5.0,M3.5.0/1", "2050-07-01", 3600 },
		{ "IST-1GMT0,M10.5.0,M3.5.0/1", "2050-12-01", 0 },
		{ "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2050-03-27T00:59:59Z", -7200 },
		{ "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2050-03-27T01:00:00Z", -3600 },
		{ "EET-2EEST,M3.4.4/50,M10.4.4/50", "2050-03-26T00:00:00Z", 10800 },
		{ "AAA3BBB,J60,J305", "2024-03-01T04:59:59Z", -10800 },
		{ "AAA3BBB,J60,J305", "2024-03-01T05:00:00Z", -7200 },
		{ "AAA3BBB,J60,J305", "2023-03-01T05:00:00Z", -7200 },
		{ "AAA3BBB,59,304", "2024-02-29T05:00:00Z", -7200 },
	};
	static const char *const bad[] = { "", "X", "CET", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M3.5.0,",
		"CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,J0,J1",
		"CET-1CEST,366,1", "CET-200", "CET-1:60", "<CET-1", "CET-1CEST,M3.5.0,M10.5.0x" };
	struct zone_rule rule;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(zone_rule_parse(str_from(rows[i].rule), &rule));
		if (zone_rule_offset_s(&rule, utc(rows[i].moment) / 1000) != rows[i].offset_s)
			fail_msg("%s at %s", rows[i].rule, rows[i].moment);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (zone_rule_parse(str_from(bad[i]), &rule))
			fail_msg("\"%s\" was read", bad[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_local_time_is_one_moment),
		cmocka_unit_test(offsets_are_those_of_the_c_library),
		cmocka_unit_test(local_times_lead_back_to_their_moment),
		cmocka_unit_test(what_is_no_zone_is_an_error),
		cmocka_unit_test_setup_teardown(broken_files_are_refused, setup, teardown),
		cmocka_unit_test(the_rule_for_the_years_to_come),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
