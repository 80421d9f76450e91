/*
 * hubspot_calls.h - how many calls to HubSpot succeed, as it measures apps that it certifies (hubspot.md 5.7).
 *
 * Each call that HubSpot answered, or never did, is counted in this process' memory and handed over with its pulse: one
 * row per tenant and day, kept for HUBSPOT_CALLS_DAYS.  Goal (G-27): 99.5 % successes, less than 0.1 % each of 401 and
 * 429.
 */
#ifndef STORE_HUBSPOT_CALLS_H
#define STORE_HUBSPOT_CALLS_H

#include "base/err.h"
#include "io/db.h"

#define HUBSPOT_CALLS_DAYS 30

struct hubspot_calls {
	int64_t tenant_id; /* 0: calls that belong to no account */
	int64_t calls, successes, refused, limited;
};

/* status 0: no answer. */
void hubspot_calls_count(int64_t tenant_id, int status);
/* Adds what was counted and sets it back.  Outside a transaction.  After a failure it is kept. */
bool hubspot_calls_hand_over(struct db *db, struct err *e) CC_MUST_USE;
/* Of the last HUBSPOT_CALLS_DAYS, tenant by tenant. */
bool hubspot_calls_read(struct db *db, struct arena *a, struct hubspot_calls **out, size_t *n,
    struct err *e) CC_MUST_USE;
/* ... and of all of them together. */
struct hubspot_calls hubspot_calls_sum(const struct hubspot_calls *list, size_t n);
/* Whether the goal is reached; without calls it is. */
bool hubspot_calls_good(const struct hubspot_calls *c);
bool hubspot_calls_sweep(struct db *db, struct err *e) CC_MUST_USE;

extern const struct sql hubspot_calls_sql[];
extern const size_t hubspot_calls_sql_n;

#endif
