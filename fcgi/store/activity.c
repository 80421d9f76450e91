/* activity.c - see activity.h. */
#include "store/activity.h"

#include "base/arena.h"
#include "core/date.h"
#include "store/activity_row.h"

/* What ended badly longer ago nobody mends any more. */
#define RECENT_DAYS "30"

enum {
	DETAIL,
	EVENT,
	BEFORE,
	ATTEMPTS,
	PROVED,
	PROBLEMS,
	DECISION_PROBLEMS
};

const struct sql activity_sql[] = {
	[DETAIL] = { "activity.detail", SQL_TENANT, "ii", ACTIVITY_LETTERS "ssisssi",
	    "SELECT " ACTIVITY_COLUMNS
	    ", d.trigger_id, d.detail, d.revision, d.event_key, c.fields, c.effect_key, d.held_id "
	    "FROM decision d" ACTIVITY_JOINS "WHERE d.tenant_id = ? AND d.decision_id = ?",
	    NULL, NULL },
	[EVENT] = { "activity.event", SQL_TENANT, "iis", "ss",
	    "SELECT change_source, value FROM event WHERE tenant_id = ? AND occurred_day = ? AND event_key = ?", NULL,
	    NULL },
	[BEFORE] = { "activity.before", SQL_TENANT, "isssti", "s",
	    "SELECT value FROM decision FORCE INDEX (decision_object) WHERE tenant_id = ? AND object_type = ? AND "
	    "object_id = ? AND property = ? AND occurred_at <= ? AND decision_id <> ? ORDER BY occurred_at DESC, "
	    "decision_id DESC LIMIT 1",
	    NULL, NULL },
	[ATTEMPTS] = { "activity.attempts", SQL_TENANT, "ii", "iittiss",
	    "SELECT attempt, revision, started_at, ended_at, http_status, result, message FROM attempt "
	    "WHERE tenant_id = ? AND kind = 'conversion' AND effect_id = ? ORDER BY attempt LIMIT 50",
	    NULL, NULL },
	[PROVED] = { "activity.proved", SQL_TENANT, "is", "i",
	    "SELECT 1 FROM conversion WHERE tenant_id = ? AND state IN ('ACCEPTED', 'CONFIRMED') AND program_id = ? "
	    "LIMIT 1",
	    NULL, NULL },
	/* What a person gave up needs nobody. */
	[PROBLEMS] = { "activity.problems", SQL_TENANT, "i", "ssi",
	    "SELECT state, code, COUNT(*) FROM conversion WHERE tenant_id = ? AND (state IN ('UNKNOWN', 'HELD', "
	    "'PARKED') OR (state = 'DEAD' AND code NOT IN " ACTIVITY_GIVEN_UP ") OR "
	    "((state = 'REJECTED' OR (state = 'ACCEPTED' AND code = 'poison')) AND received_at > UTC_TIMESTAMP(3) - "
	    "INTERVAL " RECENT_DAYS " DAY)) "
	    "GROUP BY state, code ORDER BY COUNT(*) DESC LIMIT 50",
	    NULL, NULL },
	/*
	 * What waits for HubSpot, what has waited for data longer than is usual (all that waits for the same, as it is
	 * listed), what two records claim (C-02), and what was set aside because it kills (F-137).
	 */
	[DECISION_PROBLEMS] = { "activity.decision_problems", SQL_TENANT, "iii", "ssi",
	    "(SELECT outcome, code, COUNT(*) AS n FROM decision WHERE tenant_id = ? AND outcome = 'WAITING' AND code "
	    "<> '' GROUP BY outcome, code HAVING code LIKE 'hubspot%' OR code = 'value_hidden' OR MIN(received_at) < "
	    "UTC_TIMESTAMP(3) - INTERVAL 10 MINUTE) UNION ALL "
	    "(SELECT outcome, code, COUNT(*) AS n FROM decision WHERE tenant_id = ? AND outcome = 'SUPPRESSED' AND "
	    "code = 'duplicate_collision' AND received_at > UTC_TIMESTAMP(3) - INTERVAL " RECENT_DAYS " DAY GROUP BY "
	    "outcome, code) UNION ALL "
	    "(SELECT outcome, code, COUNT(*) AS n FROM decision WHERE tenant_id = ? AND outcome = 'SKIPPED' AND "
	    "code = 'poison' AND received_at > UTC_TIMESTAMP(3) - INTERVAL " RECENT_DAYS " DAY GROUP BY outcome, code) "
	    "ORDER BY n DESC LIMIT 50",
	    NULL, NULL },
};
const size_t activity_sql_n = sizeof(activity_sql) / sizeof(activity_sql[0]);

