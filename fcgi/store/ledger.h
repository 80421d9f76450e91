/* ledger.h - the conversions of an account in the order in which they were made, to be kept elsewhere.  Reads only. */
#ifndef STORE_LEDGER_H
#define STORE_LEDGER_H

#include "base/err.h"
#include "base/str.h"
#include "io/db.h"

#define LEDGER_PAGE 500

struct ledger_row {
	int64_t conversion_id, revision, attempts;
	int64_t created_ms, event_ms, accepted_ms, ended_ms, locking_ms, cleared_ms; /* 0: not (yet) */
	struct str state, code, message, program_id, event_type, order_id, customer_id, object_type, object_id;
	struct str action_id, action_state, partner_id, partner_name, currency;
	struct str amount, payout; /* decimal text, or empty */
};

/* At most LEDGER_PAGE conversions with a greater id than `after`. */
bool ledger_page(struct db *db, struct arena *a, int64_t tenant_id, int64_t after, struct ledger_row **out, size_t *n,
    struct err *e) CC_MUST_USE;

extern const struct sql ledger_sql[];
extern const size_t ledger_sql_n;

#endif
