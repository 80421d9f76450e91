/* transaction.h - one unit of work of a flow: begin, the writes, and an end that commits or rolls back. */
#ifndef STORE_TRANSACTION_H
#define STORE_TRANSACTION_H

#include "base/err.h"

struct db;

/* Whether an operation on rows failed because the database is away, or because COMMIT got no answer. */
bool transaction_away(const struct err *e);

bool transaction_begin(struct db *db, struct err *e) CC_MUST_USE;
/* Commits when `ok`, else rolls back and puts "what: " before the error.  True when it was committed. */
bool transaction_end(struct db *db, bool ok, const char *what, struct err *e) CC_MUST_USE;

#endif
