/* config.h - a tenant's configuration as immutable revisions of one document (core/config_document.h). */
#ifndef STORE_CONFIG_H
#define STORE_CONFIG_H

#include "base/err.h"
#include "base/str.h"
#include "io/db.h"
#include "store/person.h"

struct config_revision {
	int64_t revision;
	struct str author, document;
	struct str origin; /* empty: simply saved; else as in struct config_change */
	int64_t saved_ms;
};

/* The current revision; ERR_NOT_FOUND when the tenant has none. */
bool config_current(struct db *db, struct arena *a, int64_t tenant_id, struct config_revision *out,
    struct err *e) CC_MUST_USE;
bool config_at(struct db *db, struct arena *a, int64_t tenant_id, int64_t revision, struct config_revision *out,
    struct err *e) CC_MUST_USE;
/*
 * The current revision, which stays so until the caller's transaction ends.  Before anything else in that: a save locks
 * the tenant first, then what is held, then leases.
 */
bool config_pin(struct db *db, struct arena *a, int64_t tenant_id, int64_t *revision, struct err *e) CC_MUST_USE;
/*
 * Saves the next revision after `base`, the one that was edited.  ERR_CONFLICT when it is not the current
 * one any more; nothing is written then.  With another Account SID, what was sent before is no longer followed or
 * sent again (delivery.h: elsewhere).  With another account or program the check of the old one (cache.h) is forgotten.
 * The revision is by->tenant_id's and by->email's.  `action` is how the audit log calls the save (store/audit.h):
 * "config.saved", "config.rolled_back", "config.imported", "impact.changed"; NULL: the account's first, not logged.
 */
bool config_save(struct db *db, struct arena *a, const struct person *by, int64_t base, const char *action,
    struct str document, struct config_revision *out, struct err *e) CC_MUST_USE;

/*
 * The same for a document that comes from elsewhere: origin is "rollback 3", "import", "account 25002" or "operator".
 */
struct config_change {
	int64_t base;
	const char *action;
	struct str origin, document;
};
bool config_save_from(struct db *db, struct arena *a, const struct person *by, const struct config_change *change,
    struct config_revision *out, struct err *e) CC_MUST_USE;
/* The same inside a transaction, with what else has to change at the same moment. */
bool config_save_within(struct db *db, struct arena *a, const struct person *by, const struct config_change *change,
    struct err *e) CC_MUST_USE;
/* Revisions below `before` (0: from the newest), the newest first, their documents left out. */
bool config_list(struct db *db, struct arena *a, int64_t tenant_id, int64_t before, int64_t limit,
    struct config_revision **out, size_t *n, struct err *e) CC_MUST_USE;

extern const struct sql config_sql[];
extern const size_t config_sql_n;

#endif
