#include "core/date.h"

#include "base/buf.h"

#define DAY_MS   INT64_C(86400000)
#define LAST_MS  INT64_C(253402300799999) /* 9999-12-31T23:59:59.999Z */
#define MAX_TEXT 4096

struct parts {
	int year, month, day, hour, minute, second, milli;
};

static int64_t
floor_div(int64_t n, int64_t d)
{
	return n / d - (n % d < 0 ? 1 : 0);
}

/* Years are counted from March. */
int64_t
date_days(int64_t year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = floor_div(y, 400);
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * 146097 + day_of_era - 719468;
}

static struct parts
split(int64_t ms)
{
	int64_t days = floor_div(ms, DAY_MS);
	int64_t rest = ms - days * DAY_MS;
	int64_t z = days + 719468;
	int64_t era = floor_div(z, 146097);
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	int64_t month = mp < 10 ? mp + 3 : mp - 9;

	return (struct parts){
		.year = (int)(yoe + era * 400 + (month <= 2 ? 1 : 0)),
		.month = (int)month,
		.day = (int)(doy - (153 * mp + 2) / 5 + 1),
		.hour = (int)(rest / 3600000),
		.minute = (int)(rest / 60000 % 60),
		.second = (int)(rest / 1000 % 60),
		.milli = (int)(rest % 1000),
	};
}

static int
days_in_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

/* Exactly `digits` digits at *at, within [min, max]. */
static bool
take_number(struct str s, size_t *at, size_t digits, int min, int max, int *out)
{
	int64_t v;

	if (s.n - *at < digits || !str_to_int(str_slice(s, *at, *at + digits), 0, max, &v) || v < min)
		return false;
	*at += digits;
	*out = (int)v;
	return true;
}

static bool
take_char(struct str s, size_t *at, const char *any_of)
{
	if (*at >= s.n || s.p[*at] == '\0' || strchr(any_of, s.p[*at]) == NULL)
		return false;
	(*at)++;
	return true;
}

static bool
take_date(struct str s, size_t *at, struct parts *p)
{
	return take_number(s, at, 4, 1970, 9999, &p->year) && take_char(s, at, "-") &&
	       take_number(s, at, 2, 1, 12, &p->month) && take_char(s, at, "-") &&
	       take_number(s, at, 2, 1, days_in_month(p->year, p->month), &p->day);
}

/* ".123": digits behind the third are cut. */
static bool
take_fraction(struct str s, size_t *at, int *milli)
{
	int scale = 100;
	size_t from;

	*milli = 0;
	if (!take_char(s, at, "."))
		return true;
	for (from = *at; *at < s.n && s.p[*at] >= '0' && s.p[*at] <= '9'; (*at)++, scale /= 10)
		*milli += (s.p[*at] - '0') * scale;
	return *at > from && *at - from <= 9;
}

/* "Z", "+02:00", "-0800"; *local when there is none. */
static bool
take_offset(struct str s, size_t *at, int *minutes, bool *local)
{
	int hour;
	int minute;
	bool west = *at < s.n && s.p[*at] == '-';

	*minutes = 0;
	*local = *at == s.n;
	if (*local)
		return true;
	if (take_char(s, at, "Zz"))
		return true;
	if (!take_char(s, at, "+-") || !take_number(s, at, 2, 0, 14, &hour))
		return false;
	(void)take_char(s, at, ":");
	if (!take_number(s, at, 2, 0, 59, &minute))
		return false;
	*minutes = west ? -(hour * 60 + minute) : hour * 60 + minute;
	return true;
}

static bool
take_time(struct str s, size_t *at, struct parts *p, int *offset, bool *local)
{
	if (!take_char(s, at, "Tt ") || !take_number(s, at, 2, 0, 23, &p->hour) || !take_char(s, at, ":") ||
	    !take_number(s, at, 2, 0, 59, &p->minute))
		return false;
	if (take_char(s, at, ":")) {
		if (!take_number(s, at, 2, 0, 59, &p->second) || !take_fraction(s, at, &p->milli))
			return false;
	}
	return take_offset(s, at, offset, local);
}

