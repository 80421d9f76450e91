/* record_update.c - see record_update.h. */
#include "store/record_update.h"

#include "base/arena.h"
#include "store/illegal.h"

enum {
	INSERT,
	QUEUE,
	RECOVER,
	DUE,
	NEXT,
	SENDING,
	FENCE,
	BEGIN,
	END,
	ATTEMPT_END,
	LATER,
	UNQUEUE,
	WAITING,
	COUNT,
	RETRY,
	STOP,
	UNQUEUE_STOPPED,
	FORGET,
	PROBLEMS
};

#define ONE    " WHERE tenant_id = ? AND update_id = ?"
#define QUEUED " WHERE tenant_id = ? AND kind = 'hubspot_update' AND effect_id = ?"
#define OF_RUN " WHERE tenant_id = ? AND run_id = ?"
#define IN_MS  "UTC_TIMESTAMP(3) + INTERVAL ? * 1000 MICROSECOND"
/* Of a run that a person paused nothing goes out; what belongs to no run always may. */
#define MAY                                                                                                            \
	" FROM delivery d FORCE INDEX (delivery_due) STRAIGHT_JOIN record_update u ON u.tenant_id = d.tenant_id AND "  \
	"u.update_id = d.effect_id LEFT JOIN id_run r ON r.tenant_id = u.tenant_id AND r.run_id = u.run_id "           \
	"WHERE d.tenant_id = ? AND d.stage = 'update' AND u.state = 'READY' AND "                                      \
	"(r.state IS NULL OR r.state = 'running')"

