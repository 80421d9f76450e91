/*
 * conversion_move.c - the moves of a conversion after its claim (core/state.h), each with its delivery row.
 */
#include <assert.h>

#include "base/arena.h"
#include "io/db.h"
#include "store/conversion.h"
#include "store/transaction.h"

enum {
	SENDING,
	ATTEMPT_NO,
	ATTEMPT_BEGIN,
	FENCE,
	ANSWERED,
	ATTEMPT_END,
	QUEUE,
	QUEUE_TRY,
	UNQUEUE,
	STRANDED,
	STRAND,
	PARK,
	UNPARK,
	UNPARK_QUEUE,
	RESEND,
	DEAD,
	REJECTED,
	CONFIRMED,
	PROVED
};

#define ONE    " WHERE tenant_id = ? AND conversion_id = ?"
#define QUEUED " WHERE tenant_id = ? AND kind = 'conversion' AND effect_id = ?"
#define IN_MS  "UTC_TIMESTAMP(3) + INTERVAL ? * 1000 MICROSECOND"

const struct sql conversion_move_sql[] = {
	[SENDING] = { "conversion.sending", SQL_TENANT, "iiii", "",
	    "UPDATE conversion SET state = 'SENDING', sending_at = UTC_TIMESTAMP(3), attempts = attempts + 1, "
	    "version = version + 1" ONE " AND state = 'READY' AND EXISTS (SELECT 1 FROM tenant t WHERE "
	    "t.tenant_id = ? AND t.state = 'active' AND t.sending = 1 AND t.config_revision = ?)",
	    NULL, NULL },
	[ATTEMPT_NO] = { "conversion.attempt_no", SQL_TENANT, "ii", "ii",
	    "SELECT attempts, revision FROM conversion" ONE, NULL, NULL },
	[ATTEMPT_BEGIN] = { "conversion.attempt_begin", SQL_TENANT, "iiii", "",
	    "INSERT INTO attempt (tenant_id, kind, effect_id, attempt, revision, started_at) "
	    "VALUES (?, 'conversion', ?, ?, ?, UTC_TIMESTAMP(3))",
	    NULL, NULL },
	[FENCE] = { "conversion.fence", SQL_TENANT, "iii", "", "UPDATE delivery SET fence = ?" QUEUED, NULL, NULL },
	[ANSWERED] = { "conversion.answered", SQL_TENANT, "ssssssssiiis", "",
	    "UPDATE conversion SET state = ?, code = ?, message = ?, batch_id = IF(? = '', batch_id, ?), "
	    "action_id = IF(? = '', action_id, ?), "
	    "accepted_at = IF(? = 'ACCEPTED', UTC_TIMESTAMP(3), accepted_at), "
	    "ended_at = IF(state = 'REJECTED', UTC_TIMESTAMP(3), NULL), "
	    "unanswered = unanswered + IF(state = 'UNKNOWN', 1, 0), version = version + 1" ONE
	    " AND attempts = ? AND (state = 'SENDING' OR (state = 'UNKNOWN' AND ? <> 'UNKNOWN'))",
	    NULL, NULL },
	[ATTEMPT_END] = { "conversion.attempt_end", SQL_TENANT, "sisiii", "",
	    "UPDATE attempt SET ended_at = UTC_TIMESTAMP(3), result = ?, http_status = ?, message = ?"
	    " WHERE tenant_id = ? AND kind = 'conversion' AND effect_id = ? AND attempt = ?",
	    NULL, NULL },
	[QUEUE] = { "conversion.queue", SQL_TENANT, "siii", "",
	    "UPDATE delivery SET stage = ?, due = " IN_MS ", looks = 0" QUEUED, NULL, NULL },
	[QUEUE_TRY] = { "conversion.queue_try", SQL_TENANT, "iiii", "",
	    "UPDATE delivery SET stage = 'send', due = " IN_MS ", tries = tries + ?" QUEUED, NULL, NULL },
	[UNQUEUE] = { "conversion.unqueue", SQL_TENANT, "ii", "", "DELETE FROM delivery" QUEUED, NULL, NULL },
	[STRANDED] = { "conversion.stranded", SQL_TENANT, "ii", "i",
	    "SELECT c.conversion_id FROM conversion c JOIN delivery d ON d.tenant_id = c.tenant_id AND "
	    "d.kind = 'conversion' AND d.effect_id = c.conversion_id WHERE c.tenant_id = ? AND c.state = 'SENDING' "
	    "AND d.fence < ?",
	    NULL, NULL },
	[STRAND] = { "conversion.strand", SQL_TENANT, "ii", "",
	    "UPDATE conversion SET state = 'UNKNOWN', code = 'no_answer', unanswered = unanswered + 1, "
	    "version = version + 1" ONE " AND state = 'SENDING'",
	    NULL, NULL },
	[PARK] = { "conversion.park", SQL_TENANT, "sii", "",
	    "UPDATE conversion SET state = 'PARKED', code = ?, version = version + 1" ONE " AND state = 'READY'", NULL,
	    NULL },
	[UNPARK] = { "conversion.unpark", SQL_TENANT, "iss", "",
	    "UPDATE conversion SET state = 'READY', code = '', message = '', version = version + 1 "
	    "WHERE tenant_id = ? AND state = 'PARKED' AND (? = '' OR code = ?)",
	    NULL, NULL },
	[UNPARK_QUEUE] = { "conversion.unpark_queue", SQL_TENANT, "i", "",
	    "INSERT INTO delivery (tenant_id, kind, effect_id, stage, due) SELECT c.tenant_id, 'conversion', "
	    "c.conversion_id, 'send', UTC_TIMESTAMP(3) FROM conversion c WHERE c.tenant_id = ? AND c.state = 'READY' "
	    "ON DUPLICATE KEY UPDATE due = delivery.due",
	    NULL, NULL },
	[RESEND] = { "conversion.resend", SQL_TENANT, "ii", "",
	    "UPDATE conversion SET state = 'READY', version = version + 1" ONE " AND state = 'UNKNOWN'", NULL, NULL },
	[DEAD] = { "conversion.dead", SQL_TENANT, "ssii", "",
	    "UPDATE conversion SET state = 'DEAD', code = ?, message = ?, ended_at = UTC_TIMESTAMP(3), "
	    "version = version + 1" ONE " AND state IN ('READY', 'UNKNOWN', 'HELD')",
	    NULL, NULL },
	[REJECTED] = { "conversion.rejected", SQL_TENANT, "ssii", "",
	    "UPDATE conversion SET state = 'REJECTED', code = ?, partner_id = ?, ended_at = UTC_TIMESTAMP(3), "
	    "version = version + 1" ONE " AND state IN ('ACCEPTED', 'UNKNOWN')",
	    NULL, NULL },
	[CONFIRMED] = { "conversion.confirmed", SQL_TENANT, "ssssssssttii", "",
	    "UPDATE conversion SET state = 'CONFIRMED', code = '', message = '', action_id = ?, partner_id = ?, "
	    "partner_name = ?, amount = NULLIF(?, ''), payout = NULLIF(?, ''), currency = ?, action_state = ?, "
	    "action_detail = ?, ended_at = COALESCE(ended_at, UTC_TIMESTAMP(3)), "
	    "locking_at = ?, cleared_at = ?, version = version + 1" ONE
	    " AND state IN ('ACCEPTED', 'UNKNOWN', 'CONFIRMED')",
	    NULL, NULL },
	[PROVED] = { "conversion.proved", SQL_TENANT, "ii", "",
	    "UPDATE event_type SET proved_at = UTC_TIMESTAMP(3) WHERE proved_at IS NULL AND tenant_id = ? AND "
	    "event_type_id = (SELECT event_type_id FROM conversion c WHERE c.tenant_id = event_type.tenant_id AND "
	    "c.conversion_id = ?)",
	    NULL, NULL },
};
const size_t conversion_move_sql_n = sizeof(conversion_move_sql) / sizeof(conversion_move_sql[0]);

