/* transaction.c - see transaction.h. */
#include "store/transaction.h"

#include "io/db.h"

bool
transaction_begin(struct db *db, struct err *e)
{
	return db_begin(db, e);
}

bool
transaction_end(struct db *db, bool ok, const char *what, struct err *e)
{
	if (!ok) {
		db_rollback(db);
		return err_wrap(e, "%s", what);
	}
	return db_commit(db, e) || err_wrap(e, "%s", what);
}
