/* hold.c - see hold.h. */
#include "store/hold.h"

#include "base/arena.h"
#include "base/tally.h"
#include "core/effect.h"
#include "store/config.h"
#include "store/conversion.h"
#include "store/history.h"
#include "store/lease.h"
#include "store/pending.h"
#include "store/transaction.h"

enum {
	BEGIN,
	PARK,
	PARK_ONE,
	UNQUEUE,
	LIST,
	HELD,
	BUSY,
	OLDEST,
	KEEP,
	AGAIN,
	AGAIN_ONE,
	RESUME,
	RESUME_ONE,
	QUEUE,
	TELLS,
	END,
	REDO,
	REDO_LATE,
	REDO_TYPE,
	REDO_ONE,
	FIND,
	LOOKED,
	REBUILD,
	SUPERSEDE_REFUSED,
	SUPERSEDE_PARKED
};

/* Of event_type_hold.code. */
#define CODE_MAX 64

#define NO_TEST "c.trigger_id <> '" EFFECT_TEST_TRIGGER "'"
/* The codes of verdict_holds_event_type(); a test compares the two.  A person's test is never sent or built again. */
#define REFUSED                                                                                                        \
	"c.state = 'REJECTED' AND " NO_TEST " AND (c.code LIKE 'ACTIONTRACKER%' OR c.code = 'CAMPAIGN_NOT_FOUND')"
#define PARKED "c.state = 'PARKED' AND c.code = '" HOLD_CODE "'"
/* A person's test that is PARKED is sent, but never built again. */
#define IS_HELD "((" REFUSED ") OR (" PARKED " AND " NO_TEST ")) "
/*
 * What was sent and not refused keeps its bytes: it may have arrived.  The attempts tell, for a person who has it sent
 * once more has the unanswered ones counted anew.
 */
#define MAY_HAVE_ARRIVED                                                                                               \
	"EXISTS (SELECT 1 FROM attempt t WHERE t.tenant_id = c.tenant_id AND t.kind = 'conversion' AND t.effect_id = " \
	"c.conversion_id AND t.revision = c.revision AND t.result IN ('', 'unknown')) "
/*
 * Decisions about what is held whose rules are no longer the present ones, and whose events are known whole: it is made
 * anew.  Of several decisions about a conversion the last one counts.
 */
#define STALE                                                                                                          \
	"d.outcome = 'CONVERSION' AND d.received_at = c.received_at AND d.revision < ? AND" PENDING_KNOWN              \
	"AND " IS_HELD "AND (c.state = 'REJECTED' OR NOT " MAY_HAVE_ARRIVED ") "
#define REDO_STALE                                                                                                     \
	PENDING_AGAIN                                                                                                  \
	"JOIN conversion c ON c.tenant_id = d.tenant_id AND c.conversion_id = d.conversion_id WHERE d.tenant_id = ? "  \
	"AND " STALE
/* Nobody asked for it again (store/again.h): else its event is due for decide, which makes it anew by itself. */
#define NOT_ASKED                                                                                                      \
	"NOT EXISTS (SELECT 1 FROM asked a WHERE a.tenant_id = c.tenant_id AND a.conversion_id = c.conversion_id) "
/* The decisions about the conversion c that ... */
#define DECISIONS_OF                                                                                                   \
	"(SELECT 1 FROM decision d " PENDING_EVENT                                                                     \
	"WHERE d.tenant_id = c.tenant_id AND d.conversion_id = c.conversion_id AND "
#define NEXT  "UPDATE conversion c SET " CONVERSION_NEXT_REVISION " "
#define WAIT  "UPDATE conversion c SET state = 'PARKED', code = '" HOLD_CODE "', version = version + 1 "
#define READY "UPDATE conversion c SET state = 'READY', code = '', message = '', version = version + 1 "
#define TYPE  "WHERE tenant_id = ? AND event_type_id = ? AND "
#define ONE   "WHERE tenant_id = ? AND conversion_id = ? AND "

