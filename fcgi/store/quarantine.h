/*
 * quarantine.h - what came in and could not be read: kept as it came, until an operator tries it again or drops it.
 *
 * The operator's, over all tenants: an unreadable batch has none.
 */
#ifndef STORE_QUARANTINE_H
#define STORE_QUARANTINE_H

#include "base/err.h"
#include "base/str.h"
#include "io/db.h"

#define QUARANTINE_LIST_MAX 100

struct quarantine {
	int64_t id, tenant_id, received_ms, bytes;
	struct str reason;
	struct str body; /* of quarantine_load() only */
};

/* The latest, newest first. */
bool quarantine_list(struct db *db, struct arena *a, struct quarantine **out, size_t *n, struct err *e) CC_MUST_USE;
bool quarantine_load(struct db *db, struct arena *a, int64_t id, struct quarantine *out, struct err *e) CC_MUST_USE;
/*
 * Puts it back into the inbox as a batch and takes it out of the quarantine, in one transaction.  What still cannot be
 * read comes back under another id.
 */
bool quarantine_retry(struct db *db, struct arena *a, int64_t id, struct err *e) CC_MUST_USE;
bool quarantine_drop(struct db *db, int64_t id, struct err *e) CC_MUST_USE;
/* The first row behind `after` that told no account and has `part` in its body; ERR_NOT_FOUND: none. */
bool quarantine_with(struct db *db, struct arena *a, struct str part, int64_t after, struct quarantine *out,
    struct err *e) CC_MUST_USE;
/* What is left of it. */
bool quarantine_cut(struct db *db, int64_t id, struct str body, struct err *e) CC_MUST_USE;

extern const struct sql quarantine_sql[];
extern const size_t quarantine_sql_n;

#endif
