/* act.c - see act.h. */
#include "store/act.h"

#include "base/arena.h"
#include "base/crypto.h"
#include "base/tally.h"
#include "core/effect.h"
#include "core/state.h"
#include "store/again.h"
#include "store/config.h"
#include "store/conversion.h"
#include "store/history.h"
#include "store/hold.h"
#include "store/pending.h"
#include "store/second.h"

enum {
	VERSION,
	RELEASE,
	DROP,
	FOUND,
	RESEND,
	FOLLOW,
	STILL_SENT,
	OWN,
	ORDER_TAKEN,
	WHAT_WAS_SENT,
	SECOND,
	SECOND_LINE,
	LOOK,
	REOPEN,
	DUE
};

#define MOVE(to, more)                                                                                                 \
	"UPDATE conversion SET state = '" to "', " more "version = version + 1 WHERE tenant_id = ? AND "               \
	"conversion_id = ? AND version = ? AND "

const struct sql act_sql[] = {
	[VERSION] = { "act.version", SQL_TENANT, "ii", "i",
	    "SELECT version FROM conversion WHERE tenant_id = ? AND conversion_id = ?", NULL, NULL },
	[RELEASE] = { "act.release", SQL_TENANT, "iii", "", MOVE("READY", "code = '', message = '', ") "state = 'HELD'",
	    NULL, NULL },
	[DROP] = { "act.drop", SQL_TENANT, "iii", "",
	    MOVE("DEAD", "code = 'dropped_by_person', message = '', ended_at = UTC_TIMESTAMP(3), ") "state = 'HELD'",
	    NULL, NULL },
	[FOUND] = { "act.found", SQL_TENANT, "iii", "",
	    MOVE("ACCEPTED",
	        "code = '', message = '', accepted_at = UTC_TIMESTAMP(3), ended_at = NULL, ") "state = 'DEAD' AND code "
	                                                                                      "<> 'superseded' AND "
	                                                                                      "attempts > 0",
	    NULL, NULL },
	[RESEND] = { "act.resend", SQL_TENANT, "iii", "",
	    MOVE("READY",
	        "code = '', message = '', unanswered = 0, batch_id = '', ended_at = NULL, ") "state = 'DEAD' AND code "
	                                                                                     "<> 'superseded'",
	    NULL, NULL },
	[FOLLOW] = { "act.follow", SQL_TENANT, "iii", "",
	    MOVE("ACCEPTED", "code = '', ") "state = 'ACCEPTED' AND code = 'poison'", NULL, NULL },
	[STILL_SENT] = { "act.still_sent", SQL_TENANT, "iii", "",
	    "UPDATE conversion SET version = version + 1 WHERE tenant_id = ? AND conversion_id = ? AND version = ? AND "
	    "state IN ('ACCEPTED', 'CONFIRMED') AND trigger_id <> '" EFFECT_TEST_TRIGGER "'",
	    NULL, NULL },
	/* The line of what was held tells from now on of its own conversion. */
	[OWN] = { "act.own", SQL_TENANT, "ii", "",
	    "UPDATE decision SET outcome = 'CONVERSION', code = '', conversion_id = held_id, held_id = NULL, version = "
	    "version + 1 WHERE tenant_id = ? AND decision_id = ? AND outcome = 'HELD' AND held_id IS NOT NULL",
	    NULL, NULL },
	[ORDER_TAKEN] = { "act.order_taken", SQL_TENANT, "iss", "i",
	    "SELECT conversion_id FROM conversion WHERE tenant_id = ? AND order_id = ? AND program_id = ? LIMIT 1",
	    NULL, NULL },
	[WHAT_WAS_SENT] = { "act.what_was_sent", SQL_TENANT, "ii", "sssi",
	    "SELECT body, COALESCE(fields, ''), program_id, event_type_id FROM conversion WHERE tenant_id = ? AND "
	    "conversion_id = ?",
	    NULL, NULL },
	[SECOND] = { "act.second", SQL_TENANT, "ssssssii", "",
	    "INSERT INTO conversion (tenant_id, claim, effect_key, lane, program_id, event_type_id, event_type, "
	    "order_id, "
	    "customer_id, object_type, object_id, trigger_id, trigger_value, order_expression, state, body, body_hash, "
	    "fields, event_date, occurred_at, received_at, created_at) SELECT tenant_id, ?, ?, lane, program_id, "
	    "event_type_id, event_type, ?, customer_id, object_type, object_id, trigger_id, trigger_value, "
	    "order_expression, 'READY', ?, ?, ?, event_date, occurred_at, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) FROM "
	    "conversion WHERE tenant_id = ? AND conversion_id = ?",
	    NULL, NULL },
	[SECOND_LINE] = { "act.second_line", SQL_TENANT, "siii", "",
	    "INSERT INTO decision (tenant_id, event_key, trigger_id, revision, outcome, code, detail, conversion_id, "
	    "kind, "
	    "object_type, object_id, name, email_hash, property, value, occurred_at, received_at, decided_at) SELECT "
	    "d.tenant_id, ?, d.trigger_id, d.revision, 'CONVERSION', '', d.detail, c.conversion_id, d.kind, "
	    "d.object_type, d.object_id, d.name, d.email_hash, d.property, d.value, d.occurred_at, c.received_at, "
	    "UTC_TIMESTAMP(3) FROM decision d JOIN conversion c ON c.tenant_id = d.tenant_id AND c.conversion_id = ? "
	    "WHERE d.tenant_id = ? AND d.decision_id = ?",
	    NULL, NULL },
	[LOOK] = { "act.look", SQL_TENANT, "is", "",
	    "UPDATE pending SET due = UTC_TIMESTAMP(3) - INTERVAL 1 MICROSECOND WHERE tenant_id = ? AND shard IN (0, "
	    "1, "
	    "2, 3) AND event_key = ?",
	    NULL, NULL },
	[REOPEN] = { "act.reopen", SQL_TENANT, "iii", "",
	    "UPDATE decision SET outcome = 'WAITING', code = 'asked_again', decided_at = UTC_TIMESTAMP(3), version = "
	    "version + 1 WHERE tenant_id = ? AND decision_id = ? AND version = ? AND outcome = 'SKIPPED'",
	    NULL, NULL },
	[DUE] = { "act.due", SQL_TENANT, "iii", "",
	    PENDING_AGAIN "WHERE d.tenant_id = ? AND d.decision_id = ? AND" PENDING_KNOWN PENDING_AGAIN_END, NULL,
	    NULL },
};
const size_t act_sql_n = sizeof(act_sql) / sizeof(act_sql[0]);

