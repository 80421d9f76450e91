/* again.c - see again.h. */
#include "store/again.h"

#include "base/arena.h"
#include "base/tally.h"
#include "core/effect.h"
#include "core/verdict.h"
#include "store/hold.h"
#include "store/history.h"
#include "store/pending.h"

enum {
	STILL,
	ASK,
	DUE,
	LAST,
	NEXT_REFUSED,
	NEXT_SKIPPED,
	ASK_ALL,
	ASKED_ALL,
	DUE_ALL,
	REOPEN,
	REOPENED_ALL,
	REOPEN_DUE,
	LEFT,
	FIND,
	HASH,
	REVISE,
	FORGET
};

/* A person's test (core/effect.h) of a record would be built anew as the record's real conversion. */
#define NO_TEST " trigger_id <> '" EFFECT_TEST_TRIGGER "'"

#define CHOSEN  " AND code = ? AND (? = '' OR object_type = ?) AND received_at >= ? AND received_at < ?"
#define REFUSED "FROM conversion WHERE tenant_id = ? AND state = 'REJECTED'" CHOSEN " AND" NO_TEST
#define SKIPPED "FROM decision WHERE tenant_id = ? AND outcome = 'SKIPPED'" CHOSEN
/* The next of them: how many, how many of these are asked for already, and the last one's id. */
#define NEXT_OF(id, asked, rows)                                                                                       \
	"SELECT COUNT(*), COALESCE(SUM(x.asked), 0), COALESCE(MAX(x.id), 0) FROM (SELECT " id " AS id, " asked         \
	" AS asked " rows " AND " id " > ? AND " id " <= ? ORDER BY " id " LIMIT ?) x"

