/*
 * conversion_send.c - attempts, begun and answered: several conversions of one tenant by the same statements,
 * because most of what a statement and a commit cost does not grow with them.
 */
#include <assert.h>

#include "base/arena.h"
#include "base/tally.h"
#include "store/conversion.h"
#include "store/illegal.h"

enum {
	SENDING,
	FENCE,
	BEGIN,
	ATTEMPTS,
	ANSWERED,
	END,
	FOLLOW,
	TRY,
	UNQUEUE,
	REFUSED
};

/* A group is always CONVERSION_GROUP_MAX ids, the last one repeated: one prepared statement for any number. */
#define GROUP         "(?, ?, ?, ?, ?, ?, ?, ?)"
#define GROUP_LETTERS "iiiiiiii"
_Static_assert(sizeof(GROUP_LETTERS) - 1 == CONVERSION_GROUP_MAX, "a group's letters");

#define ONE    " WHERE tenant_id = ? AND conversion_id = ?"
#define QUEUED " WHERE tenant_id = ? AND kind = 'conversion' AND effect_id = ?"
#define IN_MS  "UTC_TIMESTAMP(3) + INTERVAL ? * 1000 MICROSECOND"

const struct sql conversion_send_sql[] = {
	[SENDING] = { "conversion.sending", SQL_TENANT, "i" GROUP_LETTERS "ii", "",
	    "UPDATE conversion SET state = 'SENDING', sending_at = UTC_TIMESTAMP(3), attempts = attempts + 1, "
	    "version = version + 1 WHERE tenant_id = ? AND conversion_id IN " GROUP
	    " AND state = 'READY' AND EXISTS (SELECT 1 FROM tenant t WHERE t.tenant_id = ? AND t.state = 'active' "
	    "AND t.sending = 1 AND t.config_revision = ?)",
	    NULL, NULL },
	[FENCE] = { "conversion.fence", SQL_TENANT, "ii" GROUP_LETTERS, "",
	    "UPDATE delivery SET fence = ? WHERE tenant_id = ? AND kind = 'conversion' AND effect_id IN " GROUP, NULL,
	    NULL },
	[BEGIN] = { "conversion.attempt_begin", SQL_TENANT, "i" GROUP_LETTERS, "",
	    "INSERT INTO attempt (tenant_id, kind, effect_id, attempt, revision, started_at) "
	    "SELECT tenant_id, 'conversion', conversion_id, attempts, revision, UTC_TIMESTAMP(3) FROM conversion "
	    "WHERE tenant_id = ? AND conversion_id IN " GROUP,
	    NULL, NULL },
	[ATTEMPTS] = { "conversion.attempts", SQL_TENANT, "i" GROUP_LETTERS, "ii",
	    "SELECT conversion_id, attempts FROM conversion WHERE tenant_id = ? AND conversion_id IN " GROUP, NULL,
	    NULL },
	/*
	 * The first assignment reads the state of before: who was given up for dead and answers had an answer after
	 * all.
	 */
	[ANSWERED] = { "conversion.answered", SQL_TENANT, "sssssssssiiis", "",
	    "UPDATE conversion SET unanswered = unanswered + IF(? = 'UNKNOWN', 1, 0) - IF(state = 'UNKNOWN' AND "
	    "unanswered > 0, 1, 0), state = ?, code = ?, message = ?, batch_id = IF(? = '', batch_id, ?), "
	    "action_id = IF(? = '', action_id, ?), "
	    "accepted_at = IF(? = 'ACCEPTED', UTC_TIMESTAMP(3), accepted_at), "
	    "ended_at = IF(state = 'REJECTED', UTC_TIMESTAMP(3), NULL), version = version + 1" ONE
	    " AND attempts = ? AND (state = 'SENDING' OR (state = 'UNKNOWN' AND ? <> 'UNKNOWN'))",
	    NULL, NULL },
	[END] = { "conversion.attempt_end", SQL_TENANT, "iiisis", "",
	    "INSERT INTO attempt (tenant_id, kind, effect_id, attempt, started_at, ended_at, result, http_status, "
	    "message) VALUES",
	    "(?, 'conversion', ?, ?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), ?, ?, ?)",
	    "ON DUPLICATE KEY UPDATE ended_at = VALUES(ended_at), result = VALUES(result), "
	    "http_status = VALUES(http_status), message = VALUES(message)" },
	[FOLLOW] = { "conversion.queue_follow", SQL_TENANT, "sii" GROUP_LETTERS, "",
	    "UPDATE delivery SET stage = ?, due = " IN_MS ", looks = 0 WHERE tenant_id = ? AND kind = 'conversion' "
	    "AND effect_id IN " GROUP,
	    NULL, NULL },
	[TRY] = { "conversion.queue_try", SQL_TENANT, "iiii", "",
	    "UPDATE delivery SET stage = 'send', due = " IN_MS ", tries = tries + ?" QUEUED, NULL, NULL },
	[UNQUEUE] = { "conversion.unqueue_answered", SQL_TENANT, "ii", "", "DELETE FROM delivery" QUEUED, NULL, NULL },
	[REFUSED] = { "conversion.refused", SQL_TENANT, "i", "",
	    "INSERT INTO budget (tenant_id, destination, refused) VALUES (?, 'impact', 1) ON DUPLICATE KEY UPDATE "
	    "refused = 1",
	    NULL, NULL },
};
const size_t conversion_send_sql_n = sizeof(conversion_send_sql) / sizeof(conversion_send_sql[0]);

