/* underway.c - see underway.h. */
#include "store/underway.h"

#include "base/arena.h"
#include "core/verdict.h"
#include "store/hold.h"

#define TEXT_OF(n) #n
#define TEXT(n)    TEXT_OF(n)
#define LIMITED    " LIMIT " TEXT(UNDERWAY_MAX) ") x"

enum {
	WAITING,
	CONVERSIONS
};

const struct sql underway_sql[] = {
	[WAITING] = { "underway.waiting", SQL_TENANT, "is", "i",
	    "SELECT COUNT(*) FROM (SELECT 1 FROM decision WHERE tenant_id = ? AND outcome = 'WAITING' AND object_type "
	    "= ?" LIMITED,
	    NULL, NULL },
	/* One state at a time, so that the index on it is used: the ledger is long, and most of it has ended. */
	[CONVERSIONS] = { "underway.conversions", SQL_TENANT, "isssss", "i",
	    "SELECT COUNT(*) FROM (SELECT 1 FROM conversion WHERE tenant_id = ? AND state = ? AND object_type = ? "
	    "AND (? = '' OR (code = ?) = (? = 'yes'))" LIMITED,
	    NULL, NULL },
};
const size_t underway_sql_n = sizeof(underway_sql) / sizeof(underway_sql[0]);

/* with_code: "yes", "no" or "" (whatever the code is) */
struct of {
	const char *state, *with_code, *code;
};

static bool
count(struct db *db, struct arena *a, int64_t tenant_id, struct str object_type, const struct of *of, int64_t *out,
    struct err *e)
{
	const struct db_value *row;

	if (!db_query_one(db, &underway_sql[CONVERSIONS],
	        DB_IN(DB_V_I(tenant_id), DB_V_S(str_from(of->state)), DB_V_S(object_type),
	            DB_V_S(str_from(of->with_code)), DB_V_S(str_from(of->code)), DB_V_S(str_from(of->with_code))),
	        a, &row, e))
		return err_wrap(e, "counting %s conversions", of->state);
	*out = row[0].i;
	return true;
}

bool
underway_count(struct db *db, struct arena *a, int64_t tenant_id, struct str object_type, struct underway *out,
    struct err *e)
{
	const struct db_value *row;

	if (!db_query_one(db, &underway_sql[WAITING], DB_IN(DB_V_I(tenant_id), DB_V_S(object_type)), a, &row, e))
		return err_wrap(e, "counting what waits");
	out->waiting = row[0].i;
	const struct of ready = { "READY", "", "" }, parked = { "PARKED", "no", HOLD_CODE };
	const struct of held_back = { "PARKED", "yes", HOLD_CODE }, unknown = { "UNKNOWN", "", "" };
	/* What no partner brought was refused for no fault. */
	const struct of rejected = { "REJECTED", "no", VERDICT_DIRECT };

	return count(db, a, tenant_id, object_type, &ready, &out->ready, e) &&
	       count(db, a, tenant_id, object_type, &parked, &out->parked, e) &&
	       count(db, a, tenant_id, object_type, &held_back, &out->held_back, e) &&
	       count(db, a, tenant_id, object_type, &unknown, &out->unknown, e) &&
	       count(db, a, tenant_id, object_type, &rejected, &out->rejected, e);
}
