/* conversion.c - claims and loads; the moves of a conversion after that are in conversion_move.c. */
#include "store/conversion.h"

#include "base/arena.h"
#include "base/tally.h"
#include "io/db.h"
#include "store/history.h"
#include "store/hold.h"

enum {
	EVENT_TYPE_BY_CODE,
	EVENT_TYPE_BY_ID,
	EVENT_TYPE_ADD_CODE,
	EVENT_TYPE_ADD_ID,
	BY_CLAIM,
	GUARD,
	GUARD_MERGED,
	INSERT,
	REVISE,
	QUEUE,
	LOAD
};

/* It went out, or may have. */
#define COUNTED                                                                                                        \
	"(state NOT IN ('REJECTED', 'DEAD') OR (state = 'DEAD' AND unanswered > 0) OR "                                \
	"(state = 'REJECTED' AND code = 'CONV_DUPLICATE'))"

const struct sql conversion_sql[] = {
	[EVENT_TYPE_BY_CODE] = { "conversion.event_type_by_code", SQL_TENANT, "iss", "i",
	    "SELECT event_type_id FROM event_type WHERE tenant_id = ? AND program_id = ? AND code = ?", NULL, NULL },
	[EVENT_TYPE_BY_ID] = { "conversion.event_type_by_id", SQL_TENANT, "iss", "i",
	    "SELECT event_type_id FROM event_type WHERE tenant_id = ? AND program_id = ? AND remote_id = ?", NULL,
	    NULL },
	[EVENT_TYPE_ADD_CODE] = { "conversion.event_type_add_code", SQL_TENANT, "iss", "",
	    "INSERT INTO event_type (tenant_id, program_id, code) VALUES (?, ?, ?) "
	    "ON DUPLICATE KEY UPDATE tenant_id = tenant_id",
	    NULL, NULL },
	[EVENT_TYPE_ADD_ID] = { "conversion.event_type_add_id", SQL_TENANT, "iss", "",
	    "INSERT INTO event_type (tenant_id, program_id, remote_id) VALUES (?, ?, ?) "
	    "ON DUPLICATE KEY UPDATE tenant_id = tenant_id",
	    NULL, NULL },
	[BY_CLAIM] = { "conversion.by_claim", SQL_TENANT, "is", "issss",
	    "SELECT conversion_id, state, body_hash, object_type, object_id FROM conversion "
	    "WHERE tenant_id = ? AND claim = ?",
	    NULL, NULL },
	/* The mapping was edited: this object's value went out already, under an OrderId another expression made. */
	[GUARD] = { "conversion.guard", SQL_TENANT, "isssisss", "i",
	    "SELECT conversion_id FROM conversion WHERE tenant_id = ? AND object_type = ? AND object_id = ? AND "
	    "program_id = ? AND event_type_id = ? AND trigger_value = ? AND order_id <> ? AND order_expression <> ? "
	    "AND claim IS NOT NULL AND " COUNTED " ORDER BY conversion_id LIMIT 1",
	    NULL, NULL },
	/* The same value of a record that is now one with this one, under whatever OrderId. */
	[GUARD_MERGED] = { "conversion.guard_merged", SQL_TENANT, "sississsiss", "i",
	    "SELECT c.conversion_id FROM (SELECT ? AS id UNION SELECT loser_id FROM merged WHERE tenant_id = ? AND "
	    "object_type = ? AND survivor_id = ?) f STRAIGHT_JOIN conversion c FORCE INDEX (conversion_object) ON "
	    "c.tenant_id = ? AND c.object_type = ? AND c.object_id = f.id WHERE f.id <> ? AND c.program_id = ? AND "
	    "c.event_type_id = ? AND c.trigger_value = ? AND c.order_id <> ? AND c.claim IS NOT NULL AND " COUNTED
	    " ORDER BY c.conversion_id LIMIT 1",
	    NULL, NULL },
	[INSERT] = { "conversion.insert", SQL_TENANT, "issssisssssssssssssttt", "",
	    "INSERT INTO conversion (tenant_id, claim, effect_key, lane, program_id, event_type_id, event_type, "
	    "order_id, customer_id, object_type, object_id, trigger_id, trigger_value, order_expression, state, code, "
	    "body, body_hash, fields, event_date, occurred_at, received_at, "
	    "created_at) "
	    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(3)) "
	    "ON DUPLICATE KEY UPDATE tenant_id = tenant_id",
	    NULL, NULL },
	[REVISE] = { "conversion.revise", SQL_TENANT, "ssstsssstii", "",
	    "UPDATE conversion SET " CONVERSION_NEXT_REVISION
	    ", body = ?, body_hash = ?, fields = ?, event_date = ?, trigger_id = ?, lane = ?, customer_id = ?, "
	    "order_expression = ?, received_at = ? "
	    "WHERE tenant_id = ? AND conversion_id = ? AND state = 'REJECTED'",
	    NULL, NULL },
	[QUEUE] = { "conversion.queue_now", SQL_TENANT, "iis", "",
	    "INSERT INTO delivery (tenant_id, kind, effect_id, stage, due) "
	    "VALUES (?, 'conversion', ?, ?, UTC_TIMESTAMP(3)) "
	    "ON DUPLICATE KEY UPDATE stage = VALUES(stage), due = VALUES(due), tries = 0, looks = 0",
	    NULL, NULL },
	[LOAD] = { "conversion.load", SQL_TENANT, "ii", "isssisssssssttsiiiissstt",
	    "SELECT conversion_id, effect_key, lane, program_id, event_type_id, event_type, order_id, customer_id, "
	    "object_type, object_id, trigger_id, body, event_date, occurred_at, state, revision, attempts, unanswered, "
	    "version, batch_id, action_id, code, sending_at, accepted_at FROM conversion "
	    "WHERE tenant_id = ? AND conversion_id = ?",
	    NULL, NULL },
};
const size_t conversion_sql_n = sizeof(conversion_sql) / sizeof(conversion_sql[0]);

