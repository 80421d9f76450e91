/*
 * cache.h - what was read from the far sides, one JSON document a name, per tenant.
 *
 * Names: "hubspot.properties.<type>", "hubspot.pipelines.deals", "impact.check" (the last credential
 * check; it ends with the account or program that it is about, store/config.h).
 */
#ifndef STORE_CACHE_H
#define STORE_CACHE_H

#include "base/err.h"
#include "base/str.h"
#include "io/db.h"

bool cache_put(struct db *db, int64_t tenant_id, struct str name, struct str document, struct err *e) CC_MUST_USE;
/* ERR_NOT_FOUND when nothing was fetched yet. */
bool cache_get(struct db *db, struct arena *a, int64_t tenant_id, struct str name, struct str *document,
    int64_t *fetched_ms, struct err *e) CC_MUST_USE;
/* What it told is no longer so. */
bool cache_drop(struct db *db, int64_t tenant_id, struct str name, struct err *e) CC_MUST_USE;

extern const struct sql cache_sql[];
extern const size_t cache_sql_n;

#endif
