/* ledger.c - see ledger.h. */
#include "store/ledger.h"

#include "base/arena.h"

const struct sql ledger_sql[] = {
	{ "ledger.page", SQL_TENANT, "iii", "iiittttttssssssssssssssss",
	    "SELECT conversion_id, revision, attempts, created_at, event_date, accepted_at, ended_at, locking_at, "
	    "cleared_at, state, code, message, program_id, event_type, order_id, customer_id, object_type, object_id, "
	    "action_id, action_state, partner_id, partner_name, currency, CAST(amount AS CHAR), CAST(payout AS CHAR) "
	    "FROM conversion WHERE tenant_id = ? AND conversion_id > ? ORDER BY conversion_id LIMIT ?",
	    NULL, NULL },
};
const size_t ledger_sql_n = sizeof(ledger_sql) / sizeof(ledger_sql[0]);

static void
ledger_from_row(const struct db_value *v, struct ledger_row *out)
{
	int64_t *const times[] = { &out->created_ms, &out->event_ms, &out->accepted_ms, &out->ended_ms,
		&out->locking_ms, &out->cleared_ms };
	struct str *const texts[] = { &out->state, &out->code, &out->message, &out->program_id, &out->event_type,
		&out->order_id, &out->customer_id, &out->object_type, &out->object_id, &out->action_id,
		&out->action_state, &out->partner_id, &out->partner_name, &out->currency, &out->amount, &out->payout };

	out->conversion_id = v[0].i;
	out->revision = v[1].i;
	out->attempts = v[2].i;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		*times[i] = v[3 + i].i;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		*texts[i] = v[9 + i].s;
}

bool
ledger_page(struct db *db, struct arena *a, int64_t tenant_id, int64_t after, struct ledger_row **out, size_t *n,
    struct err *e)
{
	struct db_rows rows;

	if (!db_query(db, &ledger_sql[0], DB_IN(DB_V_I(tenant_id), DB_V_I(after), DB_V_I(LEDGER_PAGE)), a, &rows, e))
		return err_wrap(e, "the ledger");
	*n = rows.n;
	*out = arena_array(a, rows.n, sizeof(**out));
	for (size_t i = 0; i < rows.n; i++)
		ledger_from_row(&rows.v[i * rows.columns], &(*out)[i]);
	return true;
}
