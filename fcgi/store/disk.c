/* disk.c - see disk.h. */
#include "store/disk.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "io/system.h"
#include "store/pulse.h"

#define LOOK_MS   1000
#define WEIGH_MS  10000
#define ARENA_MAX (64UL * 1024)

enum {
	FOLDER,
	TOLD,
	WEIGHT
};

#define TEXT_OF(x) #x
#define SECONDS(x) "INTERVAL " TEXT_OF(x) " SECOND"

/* About the server and the installation's processes, not about anybody's rows. */
const struct sql disk_sql[] = {
	[FOLDER] = { "disk.folder", SQL_GLOBAL, "", "s", "SELECT CAST(@@datadir AS BINARY)", NULL, NULL },
	/* As above. */
	[TOLD] = { "disk.told", SQL_GLOBAL, "", "i",
	    "SELECT COUNT(*) FROM process WHERE disk_full = 1 AND seen_at > UTC_TIMESTAMP(3) - " SECONDS(PULSE_DEAD_S),
	    NULL, NULL },
	/* As above. */
	[WEIGHT] = { "disk.weight", SQL_GLOBAL, "", "i",
	    "SELECT CAST(COALESCE(SUM(data_length + index_length), 0) / 1048576 AS SIGNED) FROM "
	    "information_schema.tables WHERE table_schema = DATABASE()",
	    NULL, NULL },
};
const size_t disk_sql_n = sizeof(disk_sql) / sizeof(disk_sql[0]);

struct disk
disk_of(const struct settings *s, struct db *db)
{
	return (struct disk){ .settings = s, .db = db, .free_mb = -1 };
}

/* Empty: it is elsewhere. */
static bool
folder_of(struct db *db, struct arena *a, const struct settings *s, struct str *out, struct err *e)
{
	const struct db_value *row;

	*out = s->disk_dir;
	if (out->n > 0 || s->database_host.n > 0)
		return true;
	if (!db_query_one(db, &disk_sql[FOLDER], NULL, 0, a, &row, e))
		return err_wrap(e, "asking where the database writes");
	*out = row[0].s;
	return true;
}

bool
disk_free_mb(struct db *db, struct arena *a, const struct settings *s, int64_t *out, struct err *e)
{
	struct str folder;

	if (!folder_of(db, a, s, &folder, e))
		return false;
	if (folder.n == 0)
		return err_set(e, ERR_NOT_FOUND, "the database is on another machine and disk_dir is not set");
	if (system_disk_free_mb(str_c(a, folder), out, e))
		return true;
	e->code = ERR_NOT_FOUND;
	return false;
}

bool
disk_told_full(struct db *db, struct arena *a, int64_t *processes, struct err *e)
{
	const struct db_value *row;

	if (!db_query_one(db, &disk_sql[TOLD], NULL, 0, a, &row, e))
		return err_wrap(e, "asking what others see of the disk");
	*processes = row[0].i;
	return true;
}

/* The folder is asked for once: looking needs no database then, which may be away because its disk is full. */
static void
see(struct disk *d, struct arena *a)
{
	/* What is full is full until there is room for more than the next second. */
	int64_t least = d->settings->disk_free_min_mb + (d->seen_full ? d->settings->disk_free_min_mb / 8 : 0);
	struct err e = { .code = ERR_NONE };
	struct str folder;

	if (d->folder[0] == '\0') {
		if (!folder_of(d->db, a, d->settings, &folder, &e) || folder.n == 0)
			return;
		(void)snprintf(d->folder, sizeof(d->folder), STR_FMT, STR_ARG(folder));
	}
	if (system_disk_free_mb(d->folder, &d->free_mb, &e))
		d->seen_full = d->free_mb < least;
	else
		d->free_mb = -1;
}

static void
weigh(struct disk *d, struct arena *a, int64_t now)
{
	struct err e = { .code = ERR_NONE };
	const struct db_value *row;

	if (!d->weighs || d->settings->database_max_mb == 0)
		return;
	if (now >= d->next_weigh_ms && db_query_one(d->db, &disk_sql[WEIGHT], NULL, 0, a, &row, &e)) {
		d->too_heavy = row[0].i >= d->settings->database_max_mb;
		d->next_weigh_ms = now + WEIGH_MS;
	}
}

static bool
look(struct disk *d, struct arena *a, int64_t now)
{
	struct err e = { .code = ERR_NONE };
	int64_t others = 0;

	see(d, a);
	weigh(d, a, now);
	if (d->seen_full || d->too_heavy)
		return true;
	if (d->free_mb >= 0 && d->settings->database_max_mb == 0)
		return false;
	return disk_told_full(d->db, a, &others, &e) ? others > 0 : d->full;
}

bool
disk_is_full(struct disk *d)
{
	int64_t now = clock_mono_ms();
	struct arena *a;
	bool full;

	if (now < d->next_look_ms)
		return d->full;
	d->next_look_ms = now + LOOK_MS;
	a = arena_new(ARENA_MAX);
	full = look(d, a, now);
	arena_free(a);
	if (full != d->full)
		log_event(full ? LOG_ERROR : LOG_INFO, full ? "disk.full" : "disk.free", LOG_I("free_mb", d->free_mb),
		    LOG_I("disk_free_min_mb", d->settings->disk_free_min_mb));
	d->full = full;
	return full;
}