const struct sql hold_sql[] = {
	/* One that was sent before the hold tells nothing new about a mended event type. */
	[BEGIN] = { "hold.begin", SQL_TENANT, "iisii", "",
	    "INSERT INTO event_type_hold (tenant_id, event_type_id, code, held_at) VALUES (?, ?, ?, UTC_TIMESTAMP(3)) "
	    "ON DUPLICATE KEY UPDATE held_at = IF(held_at < (SELECT c.sending_at FROM conversion c WHERE "
	    "c.tenant_id = ? AND c.conversion_id = ?), VALUES(held_at), held_at), code = VALUES(code)",
	    NULL, NULL },
	[PARK] = { "hold.park", SQL_TENANT, "ii", "", WAIT TYPE "state = 'READY'", NULL, NULL },
	[PARK_ONE] = { "hold.park_one", SQL_TENANT, "ii", "", WAIT ONE "state = 'READY'", NULL, NULL },
	[UNQUEUE] = { "hold.unqueue", SQL_TENANT, "ii", "",
	    "DELETE d FROM delivery d JOIN conversion c ON c.tenant_id = d.tenant_id AND c.conversion_id = d.effect_id "
	    "WHERE d.tenant_id = ? AND d.kind = 'conversion' AND c.event_type_id = ? AND " PARKED,
	    NULL, NULL },
	[LIST] = { "hold.list", SQL_TENANT, "i", "i",
	    "SELECT event_type_id FROM event_type_hold WHERE tenant_id = ? ORDER BY event_type_id LIMIT 1000", NULL,
	    NULL },
	[HELD] = { "hold.held", SQL_TENANT, "ii", "i",
	    "SELECT event_type_id FROM event_type_hold WHERE tenant_id = ? AND event_type_id = ? LOCK IN SHARE MODE",
	    NULL, NULL },
	[BUSY] = { "hold.busy", SQL_TENANT, "ii", "i",
	    "SELECT c.conversion_id FROM conversion c JOIN event_type_hold h ON h.tenant_id = c.tenant_id AND "
	    "h.event_type_id = c.event_type_id WHERE c.tenant_id = ? AND c.event_type_id = ? AND (c.state IN ('READY', "
	    "'SENDING', 'UNKNOWN') OR (c.state = 'ACCEPTED' AND c.sending_at > h.held_at)) LIMIT 1",
	    NULL, NULL },
	/* Not one with the bytes of older rules, or of a record of before, that is about to be made anew. */
	[OLDEST] = { "hold.oldest", SQL_TENANT, "iii", "i",
	    "SELECT c.conversion_id FROM conversion c WHERE c.tenant_id = ? AND c.event_type_id = ? AND ((" REFUSED
	    ") OR (" PARKED ")) AND " NOT_ASKED "AND NOT EXISTS " DECISIONS_OF STALE
	    ") ORDER BY c.occurred_at, c.conversion_id LIMIT 1",
	    NULL, NULL },
	/* What the next revision is written over (store/history.h). */
	[KEEP] = { "hold.keep", SQL_TENANT, "ii", "",
	    HISTORY_KEEP_REFUSED "tenant_id = ? AND event_type_id = ? AND " REFUSED " AND " NOT_ASKED, NULL, NULL },
	[AGAIN] = { "hold.again", SQL_TENANT, "ii", "", NEXT TYPE REFUSED " AND " NOT_ASKED, NULL, NULL },
	[AGAIN_ONE] = { "hold.again_one", SQL_TENANT, "ii", "", NEXT ONE REFUSED, NULL, NULL },
	[RESUME] = { "hold.resume", SQL_TENANT, "ii", "", READY TYPE PARKED, NULL, NULL },
	[RESUME_ONE] = { "hold.resume_one", SQL_TENANT, "ii", "", READY ONE PARKED, NULL, NULL },
	/* A millisecond apart: the longest due goes first. */
	[QUEUE] = { "hold.queue", SQL_TENANT, "ii", "",
	    "INSERT INTO delivery (tenant_id, kind, effect_id, stage, due) SELECT c.tenant_id, 'conversion', "
	    "c.conversion_id, 'send', UTC_TIMESTAMP(3) + INTERVAL (ROW_NUMBER() OVER (ORDER BY c.occurred_at, "
	    "c.conversion_id) - 1) * 1000 MICROSECOND FROM conversion c WHERE c.tenant_id = ? AND c.event_type_id = ? "
	    "AND c.state = 'READY' ON DUPLICATE KEY UPDATE due = delivery.due",
	    NULL, NULL },
	/* It was sent since the hold began; what was sent before tells nothing of it. */
	[TELLS] = { "hold.tells", SQL_TENANT, "iiii", "i",
	    "SELECT event_type_id FROM event_type_hold WHERE tenant_id = ? AND event_type_id = ? AND held_at < (SELECT "
	    "c.sending_at FROM conversion c WHERE c.tenant_id = ? AND c.conversion_id = ?) FOR UPDATE",
	    NULL, NULL },
	/*
	 * Not while any of it is about to be made anew: it would go out with the bytes of older rules.  What waits for
	 * data keeps the others from nothing.
	 */
	[END] = { "hold.end", SQL_TENANT, "iiiii", "",
	    "DELETE FROM event_type_hold WHERE tenant_id = ? AND event_type_id = ? AND NOT EXISTS (SELECT 1 FROM "
	    "conversion c WHERE c.tenant_id = ? AND c.event_type_id = ? AND " IS_HELD "AND EXISTS " DECISIONS_OF STALE
	    "AND NOT EXISTS (SELECT 1 FROM waiting w WHERE w.tenant_id = d.tenant_id AND w.object_type = d.object_type "
	    "AND w.object_id = d.object_id AND w.event_key = d.event_key)))",
	    NULL, NULL },
	[REDO] = { "hold.redo", SQL_TENANT, "iii", "", REDO_STALE PENDING_AGAIN_END, NULL, NULL },
	/* What waits for data goes on waiting. */
	[REDO_LATE] = { "hold.redo_late", SQL_TENANT, "iii", "", REDO_STALE "ON DUPLICATE KEY UPDATE due = pending.due",
	    NULL, NULL },
	[REDO_TYPE] = { "hold.redo_type", SQL_TENANT, "iiii", "",
	    REDO_STALE "AND c.event_type_id = ? " PENDING_AGAIN_END, NULL, NULL },
	[REDO_ONE] = { "hold.redo_one", SQL_TENANT, "iiii", "", REDO_STALE "AND c.conversion_id = ? " PENDING_AGAIN_END,
	    NULL, NULL },
	[FIND] = { "hold.find", SQL_TENANT, "is", "ii",
	    "SELECT c.conversion_id, " IS_HELD "AND d.received_at = c.received_at FROM decision d JOIN conversion c ON "
	    "c.tenant_id = d.tenant_id AND c.conversion_id = d.conversion_id WHERE d.tenant_id = ? AND d.event_key = ? "
	    "AND d.outcome = 'CONVERSION'",
	    NULL, NULL },
	[LOOKED] = { "hold.looked", SQL_TENANT, "iisss", "",
	    "UPDATE decision d JOIN conversion c ON c.tenant_id = d.tenant_id AND c.conversion_id = d.conversion_id "
	    "SET d.revision = ?, d.version = d.version + 1 WHERE d.tenant_id = ? AND d.event_key = ? AND d.outcome = "
	    "'CONVERSION' AND (? = '' OR c.body_hash = ?)",
	    NULL, NULL },
	[REBUILD] = { "hold.rebuild", SQL_TENANT, "ssssisssssssssstii", "",
	    "UPDATE conversion c SET claim = ?, effect_key = ?, lane = ?, program_id = ?, event_type_id = ?, "
	    "event_type "
	    "= ?, "
	    "order_id = ?, customer_id = ?, object_id = ?, trigger_id = ?, trigger_value = ?, order_expression = ?, "
	    "body = ?, body_hash = ?, fields = ?, event_date = ?, version = version + 1 "
	    "WHERE tenant_id = ? AND conversion_id = ? AND ((" REFUSED ") OR (" PARKED " AND NOT " MAY_HAVE_ARRIVED
	    "))",
	    NULL, NULL },
	[SUPERSEDE_REFUSED] = { "hold.supersede_refused", SQL_TENANT, "ii", "",
	    "UPDATE conversion c SET code = 'superseded', version = version + 1 " ONE REFUSED, NULL, NULL },
	[SUPERSEDE_PARKED] = { "hold.supersede_parked", SQL_TENANT, "ii", "",
	    "UPDATE conversion c SET state = 'DEAD', code = 'superseded', ended_at = UTC_TIMESTAMP(3), "
	    "version = version + 1 " ONE "state = 'READY'",
	    NULL, NULL },
};
const size_t hold_sql_n = sizeof(hold_sql) / sizeof(hold_sql[0]);