#define Q(id) (&act_sql[id])

_Static_assert(LEASE_DECIDE_SHARDS == 4, "the shards that act.look names");

static bool
moved(struct err *e)
{
	return err_set(e, ERR_CONFLICT, "Somebody or something changed this meanwhile. Look at what it is now.");
}

static bool
cas(struct db *db, const struct act *x, const struct sql *q, int64_t id, struct err *e)
{
	int64_t changed;

	return db_run(db, q, DB_IN(DB_V_I(x->tenant_id), DB_V_I(id), DB_V_I(x->version)), &changed, e) &&
	       (changed == 1 || moved(e));
}

static bool
queue(struct db *db, const struct act *x, int64_t id, enum lease_stage stage, struct err *e)
{
	return conversion_queue(db, x->tenant_id, id, stage, e) && lease_wake(db, x->tenant_id, stage, 0, 0, e);
}

/* How what a person sends goes out. */
struct way {
	int64_t event_type_id, rules;
	bool held;
};

/* Of that conversion; asked before anything is written, see hold_keeps(). */
static bool
find_way(struct db *db, struct arena *a, const struct act *x, int64_t id, struct way *w, struct err *e)
{
	struct conversion c;

	if (!conversion_load(db, a, x->tenant_id, id, &c, e) || !config_pin(db, a, x->tenant_id, &w->rules, e))
		return false;
	w->event_type_id = c.event_type_id;
	return hold_keeps(db, a, x->tenant_id, c.event_type_id, &w->held, e);
}

/* While its event type is held it goes when that is mended, as all of it: the oldest is tried now. */
static bool
send_or_park(struct db *db, struct arena *a, const struct act *x, int64_t id, const struct way *w, struct err *e)
{
	return w->held
	           ? hold_park(db, x->tenant_id, id, e) && hold_try(db, a, x->tenant_id, w->event_type_id, w->rules, e)
	           : queue(db, x, id, LEASE_SEND, e);
}

static bool
note(struct db *db, const struct act *x, const char *kind, int64_t conversion_id, struct err *e)
{
	const struct history done = { .kind = kind,
		.decision_id = conversion_id == 0 ? x->line->row.decision_id : 0,
		.conversion_id = conversion_id,
		.author = x->author,
		.note = x->note };

	return history_add(db, x->tenant_id, &done, e);
}

