/* pulse.c - see pulse.h. */
#include "store/pulse.h"

#include "base/arena.h"
#include "base/log.h"
#include "io/system.h"
#include "store/counter.h"
#include "store/disk.h"
#include "store/hubspot_calls.h"

enum {
	BEAT,
	END,
	PROGRAMS,
	SWEEP
};

#define TEXT_OF(x) #x
#define SECONDS(x) "INTERVAL " TEXT_OF(x) " SECOND"

/* Processes are the installation's, they serve all tenants. */
const struct sql pulse_sql[] = {
	[BEAT] = { "pulse.beat", SQL_GLOBAL, "ssiii", "",
	    "INSERT INTO process (name, program, started_at, seen_at, memory_kb, disk_free_mb, disk_full) VALUES "
	    "(?, ?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), ?, ?, ?) ON DUPLICATE KEY UPDATE seen_at = VALUES(seen_at), "
	    "memory_kb = VALUES(memory_kb), disk_free_mb = VALUES(disk_free_mb), disk_full = VALUES(disk_full)",
	    NULL, NULL },
	/* As above. */
	[END] = { "pulse.end", SQL_GLOBAL, "s", "", "DELETE FROM process WHERE name = ?", NULL, NULL },
	/* As above. */
	[PROGRAMS] = { "pulse.programs", SQL_GLOBAL, "", "siii",
	    "SELECT program, COUNT(*), TIMESTAMPDIFF(SECOND, MAX(seen_at), UTC_TIMESTAMP(3)), MAX(memory_kb) FROM "
	    "process "
	    "WHERE seen_at > UTC_TIMESTAMP(3) - " SECONDS(PULSE_DEAD_S) " GROUP BY program ORDER BY program",
	    NULL, NULL },
	/* As above. */
	[SWEEP] = { "pulse.sweep", SQL_GLOBAL, "", "",
	    "DELETE FROM process WHERE seen_at < UTC_TIMESTAMP(3) - INTERVAL 1 DAY", NULL, NULL },
};
const size_t pulse_sql_n = sizeof(pulse_sql) / sizeof(pulse_sql[0]);

void
pulse_beat(void *pulse)
{
	struct pulse *p = pulse;
	struct err e = { .code = ERR_NONE };
	bool knows = p->disk != NULL && p->disk->free_mb >= 0;
	bool full = p->disk != NULL && (p->disk->seen_full || p->disk->too_heavy);
	bool ok = db_run(p->db, &pulse_sql[BEAT],
	              DB_IN(DB_V_S(p->process), DB_V_S(p->program), DB_V_I(system_memory_kb()),
	                  knows ? DB_V_I(p->disk->free_mb) : DB_V_NULL, DB_V_I(full ? 1 : 0)),
	              NULL, &e) &&
	          counter_hand_over(p->db, &e) && hubspot_calls_hand_over(p->db, &e);

	if (!ok && !p->away)
		log_event(LOG_WARN, "pulse.missed", LOG_C("why", e.text));
	p->away = !ok;
}

void
pulse_end(struct pulse *p)
{
	struct err e = { .code = ERR_NONE };

	if (!counter_hand_over(p->db, &e) || !hubspot_calls_hand_over(p->db, &e) ||
	    !db_run(p->db, &pulse_sql[END], DB_IN(DB_V_S(p->process)), NULL, &e))
		log_event(LOG_INFO, "pulse.not_ended", LOG_C("why", e.text));
}

bool
pulse_programs(struct db *db, struct arena *a, struct pulse_program **out, size_t *n, struct err *e)
{
	struct db_rows rows;

	if (!db_query(db, &pulse_sql[PROGRAMS], NULL, 0, a, &rows, e))
		return err_wrap(e, "reading which processes live");
	*n = rows.n;
	*out = arena_array(a, rows.n, sizeof(**out));
	for (size_t i = 0; i < rows.n; i++) {
		const struct db_value *v = &rows.v[i * rows.columns];

		(*out)[i] = (struct pulse_program){ .program = v[0].s,
			.processes = v[1].i,
			.silent_s = v[2].i,
			.memory_max_kb = v[3].i };
	}
	return true;
}

bool
pulse_sweep(struct db *db, struct err *e)
{
	return db_run(db, &pulse_sql[SWEEP], NULL, 0, NULL, e);
}