#define Q(id) (&conversion_send_sql[id])

struct group {
	struct db_value id[CONVERSION_GROUP_MAX];
};

static struct group
group_of(const int64_t *ids, size_t n)
{
	struct group g;

	assert(n > 0 && n <= CONVERSION_GROUP_MAX);
	for (size_t i = 0; i < CONVERSION_GROUP_MAX; i++)
		g.id[i] = DB_V_I(ids[i < n ? i : n - 1]);
	return g;
}

#define GROUP_VALUES(g) (g).id[0], (g).id[1], (g).id[2], (g).id[3], (g).id[4], (g).id[5], (g).id[6], (g).id[7]

static bool
read_attempts(struct db *db, struct arena *a, int64_t tenant_id, const int64_t *ids, size_t n, int64_t *attempts,
    struct err *e)
{
	struct group g = group_of(ids, n);
	struct db_rows rows;

	if (!db_query(db, Q(ATTEMPTS), DB_IN(DB_V_I(tenant_id), GROUP_VALUES(g)), a, &rows, e))
		return false;
	for (size_t i = 0; i < n; i++)
		for (size_t r = 0; r < rows.n; r++)
			if (rows.v[r * rows.columns].i == ids[i])
				attempts[i] = rows.v[r * rows.columns + 1].i;
	return true;
}

bool
conversion_sending(struct db *db, struct arena *a, const struct lease *l, const int64_t *ids, size_t n,
    int64_t config_revision, int64_t *attempts, struct err *e)
{
	struct group g = group_of(ids, n);
	struct db_value tenant = DB_V_I(l->tenant_id);
	int64_t changed;

	if (!lease_hold(db, l, e) ||
	    !db_run(db, Q(SENDING), DB_IN(tenant, GROUP_VALUES(g), tenant, DB_V_I(config_revision)), &changed, e))
		return false;
	if (changed != (int64_t)n)
		return err_set(e, ERR_CONFLICT, "%lld of %zu conversions may be sent now", (long long)changed, n);
	if (!db_run(db, Q(FENCE), DB_IN(DB_V_I(l->fence), tenant, GROUP_VALUES(g)), NULL, e) ||
	    !db_run(db, Q(BEGIN), DB_IN(tenant, GROUP_VALUES(g)), NULL, e) ||
	    !read_attempts(db, a, l->tenant_id, ids, n, attempts, e))
		return false;
	tally_add(TALLY_MOVED_SENDING, changed);
	return true;
}

/* ---- answers */

/* What all answers of a group ask for at the end, once. */
struct after {
	bool send, follow;
	int64_t send_ms, follow_ms; /* the soonest */
};

static void
wake_in(bool *wanted, int64_t *soonest, int64_t ms)
{
	if (!*wanted || ms < *soonest)
		*soonest = ms;
	*wanted = true;
}

static bool
follow_later(struct db *db, const struct conversion_answer *w, const char *stage, struct after *after, struct err *e)
{
	struct group g = group_of(&w->conversion_id, 1);

	wake_in(&after->follow, &after->follow_ms, w->due_in_ms);
	return db_run(db, Q(FOLLOW),
	    DB_IN(DB_V_S(str_from(stage)), DB_V_I(w->due_in_ms), DB_V_I(w->tenant_id), GROUP_VALUES(g)), NULL, e);
}

/* Where the delivery goes after an answer; the accepted ones go together, at the end. */
static bool
requeue(struct db *db, const struct conversion_answer *w, struct after *after, struct err *e)
{
	struct db_value tenant = DB_V_I(w->tenant_id);
	struct db_value id = DB_V_I(w->conversion_id);

	switch (w->to) {
	case STATE_ACCEPTED:
		return true;
	case STATE_UNKNOWN:
		return follow_later(db, w, "reconcile", after, e);
	case STATE_READY:
		wake_in(&after->send, &after->send_ms, w->due_in_ms);
		return db_run(db, Q(TRY), DB_IN(DB_V_I(w->due_in_ms), DB_V_I(w->counts ? 1 : 0), tenant, id), NULL, e);
	default: /* REJECTED, PARKED, DEAD: nothing to do by itself; a freed lane lets the next one go */
		wake_in(&after->send, &after->send_ms, 0);
		return db_run(db, Q(UNQUEUE), DB_IN(tenant, id), NULL, e);
	}
}

