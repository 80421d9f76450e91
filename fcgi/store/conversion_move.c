/*
 * conversion_move.c - the moves of a conversion after its claim (core/state.h), each with its delivery row.
 */
#include "base/arena.h"
#include "base/tally.h"
#include "core/verdict.h"
#include "io/db.h"
#include "store/config.h"
#include "store/conversion.h"
#include "store/hold.h"
#include "store/transaction.h"

enum {
	QUEUE,
	UNQUEUE,
	STRANDED,
	STRAND,
	PARK,
	UNPARK_QUEUE,
	UNPARK,
	WERE_REFUSED,
	STILL_REFUSED,
	RESEND,
	ACCEPTED,
	DEAD,
	LEFT,
	UNATTRIBUTED,
	REJECTED,
	CONFIRMED
};

#define ONE    " WHERE tenant_id = ? AND conversion_id = ?"
#define QUEUED " WHERE tenant_id = ? AND kind = 'conversion' AND effect_id = ?"
#define IN_MS  "UTC_TIMESTAMP(3) + INTERVAL ? * 1000 MICROSECOND"

/* So many are brought back by one transaction. */
#define UNPARK_MAX  1000
#define TEXT_OF(n)  #n
#define TEXT(n)     TEXT_OF(n)
#define PARKED_WITH "c.tenant_id = ? AND c.state = 'PARKED' AND ((? = '' AND c.code <> '" HOLD_CODE "') OR c.code = ?)"

const struct sql conversion_move_sql[] = {
	[QUEUE] = { "conversion.queue", SQL_TENANT, "siii", "",
	    "UPDATE delivery SET stage = ?, due = " IN_MS ", looks = 0" QUEUED, NULL, NULL },
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
	[PARK] = { "conversion.park", SQL_TENANT, "siiii", "",
	    "UPDATE conversion SET state = 'PARKED', code = ?, version = version + 1" ONE " AND state = 'READY' AND "
	    "EXISTS (SELECT 1 FROM tenant t WHERE t.tenant_id = ? AND t.config_revision = ?)",
	    NULL, NULL },
	/* A parked one has no delivery: those that get one here are what UNPARK moves. */
	[UNPARK_QUEUE] = { "conversion.unpark_queue", SQL_TENANT, "iss", "",
	    "INSERT INTO delivery (tenant_id, kind, effect_id, stage, due) SELECT c.tenant_id, 'conversion', "
	    "c.conversion_id, 'send', UTC_TIMESTAMP(3) FROM conversion c WHERE " PARKED_WITH
	    " LIMIT " TEXT(UNPARK_MAX) " FOR UPDATE ON DUPLICATE KEY UPDATE due = delivery.due",
	    NULL, NULL },
	[UNPARK] = { "conversion.unpark", SQL_TENANT, "iss", "",
	    "UPDATE conversion c JOIN delivery d ON d.tenant_id = c.tenant_id AND d.kind = 'conversion' AND "
	    "d.effect_id = "
	    "c.conversion_id SET c.state = 'READY', c.code = '', c.message = '', c.version = c.version + 1 "
	    "WHERE " PARKED_WITH,
	    NULL, NULL },
	[WERE_REFUSED] = { "conversion.were_refused", SQL_TENANT, "i", "",
	    "UPDATE budget SET refused = 0 WHERE tenant_id = ? AND destination = 'impact' AND refused = 1", NULL,
	    NULL },
	[STILL_REFUSED] = { "conversion.still_refused", SQL_TENANT, "i", "",
	    "UPDATE budget SET refused = 1 WHERE tenant_id = ? AND destination = 'impact'", NULL, NULL },
	[RESEND] = { "conversion.resend", SQL_TENANT, "ii", "",
	    "UPDATE conversion SET state = 'READY', version = version + 1" ONE " AND state = 'UNKNOWN'", NULL, NULL },
	[ACCEPTED] = { "conversion.accepted", SQL_TENANT, "ii", "",
	    "UPDATE conversion SET state = 'ACCEPTED', code = '', message = '', accepted_at = UTC_TIMESTAMP(3), "
	    "unanswered = GREATEST(unanswered, 1) - 1, version = version + 1" ONE " AND state = 'UNKNOWN'",
	    NULL, NULL },
	[DEAD] = { "conversion.dead", SQL_TENANT, "ssii", "",
	    "UPDATE conversion SET state = 'DEAD', code = ?, message = ?, ended_at = UTC_TIMESTAMP(3), "
	    "version = version + 1" ONE " AND state IN ('READY', 'UNKNOWN', 'HELD')",
	    NULL, NULL },
	[LEFT] = { "conversion.left", SQL_TENANT, "sii", "",
	    "UPDATE conversion SET code = IF(state = 'ACCEPTED', ?, code), version = version + 1" ONE
	    " AND state IN ('ACCEPTED', 'CONFIRMED')",
	    NULL, NULL },
	[UNATTRIBUTED] = { "conversion.unattributed", SQL_TENANT, "iii", "",
	    "UPDATE conversion SET code = 'not_attributed_yet', version = version + 1" ONE " AND state = 'ACCEPTED' "
	    "AND code = '' AND accepted_at < UTC_TIMESTAMP(3) - INTERVAL ? SECOND",
	    NULL, NULL },
	/* "No referral" of a conversion that names a click is another matter (core/verdict.h). */
	[REJECTED] = { "conversion.rejected", SQL_TENANT, "sssii", "",
	    "UPDATE conversion SET state = 'REJECTED', code = IF(? = '" VERDICT_DIRECT
	    "' AND CONCAT('&', COALESCE(body, '')) LIKE '%&ClickId=_%', '" VERDICT_CLICK_NOT_FOUND
	    "', ?), message = IF(code = '" VERDICT_CLICK_NOT_FOUND "', '" VERDICT_DIRECT
	    "', message), partner_id = ?, ended_at = UTC_TIMESTAMP(3), "
	    "version = version + 1" ONE " AND state IN ('ACCEPTED', 'UNKNOWN')",
	    NULL, NULL },
	[CONFIRMED] = { "conversion.confirmed", SQL_TENANT, "ssssssssttii", "",
	    "UPDATE conversion SET state = 'CONFIRMED', code = '', message = '', action_id = ?, partner_id = ?, "
	    "partner_name = ?, amount = NULLIF(?, ''), payout = NULLIF(?, ''), currency = ?, action_state = ?, "
	    "action_detail = ?, ended_at = COALESCE(ended_at, UTC_TIMESTAMP(3)), "
	    "locking_at = ?, cleared_at = ?, version = version + 1" ONE
	    " AND state IN ('ACCEPTED', 'UNKNOWN', 'CONFIRMED')",
	    NULL, NULL },
};
const size_t conversion_move_sql_n = sizeof(conversion_move_sql) / sizeof(conversion_move_sql[0]);

