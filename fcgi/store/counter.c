/* counter.c - see counter.h. */
#include "store/counter.h"

#include "base/arena.h"
#include "io/db.h"
#include "store/transaction.h"

enum {
	ADD,
	READ
};

const struct sql counter_sql[] = {
	/* In the order of the table, so that processes which add at once wait for each other and never in a ring. */
	[ADD] = { "counter.add", SQL_TENANT, "isi", "", "INSERT INTO counter (tenant_id, name, value) VALUES",
	    "(?, ?, ?)", "ON DUPLICATE KEY UPDATE value = value + VALUES(value)" },
	[READ] = { "counter.read", SQL_TENANT, "i", "si", "SELECT name, value FROM counter WHERE tenant_id = ?", NULL,
	    NULL },
};
const size_t counter_sql_n = sizeof(counter_sql) / sizeof(counter_sql[0]);

bool
counter_hand_over(struct db *db, struct err *e)
{
	struct db_value rows[TALLY__COUNT * 3];
	int64_t counted[TALLY__COUNT];
	size_t n = 0;

	for (unsigned i = 0; i < TALLY__COUNT; i++) {
		counted[i] = tally_get((enum tally)i);
		if (counted[i] == 0)
			continue;
		rows[n * 3] = DB_V_I(0);
		rows[n * 3 + 1] = DB_V_S(str_from(tally_table[i].name));
		rows[n * 3 + 2] = DB_V_I(counted[i]);
		n++;
	}
	if (n == 0)
		return true;
	/* Rows go in groups: all of them, or none. */
	if (!transaction_begin(db, e) || !transaction_end(db, db_run_rows(db, &counter_sql[ADD], rows, n, NULL, e),
	                                     "handing over what was counted", e))
		return false;
	for (unsigned i = 0; i < TALLY__COUNT; i++)
		tally_add((enum tally)i, -counted[i]);
	return true;
}

bool
counter_read(struct db *db, struct arena *a, int64_t out[TALLY__COUNT], struct err *e)
{
	struct db_rows rows;

	memset(out, 0, TALLY__COUNT * sizeof(out[0]));
	if (!db_query(db, &counter_sql[READ], DB_IN(DB_V_I(0)), a, &rows, e))
		return err_wrap(e, "reading the counters");
	for (size_t r = 0; r < rows.n; r++)
		for (unsigned i = 0; i < TALLY__COUNT; i++)
			if (str_eq(rows.v[r * rows.columns].s, str_from(tally_table[i].name)))
				out[i] = rows.v[r * rows.columns + 1].i;
	return true;
}