bool
conversion_known_event_type(struct db *db, struct arena *a, int64_t tenant_id, struct str program_id, bool by_code,
    struct str value, int64_t *event_type_id, struct err *e)
{
	const struct db_value *row;

	if (!db_query_one(db, &conversion_sql[by_code ? EVENT_TYPE_BY_CODE : EVENT_TYPE_BY_ID],
	        DB_IN(DB_V_I(tenant_id), DB_V_S(program_id), DB_V_S(value)), a, &row, e))
		return false;
	*event_type_id = row[0].i;
	return true;
}

bool
conversion_event_type(struct db *db, struct arena *a, int64_t tenant_id, struct str program_id, bool by_code,
    struct str value, int64_t *event_type_id, struct err *e)
{
	if (conversion_known_event_type(db, a, tenant_id, program_id, by_code, value, event_type_id, e))
		return true;
	if (e->code != ERR_NOT_FOUND)
		return err_wrap(e, "event type");
	*e = (struct err){ .code = ERR_NONE };
	return (db_run(db, &conversion_sql[by_code ? EVENT_TYPE_ADD_CODE : EVENT_TYPE_ADD_ID],
	            DB_IN(DB_V_I(tenant_id), DB_V_S(program_id), DB_V_S(value)), NULL, e) &&
	           conversion_known_event_type(db, a, tenant_id, program_id, by_code, value, event_type_id, e)) ||
	       err_wrap(e, "event type");
}

bool
conversion_queue(struct db *db, int64_t tenant_id, int64_t id, enum lease_stage stage, struct err *e)
{
	struct str name = stage == LEASE_FOLLOW ? STR("follow") : STR("send");

	return db_run(db, &conversion_sql[QUEUE], DB_IN(DB_V_I(tenant_id), DB_V_I(id), DB_V_S(name)), NULL, e);
}

static bool
insert(struct db *db, int64_t tenant_id, const struct conversion *c, enum state to, struct str code, int64_t *changed,
    struct err *e)
{
	struct str state = str_from(state_name(to));

	return db_run(db, &conversion_sql[INSERT],
	    DB_IN(DB_V_I(tenant_id), DB_V_S(c->effect_key), DB_V_S(c->effect_key), DB_V_S(c->lane),
	        DB_V_S(c->program_id), DB_V_I(c->event_type_id), DB_V_S(c->event_type), DB_V_S(c->order_id),
	        DB_V_S(c->customer_id), DB_V_S(c->object_type), DB_V_S(c->object_id), DB_V_S(c->trigger_id),
	        DB_V_S(c->trigger_value), DB_V_S(c->order_expression), DB_V_S(state), DB_V_S(code), DB_V_S(c->body),
	        DB_V_S(c->body_hash), DB_V_S(c->fields), DB_V_T(c->event_date_ms), DB_V_T(c->occurred_ms),
	        DB_V_T(c->received_ms)),
	    changed, e);
}