const struct sql record_update_sql[] = {
	[INSERT] = { "record_update.insert", SQL_TENANT, "iisssi", "",
	    "INSERT INTO record_update (tenant_id, run_id, object_type, object_id, properties, overwrite, state, "
	    "created_at) VALUES",
	    "(?, ?, ?, ?, ?, ?, 'READY', UTC_TIMESTAMP(3))", "" },
	[QUEUE] = { "record_update.queue", SQL_TENANT, "ii", "",
	    "INSERT INTO delivery (tenant_id, kind, effect_id, stage, due) SELECT tenant_id, 'hubspot_update', "
	    "update_id, 'update', UTC_TIMESTAMP(3) FROM record_update" OF_RUN
	    " AND state = 'READY' ON DUPLICATE KEY UPDATE delivery.tenant_id = delivery.tenant_id",
	    NULL, NULL },
	[RECOVER] = { "record_update.recover", SQL_TENANT, "i", "",
	    "UPDATE record_update SET state = 'READY', version = version + 1 WHERE tenant_id = ? AND "
	    "state = 'SENDING'",
	    NULL, NULL },
	[DUE] = { "record_update.due", SQL_TENANT, "ii", "iiiisssi",
	    "SELECT u.update_id, u.run_id, u.attempts, d.tries, u.object_type, u.object_id, u.properties, "
	    "u.overwrite" MAY " AND d.due <= UTC_TIMESTAMP(3) ORDER BY d.due, d.effect_id LIMIT ?",
	    NULL, NULL },
	[NEXT] = { "record_update.next", SQL_TENANT, "i", "i",
	    "SELECT GREATEST(0, TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(3), MIN(d.due)) DIV 1000)" MAY, NULL, NULL },
	[SENDING] = { "record_update.sending", SQL_TENANT, "ii", "",
	    "UPDATE record_update SET state = 'SENDING', attempts = attempts + 1, version = version + 1" ONE
	    " AND state = 'READY'",
	    NULL, NULL },
	[FENCE] = { "record_update.fence", SQL_TENANT, "iii", "", "UPDATE delivery SET fence = ?" QUEUED, NULL, NULL },
	[BEGIN] = { "record_update.attempt_begin", SQL_TENANT, "iii", "",
	    "INSERT INTO attempt (tenant_id, kind, effect_id, attempt, started_at) VALUES",
	    "(?, 'hubspot_update', ?, ?, UTC_TIMESTAMP(3))", "" },
	[END] = { "record_update.end", SQL_TENANT, "sssiisi", "",
	    "UPDATE record_update SET ended_at = IF(? = 'READY', NULL, UTC_TIMESTAMP(3)), code = ?, message = ?, "
	    "version = version + 1, state = ELT(?, 'READY', 'SENDING', 'DONE', 'KEPT', 'REFUSED', 'STOPPED') "
	    "WHERE tenant_id = ? AND state = ? AND update_id = ?",
	    NULL, NULL },
	[ATTEMPT_END] = { "record_update.attempt_end", SQL_TENANT, "sisiii", "",
	    "UPDATE attempt SET ended_at = UTC_TIMESTAMP(3), result = ?, http_status = ?, message = ? WHERE "
	    "tenant_id = ? AND kind = 'hubspot_update' AND effect_id = ? AND attempt = ?",
	    NULL, NULL },
	[LATER] = { "record_update.later", SQL_TENANT, "iiii", "",
	    "UPDATE delivery SET due = " IN_MS ", tries = tries + ?" QUEUED, NULL, NULL },
	[UNQUEUE] = { "record_update.unqueue", SQL_TENANT, "ii", "", "DELETE FROM delivery" QUEUED, NULL, NULL },
	[WAITING] = { "record_update.waiting", SQL_TENANT, "ii", "i",
	    "SELECT COUNT(*) FROM record_update FORCE INDEX (record_update_run)" OF_RUN
	    " AND state IN ('READY', 'SENDING')",
	    NULL, NULL },
	[COUNT] = { "record_update.count", SQL_TENANT, "ii", "si",
	    "SELECT state, COUNT(*) FROM record_update FORCE INDEX (record_update_run)" OF_RUN " GROUP BY state", NULL,
	    NULL },
	[RETRY] = { "record_update.retry", SQL_TENANT, "ii", "",
	    "UPDATE record_update SET state = 'READY', code = '', message = '', ended_at = NULL, "
	    "version = version + 1" OF_RUN " AND state = 'REFUSED'",
	    NULL, NULL },
	[STOP] = { "record_update.stop", SQL_TENANT, "ii", "",
	    "UPDATE record_update SET state = 'STOPPED', ended_at = UTC_TIMESTAMP(3), version = version + 1" OF_RUN
	    " AND state = 'READY'",
	    NULL, NULL },
	[UNQUEUE_STOPPED] = { "record_update.unqueue_stopped", SQL_TENANT, "ii", "",
	    "DELETE d FROM delivery d JOIN record_update u ON u.tenant_id = d.tenant_id AND u.update_id = d.effect_id "
	    "WHERE u.tenant_id = ? AND u.run_id = ? AND d.kind = 'hubspot_update' AND u.state = 'STOPPED'",
	    NULL, NULL },
	[FORGET] = { "record_update.forget", SQL_TENANT, "isii", "",
	    "DELETE u, t FROM (SELECT x.tenant_id, x.update_id FROM id_run r STRAIGHT_JOIN record_update x FORCE INDEX "
	    "(record_update_run) ON x.tenant_id = r.tenant_id AND x.run_id = r.run_id WHERE r.tenant_id = ? AND "
	    "r.kind = ? AND r.run_id <= ? AND x.state IN ('DONE', 'KEPT', 'REFUSED', 'STOPPED') LIMIT ?) o "
	    "JOIN record_update u ON u.tenant_id = o.tenant_id AND u.update_id = o.update_id LEFT JOIN attempt t ON "
	    "t.tenant_id = u.tenant_id AND t.kind = 'hubspot_update' AND t.effect_id = u.update_id",
	    NULL, NULL },
	[PROBLEMS] = { "record_update.problems", SQL_TENANT, "iiii", "issss",
	    "SELECT update_id, object_type, object_id, code, message FROM record_update" OF_RUN
	    " AND state = 'REFUSED' AND update_id > ? ORDER BY update_id LIMIT ?",
	    NULL, NULL },
};
const size_t record_update_sql_n = sizeof(record_update_sql) / sizeof(record_update_sql[0]);

#define Q(id) (&record_update_sql[id])

bool
record_update_plan(struct db *db, int64_t tenant_id, int64_t run_id, const struct record_update *rows, size_t n,
    struct err *e)
{
	struct db_value v[6 * 64];