#define Q(id) (&conversion_move_sql[id])

static struct str
state_str(enum state s)
{
	return str_from(state_name(s));
}

static bool
one(int64_t changed, int64_t id, struct err *e)
{
	if (changed == 1)
		return true;
	return err_set(e, ERR_CONFLICT, "conversion %lld is not in the state it must come from", (long long)id);
}

static bool
queue(struct db *db, int64_t tenant_id, int64_t id, const char *stage, int64_t due_in_ms, struct err *e)
{
	return db_run(db, Q(QUEUE), DB_IN(DB_V_S(str_from(stage)), DB_V_I(due_in_ms), DB_V_I(tenant_id), DB_V_I(id)),
	    NULL, e);
}

static bool
unqueue(struct db *db, int64_t tenant_id, int64_t id, struct err *e)
{
	return db_run(db, Q(UNQUEUE), DB_IN(DB_V_I(tenant_id), DB_V_I(id)), NULL, e);
}

static bool
begin_attempt(struct db *db, struct arena *a, const struct lease *l, int64_t id, int64_t config_revision,
    int64_t *attempt, struct err *e)
{
	const struct db_value *row;
	int64_t changed;

	if (!lease_hold(db, l, e) ||
	    !db_run(db, Q(SENDING),
	        DB_IN(DB_V_I(l->tenant_id), DB_V_I(id), DB_V_I(l->tenant_id), DB_V_I(config_revision)), &changed, e) ||
	    !one(changed, id, e) ||
	    !db_query_one(db, Q(ATTEMPT_NO), DB_IN(DB_V_I(l->tenant_id), DB_V_I(id)), a, &row, e))
		return false;
	*attempt = row[0].i;
	return db_run(db, Q(ATTEMPT_BEGIN), DB_IN(DB_V_I(l->tenant_id), DB_V_I(id), DB_V_I(row[0].i), DB_V_I(row[1].i)),
	           NULL, e) &&
	       db_run(db, Q(FENCE), DB_IN(DB_V_I(l->fence), DB_V_I(l->tenant_id), DB_V_I(id)), NULL, e);
}