bool
date_parse_local(struct str s, int64_t *ms, bool *local, struct err *e)
{
	struct parts p = { 0 };
	size_t at = 0;
	int offset = 0;
	int64_t t;

	*local = false;
	if (str_to_int(s, 0, LAST_MS, ms))
		return true;
	*local = true;
	if (!take_date(s, &at, &p) || (at < s.n && !take_time(s, &at, &p, &offset, local)) || at != s.n)
		return err_set(e, ERR_INVALID, "it is no date");
	t = date_days(p.year, p.month, p.day) * DAY_MS +
	    (((int64_t)p.hour * 60 + p.minute - offset) * 60 + p.second) * 1000 + p.milli;
	if (t < 0 || t > LAST_MS)
		return err_set(e, ERR_INVALID, "the date is not between 1970 and 9999");
	*ms = t;
	return true;
}

bool
date_parse(struct str s, int64_t *ms, struct err *e)
{
	bool local;

	if (!date_parse_local(s, ms, &local, e))
		return false;
	/* A time of day without an offset is a guess. */
	return !local || s.n == STR("2026-11-21").n || err_set(e, ERR_INVALID, "it is no date");
}

struct str
date_iso(struct arena *a, int64_t ms)
{
	struct parts p = split(ms);

	return str_printf(a, "%04d-%02d-%02dT%02d:%02d:%02dZ", p.year, p.month, p.day, p.hour, p.minute, p.second);
}

struct str
date_iso_ms(struct arena *a, int64_t ms)
{
	struct parts p = split(ms);

	return str_printf(a, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", p.year, p.month, p.day, p.hour, p.minute, p.second,
	    p.milli);
}

/* False for a letter outside the subset. */
static bool
add_letter(struct buf *b, const struct parts *p, int64_t offset_ms, char letter)
{
	int64_t minutes = (offset_ms < 0 ? -offset_ms : offset_ms) / 60000;

	switch (letter) {
	case 'Y':
		buf_addf(b, "%04d", p->year);
		return true;
	case 'y':
		buf_addf(b, "%02d", p->year % 100);
		return true;
	case 'm':
		buf_addf(b, "%02d", p->month);
		return true;
	case 'd':
		buf_addf(b, "%02d", p->day);
		return true;
	case 'H':
		buf_addf(b, "%02d", p->hour);
		return true;
	case 'M':
		buf_addf(b, "%02d", p->minute);
		return true;
	case 'S':
		buf_addf(b, "%02d", p->second);
		return true;
	case 'j':
		buf_addf(b, "%03d", (int)(date_days(p->year, p->month, p->day) - date_days(p->year, 1, 1)) + 1);
		return true;
	case 'z':
		buf_addf(b, "%c%02d:%02d", offset_ms < 0 ? '-' : '+', (int)(minutes / 60), (int)(minutes % 60));
		return true;
	case '%':
		buf_addc(b, '%');
		return true;
	default:
		return false;
	}
}

bool
date_format(struct arena *a, int64_t ms, int64_t offset_ms, struct str format, struct str *out, struct err *e)
{
	struct parts p = split(ms + offset_ms);
	struct buf b;

	buf_init(&b, a, MAX_TEXT);
	for (size_t i = 0; i < format.n; i++) {
		if (format.p[i] != '%') {
			buf_addc(&b, format.p[i]);
			continue;
		}
		i++;
		if (i >= format.n || !add_letter(&b, &p, offset_ms, format.p[i]))
			return err_set(e, ERR_INVALID,
			    "a date format may hold %%Y %%m %%d %%H %%M %%S %%y %%j %%z %%%%");
	}
	return buf_done(&b, out, e);
}

int64_t
date_day(int64_t ms)
{
	return floor_div(ms, DAY_MS);
}