	for (size_t done = 0; done < n;) {
		size_t k = 0;

		for (; k < 64 && done < n; k++, done++) {
			const struct record_update *u = &rows[done];
			const struct db_value row[] = { DB_V_I(tenant_id), DB_V_I(run_id), DB_V_S(u->object_type),
				DB_V_S(u->object_id), DB_V_S(u->properties), DB_V_I(u->overwrite ? 1 : 0) };

			memcpy(v + k * 6, row, sizeof(row));
		}
		if (!db_run_rows(db, Q(INSERT), v, k, NULL, e))
			return err_wrap(e, "planning updates");
	}
	return n == 0 || (db_run(db, Q(QUEUE), DB_IN(DB_V_I(tenant_id), DB_V_I(run_id)), NULL, e) &&
	                     lease_wake(db, tenant_id, LEASE_UPDATE, 0, 0, e));
}

bool
record_update_recover(struct db *db, const struct lease *l, int64_t *n, struct err *e)
{
	return lease_hold(db, l, e) && db_run(db, Q(RECOVER), DB_IN(DB_V_I(l->tenant_id)), n, e);
}

bool
record_update_due(struct db *db, struct arena *a, int64_t tenant_id, int64_t max, struct record_update **out, size_t *n,
    struct err *e)
{
	struct db_rows rows;

	if (!db_query(db, Q(DUE), DB_IN(DB_V_I(tenant_id), DB_V_I(max)), a, &rows, e))
		return err_wrap(e, "reading updates");
	*out = arena_array(a, rows.n, sizeof(**out));
	*n = 0;
	for (size_t i = 0; i < rows.n; i++) {
		const struct db_value *r = &rows.v[i * rows.columns];

		if (*n > 0 && !str_eq(r[4].s, (*out)->object_type))
			continue;
		(*out)[(*n)++] = (struct record_update){ .update_id = r[0].i,
			.run_id = r[1].i,
			.attempts = r[2].i,
			.tries = r[3].i,
			.object_type = r[4].s,
			.object_id = r[5].s,
			.properties = r[6].s,
			.overwrite = r[7].i != 0 };
	}
	return true;
}

bool
record_update_next_ms(struct db *db, struct arena *a, int64_t tenant_id, int64_t *ms, struct err *e)
{
	const struct db_value *row;

	if (!db_query_one(db, Q(NEXT), DB_IN(DB_V_I(tenant_id)), a, &row, e))
		return err_wrap(e, "reading updates");
	*ms = row[0].kind == DB_NULL ? -1 : row[0].i;
	return true;
}

bool
record_update_sending(struct db *db, const struct lease *l, struct record_update *const *rows, size_t n, struct err *e)
{
	struct db_value tenant = DB_V_I(l->tenant_id);

	for (size_t i = 0; i < n; i++) {
		struct db_value id = DB_V_I(rows[i]->update_id);
		int64_t changed;

		if (!db_run(db, Q(SENDING), DB_IN(tenant, id), &changed, e) ||
		    !db_run(db, Q(FENCE), DB_IN(DB_V_I(l->fence), tenant, id), NULL, e))
			return false;
		if (changed != 1)
			return err_set(e, ERR_CONFLICT, "an update was stopped just now");
		rows[i]->attempts++;
		const struct db_value begun[] = { tenant, id, DB_V_I(rows[i]->attempts) };

		if (!db_run_rows(db, Q(BEGIN), begun, 1, NULL, e))
			return false;
	}
	return true;
}

bool
record_update_end(struct db *db, int64_t tenant_id, const struct record_update *row,
    const struct record_update_end *end, bool *kept, struct err *e)
{
	struct str to = str_from(update_state_name(end->to));
	struct db_value tenant = DB_V_I(tenant_id);
	struct db_value id = DB_V_I(row->update_id);
	int64_t changed = 1;

	/* A row that is only looked at again later has not moved. */
	if (end->from != end->to && !update_state_may(end->from, end->to))
		return illegal_move(TALLY_ILLEGAL_UPDATE, row->update_id, update_state_name(end->from),
		    update_state_name(end->to), e);
	if (end->from != end->to &&
	    !db_run(db, Q(END),
	        DB_IN(DB_V_S(to), DB_V_S(end->code), DB_V_S(end->message), DB_V_I((int64_t)end->to + 1), tenant,
	            DB_V_S(str_from(update_state_name(end->from))), id),
	        &changed, e))
		return false;
	*kept = changed == 1;
	if (!*kept)
		return true;
	if (end->from == UPDATE_SENDING &&
	    !db_run(db, Q(ATTEMPT_END),
	        DB_IN(DB_V_S(to), DB_V_I(end->http_status), DB_V_S(end->message), tenant, id, DB_V_I(row->attempts)),
	        NULL, e))
		return false;
	if (end->to != UPDATE_READY)
		return db_run(db, Q(UNQUEUE), DB_IN(tenant, id), NULL, e);
	return db_run(db, Q(LATER), DB_IN(DB_V_I(end->due_in_ms), DB_V_I(end->counts ? 1 : 0), tenant, id), NULL, e);
}

