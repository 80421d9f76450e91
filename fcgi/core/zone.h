/*
 * zone.h - time zones, from the system's tzdata (/usr/share/zoneinfo, TZif of RFC 9636).
 *
 * The one thing of the pure layers that reads files: what the zones of the world do changes by decree.  A zone
 * is read once and kept for the life of the process (some 600 exist, 4 KB each).
 */
#ifndef CORE_ZONE_H
#define CORE_ZONE_H

#include "base/err.h"
#include "base/str.h"

struct zone;

/*
 * The zone of that name: "Europe/Berlin", "US/Eastern", "UTC".  ERR_NOT_FOUND with a sentence when tzdata has
 * none, or when the name is a path or one of tzdata's other files; never UTC instead.
 */
bool zone_find(struct str name, const struct zone **out, struct err *e) CC_MUST_USE;
/* How far local time is ahead of UTC at that moment; ms like all times. */
int64_t zone_offset_ms(const struct zone *z, int64_t ms);
/*
 * The moment of a local time, which is given as if it were UTC.  An hour that the clocks show twice means its
 * first time; one that they skip moves on by what was skipped (02:30 is then 03:30, midnight the day's first
 * moment).
 */
int64_t zone_moment_ms(const struct zone *z, int64_t local_ms);

/* A zone from the bytes of a TZif file; NULL when they are none.  It lives in the arena. */
struct zone *zone_read(struct arena *a, struct str s);

#endif
