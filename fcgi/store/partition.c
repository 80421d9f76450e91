/* partition.c - see partition.h. */
#include "store/partition.h"

#include "base/arena.h"
#include "base/buf.h"
#include "io/db.h"

#define TEXT_MAX 262144

enum {
	TODAY,
	LIST
};

/* The schema is the installation's, not a tenant's. */
const struct sql partition_sql[] = {
	[TODAY] = { "partition.today", SQL_GLOBAL, "", "i", "SELECT TO_DAYS(UTC_TIMESTAMP()) - TO_DAYS('1970-01-01')",
	    NULL, NULL },
	/* As above. */
	[LIST] = { "partition.list", SQL_GLOBAL, "", "si",
	    "SELECT CAST(partition_name AS BINARY), CAST(partition_description AS SIGNED) "
	    "FROM information_schema.partitions WHERE table_schema = DATABASE() AND table_name = 'event' "
	    "AND partition_name IS NOT NULL ORDER BY partition_ordinal_position",
	    NULL, NULL },
};
const size_t partition_sql_n = sizeof(partition_sql) / sizeof(partition_sql[0]);

/* Another process was faster: 1493 the bounds do not grow, 1507 no such partition, 1517 the name is taken. */
static bool
somebody_was_faster(unsigned number)
{
	return number == 1493 || number == 1507 || number == 1517;
}

struct str
partition_add_text(struct arena *a, const int64_t *bounds, size_t n, int64_t today, int64_t keep_days, int64_t *made)
{
	int64_t first = today - keep_days, last = today + PARTITION_DAYS_AHEAD;
	struct err e = { 0 };
	struct str text = STR("");
	struct buf b;

	/* A bound is the first day that is not in its partition. */
	if (n > 0 && bounds[n - 1] > first)
		first = bounds[n - 1];
	*made = 0;
	buf_init(&b, a, TEXT_MAX);
	for (int64_t day = first; day <= last; day++, (*made)++)
		buf_addf(&b, "%sPARTITION p%lld VALUES LESS THAN (%lld)",
		    *made == 0 ? "ALTER TABLE event ADD PARTITION (" : ", ", (long long)day, (long long)day + 1);
	if (*made > 0)
		buf_addc(&b, ')');
	return buf_done(&b, &text, &e) ? text : STR("");
}

struct str
partition_drop_text(struct arena *a, const int64_t *bounds, const struct str *names, size_t n, int64_t today,
    int64_t keep_days, int64_t *dropped)
{
	struct err e = { 0 };
	struct str text = STR("");
	struct buf b;

	*dropped = 0;
	buf_init(&b, a, TEXT_MAX);
	/* The last one stays whatever its day: a table without partitions cannot be. */
	for (size_t i = 0; i + 1 < n && bounds[i] <= today - keep_days; i++, (*dropped)++)
		buf_addf(&b, "%s`" STR_FMT "`", *dropped == 0 ? "ALTER TABLE event DROP PARTITION " : ", ",
		    STR_ARG(names[i]));
	return buf_done(&b, &text, &e) ? text : STR("");
}

static bool
run(struct db *db, struct str text, struct err *e)
{
	unsigned number = 0;

	if (text.n == 0 || db_migrate_step(db, text, &number, e))
		return true;
	if (!somebody_was_faster(number))
		return err_wrap(e, "partitions of event");
	*e = (struct err){ .code = ERR_NONE };
	return true;
}

bool
partition_keep(struct db *db, struct arena *a, int64_t keep_days, struct partition_report *out, struct err *e)
{
	const struct db_value *today;
	struct db_rows rows;
	int64_t *bounds;
	struct str *names, add, drop;

	*out = (struct partition_report){ 0 };
	if (!db_query_one(db, &partition_sql[TODAY], NULL, 0, a, &today, e) ||
	    !db_query(db, &partition_sql[LIST], NULL, 0, a, &rows, e))
		return err_wrap(e, "partitions of event");
	bounds = arena_array(a, rows.n, sizeof(*bounds));
	names = arena_array(a, rows.n, sizeof(*names));
	for (size_t i = 0; i < rows.n; i++) {
		names[i] = rows.v[i * rows.columns].s;
		bounds[i] = rows.v[i * rows.columns + 1].i;
	}
	add = partition_add_text(a, bounds, rows.n, today[0].i, keep_days, &out->made);
	drop = partition_drop_text(a, bounds, names, rows.n, today[0].i, keep_days, &out->dropped);
	return run(db, add, e) && run(db, drop, e);
}