#define Q(id) (&hold_sql[id])

/* Makes events due for decide again; `of`: the event type or conversion that the statement asks for, or 0. */
static bool
redo(struct db *db, const struct sql *q, int64_t tenant_id, int64_t rules, int64_t of, struct err *e)
{
	const struct db_value in[] = { DB_V_I(LEASE_DECIDE_SHARDS), DB_V_I(tenant_id), DB_V_I(rules), DB_V_I(of) };
	int64_t n;

	return db_run(db, q, in, of == 0 ? 3 : 4, &n, e) && (n == 0 || pending_wake_shards(db, tenant_id, e));
}

/* What was to be sent waits; made by older rules, it is made anew meanwhile. */
static bool
park(struct db *db, int64_t tenant_id, int64_t event_type_id, int64_t rules, struct err *e)
{
	struct db_value tenant = DB_V_I(tenant_id), type = DB_V_I(event_type_id);
	int64_t n;

	if (!db_run(db, Q(PARK), DB_IN(tenant, type), &n, e) || !db_run(db, Q(UNQUEUE), DB_IN(tenant, type), NULL, e))
		return false;
	return n == 0 || redo(db, Q(REDO_TYPE), tenant_id, rules, event_type_id, e);
}

static bool
begin(struct db *db, struct arena *a, int64_t tenant_id, int64_t event_type_id, int64_t conversion_id, struct str code,
    struct err *e)
{
	int64_t rules;

