/* alarm.c - see alarm.h. */
#include "store/alarm.h"

#include "base/arena.h"
#include "base/log.h"
#include "store/mail.h"

#define DETAIL_MAX 500

enum {
	RAISE,
	STANDING,
	MAILED_LATELY,
	END,
	LIST,
	LOAD,
	SWEEP
};

#define COLUMNS "alarm_id, kind, detail, raised_at, ended_at"

const struct sql alarm_sql[] = {
	[RAISE] = { "alarm.raise", SQL_TENANT, "iss", "",
	    "INSERT INTO alarm (tenant_id, kind, detail, raised_at) VALUES (?, ?, ?, UTC_TIMESTAMP(3)) "
	    "ON DUPLICATE KEY UPDATE detail = VALUES(detail)",
	    NULL, NULL },
	[STANDING] = { "alarm.standing", SQL_TENANT, "is", "i",
	    "SELECT alarm_id FROM alarm WHERE tenant_id = ? AND kind = ? AND open = 1 FOR UPDATE", NULL, NULL },
	[MAILED_LATELY] = { "alarm.mailed_lately", SQL_TENANT, "is", "i",
	    "SELECT COUNT(*) FROM alarm x JOIN mail m ON m.tenant_id = x.tenant_id AND m.subject_id = x.alarm_id AND "
	    "m.kind = 'alarm' WHERE x.tenant_id = ? AND x.kind = ? AND "
	    "x.raised_at > UTC_TIMESTAMP(3) - INTERVAL 1 HOUR",
	    NULL, NULL },
	[END] = { "alarm.end", SQL_TENANT, "ii", "",
	    "UPDATE alarm SET open = NULL, ended_at = UTC_TIMESTAMP(3) WHERE tenant_id = ? AND alarm_id = ?", NULL,
	    NULL },
	[LIST] = { "alarm.list", SQL_TENANT, "i", "isstt",
	    "SELECT " COLUMNS " FROM alarm WHERE tenant_id = ? AND open = 1 ORDER BY kind", NULL, NULL },
	[LOAD] = { "alarm.load", SQL_TENANT, "ii", "isstt",
	    "SELECT " COLUMNS " FROM alarm WHERE tenant_id = ? AND alarm_id = ?", NULL, NULL },
	/* Housekeeping of the installation. */
	[SWEEP] = { "alarm.sweep", SQL_GLOBAL, "", "",
	    "DELETE FROM alarm WHERE ended_at < UTC_TIMESTAMP(3) - INTERVAL 90 DAY LIMIT 1000", NULL, NULL },
};
const size_t alarm_sql_n = sizeof(alarm_sql) / sizeof(alarm_sql[0]);

static const char *const kinds[ALARM__COUNT] = { "hubspot_ended", "hubspot_scopes", "impact_refused", "impact_scopes" };

const char *
alarm_kind_name(enum alarm_kind kind)
{
	return kinds[kind];
}

/* The alarm of that kind that stands, or 0; it stays so until the transaction ends. */
static bool
standing(struct db *db, struct arena *a, int64_t tenant_id, enum alarm_kind kind, int64_t *id, struct err *e)
{
	struct db_rows rows;

	if (!db_query(db, &alarm_sql[STANDING], DB_IN(DB_V_I(tenant_id), DB_V_S(str_from(kinds[kind]))), a, &rows, e))
		return false;
	*id = rows.n > 0 ? rows.v[0].i : 0;
	return true;
}

bool
alarm_raise(struct db *db, struct arena *a, int64_t tenant_id, enum alarm_kind kind, struct str detail, struct err *e)
{
	struct str name = str_from(kinds[kind]);
	const struct db_value *lately;
	int64_t stood, id;

	detail = str_slice(detail, 0, DETAIL_MAX);
	if (!standing(db, a, tenant_id, kind, &stood, e) ||
	    !db_query_one(db, &alarm_sql[MAILED_LATELY], DB_IN(DB_V_I(tenant_id), DB_V_S(name)), a, &lately, e) ||
	    !db_run(db, &alarm_sql[RAISE], DB_IN(DB_V_I(tenant_id), DB_V_S(name), DB_V_S(detail)), NULL, e))
		return err_wrap(e, "raising an alarm");
	if (stood != 0)
		return true;
	log_event(LOG_WARN, "alarm.raised", LOG_C("alarm", kinds[kind]), LOG_S("detail", detail));
	if (lately->i > 0)
		return true;
	return standing(db, a, tenant_id, kind, &id, e) && mail_queue_alarm(db, tenant_id, id, e);
}

bool
alarm_end(struct db *db, struct arena *a, int64_t tenant_id, enum alarm_kind kind, bool *stood, struct err *e)
{
	int64_t id;

	if (!standing(db, a, tenant_id, kind, &id, e))
		return false;
	if (stood != NULL)
		*stood = id != 0;
	if (id == 0)
		return true;
	log_event(LOG_INFO, "alarm.ended", LOG_C("alarm", kinds[kind]));
	return db_run(db, &alarm_sql[END], DB_IN(DB_V_I(tenant_id), DB_V_I(id)), NULL, e) &&
	       mail_queue_recovery(db, tenant_id, id, e);
}

static void
from_row(const struct db_value *v, struct alarm *out)
{
	*out = (struct alarm){ .alarm_id = v[0].i, .detail = v[2].s, .raised_ms = v[3].i, .ended_ms = v[4].i };
	for (int k = 0; k < ALARM__COUNT; k++)
		if (str_eq(v[1].s, str_from(kinds[k])))
			out->kind = (enum alarm_kind)k;
}

bool
alarm_list(struct db *db, struct arena *a, int64_t tenant_id, struct alarm **out, size_t *n, struct err *e)
{
	struct db_rows rows;

	if (!db_query(db, &alarm_sql[LIST], DB_IN(DB_V_I(tenant_id)), a, &rows, e))
		return err_wrap(e, "reading alarms");
	*out = arena_array(a, rows.n, sizeof(**out));
	*n = rows.n;
	for (size_t i = 0; i < rows.n; i++)
		from_row(&rows.v[i * rows.columns], &(*out)[i]);
	return true;
}

bool
alarm_load(struct db *db, struct arena *a, int64_t tenant_id, int64_t alarm_id, struct alarm *out, struct err *e)
{
	const struct db_value *row;

	if (!db_query_one(db, &alarm_sql[LOAD], DB_IN(DB_V_I(tenant_id), DB_V_I(alarm_id)), a, &row, e))
		return false;
	from_row(row, out);
	return true;
}

bool
alarm_sweep(struct db *db, struct err *e)
{
	return db_run(db, &alarm_sql[SWEEP], NULL, 0, NULL, e);
}