bool
conversion_sending(struct db *db, struct arena *a, const struct lease *l, int64_t id, int64_t config_revision,
    int64_t *attempt, struct err *e)
{
	return transaction_begin(db, e) &&
	       transaction_end(db, begin_attempt(db, a, l, id, config_revision, attempt, e), "before sending", e);
}

/* impact.com accepts again: what it refused for credentials or scope is tried once more. */
static bool
resume_refused(struct db *db, int64_t tenant_id, struct err *e)
{
	static const struct str codes[] = { { "credentials_refused", 19 }, { "scope_missing", 13 } };
	int64_t all = 0;

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		int64_t changed;

		if (!db_run(db, Q(UNPARK), DB_IN(DB_V_I(tenant_id), DB_V_S(codes[i]), DB_V_S(codes[i])), &changed, e))
			return false;
		all += changed;
	}
	return all == 0 || (db_run(db, Q(UNPARK_QUEUE), DB_IN(DB_V_I(tenant_id)), NULL, e) &&
	                       lease_wake(db, tenant_id, LEASE_SEND, 0, 0, e));
}

/* Where the delivery goes after an answer. */
static bool
requeue(struct db *db, const struct conversion_answer *w, struct err *e)
{
	switch (w->to) {
	case STATE_ACCEPTED:
		return resume_refused(db, w->tenant_id, e) &&
		       queue(db, w->tenant_id, w->conversion_id, "follow", w->due_in_ms, e) &&
		       db_run(db, Q(PROVED), DB_IN(DB_V_I(w->tenant_id), DB_V_I(w->conversion_id)), NULL, e) &&
		       lease_wake(db, w->tenant_id, LEASE_FOLLOW, 0, w->due_in_ms, e);
	case STATE_UNKNOWN:
		return queue(db, w->tenant_id, w->conversion_id, "reconcile", w->due_in_ms, e) &&
		       lease_wake(db, w->tenant_id, LEASE_FOLLOW, 0, w->due_in_ms, e);
	case STATE_READY:
		return db_run(db, Q(QUEUE_TRY),
		           DB_IN(DB_V_I(w->due_in_ms), DB_V_I(w->counts ? 1 : 0), DB_V_I(w->tenant_id),
		               DB_V_I(w->conversion_id)),
		           NULL, e) &&
		       lease_wake(db, w->tenant_id, LEASE_SEND, 0, w->due_in_ms, e);
	default: /* REJECTED, PARKED, DEAD: nothing to do by itself; a freed lane lets the next one go */
		return unqueue(db, w->tenant_id, w->conversion_id, e) &&
		       lease_wake(db, w->tenant_id, LEASE_SEND, 0, 0, e);
	}
}