	return config_pin(db, a, tenant_id, &rules, e) &&
	       db_run(db, Q(BEGIN),
	           DB_IN(DB_V_I(tenant_id), DB_V_I(event_type_id), DB_V_S(str_slice(code, 0, CODE_MAX)),
	               DB_V_I(tenant_id), DB_V_I(conversion_id)),
	           NULL, e) &&
	       park(db, tenant_id, event_type_id, rules, e);
}

bool
hold_begin(struct db *db, struct arena *a, int64_t tenant_id, int64_t event_type_id, int64_t conversion_id,
    struct str code, struct err *e)
{
	return transaction_begin(db, e) &&
	       transaction_end(db, begin(db, a, tenant_id, event_type_id, conversion_id, code, e),
	           "holding an event type", e);
}

bool
hold_refused(struct db *db, int64_t tenant_id, int64_t conversion_id, int64_t rules, struct err *e)
{
	return redo(db, Q(REDO_ONE), tenant_id, rules, conversion_id, e) || err_wrap(e, "looking at what is held");
}

bool
hold_list(struct db *db, struct arena *a, int64_t tenant_id, int64_t **event_type_ids, size_t *n, struct err *e)
{
	struct db_rows rows;

	if (!db_query(db, Q(LIST), DB_IN(DB_V_I(tenant_id)), a, &rows, e))
		return err_wrap(e, "reading held event types");
	*n = rows.n;
	*event_type_ids = arena_array(a, rows.n, sizeof(**event_type_ids));
	for (size_t i = 0; i < rows.n; i++)
		(*event_type_ids)[i] = rows.v[i].i;
	return true;
}

/* The first row's number, 0 when there is none. */
static bool
first(struct db *db, struct arena *a, const struct sql *q, const struct db_value *in, size_t n, int64_t *out,
    struct err *e)
{
	struct db_rows rows;

	if (!db_query(db, q, in, n, a, &rows, e))
		return false;
	*out = rows.n == 0 ? 0 : rows.v[0].i;
	return true;
}

bool
hold_keeps(struct db *db, struct arena *a, int64_t tenant_id, int64_t event_type_id, bool *out, struct err *e)
{
	int64_t id;

	*out = false;
	if (!first(db, a, Q(HELD), DB_IN(DB_V_I(tenant_id), DB_V_I(event_type_id)), &id, e))
		return false;
	*out = id != 0;
	return true;
}

bool
hold_park(struct db *db, int64_t tenant_id, int64_t conversion_id, struct err *e)
{
	tally_add(TALLY_MOVED_PARKED, 1);
	return db_run(db, Q(PARK_ONE), DB_IN(DB_V_I(tenant_id), DB_V_I(conversion_id)), NULL, e);
}

static bool
send_one(struct db *db, int64_t tenant_id, int64_t event_type_id, int64_t id, struct err *e)
{
	int64_t again;
	int64_t resumed;

	return history_refused(db, tenant_id, id, e) &&
	       db_run(db, Q(AGAIN_ONE), DB_IN(DB_V_I(tenant_id), DB_V_I(id)), &again, e) &&
	       db_run(db, Q(RESUME_ONE), DB_IN(DB_V_I(tenant_id), DB_V_I(id)), &resumed, e) &&
	       (again + resumed == 1 || err_set(e, ERR_CONFLICT, "conversion %lld moved meanwhile", (long long)id)) &&
	       db_run(db, Q(QUEUE), DB_IN(DB_V_I(tenant_id), DB_V_I(event_type_id)), NULL, e) &&
	       lease_wake(db, tenant_id, LEASE_SEND, 0, 0, e);
}