const struct sql again_sql[] = {
	[STILL] = { "again.still", SQL_TENANT, "iii", "",
	    "UPDATE conversion SET version = version + 1 WHERE tenant_id = ? AND conversion_id = ? AND version = ? AND "
	    "state = 'REJECTED' AND" NO_TEST,
	    NULL, NULL },
	[ASK] = { "again.ask", SQL_TENANT, "iisss", "",
	    "INSERT INTO asked (tenant_id, conversion_id, event_key, asked_at, author, note) VALUES (?, ?, ?, "
	    "UTC_TIMESTAMP(3), ?, ?)",
	    NULL, NULL },
	[DUE] = { "again.due", SQL_TENANT, "iii", "",
	    PENDING_AGAIN "WHERE d.tenant_id = ? AND d.decision_id = ? AND" PENDING_KNOWN PENDING_AGAIN_END, NULL,
	    NULL },
	[LAST] = { "again.last", SQL_TENANT, "ii", "ii",
	    "SELECT (SELECT COALESCE(MAX(conversion_id), 0) FROM conversion WHERE tenant_id = ?), (SELECT "
	    "COALESCE(MAX(decision_id), 0) FROM decision WHERE tenant_id = ?)",
	    NULL, NULL },
	[NEXT_REFUSED] = { "again.next_refused", SQL_TENANT, "isssttiii", "iii",
	    NEXT_OF("conversion_id",
	        "EXISTS (SELECT 1 FROM asked a WHERE a.tenant_id = conversion.tenant_id AND a.conversion_id = "
	        "conversion.conversion_id)",
	        REFUSED),
	    NULL, NULL },
	[NEXT_SKIPPED] = { "again.next_skipped", SQL_TENANT, "isssttiii", "iii", NEXT_OF("decision_id", "0", SKIPPED),
	    NULL, NULL },
	/* Of several decisions about a conversion the last one counts. */
	[ASK_ALL] = { "again.ask_all", SQL_TENANT, "ssisssttii", "",
	    "INSERT INTO asked (tenant_id, conversion_id, event_key, asked_at, author, note) SELECT d.tenant_id, "
	    "d.conversion_id, d.event_key, UTC_TIMESTAMP(3), ?, ? FROM (SELECT tenant_id, conversion_id, "
	    "received_at " REFUSED " AND conversion_id > ? AND conversion_id <= ?) c JOIN decision d ON "
	    "d.tenant_id = c.tenant_id AND d.conversion_id = c.conversion_id AND d.outcome = 'CONVERSION' AND "
	    "d.received_at = c.received_at " PENDING_EVENT "WHERE" PENDING_KNOWN
	    "ON DUPLICATE KEY UPDATE tenant_id = asked.tenant_id",
	    NULL, NULL },
	[ASKED_ALL] = { "again.asked_all", SQL_TENANT, "iii", "",
	    "INSERT INTO history (tenant_id, conversion_id, at, kind, author, note) SELECT a.tenant_id, "
	    "a.conversion_id, "
	    "a.asked_at, 'asked', a.author, a.note FROM asked a WHERE a.tenant_id = ? AND a.conversion_id > ? AND "
	    "a.conversion_id <= ? AND NOT EXISTS (SELECT 1 FROM history h WHERE h.tenant_id = a.tenant_id AND "
	    "h.conversion_id = a.conversion_id AND h.kind = 'asked' AND h.at >= a.asked_at)",
	    NULL, NULL },
	[DUE_ALL] = { "again.due_all", SQL_TENANT, "iiii", "",
	    PENDING_AGAIN
	    "JOIN asked a ON a.tenant_id = d.tenant_id AND a.event_key = d.event_key WHERE d.tenant_id = ? AND "
	    "a.conversion_id > ? AND a.conversion_id <= ? AND" PENDING_KNOWN PENDING_AGAIN_END,
	    NULL, NULL },
	[REOPEN] = { "again.reopen", SQL_TENANT, "isssttii", "",
	    "UPDATE decision d JOIN (SELECT tenant_id, decision_id " SKIPPED
	    " AND decision_id > ? AND decision_id <= ?) x ON x.tenant_id = d.tenant_id AND "
	    "x.decision_id = d.decision_id " PENDING_EVENT "SET d.outcome = 'WAITING', d.code = 'asked_again', "
	    "d.decided_at = UTC_TIMESTAMP(3), d.version = d.version + 1 WHERE d.outcome = 'SKIPPED' AND" PENDING_KNOWN,
	    NULL, NULL },
	[REOPENED_ALL] = { "again.reopened_all", SQL_TENANT, "ssiii", "",
	    "INSERT INTO history (tenant_id, decision_id, at, kind, author, note) SELECT d.tenant_id, d.decision_id, "
	    "UTC_TIMESTAMP(3), 'redecided', ?, ? FROM decision d WHERE d.tenant_id = ? AND d.decision_id > ? AND "
	    "d.decision_id <= ? AND d.outcome = 'WAITING' AND "
	    "d.code = 'asked_again' AND NOT EXISTS (SELECT 1 FROM history h WHERE h.tenant_id = d.tenant_id AND "
	    "h.decision_id = d.decision_id AND h.kind = 'redecided' AND h.at >= d.decided_at)",
	    NULL, NULL },
	[REOPEN_DUE] = { "again.reopen_due", SQL_TENANT, "iiii", "",
	    PENDING_AGAIN "WHERE d.tenant_id = ? AND d.decision_id > ? AND d.decision_id <= ? AND "
	                  "d.outcome = 'WAITING' AND d.code = 'asked_again' AND" PENDING_KNOWN PENDING_AGAIN_END,
	    NULL, NULL },
	[LEFT] = { "again.left", SQL_TENANT, "ii", "i",
	    "SELECT (SELECT COUNT(*) FROM asked WHERE tenant_id = ?) + (SELECT COUNT(*) FROM decision WHERE tenant_id "
	    "= ? "
	    "AND outcome = 'WAITING' AND code = 'asked_again')",
	    NULL, NULL },
	[FIND] = { "again.find", SQL_TENANT, "is", "i",
	    "SELECT conversion_id FROM asked WHERE tenant_id = ? AND event_key = ? LIMIT 1", NULL, NULL },
	[HASH] = { "again.hash", SQL_TENANT, "ii", "ss",
	    "SELECT body_hash, code FROM conversion WHERE tenant_id = ? AND conversion_id = ? AND state = 'REJECTED' "
	    "FOR UPDATE",
	    NULL, NULL },
	[REVISE] = { "again.revise", SQL_TENANT, "ssssisssssssssstii", "",
	    "UPDATE conversion SET " CONVERSION_NEXT_REVISION ", claim = ?, effect_key = ?, lane = ?, "
	    "program_id = ?, event_type_id = ?, event_type = ?, order_id = ?, customer_id = ?, object_id = ?, "
	    "trigger_id = ?, trigger_value = ?, order_expression = ?, body = ?, body_hash = ?, fields = ?, "
	    "event_date = ? WHERE tenant_id = ? AND conversion_id = ? AND state = 'REJECTED'",
	    NULL, NULL },
	[FORGET] = { "again.forget", SQL_TENANT, "ii", "",
	    "DELETE FROM asked WHERE tenant_id = ? AND conversion_id = ?", NULL, NULL },
};
const size_t again_sql_n = sizeof(again_sql) / sizeof(again_sql[0]);