static bool
write_answer(struct db *db, const struct conversion_answer *w, struct err *e)
{
	struct str to = state_str(w->to);
	int64_t changed;

	return db_run(db, Q(ATTEMPT_END),
	           DB_IN(DB_V_S(w->result), DB_V_I(w->http_status), DB_V_S(w->message), DB_V_I(w->tenant_id),
	               DB_V_I(w->conversion_id), DB_V_I(w->attempt)),
	           NULL, e) &&
	       db_run(db, Q(ANSWERED),
	           DB_IN(DB_V_S(to), DB_V_S(w->code), DB_V_S(w->message), DB_V_S(w->batch_id), DB_V_S(w->batch_id),
	               DB_V_S(w->action_id), DB_V_S(w->action_id), DB_V_S(to), DB_V_I(w->tenant_id),
	               DB_V_I(w->conversion_id), DB_V_I(w->attempt), DB_V_S(to)),
	           &changed, e) &&
	       one(changed, w->conversion_id, e) && requeue(db, w, e);
}

bool
conversion_answered(struct db *db, const struct conversion_answer *answer, struct err *e)
{
	assert(state_may(STATE_SENDING, answer->to));
	return transaction_begin(db, e) && transaction_end(db, write_answer(db, answer, e), "writing an answer", e);
}

static bool
strand_all(struct db *db, struct arena *a, const struct lease *l, int64_t unknown_wait_ms, int64_t *n, struct err *e)
{
	struct db_rows rows;

	if (!lease_hold(db, l, e) ||
	    !db_query(db, Q(STRANDED), DB_IN(DB_V_I(l->tenant_id), DB_V_I(l->fence)), a, &rows, e))
		return false;
	*n = (int64_t)rows.n;
	for (size_t i = 0; i < rows.n; i++) {
		int64_t id = rows.v[i].i;
		int64_t changed;

		if (!db_run(db, Q(STRAND), DB_IN(DB_V_I(l->tenant_id), DB_V_I(id)), &changed, e) ||
		    !one(changed, id, e) || !queue(db, l->tenant_id, id, "reconcile", unknown_wait_ms, e))
			return false;
	}
	return rows.n == 0 || lease_wake(db, l->tenant_id, LEASE_FOLLOW, 0, unknown_wait_ms, e);
}

bool
conversion_recover(struct db *db, struct arena *a, const struct lease *l, int64_t unknown_wait_ms, int64_t *n,
    struct err *e)
{
	*n = 0;
	return transaction_begin(db, e) &&
	       transaction_end(db, strand_all(db, a, l, unknown_wait_ms, n, e), "recovering after a crash", e);
}

bool
conversion_park(struct db *db, int64_t tenant_id, int64_t id, struct str code, struct err *e)
{
	int64_t changed;

	return transaction_begin(db, e) &&
	       transaction_end(db,
	           db_run(db, Q(PARK), DB_IN(DB_V_S(code), DB_V_I(tenant_id), DB_V_I(id)), &changed, e) &&
	               one(changed, id, e) && unqueue(db, tenant_id, id, e),
	           "parking", e);
}