#define Q(id) (&conversion_move_sql[id])

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

/* A move that is done counts. */
static bool
counted(bool done, enum state to, int64_t n)
{
	if (done)
		tally_add(tally_of(TALLY_MOVED, to), n);
	return done;
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
	bool done = transaction_begin(db, e) &&
	            transaction_end(db, strand_all(db, a, l, unknown_wait_ms, n, e), "recovering after a crash", e);

	return counted(done, STATE_UNKNOWN, *n);
}

bool
conversion_park(struct db *db, int64_t tenant_id, int64_t id, struct str code, int64_t config_revision, struct err *e)
{
	int64_t changed;
	bool done =
	    transaction_begin(db, e) &&
	    transaction_end(db,
	        db_run(db, Q(PARK),
	            DB_IN(DB_V_S(code), DB_V_I(tenant_id), DB_V_I(id), DB_V_I(tenant_id), DB_V_I(config_revision)),
	            &changed, e) &&
	            one(changed, id, e) && unqueue(db, tenant_id, id, e),
	        "parking", e);

	return counted(done, STATE_PARKED, 1);
}

/* At most UNPARK_MAX; inside a transaction. */
static bool
unpark(struct db *db, int64_t tenant_id, struct str code, int64_t *n, struct err *e)
{
	const struct db_value in[] = { DB_V_I(tenant_id), DB_V_S(code), DB_V_S(code) };

	return db_run(db, Q(UNPARK_QUEUE), in, 3, NULL, e) && db_run(db, Q(UNPARK), in, 3, n, e) &&
	       lease_wake(db, tenant_id, LEASE_SEND, 0, 0, e);
}

