/* census.h - what waits in the whole installation, for the operator's command line. */
#ifndef STORE_CENSUS_H
#define STORE_CENSUS_H

#include "base/err.h"
#include "base/str.h"
#include "io/db.h"

struct db;

/* One queue: "inbox", "pending", "delivery.send", ... of one tenant (0: not known yet). */
struct census_row {
	struct str queue;
	int64_t tenant_id, rows, due; /* due: of the rows, those whose time has come */
	int64_t waits_s;              /* how long the one that is due longest has been */
};

struct census_quarantine {
	int64_t id, tenant_id, received_ms, bytes;
	struct str reason;
};

bool census_queues(struct db *db, struct arena *a, struct census_row **out, size_t *n, struct err *e) CC_MUST_USE;
/* The latest 100, newest first; the bodies stay where they are. */
bool census_quarantine(struct db *db, struct arena *a, struct census_quarantine **out, size_t *n,
    struct err *e) CC_MUST_USE;

extern const struct sql census_sql[];
extern const size_t census_sql_n;

#endif
