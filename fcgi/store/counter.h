/* counter.h - how often something happened in the installation; tenant 0, names of base/tally.h. */
#ifndef STORE_COUNTER_H
#define STORE_COUNTER_H

#include "base/err.h"
#include "base/str.h"
#include "base/tally.h"
#include "io/db.h"

/* Adds this process' tallies and sets them back.  Outside a transaction.  After a failure they are kept. */
bool counter_hand_over(struct db *db, struct err *e) CC_MUST_USE;
/* All that was handed over. */
bool counter_read(struct db *db, struct arena *a, int64_t out[TALLY__COUNT], struct err *e) CC_MUST_USE;

extern const struct sql counter_sql[];
extern const size_t counter_sql_n;

#endif
