/* id_run.c - see id_run.h. */
#include "store/id_run.h"

#include "base/arena.h"

enum {
	LOCK,
	BUSY,
	INSERT,
	LATEST,
	LATEST_DONE,
	NEXT,
	KEEP,
	MOVE
};

#define COLUMNS                                                                                                        \
	"SELECT run_id, kind, state, overwrite, scanned, total, seen, COALESCE(progress, ''), COALESCE(result, ''), "  \
	"author, code, message, started_at, ended_at, CAST(IF(seen > pace_seen AND total > seen, (total - seen) * "    \
	"TIMESTAMPDIFF(SECOND, pace_at, UTC_TIMESTAMP(3)) DIV (seen - pace_seen), -1) AS SIGNED) FROM id_run "

const struct sql id_run_sql[] = {
	/* Two people who begin one at once meet here. */
	[LOCK] = { "id_run.lock", SQL_TENANT, "i", "", "UPDATE tenant SET version = version + 1 WHERE tenant_id = ?",
	    NULL, NULL },
	[BUSY] = { "id_run.busy", SQL_TENANT, "is", "i",
	    "SELECT COUNT(*) FROM id_run WHERE tenant_id = ? AND kind = ? AND state IN ('running', 'paused')", NULL,
	    NULL },
	[INSERT] = { "id_run.insert", SQL_TENANT, "isis", "",
	    "INSERT INTO id_run (tenant_id, kind, state, overwrite, author, started_at, pace_at) VALUES "
	    "(?, ?, 'running', ?, ?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))",
	    NULL, NULL },
	[LATEST] = { "id_run.latest", SQL_TENANT, "is", "issiiiissssstti",
	    COLUMNS "WHERE tenant_id = ? AND kind = ? ORDER BY run_id DESC LIMIT 1", NULL, NULL },
	[LATEST_DONE] = { "id_run.latest_done", SQL_TENANT, "is", "issiiiissssstti",
	    COLUMNS "WHERE tenant_id = ? AND kind = ? AND state = 'done' ORDER BY run_id DESC LIMIT 1", NULL, NULL },
	[NEXT] = { "id_run.next", SQL_TENANT, "i", "issiiiissssstti",
	    COLUMNS "WHERE tenant_id = ? AND state = 'running' ORDER BY kind, run_id LIMIT 1", NULL, NULL },
	[KEEP] = { "id_run.keep", SQL_TENANT, "iissiii", "",
	    "UPDATE id_run SET total = ?, seen = ?, progress = ?, result = ?, scanned = ?, version = version + 1 "
	    "WHERE tenant_id = ? AND run_id = ? AND state = 'running'",
	    NULL, NULL },
	[MOVE] = { "id_run.move", SQL_TENANT, "sssssiis", "",
	    "UPDATE id_run SET ended_at = IF(? IN ('running', 'paused'), NULL, UTC_TIMESTAMP(3)), code = ?, "
	    "message = ?, pace_at = IF(? = 'running', UTC_TIMESTAMP(3), pace_at), pace_seen = seen, state = ?, "
	    "version = version + 1 WHERE tenant_id = ? AND run_id = ? AND state = ?",
	    NULL, NULL },
};
const size_t id_run_sql_n = sizeof(id_run_sql) / sizeof(id_run_sql[0]);

#define Q(id) (&id_run_sql[id])

static const char *const kind_names[ID_RUN_KINDS] = { "check", "fill", "keep" };
static const char *const state_names[ID_RUN_STATES] = { "running", "paused", "done", "failed", "stopped" };

const char *
id_run_kind_name(enum id_run_kind kind)
{
	return kind_names[kind];
}

const char *
id_run_state_name(enum id_run_state state)
{
	return state_names[state];
}

static struct str
kind_str(enum id_run_kind kind)
{
	return str_from(kind_names[kind]);
}

static struct str
state_str(enum id_run_state state)
{
	return str_from(state_names[state]);
}

bool
id_run_begin(struct db *db, struct arena *a, int64_t tenant_id, enum id_run_kind kind, bool overwrite,
    struct str author, int64_t *run_id, struct err *e)
{
	const struct db_value *row;

