/* disk.c - see disk.h. */
#include "store/disk.h"

#include "base/arena.h"
#include "io/db.h"
#include "io/system.h"

const struct sql disk_sql[] = {
	/* About the server, not about anybody's rows. */
	{ "disk.folder", SQL_GLOBAL, "", "s", "SELECT CAST(@@datadir AS BINARY)", NULL, NULL },
};
const size_t disk_sql_n = sizeof(disk_sql) / sizeof(disk_sql[0]);

bool
disk_free_mb(struct db *db, struct arena *a, const struct settings *s, int64_t *out, struct err *e)
{
	struct str folder = s->disk_dir;
	const struct db_value *row;

	if (folder.n == 0 && s->database_host.n > 0)
		return err_set(e, ERR_NOT_FOUND, "the database is on another machine and disk_dir is not set");
	if (folder.n == 0) {
		if (!db_query_one(db, &disk_sql[0], NULL, 0, a, &row, e))
			return err_wrap(e, "asking where the database writes");
		folder = row[0].s;
	}
	if (system_disk_free_mb(str_c(a, folder), out, e))
		return true;
	e->code = ERR_NOT_FOUND;
	return false;
}