bool
conversion_unpark(struct db *db, int64_t tenant_id, struct str code, int64_t *n, struct err *e)
{
	*n = 0;
	return transaction_begin(db, e) &&
	       transaction_end(db,
	           db_run(db, Q(UNPARK), DB_IN(DB_V_I(tenant_id), DB_V_S(code), DB_V_S(code)), n, e) &&
	               (*n == 0 || db_run(db, Q(UNPARK_QUEUE), DB_IN(DB_V_I(tenant_id)), NULL, e)) &&
	               lease_wake(db, tenant_id, LEASE_SEND, 0, 0, e),
	           "resuming", e);
}

/* A move by the holder of a lease, then what follows for the queue. */
static bool
move(struct db *db, const struct lease *l, const struct sql *q, const struct db_value *in, size_t n, int64_t id,
    struct err *e)
{
	int64_t changed;

	return lease_hold(db, l, e) && db_run(db, q, in, n, &changed, e) && one(changed, id, e);
}

bool
conversion_resend(struct db *db, const struct lease *l, int64_t id, struct err *e)
{
	return transaction_begin(db, e) &&
	       transaction_end(db,
	           move(db, l, Q(RESEND), DB_IN(DB_V_I(l->tenant_id), DB_V_I(id)), id, e) &&
	               queue(db, l->tenant_id, id, "send", 0, e) && lease_wake(db, l->tenant_id, LEASE_SEND, 0, 0, e),
	           "resending", e);
}

bool
conversion_dead(struct db *db, const struct lease *l, int64_t id, struct str code, struct str message, struct err *e)
{
	return transaction_begin(db, e) &&
	       transaction_end(db,
	           move(db, l, Q(DEAD), DB_IN(DB_V_S(code), DB_V_S(message), DB_V_I(l->tenant_id), DB_V_I(id)), id,
	               e) &&
	               unqueue(db, l->tenant_id, id, e) && lease_wake(db, l->tenant_id, LEASE_SEND, 0, 0, e),
	           "giving up", e);
}

bool
conversion_rejected(struct db *db, const struct lease *l, int64_t id, struct str code, struct str partner_id,
    struct err *e)
{
	return transaction_begin(db, e) &&
	       transaction_end(db,
	           move(db, l, Q(REJECTED), DB_IN(DB_V_S(code), DB_V_S(partner_id), DB_V_I(l->tenant_id), DB_V_I(id)),
	               id, e) &&
	               unqueue(db, l->tenant_id, id, e) && lease_wake(db, l->tenant_id, LEASE_SEND, 0, 0, e),
	           "writing a verdict", e);
}

static struct db_value
time_or_null(int64_t ms)
{
	return ms == 0 ? DB_V_NULL : DB_V_T(ms);
}

bool
conversion_confirmed(struct db *db, const struct lease *l, int64_t id, const struct conversion_action *x,
    int64_t due_in_ms, struct err *e)
{
	return transaction_begin(db, e) &&
	       transaction_end(db,
	           move(db, l, Q(CONFIRMED),
	               DB_IN(DB_V_S(x->action_id), DB_V_S(x->partner_id), DB_V_S(x->partner_name), DB_V_S(x->amount),
	                   DB_V_S(x->payout), DB_V_S(x->currency), DB_V_S(x->state), DB_V_S(x->detail),
	                   time_or_null(x->locking_ms), time_or_null(x->cleared_ms), DB_V_I(l->tenant_id), DB_V_I(id)),
	               id, e) &&
	               (x->settled ? unqueue(db, l->tenant_id, id, e)
	                           : queue(db, l->tenant_id, id, "follow", due_in_ms, e)) &&
	               lease_wake(db, l->tenant_id, LEASE_SEND, 0, 0, e),
	           "writing a verdict", e);
}
