/*
 * zone_rule.h - the rule for all years to come at the end of a TZif file: "CET-1CEST,M3.5.0,M10.5.0/3"
 * (RFC 9636 section 3.3, POSIX TZ).
 */
#ifndef CORE_ZONE_RULE_H
#define CORE_ZONE_RULE_H

#include "base/str.h"

/* A day of the year and the seconds after its local midnight when the clocks change. */
struct zone_change {
	enum {
		ZONE_WEEKDAY,    /* week 1 to 5 (5: the last) of a month, on a weekday (0: Sunday) */
		ZONE_JULIAN,     /* day 1 to 365; 29 February is never counted */
		ZONE_DAY_OF_YEAR /* day 0 to 365 */
	} kind;
	int month, week, day;
	int64_t seconds;
};

struct zone_rule {
	int64_t standard_s, summer_s; /* ahead of UTC */
	bool summer;                  /* the clocks change: from `start` to `end` it is summer_s */
	struct zone_change start, end;
};

bool zone_rule_parse(struct str s, struct zone_rule *out);
/* Seconds that local time is ahead of UTC. */
int64_t zone_rule_offset_s(const struct zone_rule *rule, int64_t utc_s);

#endif