static bool
write_answer(struct db *db, const struct conversion_answer *w, bool *kept, struct after *after, struct err *e)
{
	struct str to = str_from(state_name(w->to));
	int64_t changed;

	if (!db_run(db, Q(ANSWERED),
	        DB_IN(DB_V_S(to), DB_V_S(to), DB_V_S(w->code), DB_V_S(w->message), DB_V_S(w->batch_id),
	            DB_V_S(w->batch_id), DB_V_S(w->action_id), DB_V_S(w->action_id), DB_V_S(to), DB_V_I(w->tenant_id),
	            DB_V_I(w->conversion_id), DB_V_I(w->attempt), DB_V_S(to)),
	        &changed, e))
		return false;
	*kept = changed == 1;
	tally_add(tally_of(TALLY_MOVED, w->to), changed);
	/* One that is accepted later brings it back: conversion_resume_refused(). */
	if (*kept && w->to == STATE_PARKED && str_eq(w->code, STR("credentials_refused")) &&
	    !db_run(db, Q(REFUSED), DB_IN(DB_V_I(w->tenant_id)), NULL, e))
		return false;
	return !*kept || requeue(db, w, after, e);
}

static bool
end_attempts(struct db *db, const struct conversion_answer *w, size_t n, const bool *kept, struct err *e)
{
	struct db_value v[CONVERSION_GROUP_MAX * 6];
	size_t rows = 0;

	for (size_t i = 0; i < n; i++) {
		const struct db_value row[] = { DB_V_I(w[i].tenant_id), DB_V_I(w[i].conversion_id),
			DB_V_I(w[i].attempt), DB_V_S(w[i].result), DB_V_I(w[i].http_status), DB_V_S(w[i].message) };

		if (kept[i])
			memcpy(v + rows++ * 6, row, sizeof(row));
	}
	return rows == 0 || db_run_rows(db, Q(END), v, rows, NULL, e);
}

static bool
follow_accepted(struct db *db, const struct conversion_answer *w, size_t n, const bool *kept, struct after *after,
    struct err *e)
{
	int64_t ids[CONVERSION_GROUP_MAX];
	size_t accepted = 0;
	int64_t due_in_ms = 0;
	struct group g;

	for (size_t i = 0; i < n; i++) {
		if (!kept[i] || w[i].to != STATE_ACCEPTED)
			continue;
		ids[accepted++] = w[i].conversion_id;
		due_in_ms = w[i].due_in_ms;
	}
	if (accepted == 0)
		return true;
	g = group_of(ids, accepted);
	wake_in(&after->follow, &after->follow_ms, due_in_ms);
	return conversion_resume_refused(db, w->tenant_id, e) &&
	       db_run(db, Q(FOLLOW),
	           DB_IN(DB_V_S(STR("follow")), DB_V_I(due_in_ms), DB_V_I(w->tenant_id), GROUP_VALUES(g)), NULL, e);
}

/* No answer is worth a state that cannot be: it stays SENDING, and the lease's next owner finds it so. */
static bool
legal(const struct conversion_answer *w, bool *kept, struct after *after)
{
	struct err ignored = { .code = ERR_NONE };

	*kept = state_may(STATE_SENDING, w->to);
	if (*kept)
		return true;
	wake_in(&after->send, &after->send_ms, 0);
	return illegal_move(TALLY_ILLEGAL_CONVERSION, w->conversion_id, state_name(STATE_SENDING), state_name(w->to),
	    &ignored);
}

bool
conversion_answered(struct db *db, const struct conversion_answer *w, size_t n, bool *kept, struct err *e)
{
	struct after after = { .send = false };

	for (size_t i = 0; i < n; i++) {
		assert(w[i].tenant_id == w->tenant_id);
		if (legal(&w[i], &kept[i], &after) && !write_answer(db, &w[i], &kept[i], &after, e))
			return false;
	}
	return end_attempts(db, w, n, kept, e) && follow_accepted(db, w, n, kept, &after, e) &&
	       (!after.send || lease_wake(db, w->tenant_id, LEASE_SEND, 0, after.send_ms, e)) &&
	       (!after.follow || lease_wake(db, w->tenant_id, LEASE_FOLLOW, 0, after.follow_ms, e));
}
