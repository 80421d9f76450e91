/* counter.h - how often something happened, by name; tenant 0 counts for the installation ("unknown_portal"). */
#ifndef STORE_COUNTER_H
#define STORE_COUNTER_H

#include "base/err.h"
#include "base/str.h"
#include "io/db.h"

bool counter_add(struct db *db, int64_t tenant_id, struct str name, int64_t by, struct err *e) CC_MUST_USE;
/* 0 when it was never counted. */
bool counter_get(struct db *db, struct arena *a, int64_t tenant_id, struct str name, int64_t *out,
    struct err *e) CC_MUST_USE;

extern const struct sql counter_sql[];
extern const size_t counter_sql_n;

#endif