/* One conversion of the event type goes out, unless one is on its way or all are to be made anew by these rules. */
static bool
probe(struct db *db, struct arena *a, int64_t tenant_id, int64_t event_type_id, int64_t rules, int64_t *n,
    struct err *e)
{
	struct db_value tenant = DB_V_I(tenant_id), type = DB_V_I(event_type_id);
	int64_t busy;
	int64_t id = 0;

	if (!first(db, a, Q(BUSY), DB_IN(tenant, type), &busy, e) ||
	    (busy == 0 && !first(db, a, Q(OLDEST), DB_IN(tenant, type, DB_V_I(rules)), &id, e)))
		return false;
	*n += id != 0;
	return id == 0 || send_one(db, tenant_id, event_type_id, id, e);
}

static bool
probe_by_present_rules(struct db *db, struct arena *a, int64_t tenant_id, int64_t event_type_id, int64_t *n,
    struct err *e)
{
	int64_t rules;

	return config_pin(db, a, tenant_id, &rules, e) && probe(db, a, tenant_id, event_type_id, rules, n, e);
}

/* What a save did not see: held while it was saved. */
static bool
redo_late(struct db *db, struct arena *a, int64_t tenant_id, struct err *e)
{
	int64_t rules;

	return config_pin(db, a, tenant_id, &rules, e) && redo(db, Q(REDO_LATE), tenant_id, rules, 0, e);
}

bool
hold_probe(struct db *db, struct arena *a, int64_t tenant_id, int64_t *n, struct err *e)
{
	int64_t *types = NULL;
	size_t n_types = 0;

	*n = 0;
	if (!hold_list(db, a, tenant_id, &types, &n_types, e))
		return false;
	if (n_types > 0 && (!transaction_begin(db, e) ||
	                       !transaction_end(db, redo_late(db, a, tenant_id, e), "looking at what is held", e)))
		return false;
	for (size_t i = 0; i < n_types; i++)
		if (!transaction_begin(db, e) ||
		    !transaction_end(db, probe_by_present_rules(db, a, tenant_id, types[i], n, e),
		        "trying a held event type", e))
			return false;
	return true;
}

static bool
release(struct db *db, struct arena *a, int64_t tenant_id, int64_t event_type_id, int64_t conversion_id, int64_t *n,
    struct err *e)
{
	struct db_value tenant = DB_V_I(tenant_id), type = DB_V_I(event_type_id);
	int64_t rules, tells, ended;
	int64_t again;
	int64_t resumed;

	if (!config_pin(db, a, tenant_id, &rules, e) ||
	    !first(db, a, Q(TELLS), DB_IN(tenant, type, tenant, DB_V_I(conversion_id)), &tells, e))
		return false;
	if (tells == 0)
		return true;
	if (!db_run(db, Q(END), DB_IN(tenant, type, tenant, type, DB_V_I(rules)), &ended, e))
		return false;
	if (ended == 0)
		return redo(db, Q(REDO_LATE), tenant_id, rules, 0, e);
	if (!db_run(db, Q(KEEP), DB_IN(tenant, type), NULL, e) ||
	    !db_run(db, Q(AGAIN), DB_IN(tenant, type), &again, e) ||
	    !db_run(db, Q(RESUME), DB_IN(tenant, type), &resumed, e))
		return false;
	*n = again + resumed;
	return db_run(db, Q(QUEUE), DB_IN(tenant, type), NULL, e) && lease_wake(db, tenant_id, LEASE_SEND, 0, 0, e);
}

bool
hold_try(struct db *db, struct arena *a, int64_t tenant_id, int64_t event_type_id, int64_t rules, struct err *e)
{
	int64_t n = 0;
	bool held;

	return hold_keeps(db, a, tenant_id, event_type_id, &held, e) &&
	       (!held || probe(db, a, tenant_id, event_type_id, rules, &n, e));
}

bool
hold_end(struct db *db, struct arena *a, int64_t tenant_id, int64_t event_type_id, int64_t conversion_id, int64_t *n,
    struct err *e)
{
	*n = 0;
	return transaction_begin(db, e) &&
	       transaction_end(db, release(db, a, tenant_id, event_type_id, conversion_id, n, e),
	           "releasing an event type", e);
}

