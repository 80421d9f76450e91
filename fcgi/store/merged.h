/* merged.h - which record a merged one became in HubSpot, however often that one was merged again. */
#ifndef STORE_MERGED_H
#define STORE_MERGED_H

#include "base/err.h"
#include "base/str.h"
#include "io/db.h"

/* Keeps the merges among the events of that batch.  Inside the transaction that stores the events. */
bool merged_learn(struct db *db, int64_t tenant_id, struct str batch, struct err *e) CC_MUST_USE;
/* Whether anything was ever merged in the tenant: if not, no survivor need be asked for. */
bool merged_any(struct db *db, struct arena *a, int64_t tenant_id, bool *any, struct err *e) CC_MUST_USE;
/* The record that this one is now: itself when it was not merged away. */
bool merged_survivor(struct db *db, struct arena *a, int64_t tenant_id, struct str object_type, struct str id,
    struct str *survivor, struct err *e) CC_MUST_USE;

extern const struct sql merged_sql[];
extern const size_t merged_sql_n;

#endif
