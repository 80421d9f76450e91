#include "core/zone_rule.h"

#include "core/date.h"

#define DAY_S INT64_C(86400)

static bool
take(struct str s, size_t *at, char c)
{
	if (*at >= s.n || s.p[*at] != c)
		return false;
	(*at)++;
	return true;
}

static bool
take_number(struct str s, size_t *at, int min, int max, int *out)
{
	size_t from = *at;
	int64_t v;

	while (*at < s.n && *at - from < 4 && s.p[*at] >= '0' && s.p[*at] <= '9')
		(*at)++;
	if (!str_to_int(str_slice(s, from, *at), min, max, &v))
		return false;
	*out = (int)v;
	return true;
}

/* "CET" or "<+0330>": only its length counts. */
static bool
take_name(struct str s, size_t *at)
{
	size_t from = *at;

	if (take(s, at, '<')) {
		while (*at < s.n && s.p[*at] != '>')
			(*at)++;
		return take(s, at, '>');
	}
	while (*at < s.n && ((s.p[*at] >= 'A' && s.p[*at] <= 'Z') || (s.p[*at] >= 'a' && s.p[*at] <= 'z')))
		(*at)++;
	return *at - from >= 3;
}

/* "-1", "5:30", "+2:00:00", hours up to a week. */
static bool
take_time(struct str s, size_t *at, int64_t *seconds)
{
	bool minus = take(s, at, '-');
	int hour;
	int minute = 0;
	int second = 0;

	if (!minus)
		(void)take(s, at, '+');
	if (!take_number(s, at, 0, 167, &hour) || (take(s, at, ':') && !take_number(s, at, 0, 59, &minute)) ||
	    (take(s, at, ':') && !take_number(s, at, 0, 59, &second)))
		return false;
	*seconds = ((int64_t)hour * 60 + minute) * 60 + second;
	if (minus)
		*seconds = -*seconds;
	return true;
}

static bool
take_change(struct str s, size_t *at, struct zone_change *out)
{
	out->seconds = INT64_C(2) * 3600;
	if (!take(s, at, ','))
		return false;
	if (take(s, at, 'M')) {
		out->kind = ZONE_WEEKDAY;
		if (!take_number(s, at, 1, 12, &out->month) || !take(s, at, '.') ||
		    !take_number(s, at, 1, 5, &out->week) || !take(s, at, '.') || !take_number(s, at, 0, 6, &out->day))
			return false;
	} else {
		out->kind = take(s, at, 'J') ? ZONE_JULIAN : ZONE_DAY_OF_YEAR;
		if (!take_number(s, at, out->kind == ZONE_JULIAN ? 1 : 0, 365, &out->day))
			return false;
	}
	return !take(s, at, '/') || take_time(s, at, &out->seconds);
}

/* The rule counts hours behind UTC, everybody else those ahead of it. */
static bool
take_offset(struct str s, size_t *at, int64_t *ahead_s)
{
	if (!take_time(s, at, ahead_s))
		return false;
	*ahead_s = -*ahead_s;
	return true;
}

bool
zone_rule_parse(struct str s, struct zone_rule *out)
{
	size_t at = 0;

	*out = (struct zone_rule){ 0 };
	if (!take_name(s, &at) || !take_offset(s, &at, &out->standard_s))
		return false;
	if (at == s.n)
		return true;
	out->summer = true;
	out->summer_s = out->standard_s + 3600;
	if (!take_name(s, &at) || (at < s.n && s.p[at] != ',' && !take_offset(s, &at, &out->summer_s)))
		return false;
	return take_change(s, &at, &out->start) && take_change(s, &at, &out->end) && at == s.n;
}

static int64_t
year_of(int64_t day)
{
	int64_t year = 1970 + day / 366;

	while (date_days(year + 1, 1, 1) <= day)
		year++;
	return year;
}

static bool
is_leap(int64_t year)
{
	return date_days(year + 1, 1, 1) - date_days(year, 1, 1) == 366;
}

/* Seconds since 1970 of a change by the clock on the wall before it. */
static int64_t
change_s(const struct zone_change *c, int64_t year)
{
	int64_t first = date_days(year, 1, 1);
	int64_t day = first + c->day;

	if (c->kind == ZONE_JULIAN) {
		day = first + c->day - 1 + (is_leap(year) && c->day >= 60 ? 1 : 0);
	} else if (c->kind == ZONE_WEEKDAY) {
		int64_t next = c->month == 12 ? date_days(year + 1, 1, 1) : date_days(year, c->month + 1, 1);

		first = date_days(year, c->month, 1);
		/* 1970-01-01 was a Thursday. */
		day = first + (c->day - (first + 4) % 7 + 7) % 7 + INT64_C(7) * (c->week - 1);
		if (day >= next)
			day -= 7;
	}
	return day * DAY_S + c->seconds;
}

int64_t
zone_rule_offset_s(const struct zone_rule *rule, int64_t utc_s)
{
	int64_t year;
	int64_t start;
	int64_t end;
	bool summer;

	if (!rule->summer || utc_s < 0)
		return rule->standard_s;
	year = year_of((utc_s + rule->standard_s) / DAY_S);
	start = change_s(&rule->start, year) - rule->standard_s;
	end = change_s(&rule->end, year) - rule->summer_s;
	/* In the south summer goes over the turn of the year. */
	summer = start < end ? utc_s >= start && utc_s < end : utc_s >= start || utc_s < end;
	return summer ? rule->summer_s : rule->standard_s;
}