bool
act_version(struct db *db, struct arena *a, int64_t tenant_id, const struct activity_detail *line, int64_t *version,
    struct err *e)
{
	const struct db_value *v;

	if (line->held_id == 0) {
		*version =
		    str_eq(line->row.decision, STR("CONVERSION")) ? line->row.conversion.version : line->row.version;
		return true;
	}
	if (!db_query_one(db, Q(VERSION), DB_IN(DB_V_I(tenant_id), DB_V_I(line->held_id)), a, &v, e))
		return err_wrap(e, "the held conversion");
	*version = v[0].i;
	return true;
}

/* ---- what is held */

static bool
own(struct db *db, const struct act *x, struct err *e)
{
	int64_t changed;

	return db_run(db, Q(OWN), DB_IN(DB_V_I(x->tenant_id), DB_V_I(x->line->row.decision_id)), &changed, e) &&
	       (changed == 1 || moved(e));
}

static bool
is_held(const struct act *x, struct err *e)
{
	return x->line->held_id != 0 || err_set(e, ERR_INVALID, "This is not held.");
}

bool
act_release(struct db *db, struct arena *a, const struct act *x, struct err *e)
{
	int64_t id = x->line->held_id;
	struct way way;

	if (!is_held(x, e) || !find_way(db, a, x, id, &way, e) || !cas(db, x, Q(RELEASE), id, e) || !own(db, x, e) ||
	    !note(db, x, "released", id, e))
		return false;
	tally_add(TALLY_MOVED, 1);
	return send_or_park(db, a, x, id, &way, e);
}

bool
act_drop(struct db *db, struct arena *a, const struct act *x, struct err *e)
{
	int64_t id = x->line->held_id;

	(void)a;
	if (!is_held(x, e) || !cas(db, x, Q(DROP), id, e) || !own(db, x, e) || !note(db, x, "dropped", id, e))
		return false;
	tally_add(TALLY_MOVED_DEAD, 1);
	return true;
}

/* ---- what may or may not have arrived */

static bool
is_conversion_in(const struct act *x, enum state s)
{
	return str_eq(x->line->row.decision, STR("CONVERSION")) &&
	       str_eq(x->line->row.conversion.state, str_from(state_name(s)));
}

bool
act_found(struct db *db, struct arena *a, const struct act *x, struct err *e)
{
	int64_t id = x->line->row.conversion.conversion_id;

	(void)a;
	if (!is_conversion_in(x, STATE_DEAD))
		return err_set(e, ERR_INVALID, "Only a conversion whose fate is not known can be found.");
	if (!cas(db, x, Q(FOUND), id, e) || !note(db, x, "found", id, e))
		return false;
	tally_add(TALLY_MOVED_ACCEPTED, 1);
	return queue(db, x, id, LEASE_FOLLOW, e);
}

bool
act_resend(struct db *db, struct arena *a, const struct act *x, struct err *e)
{
	int64_t id = x->line->row.conversion.conversion_id;
	struct way way;

	if (!is_conversion_in(x, STATE_DEAD))
		return err_set(e, ERR_INVALID, "Only a conversion whose fate is not known can be sent as it was.");
	if (!find_way(db, a, x, id, &way, e) || !cas(db, x, Q(RESEND), id, e) || !note(db, x, "resent", id, e))
		return false;
	tally_add(TALLY_MOVED, 1);
	return send_or_park(db, a, x, id, &way, e);
}

bool
act_follow(struct db *db, struct arena *a, const struct act *x, struct err *e)
{
	int64_t id = x->line->row.conversion.conversion_id;

	(void)a;
	return cas(db, x, Q(FOLLOW), id, e) && note(db, x, "looked", id, e) && queue(db, x, id, LEASE_FOLLOW, e);
}

/* ---- a second one */

static bool
order_id_is_good(struct str id, struct err *e)
{
	bool good = id.n > 0 && id.n <= 64 && str_is_utf8(id) && id.n == str_trim(id).n;

	for (size_t i = 0; good && i < id.n; i++)
		good = (unsigned char)id.p[i] > ' ' && id.p[i] != 127;
	if (!good)
		return err_set(e, ERR_INVALID, "An OrderId has 1 to 64 bytes, without blanks.");
	return str_find_char(id, '@') == id.n || err_set(e, ERR_INVALID, "An OrderId is not an e-mail address.");
}