bool
record_update_waiting(struct db *db, struct arena *a, int64_t tenant_id, int64_t run_id, int64_t *n, struct err *e)
{
	const struct db_value *row;

	if (!db_query_one(db, Q(WAITING), DB_IN(DB_V_I(tenant_id), DB_V_I(run_id)), a, &row, e))
		return err_wrap(e, "counting updates");
	*n = row[0].i;
	return true;
}

bool
record_update_count(struct db *db, struct arena *a, int64_t tenant_id, int64_t run_id, int64_t counts[UPDATE__COUNT],
    struct err *e)
{
	struct db_rows rows;
	enum update_state s;

	if (!db_query(db, Q(COUNT), DB_IN(DB_V_I(tenant_id), DB_V_I(run_id)), a, &rows, e))
		return err_wrap(e, "counting updates");
	memset(counts, 0, UPDATE__COUNT * sizeof(*counts));
	for (size_t i = 0; i < rows.n; i++)
		if (update_state_parse(rows.v[i * rows.columns].s, &s))
			counts[s] = rows.v[i * rows.columns + 1].i;
	return true;
}

bool
record_update_retry(struct db *db, int64_t tenant_id, int64_t run_id, int64_t *n, struct err *e)
{
	const struct db_value run[] = { DB_V_I(tenant_id), DB_V_I(run_id) };

	return db_run(db, Q(RETRY), run, 2, n, e) && db_run(db, Q(QUEUE), run, 2, NULL, e) &&
	       lease_wake(db, tenant_id, LEASE_UPDATE, 0, 0, e);
}

bool
record_update_stop(struct db *db, int64_t tenant_id, int64_t run_id, struct err *e)
{
	const struct db_value run[] = { DB_V_I(tenant_id), DB_V_I(run_id) };

	return db_run(db, Q(STOP), run, 2, NULL, e) && db_run(db, Q(UNQUEUE_STOPPED), run, 2, NULL, e);
}

bool
record_update_forget(struct db *db, int64_t tenant_id, enum id_run_kind kind, int64_t last_run_id, bool *any,
    struct err *e)
{
	int64_t n;

	if (!db_run(db, Q(FORGET),
	        DB_IN(DB_V_I(tenant_id), DB_V_S(str_from(id_run_kind_name(kind))), DB_V_I(last_run_id),
	            DB_V_I(RECORD_UPDATE_FORGET_MAX)),
	        &n, e))
		return err_wrap(e, "forgetting updates");
	*any = n > 0;
	return true;
}

bool
record_update_problems(struct db *db, struct arena *a, int64_t tenant_id, int64_t run_id, int64_t after,
    struct record_update_problem **out, size_t *n, struct err *e)
{
	struct db_rows rows;

	if (!db_query(db, Q(PROBLEMS),
	        DB_IN(DB_V_I(tenant_id), DB_V_I(run_id), DB_V_I(after), DB_V_I(RECORD_UPDATE_PROBLEMS_MAX)), a, &rows,
	        e))
		return err_wrap(e, "reading refused updates");
	*n = rows.n;
	*out = arena_array(a, rows.n, sizeof(**out));
	for (size_t i = 0; i < rows.n; i++) {
		const struct db_value *r = &rows.v[i * rows.columns];

		(*out)[i] = (struct record_update_problem){ .update_id = r[0].i,
			.object_type = r[1].s,
			.object_id = r[2].s,
			.code = r[3].s,
			.message = r[4].s };
	}
	return true;
}
