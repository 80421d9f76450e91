/* date.h - dates in UTC, pure.  Reads epoch milliseconds, ISO 8601 and date only; writes ISO with Z. */
#ifndef CORE_DATE_H
#define CORE_DATE_H

#include "base/err.h"
#include "base/str.h"

/*
 * "1795219200000", "2026-11-21T10:15:00Z", "2026-11-21T10:15:00.123+02:00", "2026-11-21" (midnight UTC).
 * Years 1970 to 9999.
 */
bool date_parse(struct str s, int64_t *ms, struct err *e) CC_MUST_USE;
/* "2026-11-21T10:15:00Z"; milliseconds are cut. */
struct str date_iso(struct arena *a, int64_t ms);
/* "2026-11-21T10:15:00.123Z" */
struct str date_iso_ms(struct arena *a, int64_t ms);
/* strftime subset in UTC: %Y %m %d %H %M %S %y %j %% ; ERR_INVALID for others. */
bool date_format(struct arena *a, int64_t ms, struct str format, struct str *out, struct err *e) CC_MUST_USE;
/* Whole days since 1970-01-01, rounded down. */
int64_t date_day(int64_t ms);

#endif
