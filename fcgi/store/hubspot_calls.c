/* hubspot_calls.c - see hubspot_calls.h. */
#include "store/hubspot_calls.h"

#include <stdlib.h>

#include "base/arena.h"
#include "store/transaction.h"

#define TEXT_OF(n) #n
#define TEXT(n)    TEXT_OF(n)
#define TODAY      "TIMESTAMPDIFF(DAY, '1970-01-01', UTC_TIMESTAMP(3))"
#define KEPT       TODAY " - " TEXT(HUBSPOT_CALLS_DAYS)
/* Tenants that a process calls for between two pulses; what is of more is counted for none of them. */
#define TENANTS_MAX 1024
#define COLUMNS     5

enum {
	ADD,
	READ,
	SWEEP
};

const struct sql hubspot_calls_sql[] = {
	/* In the order of the table, so that processes which add at once wait for each other and never in a ring. */
	[ADD] = { "hubspot_calls.add", SQL_TENANT, "iiiii", "",
	    "INSERT INTO hubspot_calls (tenant_id, day, calls, successes, refused_401, limited_429) VALUES",
	    "(?, " TODAY ", ?, ?, ?, ?)",
	    "ON DUPLICATE KEY UPDATE calls = calls + VALUES(calls), successes = successes + VALUES(successes), "
	    "refused_401 = refused_401 + VALUES(refused_401), limited_429 = limited_429 + VALUES(limited_429)" },
	/* HubSpot measures the app, which is all tenants. */
	[READ] = { "hubspot_calls.read", SQL_GLOBAL, "", "iiiii",
	    "SELECT tenant_id, CAST(SUM(calls) AS SIGNED), CAST(SUM(successes) AS SIGNED), CAST(SUM(refused_401) AS "
	    "SIGNED), CAST(SUM(limited_429) AS SIGNED) FROM hubspot_calls WHERE day > " KEPT
	    " GROUP BY tenant_id ORDER BY tenant_id",
	    NULL, NULL },
	/* Housekeeping of the installation. */
	[SWEEP] = { "hubspot_calls.sweep", SQL_GLOBAL, "", "", "DELETE FROM hubspot_calls WHERE day <= " KEPT, NULL,
	    NULL },
};
const size_t hubspot_calls_sql_n = sizeof(hubspot_calls_sql) / sizeof(hubspot_calls_sql[0]);

static struct hubspot_calls counted[TENANTS_MAX]; /* in the order of tenants */
static size_t n_counted;

/* Where the tenant stands, or belongs. */
static size_t
place(int64_t tenant_id)
{
	size_t low = 0;
	size_t high = n_counted;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (counted[mid].tenant_id < tenant_id)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static struct hubspot_calls *
row_of(int64_t tenant_id)
{
	size_t at = place(tenant_id);

	/* The last place is kept for what is of no tenant. */
	if (n_counted >= TENANTS_MAX - 1 && (at == n_counted || counted[at].tenant_id != tenant_id)) {
		tenant_id = 0;
		at = place(tenant_id);
	}
	if (at < n_counted && counted[at].tenant_id == tenant_id)
		return &counted[at];
	memmove(&counted[at + 1], &counted[at], (n_counted - at) * sizeof(counted[0]));
	counted[at] = (struct hubspot_calls){ .tenant_id = tenant_id };
	n_counted++;
	return &counted[at];
}

void
hubspot_calls_count(int64_t tenant_id, int status)
{
	struct hubspot_calls *row = row_of(tenant_id);

	row->calls++;
	row->successes += status >= 200 && status < 400;
	row->refused += status == 401;
	row->limited += status == 429;
}

bool
hubspot_calls_hand_over(struct db *db, struct err *e)
{
	static struct db_value rows[TENANTS_MAX * COLUMNS];

	if (n_counted == 0)
		return true;
	for (size_t i = 0; i < n_counted; i++) {
		const struct hubspot_calls *c = &counted[i];
		const struct db_value row[COLUMNS] = { DB_V_I(c->tenant_id), DB_V_I(c->calls), DB_V_I(c->successes),
			DB_V_I(c->refused), DB_V_I(c->limited) };

		memcpy(&rows[i * COLUMNS], row, sizeof(row));
	}
	if (!transaction_begin(db, e) ||
	    !transaction_end(db, db_run_rows(db, &hubspot_calls_sql[ADD], rows, n_counted, NULL, e),
	        "handing over the calls to HubSpot", e))
		return false;
	n_counted = 0;
	return true;
}

bool
hubspot_calls_read(struct db *db, struct arena *a, struct hubspot_calls **out, size_t *n, struct err *e)
{
	struct db_rows rows;

	if (!db_query(db, &hubspot_calls_sql[READ], NULL, 0, a, &rows, e))
		return err_wrap(e, "reading the calls to HubSpot");
	*n = rows.n;
	*out = arena_array(a, rows.n, sizeof(**out));
	for (size_t i = 0; i < rows.n; i++) {
		const struct db_value *v = &rows.v[i * rows.columns];

		(*out)[i] = (struct hubspot_calls){ .tenant_id = v[0].i,
			.calls = v[1].i,
			.successes = v[2].i,
			.refused = v[3].i,
			.limited = v[4].i };
	}
	return true;
}

struct hubspot_calls
hubspot_calls_sum(const struct hubspot_calls *list, size_t n)
{
	struct hubspot_calls sum = { .tenant_id = 0 };

	for (size_t i = 0; i < n; i++) {
		sum.calls += list[i].calls;
		sum.successes += list[i].successes;
		sum.refused += list[i].refused;
		sum.limited += list[i].limited;
	}
	return sum;
}

bool
hubspot_calls_good(const struct hubspot_calls *c)
{
	return c->successes * 1000 >= c->calls * 995 &&
	       (c->calls == 0 || (c->refused * 1000 < c->calls && c->limited * 1000 < c->calls));
}

bool
hubspot_calls_sweep(struct db *db, struct err *e)
{
	return db_run(db, &hubspot_calls_sql[SWEEP], NULL, 0, NULL, e);
}
