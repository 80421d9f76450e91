/*
 * partition.h - the event table's partitions, one per day on which something happened.
 *
 * Made 14 days ahead; those older than event_keep_days are dropped.  The oldest partition takes everything
 * older.  Days count from 1970-01-01 and come from the database's clock.
 */
#ifndef STORE_PARTITION_H
#define STORE_PARTITION_H

#include "base/err.h"
#include "base/str.h"
#include "io/db.h"

#define PARTITION_DAYS_AHEAD 14

struct db;

struct partition_report {
	int64_t made, dropped;
};

/* Safe when two processes do it at once, and when nothing is to be done. */
bool partition_keep(struct db *db, struct arena *a, int64_t keep_days, struct partition_report *out,
    struct err *e) CC_MUST_USE;

/*
 * The statements for a table whose partitions end before the days in `bounds` (ascending): empty when none is
 * needed.  Pure; whole numbers are all that is printed into them.
 */
struct str partition_add_text(struct arena *a, const int64_t *bounds, size_t n, int64_t today, int64_t keep_days,
    int64_t *made);
struct str partition_drop_text(struct arena *a, const int64_t *bounds, const struct str *names, size_t n, int64_t today,
    int64_t keep_days, int64_t *dropped);

extern const struct sql partition_sql[];
extern const size_t partition_sql_n;

#endif