#define Q(id) (&again_sql[id])

bool
again_same_helps(struct str code)
{
	enum verdict_class kind = verdict_find(code)->kind;

	return kind == VERDICT_CONTRACT || kind == VERDICT_CONFIGURATION;
}

bool
again_all_may(struct str code)
{
	return verdict_find(verdict_first(code))->kind != VERDICT_DUPLICATE;
}

bool
again_ask(struct db *db, int64_t tenant_id, const struct activity_detail *line, int64_t version, struct str author,
    struct str note, struct err *e)
{
	struct db_value tenant = DB_V_I(tenant_id), id = DB_V_I(line->row.conversion.conversion_id);
	const struct history done = { .kind = "asked",
		.conversion_id = line->row.conversion.conversion_id,
		.author = author,
		.note = note };
	int64_t changed;

	if (!db_run(db, Q(STILL), DB_IN(tenant, id, DB_V_I(version)), &changed, e))
		return err_wrap(e, "asking for it again");
	if (changed != 1)
		return err_set(e, ERR_CONFLICT, "it moved meanwhile");
	if (!db_run(db, Q(ASK), DB_IN(tenant, id, DB_V_S(line->event_key), DB_V_S(author), DB_V_S(note)), NULL, e))
		return e->code == ERR_EXISTS ? err_set(e, ERR_CONFLICT, "it was asked for already") : false;
	if (!db_run(db, Q(DUE), DB_IN(DB_V_I(LEASE_DECIDE_SHARDS), tenant, DB_V_I(line->row.decision_id)), &changed, e))
		return err_wrap(e, "asking for it again");
	if (changed == 0)
		return err_set(e, ERR_INVALID,
		    "What HubSpot reported is no longer kept whole, so it cannot be decided again.");
	return history_add(db, tenant_id, &done, e) && pending_wake_shards(db, tenant_id, e);
}

struct part {
	int64_t n, asked_before, after, last;
};

static bool
next(struct db *db, struct arena *a, const struct sql *q, const struct again_choice *c, int64_t after, int64_t until,
    struct part *out, struct err *e)
{
	const struct activity_filter *f = &c->filter;
	struct db_value type = DB_V_S(f->object_type);
	const struct db_value *v;

	if (!db_query_one(db, q,
	        DB_IN(DB_V_I(c->tenant_id), DB_V_S(f->code), type, type, DB_V_T(f->from_ms), DB_V_T(f->to_ms),
	            DB_V_I(after), DB_V_I(until), DB_V_I(f->limit)),
	        a, &v, e))
		return false;
	*out = (struct part){ .n = v[0].i, .asked_before = v[1].i, .after = after, .last = v[2].i };
	return true;
}

