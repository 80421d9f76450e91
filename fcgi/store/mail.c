/* mail.c - see mail.h. */
#include "store/mail.h"

#include "base/arena.h"
#include "store/schedule.h"

#define PROBLEM_MAX 255

enum {
	QUEUE,
	CANCEL,
	QUEUE_ALARM,
	DROP_ALARM,
	QUEUE_RECOVERY,
	DROP,
	DUE,
	CLAIM,
	SENT,
	FAILED,
	NEXT,
	SWEEP
};

const struct sql mail_sql[] = {
	[QUEUE] = { "mail.queue", SQL_TENANT, "isi", "",
	    "INSERT INTO mail (tenant_id, kind, subject_id, state, created_at, due) "
	    "VALUES (?, ?, ?, 'waiting', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3)) "
	    "ON DUPLICATE KEY UPDATE state = VALUES(state), created_at = VALUES(created_at), due = VALUES(due), "
	    "tries = tries + 1, problem = ''",
	    NULL, NULL },
	[CANCEL] = { "mail.cancel", SQL_TENANT, "isi", "",
	    "DELETE FROM mail WHERE tenant_id = ? AND kind = ? AND subject_id = ?", NULL, NULL },
	[QUEUE_ALARM] = { "mail.queue_alarm", SQL_TENANT, "ii", "",
	    "INSERT INTO mail (tenant_id, kind, subject_id, person_id, state, created_at, due) "
	    "SELECT x.tenant_id, 'alarm', x.alarm_id, p.person_id, 'waiting', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) "
	    "FROM alarm x JOIN person p ON p.tenant_id = x.tenant_id AND p.role = 'owner' AND p.removed_at IS NULL AND "
	    "p.email <> '' WHERE x.tenant_id = ? AND x.alarm_id = ? "
	    "ON DUPLICATE KEY UPDATE tenant_id = VALUES(tenant_id)",
	    NULL, NULL },
	[QUEUE_RECOVERY] = { "mail.queue_recovery", SQL_TENANT, "ii", "",
	    "INSERT INTO mail (tenant_id, kind, subject_id, person_id, state, created_at, due) "
	    "SELECT m.tenant_id, 'recovery', m.subject_id, m.person_id, 'waiting', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) "
	    "FROM mail m WHERE m.tenant_id = ? AND m.subject_id = ? AND m.kind = 'alarm' AND m.state = 'sent' "
	    "ON DUPLICATE KEY UPDATE tenant_id = VALUES(tenant_id)",
	    NULL, NULL },
	[DROP_ALARM] = { "mail.drop_alarm", SQL_TENANT, "ii", "",
	    "DELETE FROM mail WHERE tenant_id = ? AND subject_id = ? AND kind = 'alarm' AND state = 'waiting'", NULL,
	    NULL },
	[DROP] = { "mail.drop", SQL_TENANT, "iii", "",
	    "DELETE FROM mail WHERE tenant_id = ? AND mail_id = ? AND tries = ?", NULL, NULL },
	/* One worker sends for all tenants. */
	[DUE] = { "mail.due", SQL_GLOBAL, "", "iiiiisi",
	    "SELECT tenant_id, mail_id, subject_id, person_id, tries, kind, TIMESTAMPDIFF(SECOND, created_at, "
	    "UTC_TIMESTAMP(3)) "
	    "FROM mail WHERE state = 'waiting' AND due <= UTC_TIMESTAMP(3) ORDER BY due LIMIT 8",
	    NULL, NULL },
	[CLAIM] = { "mail.claim", SQL_TENANT, "iiii", "",
	    "UPDATE mail SET due = UTC_TIMESTAMP(3) + INTERVAL ? SECOND, tries = tries + 1 "
	    "WHERE tenant_id = ? AND mail_id = ? AND tries = ? AND state = 'waiting'",
	    NULL, NULL },
	/* Queued anew meanwhile, it stays as it is. */
	[SENT] = { "mail.sent", SQL_TENANT, "iii", "",
	    "UPDATE mail SET state = 'sent', problem = '' WHERE tenant_id = ? AND mail_id = ? AND tries = ?", NULL,
	    NULL },
	[FAILED] = { "mail.failed", SQL_TENANT, "ssiiii", "",
	    "UPDATE mail SET state = ?, problem = ?, due = UTC_TIMESTAMP(3) + INTERVAL ? * 1000 MICROSECOND "
	    "WHERE tenant_id = ? AND mail_id = ? AND tries = ?",
	    NULL, NULL },
	/* One worker sends for all tenants. */
	[NEXT] = { "mail.next", SQL_GLOBAL, "", "i",
	    "SELECT TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(3), MIN(due)) DIV 1000 FROM mail WHERE state = 'waiting'",
	    NULL, NULL },
	/* Housekeeping of the installation. */
	[SWEEP] = { "mail.sweep", SQL_GLOBAL, "", "",
	    "DELETE FROM mail WHERE state IN ('sent', 'failed') AND due < UTC_TIMESTAMP(3) - INTERVAL 30 DAY "
	    "LIMIT 1000",
	    NULL, NULL },
};
const size_t mail_sql_n = sizeof(mail_sql) / sizeof(mail_sql[0]);