/* MariaDB pads DECIMAL(18,4): "42.0000" is 42.00 to a reader. */
static struct str
money(struct str s)
{
	return str_ends(s, STR("00")) && str_find_char(s, '.') + 5 == s.n ? str_slice(s, 0, s.n - 2) : s;
}

void
activity_row_from(const struct db_value *v, struct activity_row *out)
{
	*out = (struct activity_row){ .decision_id = v[0].i,
		.decided_ms = v[1].i,
		.received_ms = v[2].i,
		.occurred_ms = v[3].i,
		.waits_until_ms = v[4].i,
		.outcome = v[5].s,
		.decision = v[6].s,
		.code = v[7].s,
		.kind = v[8].s,
		.object_type = v[9].s,
		.object_id = v[10].s,
		.name = v[11].s,
		.property = v[12].s,
		.value = v[13].s,
		.version = v[39].i };
	if (v[14].kind == DB_NULL)
		return;
	out->conversion = (struct activity_conversion){ .conversion_id = v[14].i,
		.state = v[15].s,
		.code = v[16].s,
		.message = v[17].s,
		.order_id = v[18].s,
		.event_type = v[19].s,
		.program_id = v[20].s,
		.batch_id = v[21].s,
		.action_id = v[22].s,
		.partner_id = v[23].s,
		.partner_name = v[24].s,
		.amount = money(v[25].s),
		.payout = money(v[26].s),
		.currency = v[27].s,
		.action_state = v[28].s,
		.action_detail = v[29].s,
		.locking_ms = v[30].i,
		.cleared_ms = v[31].i,
		.sending_ms = v[32].i,
		.accepted_ms = v[33].i,
		.ended_ms = v[34].i,
		.created_ms = v[35].i,
		.attempts = v[36].i,
		.revision = v[37].i,
		.due_ms = v[38].i,
		.version = v[40].i };
}

bool
activity_load(struct db *db, struct arena *a, int64_t tenant_id, int64_t decision_id, struct activity_detail *out,
    struct err *e)
{
	const struct db_value *v;
	struct db_rows event;
	int64_t day;

	*out = (struct activity_detail){ 0 };
	if (!db_query_one(db, &activity_sql[DETAIL], DB_IN(DB_V_I(tenant_id), DB_V_I(decision_id)), a, &v, e))
		return err_wrap(e, "decision %lld", (long long)decision_id);
	activity_row_from(v, &out->row);
	v += ACTIVITY_COLUMN_COUNT;
	out->trigger_id = v[0].s;
	out->detail = v[1].s;
	out->revision = v[2].i;
	out->fields = v[4].s;
	out->effect_key = v[5].s;
	out->event_key = v[3].s;
	out->held_id = v[6].i;
	day = out->row.occurred_ms / 86400000;
	if (!db_query(db, &activity_sql[EVENT], DB_IN(DB_V_I(tenant_id), DB_V_I(day), DB_V_S(v[3].s)), a, &event, e))
		return err_wrap(e, "the event of decision %lld", (long long)decision_id);
	if (event.n > 0)
		out->change_source = event.v[0].s;
	return true;
}

bool
activity_event(struct db *db, struct arena *a, int64_t tenant_id, const struct activity_detail *d, struct event *out,
    struct err *e)
{
	const struct activity_row *row = &d->row;
	int64_t day = date_day(row->occurred_ms);
	struct db_rows event;