static bool
ask_refused(struct db *db, const struct again_choice *c, const struct part *p, int64_t *n, struct err *e)
{
	const struct activity_filter *f = &c->filter;
	struct db_value tenant = DB_V_I(c->tenant_id), type = DB_V_S(f->object_type);
	struct db_value after = DB_V_I(p->after), last = DB_V_I(p->last);

	return db_run(db, Q(ASK_ALL),
	           DB_IN(DB_V_S(c->author), DB_V_S(c->note), tenant, DB_V_S(f->code), type, type, DB_V_T(f->from_ms),
	               DB_V_T(f->to_ms), after, last),
	           n, e) &&
	       db_run(db, Q(ASKED_ALL), DB_IN(tenant, after, last), NULL, e) &&
	       (*n == 0 || db_run(db, Q(DUE_ALL), DB_IN(DB_V_I(LEASE_DECIDE_SHARDS), tenant, after, last), NULL, e));
}

static bool
ask_skipped(struct db *db, const struct again_choice *c, const struct part *p, int64_t *n, struct err *e)
{
	const struct activity_filter *f = &c->filter;
	struct db_value tenant = DB_V_I(c->tenant_id), type = DB_V_S(f->object_type);
	struct db_value after = DB_V_I(p->after), last = DB_V_I(p->last);

	return db_run(db, Q(REOPEN),
	           DB_IN(tenant, DB_V_S(f->code), type, type, DB_V_T(f->from_ms), DB_V_T(f->to_ms), after, last), n,
	           e) &&
	       db_run(db, Q(REOPENED_ALL), DB_IN(DB_V_S(c->author), DB_V_S(c->note), tenant, after, last), NULL, e) &&
	       (*n == 0 || db_run(db, Q(REOPEN_DUE), DB_IN(DB_V_I(LEASE_DECIDE_SHARDS), tenant, after, last), NULL, e));
}

static bool
begin_walk(struct db *db, struct arena *a, int64_t tenant_id, struct again_walk *walk, struct err *e)
{
	const struct db_value *v;

	if (walk->last_conversion > 0 || walk->last_decision > 0)
		return true;
	if (!db_query_one(db, Q(LAST), DB_IN(DB_V_I(tenant_id), DB_V_I(tenant_id)), a, &v, e))
		return false;
	walk->last_conversion = v[0].i;
	walk->last_decision = v[1].i;
	return true;
}

static bool
ask_next(struct db *db, struct arena *a, const struct again_choice *c, struct again_walk *walk,
    struct again_counts *out, struct err *e)
{
	int64_t asked = 0, reopened = 0;
	struct part refused, skipped;

	if (!begin_walk(db, a, c->tenant_id, walk, e) ||
	    !next(db, a, Q(NEXT_REFUSED), c, walk->conversion, walk->last_conversion, &refused, e) ||
	    !next(db, a, Q(NEXT_SKIPPED), c, walk->decision, walk->last_decision, &skipped, e) ||
	    (refused.n > 0 && !ask_refused(db, c, &refused, &asked, e)) ||
	    (skipped.n > 0 && !ask_skipped(db, c, &skipped, &reopened, e)))
		return false;
	*out = (struct again_counts){ .asked = asked + reopened,
		.asked_before = refused.asked_before,
		.not_kept = refused.n - refused.asked_before - asked + skipped.n - reopened };
	out->not_kept = out->not_kept > 0 ? out->not_kept : 0; /* another may have become one of them in between */
	walk->conversion = refused.n > 0 ? refused.last : walk->last_conversion;
	walk->decision = skipped.n > 0 ? skipped.last : walk->last_decision;
	walk->ended = refused.n < c->filter.limit && skipped.n < c->filter.limit;
	return out->asked == 0 || pending_wake_shards(db, c->tenant_id, e);
}

bool
again_ask_all(struct db *db, struct arena *a, const struct again_choice *choice, struct again_walk *walk,
    struct again_counts *out, struct err *e)
{
	struct again_choice c = *choice;

	if (!again_all_may(c.filter.code))
		return err_set(e, ERR_INVALID,
		    "These orders were counted once. Look at each of them before it is sent again.");
	if (c.filter.to_ms == 0)
		c.filter.to_ms = 253402300799000LL;
	if (c.filter.limit == 0)
		c.filter.limit = AGAIN_MAX;
	return ask_next(db, a, &c, walk, out, e) || err_wrap(e, "asking for them again");
}