bool
conversion_unpark(struct db *db, int64_t tenant_id, struct str code, int64_t *n, struct err *e)
{
	int64_t some = 0;

	*n = 0;
	do {
		bool done = transaction_begin(db, e) &&
		            transaction_end(db, unpark(db, tenant_id, code, &some, e), "resuming", e);

		if (!counted(done, STATE_READY, done ? some : 0))
			return false;
		*n += some;
	} while (some == UNPARK_MAX);
	return true;
}

bool
conversion_resume_refused(struct db *db, int64_t tenant_id, struct err *e)
{
	const struct db_value tenant[] = { DB_V_I(tenant_id) };
	int64_t were;
	int64_t n;

	return db_run(db, Q(WERE_REFUSED), tenant, 1, &were, e) &&
	       (were == 0 || (unpark(db, tenant_id, STR("credentials_refused"), &n, e) &&
	                         (n < UNPARK_MAX || db_run(db, Q(STILL_REFUSED), tenant, 1, NULL, e))));
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
	bool done =
	    transaction_begin(db, e) &&
	    transaction_end(db,
	        move(db, l, Q(RESEND), DB_IN(DB_V_I(l->tenant_id), DB_V_I(id)), id, e) &&
	            queue(db, l->tenant_id, id, "send", 0, e) && lease_wake(db, l->tenant_id, LEASE_SEND, 0, 0, e),
	        "resending", e);

	return counted(done, STATE_READY, 1);
}

bool
conversion_accepted(struct db *db, const struct lease *l, int64_t id, int64_t due_in_ms, struct err *e)
{
	bool done =
	    transaction_begin(db, e) && transaction_end(db,
	                                    move(db, l, Q(ACCEPTED), DB_IN(DB_V_I(l->tenant_id), DB_V_I(id)), id, e) &&
	                                        queue(db, l->tenant_id, id, "follow", due_in_ms, e),
	                                    "writing a verdict", e);

	return counted(done, STATE_ACCEPTED, 1);
}

bool
conversion_unattributed(struct db *db, int64_t tenant_id, int64_t id, int64_t after_s, struct err *e)
{
	return db_run(db, Q(UNATTRIBUTED), DB_IN(DB_V_I(tenant_id), DB_V_I(id), DB_V_I(after_s)), NULL, e);
}

bool
conversion_dead(struct db *db, const struct lease *l, int64_t id, struct str code, struct str message, struct err *e)
{
	bool done =
	    transaction_begin(db, e) &&
	    transaction_end(db,
	        move(db, l, Q(DEAD), DB_IN(DB_V_S(code), DB_V_S(message), DB_V_I(l->tenant_id), DB_V_I(id)), id, e) &&
	            unqueue(db, l->tenant_id, id, e) && lease_wake(db, l->tenant_id, LEASE_SEND, 0, 0, e),
	        "giving up", e);

	return counted(done, STATE_DEAD, 1);
}

bool
conversion_left(struct db *db, const struct lease *l, int64_t id, struct str code, struct err *e)
{
	return transaction_begin(db, e) &&
	       transaction_end(db,
	           move(db, l, Q(LEFT), DB_IN(DB_V_S(code), DB_V_I(l->tenant_id), DB_V_I(id)), id, e) &&
	               unqueue(db, l->tenant_id, id, e),
	           "no longer following", e);
}

static bool
reject(struct db *db, struct arena *a, const struct lease *l, int64_t id, struct str code, struct str partner_id,
    struct err *e)
{
	bool held = verdict_holds_event_type(code);
	int64_t rules = 0;

	return (!held || config_pin(db, a, l->tenant_id, &rules, e)) &&
	       move(db, l, Q(REJECTED),
	           DB_IN(DB_V_S(code), DB_V_S(code), DB_V_S(partner_id), DB_V_I(l->tenant_id), DB_V_I(id)), id, e) &&
	       unqueue(db, l->tenant_id, id, e) && (!held || hold_refused(db, l->tenant_id, id, rules, e)) &&
	       lease_wake(db, l->tenant_id, LEASE_SEND, 0, 0, e);
}

bool
conversion_rejected(struct db *db, struct arena *a, const struct lease *l, int64_t id, struct str code,
    struct str partner_id, struct err *e)
{
	bool done = transaction_begin(db, e) &&
	            transaction_end(db, reject(db, a, l, id, code, partner_id, e), "writing a verdict", e);

	return counted(done, STATE_REJECTED, 1);
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