	*out = (struct event){ .source = STR("hubspot"),
		.object_type = row->object_type,
		.object_id = row->object_id,
		.property = row->property,
		.value = row->value,
		.occurred_ms = row->occurred_ms };
	if (!event_kind_parse(row->kind, &out->kind))
		return err_set(e, ERR_FAULT, "unknown event kind in decision");
	if (!db_query(db, &activity_sql[EVENT], DB_IN(DB_V_I(tenant_id), DB_V_I(day), DB_V_S(d->event_key)), a, &event,
	        e))
		return err_wrap(e, "the event of decision %lld", (long long)row->decision_id);
	if (event.n > 0)
		out->value = event.v[1].s;
	else if (row->value.n >= 255)
		return err_set(e, ERR_INVALID,
		    "What HubSpot reported is no longer kept whole, so it cannot be decided again.");
	return true;
}

bool
activity_value_before(struct db *db, struct arena *a, int64_t tenant_id, const struct activity_row *row,
    struct str *out, struct err *e)
{
	struct db_rows rows;

	*out = STR("");
	if (row->property.n == 0)
		return true;
	if (!db_query(db, &activity_sql[BEFORE],
	        DB_IN(DB_V_I(tenant_id), DB_V_S(row->object_type), DB_V_S(row->object_id), DB_V_S(row->property),
	            DB_V_T(row->occurred_ms), DB_V_I(row->decision_id)),
	        a, &rows, e))
		return err_wrap(e, "reading the value before");
	if (rows.n > 0)
		*out = rows.v[0].s;
	return true;
}

bool
activity_attempts(struct db *db, struct arena *a, int64_t tenant_id, int64_t conversion_id,
    struct activity_attempt **out, size_t *n, struct err *e)
{
	struct db_rows rows;

	if (!db_query(db, &activity_sql[ATTEMPTS], DB_IN(DB_V_I(tenant_id), DB_V_I(conversion_id)), a, &rows, e))
		return err_wrap(e, "reading attempts");
	*n = rows.n;
	*out = arena_array(a, rows.n, sizeof(**out));
	for (size_t i = 0; i < rows.n; i++) {
		const struct db_value *v = &rows.v[i * rows.columns];

		(*out)[i] = (struct activity_attempt){ .attempt = v[0].i,
			.revision = v[1].i,
			.started_ms = v[2].i,
			.ended_ms = v[3].i,
			.http_status = v[4].i,
			.result = v[5].s,
			.message = v[6].s };
	}
	return true;
}

bool
activity_proved(struct db *db, struct arena *a, int64_t tenant_id, struct str program_id, bool *out, struct err *e)
{
	struct db_rows rows;

	if (!db_query(db, &activity_sql[PROVED], DB_IN(DB_V_I(tenant_id), DB_V_S(program_id)), a, &rows, e))
		return false;
	*out = rows.n > 0;
	return true;
}

static void
problems_from(const struct db_rows *rows, struct activity_problem *out)
{
	for (size_t i = 0; i < rows->n; i++) {
		const struct db_value *v = &rows->v[i * rows->columns];

		out[i] = (struct activity_problem){ .state = v[0].s, .code = v[1].s, .n = v[2].i };
	}
}

bool
activity_problems(struct db *db, struct arena *a, int64_t tenant_id, struct activity_problem **out, size_t *n,
    struct err *e)
{
	struct db_rows conversions, decisions;

	if (!db_query(db, &activity_sql[PROBLEMS], DB_IN(DB_V_I(tenant_id)), a, &conversions, e) ||
	    !db_query(db, &activity_sql[DECISION_PROBLEMS],
	        DB_IN(DB_V_I(tenant_id), DB_V_I(tenant_id), DB_V_I(tenant_id)), a, &decisions, e))
		return err_wrap(e, "looking for problems");
	*n = conversions.n + decisions.n;
	*out = arena_array(a, *n, sizeof(**out));
	problems_from(&conversions, *out);
	problems_from(&decisions, *out + conversions.n);
	return true;
}
