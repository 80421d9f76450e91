/*
 * erase.h - an account's rows, out of every table, and its key with them (I-60).
 *
 *	active --erase_begin()--> deleting: nothing is sent, nobody is logged in, webhooks are dropped
 *	         --erase_uninstalled()--> its key and all that was sealed under it are gone
 *	         --erase_some(), again and again--> hardly a row is left
 *	         --erase_end()--> none, and the account is unknown
 *
 * Each step may be cut off by a crash and done again.  Who asked follows it by a receipt, because the sessions have
 * ended; the row of the receipt does not tell whose account it was, and stays a week.
 */
#ifndef STORE_ERASE_H
#define STORE_ERASE_H

#include "base/err.h"
#include "base/str.h"
#include "io/db.h"

/* Rows deleted by one statement. */
#define ERASE_BATCH 2000

/* "pending", "done", "already", "unreached": how the app's removal in HubSpot ended. */
struct erasure {
	struct str uninstall;
	int64_t age_s, erased;
	int64_t began_ms, ended_ms; /* ended 0: it goes on */
};

/* ERR_CONFLICT: it was begun already.  *receipt is told to the person who asked and to nobody else. */
bool erase_begin(struct db *db, struct arena *a, int64_t tenant_id, struct str *receipt, struct err *e) CC_MUST_USE;
/* ERR_NOT_FOUND: no account that is being erased. */
bool erase_load(struct db *db, struct arena *a, int64_t tenant_id, struct erasure *out, struct err *e) CC_MUST_USE;
/* ERR_NOT_FOUND: unknown, or longer ago than a week. */
bool erase_follow(struct db *db, struct arena *a, struct str receipt, struct erasure *out, struct err *e) CC_MUST_USE;
/* The app was removed or could not be: the tokens and the key are not needed any more. */
bool erase_uninstalled(struct db *db, int64_t tenant_id, struct str how, struct err *e) CC_MUST_USE;
/* Deletes at most ERASE_BATCH rows of each table; *n is 0 when nothing was left but the account itself. */
bool erase_some(struct db *db, int64_t tenant_id, int64_t *n, struct err *e) CC_MUST_USE;
/* The rest, the account's row among it, in one transaction. */
bool erase_end(struct db *db, struct arena *a, int64_t tenant_id, struct err *e) CC_MUST_USE;
/* Housekeeping: receipts of a week ago. */
bool erase_sweep(struct db *db, struct err *e) CC_MUST_USE;

extern const struct sql erase_sql[];
extern const size_t erase_sql_n;

#endif