static const char *const kinds[MAIL__COUNT] = { "invitation", "sign_in", "alarm", "recovery" };

bool
mail_queue(struct db *db, int64_t tenant_id, enum mail_kind kind, int64_t subject_id, struct err *e)
{
	return db_run(db, &mail_sql[QUEUE], DB_IN(DB_V_I(tenant_id), DB_V_S(str_from(kinds[kind])), DB_V_I(subject_id)),
	           NULL, e) &&
	       schedule_set(db, 0, SCHEDULE_MAIL, 0, true, e);
}

bool
mail_cancel(struct db *db, int64_t tenant_id, enum mail_kind kind, int64_t subject_id, struct err *e)
{
	return db_run(db, &mail_sql[CANCEL],
	    DB_IN(DB_V_I(tenant_id), DB_V_S(str_from(kinds[kind])), DB_V_I(subject_id)), NULL, e);
}

bool
mail_queue_alarm(struct db *db, int64_t tenant_id, int64_t alarm_id, struct err *e)
{
	return db_run(db, &mail_sql[QUEUE_ALARM], DB_IN(DB_V_I(tenant_id), DB_V_I(alarm_id)), NULL, e) &&
	       schedule_set(db, 0, SCHEDULE_MAIL, 0, true, e);
}

bool
mail_queue_recovery(struct db *db, int64_t tenant_id, int64_t alarm_id, struct err *e)
{
	return db_run(db, &mail_sql[DROP_ALARM], DB_IN(DB_V_I(tenant_id), DB_V_I(alarm_id)), NULL, e) &&
	       db_run(db, &mail_sql[QUEUE_RECOVERY], DB_IN(DB_V_I(tenant_id), DB_V_I(alarm_id)), NULL, e) &&
	       schedule_set(db, 0, SCHEDULE_MAIL, 0, true, e);
}

bool
mail_drop(struct db *db, const struct mail *m, struct err *e)
{
	return db_run(db, &mail_sql[DROP], DB_IN(DB_V_I(m->tenant_id), DB_V_I(m->mail_id), DB_V_I(m->tries)), NULL, e);
}

bool
mail_due(struct db *db, struct arena *a, struct mail **out, size_t *n, struct err *e)
{
	struct db_rows rows;

	if (!db_query(db, &mail_sql[DUE], NULL, 0, a, &rows, e))
		return err_wrap(e, "looking for e-mails to send");
	*out = arena_array(a, rows.n, sizeof(**out));
	*n = rows.n;
	for (size_t i = 0; i < rows.n; i++) {
		const struct db_value *v = &rows.v[i * rows.columns];

		(*out)[i] = (struct mail){ .tenant_id = v[0].i,
			.mail_id = v[1].i,
			.subject_id = v[2].i,
			.person_id = v[3].i,
			.tries = v[4].i,
			.age_s = v[6].i };
		for (int k = 0; k < MAIL__COUNT; k++)
			if (str_eq(v[5].s, str_from(kinds[k])))
				(*out)[i].kind = (enum mail_kind)k;
	}
	return true;
}

bool
mail_claim(struct db *db, struct mail *m, int64_t hold_s, struct err *e)
{
	int64_t changed;

	if (!db_run(db, &mail_sql[CLAIM],
	        DB_IN(DB_V_I(hold_s), DB_V_I(m->tenant_id), DB_V_I(m->mail_id), DB_V_I(m->tries)), &changed, e))
		return false;
	m->tries++;
	return changed == 1 || err_set(e, ERR_CONFLICT, "somebody else sends this e-mail");
}

bool
mail_sent(struct db *db, const struct mail *m, struct err *e)
{
	return db_run(db, &mail_sql[SENT], DB_IN(DB_V_I(m->tenant_id), DB_V_I(m->mail_id), DB_V_I(m->tries)), NULL, e);
}

bool
mail_failed(struct db *db, const struct mail *m, struct str problem, int64_t wait_ms, struct err *e)
{
	return db_run(db, &mail_sql[FAILED],
	    DB_IN(DB_V_S(wait_ms < 0 ? STR("failed") : STR("waiting")), DB_V_S(str_slice(problem, 0, PROBLEM_MAX)),
	        DB_V_I(wait_ms < 0 ? 0 : wait_ms), DB_V_I(m->tenant_id), DB_V_I(m->mail_id), DB_V_I(m->tries)),
	    NULL, e);
}

bool
mail_next(struct db *db, struct arena *a, int64_t *in_ms, struct err *e)
{
	const struct db_value *row;

	if (!db_query_one(db, &mail_sql[NEXT], NULL, 0, a, &row, e))
		return false;
	*in_ms = row[0].kind == DB_NULL ? -1 : row[0].i > 0 ? row[0].i : 0;
	return true;
}

bool
mail_sweep(struct db *db, struct err *e)
{
	return db_run(db, &mail_sql[SWEEP], NULL, 0, NULL, e);
}
