/* transaction.c - see transaction.h. */
#include "store/transaction.h"

#include "base/fault.h"
#include "io/db.h"

bool
transaction_away(const struct err *e)
{
	return e->code == ERR_DB || e->code == ERR_TIMEOUT;
}

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
	FAULT_POINT_OF("commit.before", str_from(what));
	if (!db_commit(db, e))
		return err_wrap(e, "%s", what);
	FAULT_POINT_OF("commit.after", str_from(what));
	if (FAULT_HIT_OF("commit.lost", str_from(what))) {
		db_cut(db);
		return err_set(e, ERR_TIMEOUT, "%s: commit: its reply was lost", what);
	}
	return true;
}