static bool
insert_second(struct db *db, struct arena *a, const struct act *x, const struct db_value *was, const struct way *way,
    int64_t *decision_id, struct err *e)
{
	struct db_value tenant = DB_V_I(x->tenant_id);
	struct str key = effect_key(a, x->tenant_id, was[2].s, was[3].i, x->order_id), body;
	const struct str parts[] = { STR("second"), key };
	int64_t id;

	if (!second_body(a, was[0].s, x->order_id, &body, e) ||
	    !db_run(db, Q(SECOND),
	        DB_IN(DB_V_S(key), DB_V_S(key), DB_V_S(x->order_id), DB_V_S(body), DB_V_S(crypto_sha256(a, body)),
	            DB_V_S(second_fields(a, was[1].s, x->order_id)), tenant,
	            DB_V_I(x->line->row.conversion.conversion_id)),
	        NULL, e))
		return false;
	id = db_last_id(db);
	if (!db_run(db, Q(SECOND_LINE),
	        DB_IN(DB_V_S(crypto_sha256_parts(a, parts, 2)), DB_V_I(id), tenant, DB_V_I(x->line->row.decision_id)),
	        NULL, e))
		return false;
	*decision_id = db_last_id(db);
	tally_add(TALLY_MOVED, 1);
	return note(db, x, "second", id, e) && send_or_park(db, a, x, id, way, e);
}

bool
act_second(struct db *db, struct arena *a, const struct act *x, int64_t *decision_id, struct err *e)
{
	int64_t id = x->line->row.conversion.conversion_id;
	const struct db_value *was;
	struct db_rows taken;
	struct way way;

	if (!is_conversion_in(x, STATE_ACCEPTED) && !is_conversion_in(x, STATE_CONFIRMED))
		return err_set(e, ERR_INVALID, "Only what was sent can be sent a second time.");
	if (!order_id_is_good(x->order_id, e) || !find_way(db, a, x, id, &way, e) ||
	    !cas(db, x, Q(STILL_SENT), id, e) ||
	    !db_query_one(db, Q(WHAT_WAS_SENT), DB_IN(DB_V_I(x->tenant_id), DB_V_I(id)), a, &was, e) ||
	    !db_query(db, Q(ORDER_TAKEN), DB_IN(DB_V_I(x->tenant_id), DB_V_S(x->order_id), DB_V_S(was[2].s)), a, &taken,
	        e))
		return false;
	if (taken.n > 0)
		return err_set(e, ERR_EXISTS, "A conversion with this OrderId was made before. Choose another one.");
	if (insert_second(db, a, x, was, &way, decision_id, e))
		return true;
	return e->code == ERR_EXISTS
	           ? err_set(e, ERR_EXISTS, "A conversion with this OrderId was made before. Choose another one.")
	           : false;
}

/* ---- events */

bool
act_look(struct db *db, struct arena *a, const struct act *x, struct err *e)
{
	int64_t changed;

	(void)a;
	if (!str_eq(x->line->row.decision, STR("WAITING")))
		return err_set(e, ERR_INVALID, "Only what waits for data is looked at again.");
	if (!db_run(db, Q(LOOK), DB_IN(DB_V_I(x->tenant_id), DB_V_S(x->line->event_key)), &changed, e))
		return false;
	return changed == 1 ? note(db, x, "looked", 0, e) && pending_wake_shards(db, x->tenant_id, e) : moved(e);
}

bool
act_redecide(struct db *db, struct arena *a, const struct act *x, struct err *e)
{
	struct db_value tenant = DB_V_I(x->tenant_id), id = DB_V_I(x->line->row.decision_id);
	int64_t changed;

	(void)a;
	if (!str_eq(x->line->row.decision, STR("SKIPPED")))
		return err_set(e, ERR_INVALID, "Only what was skipped is decided again.");
	if (!cas(db, x, Q(REOPEN), x->line->row.decision_id, e) ||
	    !db_run(db, Q(DUE), DB_IN(DB_V_I(LEASE_DECIDE_SHARDS), tenant, id), &changed, e))
		return false;
	if (changed == 0)
		return err_set(e, ERR_INVALID,
		    "What HubSpot reported is no longer kept whole, so it cannot be decided again.");
	return note(db, x, "redecided", 0, e) && pending_wake_shards(db, x->tenant_id, e);
}