	if (!db_run(db, Q(LOCK), DB_IN(DB_V_I(tenant_id)), NULL, e) ||
	    !db_query_one(db, Q(BUSY), DB_IN(DB_V_I(tenant_id), DB_V_S(kind_str(kind))), a, &row, e))
		return false;
	if (row[0].i > 0)
		return err_set(e, ERR_CONFLICT, "one is under way already");
	if (!db_run(db, Q(INSERT),
	        DB_IN(DB_V_I(tenant_id), DB_V_S(kind_str(kind)), DB_V_I(overwrite ? 1 : 0), DB_V_S(author)), NULL, e))
		return err_wrap(e, "beginning");
	*run_id = db_last_id(db);
	return lease_wake(db, tenant_id, LEASE_SCAN, 0, 0, e);
}

static void
from_row(const struct db_value *r, struct id_run *out)
{
	*out = (struct id_run){ .run_id = r[0].i,
		.overwrite = r[3].i != 0,
		.scanned = r[4].i != 0,
		.total = r[5].i,
		.seen = r[6].i,
		.progress = r[7].s,
		.result = r[8].s,
		.author = r[9].s,
		.code = r[10].s,
		.message = r[11].s,
		.started_ms = r[12].i,
		.ended_ms = r[13].kind == DB_NULL ? 0 : r[13].i,
		.eta_s = r[14].i };
	for (int i = 0; i < ID_RUN_KINDS; i++)
		if (str_eq(r[1].s, str_from(kind_names[i])))
			out->kind = (enum id_run_kind)i;
	for (int i = 0; i < ID_RUN_STATES; i++)
		if (str_eq(r[2].s, str_from(state_names[i])))
			out->state = (enum id_run_state)i;
}

bool
id_run_latest(struct db *db, struct arena *a, int64_t tenant_id, enum id_run_kind kind, bool done, struct id_run *out,
    struct err *e)
{
	const struct db_value *row;

	if (!db_query_one(db, Q(done ? LATEST_DONE : LATEST), DB_IN(DB_V_I(tenant_id), DB_V_S(kind_str(kind))), a, &row,
	        e))
		return err_wrap(e, "the latest %s", kind_names[kind]);
	from_row(row, out);
	return true;
}

bool
id_run_next(struct db *db, struct arena *a, int64_t tenant_id, struct id_run *out, struct err *e)
{
	const struct db_value *row;

	if (!db_query_one(db, Q(NEXT), DB_IN(DB_V_I(tenant_id)), a, &row, e))
		return err_wrap(e, "looking for a walk");
	from_row(row, out);
	return true;
}

bool
id_run_keep(struct db *db, int64_t tenant_id, const struct id_run *run, struct err *e)
{
	int64_t changed;

	if (!db_run(db, Q(KEEP),
	        DB_IN(DB_V_I(run->total), DB_V_I(run->seen), DB_V_S(run->progress), DB_V_S(run->result),
	            DB_V_I(run->scanned ? 1 : 0), DB_V_I(tenant_id), DB_V_I(run->run_id)),
	        &changed, e))
		return err_wrap(e, "keeping the progress");
	return changed == 1 || err_set(e, ERR_CONFLICT, "it was paused or stopped just now");
}

bool
id_run_move(struct db *db, int64_t tenant_id, int64_t run_id, const struct id_run_move *m, bool *moved, struct err *e)
{
	struct db_value to = DB_V_S(state_str(m->to));
	int64_t changed;

	if (!db_run(db, Q(MOVE),
	        DB_IN(to, DB_V_S(m->code), DB_V_S(m->message), to, to, DB_V_I(tenant_id), DB_V_I(run_id),
	            DB_V_S(state_str(m->from))),
	        &changed, e))
		return err_wrap(e, "moving a walk");
	*moved = changed == 1;
	return m->to != ID_RUN_RUNNING ||
	       (lease_wake(db, tenant_id, LEASE_UPDATE, 0, 0, e) && lease_wake(db, tenant_id, LEASE_SCAN, 0, 0, e));
}
