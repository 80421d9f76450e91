/* listing.h - when a tenant's actions were last listed because calls are few: once in a while is enough. */
#ifndef STORE_LISTING_H
#define STORE_LISTING_H

#include "base/err.h"
#include "io/db.h"

/* Ms until the next one is due, 0: now. */
bool listing_wait_ms(struct db *db, struct arena *a, int64_t tenant_id, int64_t every_s, int64_t *ms,
    struct err *e) CC_MUST_USE;
/* One begins now.  The caller holds the tenant's follow lease. */
bool listing_begin(struct db *db, int64_t tenant_id, struct err *e) CC_MUST_USE;

extern const struct sql listing_sql[];
extern const size_t listing_sql_n;

#endif
