/* census.h - the whole installation in numbers, for the operator: queues, accounts, tokens, budgets, clock. */
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

/*
 * The queues over all tenants.  due and waits_s leave out what cannot go on: tenants that are away or stopped; waits_s
 * also what waits for impact.com's hourly limit.  No more than CENSUS_MAX rows are counted.
 */
#define CENSUS_QUEUES 5
#define CENSUS_MAX    100000
/* waits_s only, and of the inbox its rows: costs nothing however much waits. */
bool census_late(struct db *db, struct arena *a, struct census_row out[CENSUS_QUEUES], struct err *e) CC_MUST_USE;
bool census_totals(struct db *db, struct arena *a, struct census_row out[CENSUS_QUEUES], struct err *e) CC_MUST_USE;

/* One number about the installation: "tenants", state="active", 3. */
struct census_gauge {
	struct str metric, labels;
	int64_t value;
};
bool census_gauges(struct db *db, struct arena *a, const struct settings *s, struct census_gauge **out, size_t *n,
    struct err *e) CC_MUST_USE;
/* Accounts whose secrets are sealed under another master key than `key_id`: this process cannot open them (F-160). */
bool census_foreign_keys(struct db *db, struct arena *a, struct str key_id, int64_t *out, struct err *e) CC_MUST_USE;
/* Connected accounts whose token could not be refreshed because HubSpot refused our client id or secret. */
bool census_client_refused(struct db *db, struct arena *a, int64_t *out, struct err *e) CC_MUST_USE;
/* How far the database's clock is ahead of this machine's, in ms. */
bool census_clock_ahead_ms(struct db *db, struct arena *a, int64_t *out, struct err *e) CC_MUST_USE;

bool census_queues(struct db *db, struct arena *a, struct census_row **out, size_t *n, struct err *e) CC_MUST_USE;
extern const struct sql census_sql[];
extern const size_t census_sql_n;

#endif