bool
again_left(struct db *db, struct arena *a, int64_t tenant_id, int64_t *n, struct err *e)
{
	const struct db_value *v;

	if (!db_query_one(db, Q(LEFT), DB_IN(DB_V_I(tenant_id), DB_V_I(tenant_id)), a, &v, e))
		return err_wrap(e, "counting what was asked for");
	*n = v[0].i;
	return true;
}

bool
again_find(struct db *db, struct arena *a, int64_t tenant_id, struct str event_key, struct again *out, struct err *e)
{
	struct db_rows rows;

	*out = (struct again){ .conversion_id = 0 };
	if (!db_query(db, Q(FIND), DB_IN(DB_V_I(tenant_id), DB_V_S(event_key)), a, &rows, e))
		return err_wrap(e, "looking for what was asked for");
	if (rows.n > 0)
		out->conversion_id = rows.v[0].i;
	return true;
}

static bool
end(struct db *db, int64_t tenant_id, const struct again *x, const char *kind, struct str code, struct err *e)
{
	const struct history done = { .kind = kind, .conversion_id = x->conversion_id, .code = code };

	return db_run(db, Q(FORGET), DB_IN(DB_V_I(tenant_id), DB_V_I(x->conversion_id)), NULL, e) &&
	       (kind[0] == '\0' || history_add(db, tenant_id, &done, e));
}

static bool
revise(struct db *db, int64_t tenant_id, const struct again *x, const struct conversion *c, bool type_held,
    struct err *e)
{
	struct db_value tenant = DB_V_I(tenant_id), id = DB_V_I(x->conversion_id);
	int64_t changed;

	if (!history_refused(db, tenant_id, x->conversion_id, e) ||
	    !db_run(db, Q(REVISE),
	        DB_IN(DB_V_S(c->effect_key), DB_V_S(c->effect_key), DB_V_S(c->lane), DB_V_S(c->program_id),
	            DB_V_I(c->event_type_id), DB_V_S(c->event_type), DB_V_S(c->order_id), DB_V_S(c->customer_id),
	            DB_V_S(c->object_id), DB_V_S(c->trigger_id), DB_V_S(c->trigger_value), DB_V_S(c->order_expression),
	            DB_V_S(c->body), DB_V_S(c->body_hash), DB_V_S(c->fields), DB_V_T(c->event_date_ms), tenant, id),
	        &changed, e))
		return false;
	if (changed != 1)
		return err_set(e, ERR_CONFLICT, "conversion %lld moved meanwhile", (long long)x->conversion_id);
	tally_add(TALLY_MOVED, 1);
	return (type_held ? hold_park(db, tenant_id, x->conversion_id, e)
	                  : conversion_queue(db, tenant_id, x->conversion_id, LEASE_SEND, e)) &&
	       end(db, tenant_id, x, "", STR(""), e);
}

bool
again_take(struct db *db, struct arena *a, int64_t tenant_id, const struct again *x, const struct conversion *c,
    struct err *e)
{
	struct db_rows now;
	int64_t other;
	bool done, type_held;

	if (!conversion_type_held(db, a, tenant_id, c, &type_held, e) ||
	    !db_query(db, Q(HASH), DB_IN(DB_V_I(tenant_id), DB_V_I(x->conversion_id)), a, &now, e))
		return err_wrap(e, "sending it again");
	if (now.n == 0)
		return end(db, tenant_id, x, "", STR(""), e);
	if (!conversion_in_the_way(db, a, tenant_id, c, x->conversion_id, &other, e))
		return false;
	if (other != 0)
		done = end(db, tenant_id, x, "not_again", STR("duplicate_effect"), e);
	else if (str_eq(now.v[0].s, c->body_hash) && !again_same_helps(now.v[1].s))
		done = end(db, tenant_id, x, "unchanged", STR(""), e);
	else
		done = revise(db, tenant_id, x, c, type_held, e);
	return done || err_wrap(e, "sending it again");
}

bool
again_refuse(struct db *db, int64_t tenant_id, const struct again *x, struct str code, struct err *e)
{
	return end(db, tenant_id, x, "not_again", code, e) || err_wrap(e, "not sending it again");
}