bool
hold_redo(struct db *db, struct arena *a, int64_t tenant_id, struct err *e)
{
	int64_t *types = NULL;
	size_t n_types = 0;
	int64_t rules;

	/* In most tenants nothing is held, and the ledger need not be looked through. */
	if (!hold_list(db, a, tenant_id, &types, &n_types, e))
		return false;
	if (n_types == 0)
		return true;
	return (config_pin(db, a, tenant_id, &rules, e) && redo(db, Q(REDO), tenant_id, rules, 0, e)) ||
	       err_wrap(e, "looking at what is held");
}

bool
hold_find(struct db *db, struct arena *a, int64_t tenant_id, struct str event_key, bool *redo, int64_t *id,
    struct err *e)
{
	struct db_rows rows;

	if (!db_query(db, Q(FIND), DB_IN(DB_V_I(tenant_id), DB_V_S(event_key)), a, &rows, e))
		return err_wrap(e, "looking for a held conversion");
	*redo = rows.n > 0;
	*id = rows.n > 0 && rows.v[1].i != 0 ? rows.v[0].i : 0;
	return true;
}

bool
hold_looked(struct db *db, int64_t tenant_id, struct str event_key, int64_t rules, struct str body_hash, struct err *e)
{
	return db_run(db, Q(LOOKED),
	           DB_IN(DB_V_I(rules), DB_V_I(tenant_id), DB_V_S(event_key), DB_V_S(body_hash), DB_V_S(body_hash)),
	           NULL, e) ||
	       err_wrap(e, "naming the rules of a held conversion");
}

/* REJECTED it stays; what never went out is READY for a moment, as the table of states wants it. */
static bool
supersede(struct db *db, int64_t tenant_id, int64_t id, struct err *e)
{
	const struct db_value in[] = { DB_V_I(tenant_id), DB_V_I(id) };
	int64_t changed;

	return db_run(db, Q(SUPERSEDE_REFUSED), in, 2, &changed, e) &&
	       (changed == 1 || (db_run(db, Q(RESUME_ONE), in, 2, &changed, e) &&
	                            (changed == 0 || db_run(db, Q(SUPERSEDE_PARKED), in, 2, NULL, e))));
}

static bool
rebuild(struct db *db, int64_t tenant_id, int64_t id, const struct conversion *c, int64_t *changed, struct err *e)
{
	return db_run(db, Q(REBUILD),
	    DB_IN(DB_V_S(c->effect_key), DB_V_S(c->effect_key), DB_V_S(c->lane), DB_V_S(c->program_id),
	        DB_V_I(c->event_type_id), DB_V_S(c->event_type), DB_V_S(c->order_id), DB_V_S(c->customer_id),
	        DB_V_S(c->object_id), DB_V_S(c->trigger_id), DB_V_S(c->trigger_value), DB_V_S(c->order_expression),
	        DB_V_S(c->body), DB_V_S(c->body_hash), DB_V_S(c->fields), DB_V_T(c->event_date_ms), DB_V_I(tenant_id),
	        DB_V_I(id)),
	    changed, e);
}

bool
hold_rebuild(struct db *db, struct arena *a, int64_t tenant_id, const struct held *x, const struct conversion *c,
    struct err *e)
{
	int64_t other;
	int64_t n = 0;
	bool still_held;

	if (!conversion_in_the_way(db, a, tenant_id, c, x->conversion_id, &other, e))
		return false;
	if (other != 0)
		return supersede(db, tenant_id, x->conversion_id, e) || err_wrap(e, "giving up a held conversion");
	if (!history_refused(db, tenant_id, x->conversion_id, e) ||
	    !rebuild(db, tenant_id, x->conversion_id, c, &n, e) ||
	    !hold_looked(db, tenant_id, x->event_key, x->rules, c->body_hash, e) ||
	    !hold_keeps(db, a, tenant_id, c->event_type_id, &still_held, e))
		return err_wrap(e, "rebuilding a held conversion");
	if (n == 0)
		return true; /* it moved meanwhile, or its bytes may not change */
	return (still_held ? probe(db, a, tenant_id, c->event_type_id, x->rules, &n, e)
	                   : send_one(db, tenant_id, c->event_type_id, x->conversion_id, e)) ||
	       err_wrap(e, "rebuilding a held conversion");
}