bool
conversion_type_held(struct db *db, struct arena *a, int64_t tenant_id, const struct conversion *c, bool *held,
    struct err *e)
{
	*held = false;
	return !c->type_held || hold_keeps(db, a, tenant_id, c->event_type_id, held, e);
}

/* The effect is in the ledger: a duplicate, or the next revision of what was refused. */
static bool
meet(struct db *db, struct arena *a, int64_t tenant_id, const struct conversion *c, const struct db_value *existing,
    struct conversion_claimed *out, struct err *e)
{
	int64_t changed = 0;
	bool type_held;

	*out = (struct conversion_claimed){ .result = CONVERSION_DUPLICATE,
		.id = existing[0].i,
		.collision = !str_eq(existing[3].s, c->object_type) || !str_eq(existing[4].s, c->object_id) };
	if (out->collision || !str_eq(existing[1].s, STR("REJECTED")) || str_eq(existing[2].s, c->body_hash))
		return true;
	if (!conversion_type_held(db, a, tenant_id, c, &type_held, e) || !history_refused(db, tenant_id, out->id, e) ||
	    !db_run(db, &conversion_sql[REVISE],
	        DB_IN(DB_V_S(c->body), DB_V_S(c->body_hash), DB_V_S(c->fields), DB_V_T(c->event_date_ms),
	            DB_V_S(c->trigger_id), DB_V_S(c->lane), DB_V_S(c->customer_id), DB_V_S(c->order_expression),
	            DB_V_T(c->received_ms), DB_V_I(tenant_id), DB_V_I(out->id)),
	        &changed, e))
		return false;
	if (changed != 1)
		return err_set(e, ERR_CONFLICT, "conversion %lld moved meanwhile", (long long)out->id);
	out->result = CONVERSION_REVISED;
	tally_add(TALLY_MOVED, 1);
	return type_held ? hold_park(db, tenant_id, out->id, e)
	                 : conversion_queue(db, tenant_id, out->id, LEASE_SEND, e);
}

/* The first row's number, 0 when there is none. */
static int64_t
first(const struct db_rows *rows)
{
	return rows->n == 0 ? 0 : rows->v[0].i;
}

/* Did this object's value go out already: under another OrderId, since the mapping was edited, or as another record? */
static bool
guard(struct db *db, struct arena *a, int64_t tenant_id, const struct conversion *c, struct conversion_claimed *out,
    struct err *e)
{
	struct db_rows rows;

	if (!db_query(db, &conversion_sql[GUARD],
	        DB_IN(DB_V_I(tenant_id), DB_V_S(c->object_type), DB_V_S(c->object_id), DB_V_S(c->program_id),
	            DB_V_I(c->event_type_id), DB_V_S(c->trigger_value), DB_V_S(c->order_id),
	            DB_V_S(c->order_expression)),
	        a, &rows, e))
		return false;
	out->other = first(&rows);
	if (out->other != 0 || c->survivor.n == 0)
		return true;
	if (!db_query(db, &conversion_sql[GUARD_MERGED],
	        DB_IN(DB_V_S(c->survivor), DB_V_I(tenant_id), DB_V_S(c->object_type), DB_V_S(c->survivor),
	            DB_V_I(tenant_id), DB_V_S(c->object_type), DB_V_S(c->object_id), DB_V_S(c->program_id),
	            DB_V_I(c->event_type_id), DB_V_S(c->trigger_value), DB_V_S(c->order_id)),
	        a, &rows, e))
		return false;
	out->other = first(&rows);
	out->merged = out->other != 0;
	return true;
}

/* The conversion that has the effect, under whatever row of its event type; NULL: none. */
static bool
by_claim(struct db *db, struct arena *a, int64_t tenant_id, const struct conversion *c, const struct db_value **row,
    struct err *e)
{
	struct db_rows rows;

