/*
 * date.h - dates, pure.  Reads epoch milliseconds, ISO 8601 and date only; writes ISO with Z.  What a local
 * time means is zone.h's.
 */
#ifndef CORE_DATE_H
#define CORE_DATE_H

#include "base/err.h"
#include "base/str.h"

/*
 * "1795219200000", "2026-11-21T10:15:00Z", "2026-11-21T10:15:00.123+02:00", "2026-11-21" (midnight UTC).
 * Years 1970 to 9999.
 */
bool date_parse(struct str s, int64_t *ms, struct err *e) CC_MUST_USE;
/*
 * The same, and "2026-11-21T10:15:00" without an offset.  *local: the text names none (date only, too), and
 * *ms is what it would be in UTC.
 */
bool date_parse_local(struct str s, int64_t *ms, bool *local, struct err *e) CC_MUST_USE;
/* "2026-11-21T10:15:00Z"; milliseconds are cut. */
struct str date_iso(struct arena *a, int64_t ms);
/* "2026-11-21T10:15:00.123Z" */
struct str date_iso_ms(struct arena *a, int64_t ms);
/*
 * strftime subset: %Y %m %d %H %M %S %y %j %z %% ; ERR_INVALID for others.  Local time is `offset_ms` ahead of
 * UTC; %z is "+01:00".
 */
bool date_format(struct arena *a, int64_t ms, int64_t offset_ms, struct str format, struct str *out,
    struct err *e) CC_MUST_USE;
/* Days since 1970-01-01 of a date of the Gregorian calendar. */
int64_t date_days(int64_t year, int month, int day);
/* Whole days since 1970-01-01, rounded down. */
int64_t date_day(int64_t ms);

#endif
