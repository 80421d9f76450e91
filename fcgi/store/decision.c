/* decision.c - see decision.h. */
#include "store/decision.h"

#include "base/tally.h"
#include "io/db.h"

enum {
	UPDATE,
	INSERT
};

const struct sql decision_sql[] = {
	[UPDATE] = { "decision.update", SQL_TENANT, "sisssitssiis", "",
	    "UPDATE decision SET trigger_id = ?, revision = ?, outcome = ?, code = ?, detail = ?, conversion_id = ?, "
	    "decided_at = UTC_TIMESTAMP(3), waits_until = ?, name = COALESCE(NULLIF(?, ''), name), "
	    "email_hash = COALESCE(NULLIF(?, ''), email_hash), held_id = NULLIF(?, 0), "
	    "version = version + 1 "
	    "WHERE tenant_id = ? AND event_key = ? AND outcome = 'WAITING'",
	    NULL, NULL },
	[INSERT] = { "decision.insert", SQL_TENANT, "ississsiissssssttts", "",
	    "INSERT INTO decision (tenant_id, event_key, trigger_id, revision, outcome, code, detail, conversion_id, "
	    "held_id, "
	    "kind, object_type, object_id, name, property, value, occurred_at, received_at, decided_at, waits_until, "
	    "email_hash) "
	    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULLIF(?, 0), ?, ?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(3), ?, NULLIF(?, '')) "
	    "ON DUPLICATE KEY UPDATE tenant_id = tenant_id",
	    NULL, NULL },
};
const size_t decision_sql_n = sizeof(decision_sql) / sizeof(decision_sql[0]);

/* The column's size: enough for stages and options; the whole value is in the event. */
#define VALUE_MAX 255

_Static_assert(TALLY_DECIDED_HELD - TALLY_DECIDED == DECISION_HELD, "one tally for each outcome");
static const char *const outcome_names[] = { "CONVERSION", "WAITING", "SKIPPED", "SUPPRESSED", "HELD" };

static struct db_value
int_or_null(int64_t i)
{
	return i == 0 ? DB_V_NULL : DB_V_I(i);
}

static struct db_value
time_or_null(int64_t ms)
{
	return ms == 0 ? DB_V_NULL : DB_V_T(ms);
}

bool
decision_put(struct db *db, int64_t tenant_id, const struct decision *d, struct err *e)
{
	const struct event *ev = d->event;
	struct str outcome = str_from(outcome_names[d->outcome]);
	int64_t changed;

	if (!db_run(db, &decision_sql[UPDATE],
	        DB_IN(DB_V_S(d->trigger_id), DB_V_I(d->revision), DB_V_S(outcome), DB_V_S(d->code), DB_V_S(d->detail),
	            int_or_null(d->conversion_id), time_or_null(d->waits_until_ms), DB_V_S(d->name),
	            DB_V_S(d->email_hash), DB_V_I(d->held_id), DB_V_I(tenant_id), DB_V_S(d->event_key)),
	        &changed, e))
		return err_wrap(e, "writing a decision");
	/* A further look at what waits is no decision of its own. */
	if (changed == 0 || d->outcome != DECISION_WAITING)
		tally_add(tally_of(TALLY_DECIDED, d->outcome), 1);
	if (changed > 0)
		return true;
	return db_run(db, &decision_sql[INSERT],
	           DB_IN(DB_V_I(tenant_id), DB_V_S(d->event_key), DB_V_S(d->trigger_id), DB_V_I(d->revision),
	               DB_V_S(outcome), DB_V_S(d->code), DB_V_S(d->detail), int_or_null(d->conversion_id),
	               DB_V_I(d->held_id), DB_V_S(str_from(event_kind_name(ev->kind))), DB_V_S(ev->object_type),
	               DB_V_S(ev->object_id), DB_V_S(d->name), DB_V_S(ev->property),
	               DB_V_S(str_slice(ev->value, 0, VALUE_MAX)), DB_V_T(ev->occurred_ms), DB_V_T(d->received_ms),
	               time_or_null(d->waits_until_ms), DB_V_S(d->email_hash)),
	           NULL, e) ||
	       err_wrap(e, "writing a decision");
}