	*row = NULL;
	for (size_t i = 0; i <= c->same_effects.n && *row == NULL; i++) {
		struct str key = i == 0 ? c->effect_key : c->same_effects.v[i - 1];

		if (!db_query(db, &conversion_sql[BY_CLAIM], DB_IN(DB_V_I(tenant_id), DB_V_S(key)), a, &rows, e))
			return false;
		if (rows.n > 0)
			*row = rows.v;
	}
	return true;
}

bool
conversion_in_the_way(struct db *db, struct arena *a, int64_t tenant_id, const struct conversion *c, int64_t but,
    int64_t *id, struct err *e)
{
	struct conversion_claimed found = { .other = 0 };
	const struct db_value *row;

	if (!by_claim(db, a, tenant_id, c, &row, e))
		return err_wrap(e, "looking for a conversion");
	*id = row == NULL || row[0].i == but ? 0 : row[0].i;
	if (*id != 0 || c->beside)
		return true;
	if (!guard(db, a, tenant_id, c, &found, e))
		return err_wrap(e, "looking for a conversion");
	*id = found.other == but ? 0 : found.other;
	return true;
}

static bool
claim_new(struct db *db, struct arena *a, int64_t tenant_id, const struct conversion *c, struct conversion_claimed *out,
    struct err *e)
{
	bool type_held;
	enum state to = STATE_READY;
	struct str code = STR("");
	int64_t changed;

	*out = (struct conversion_claimed){ .result = CONVERSION_NEW };
	if (!guard(db, a, tenant_id, c, out, e) || !conversion_type_held(db, a, tenant_id, c, &type_held, e))
		return false;
	if (type_held) {
		to = STATE_PARKED;
		code = STR(HOLD_CODE);
	}
	if (out->other != 0) {
		out->result = CONVERSION_HELD;
		to = STATE_HELD;
		code = out->merged ? STR("held_merged") : STR("held_other_order");
	}
	if (!insert(db, tenant_id, c, to, code, &changed, e))
		return false;
	if (changed == 0) /* another process claimed it between our look and our insert */
		return err_set(e, ERR_CONFLICT, "the effect was claimed meanwhile");
	out->id = db_last_id(db);
	tally_add(out->result == CONVERSION_HELD ? TALLY_MOVED_HELD : TALLY_MOVED, 1);
	return to != STATE_READY || conversion_queue(db, tenant_id, out->id, LEASE_SEND, e);
}

bool
conversion_claim(struct db *db, struct arena *a, int64_t tenant_id, const struct conversion *c,
    struct conversion_claimed *out, struct err *e)
{
	const struct db_value *row;

	if (!by_claim(db, a, tenant_id, c, &row, e))
		return err_wrap(e, "claiming a conversion");
	if (row != NULL)
		return meet(db, a, tenant_id, c, row, out, e) || err_wrap(e, "claiming a conversion");
	return claim_new(db, a, tenant_id, c, out, e) || err_wrap(e, "claiming a conversion");
}

bool
conversion_load(struct db *db, struct arena *a, int64_t tenant_id, int64_t id, struct conversion *out, struct err *e)
{
	const struct db_value *r;

	if (!db_query_one(db, &conversion_sql[LOAD], DB_IN(DB_V_I(tenant_id), DB_V_I(id)), a, &r, e))
		return err_wrap(e, "conversion %lld", (long long)id);
	*out = (struct conversion){ .conversion_id = r[0].i,
		.effect_key = r[1].s,
		.lane = r[2].s,
		.program_id = r[3].s,
		.event_type_id = r[4].i,
		.event_type = r[5].s,
		.order_id = r[6].s,
		.customer_id = r[7].s,
		.object_type = r[8].s,
		.object_id = r[9].s,
		.trigger_id = r[10].s,
		.body = r[11].s,
		.event_date_ms = r[12].i,
		.occurred_ms = r[13].i,
		.revision = r[15].i,
		.attempts = r[16].i,
		.unanswered = r[17].i,
		.version = r[18].i,
		.batch_id = r[19].s,
		.action_id = r[20].s,
		.code = r[21].s,
		.sending_ms = r[22].i,
		.accepted_ms = r[23].i };
	if (!state_parse(r[14].s, &out->state))
		return err_set(e, ERR_FAULT, "conversion %lld has an unknown state", (long long)id);
	return true;
}
