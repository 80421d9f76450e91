/* migrate.c - see migrate.h. */
#include "store/migrate.h"

#include <dirent.h>
#include <errno.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "io/conf.h"
#include "io/db.h"

#define FILE_BYTES_MAX (1024 * 1024)
#define FILES_MAX      1000
#define LEASE_POLL_MS  100

enum {
	LEASE_TAKE,
	LEASE_GIVE,
	STEPS,
	BEGIN,
	DONE,
	COUNTS
};

/* The installation's own tables: there is no tenant in a schema. */
const struct sql migrate_sql[] = {
	[LEASE_TAKE] = { "migrate.lease_take", SQL_GLOBAL, "ss", "",
	    "UPDATE migration_lease SET owner = ?, lease_until = UTC_TIMESTAMP(3) + INTERVAL 30 SECOND, "
	    "version = version + 1 WHERE id = 1 AND (owner = ? OR lease_until IS NULL OR lease_until < "
	    "UTC_TIMESTAMP(3))",
	    NULL, NULL },
	[LEASE_GIVE] = { "migrate.lease_give", SQL_GLOBAL, "s", "",
	    "UPDATE migration_lease SET lease_until = NULL, owner = '' WHERE id = 1 AND owner = ?", NULL, NULL },
	[STEPS] = { "migrate.steps", SQL_GLOBAL, "s", "iis",
	    "SELECT step, done_at IS NOT NULL, text_hash FROM migration WHERE file = ? ORDER BY step", NULL, NULL },
	[BEGIN] = { "migrate.begin", SQL_GLOBAL, "sis", "",
	    "INSERT INTO migration (file, step, text_hash, begun_at) VALUES (?, ?, ?, UTC_TIMESTAMP(3)) "
	    "ON DUPLICATE KEY UPDATE text_hash = VALUES(text_hash), begun_at = VALUES(begun_at)",
	    NULL, NULL },
	[DONE] = { "migrate.done", SQL_GLOBAL, "si", "",
	    "UPDATE migration SET done_at = UTC_TIMESTAMP(3) WHERE file = ? AND step = ?", NULL, NULL },
	[COUNTS] = { "migrate.counts", SQL_GLOBAL, "", "si",
	    "SELECT file, COUNT(*) FROM migration WHERE done_at IS NOT NULL GROUP BY file", NULL, NULL },
};
const size_t migrate_sql_n = sizeof(migrate_sql) / sizeof(migrate_sql[0]);

/* The two tables that know what was run cannot be a migration themselves. */
static const char *const bootstrap[] = {
	"CREATE TABLE IF NOT EXISTS migration_lease (id TINYINT NOT NULL, owner VARBINARY(64) NOT NULL DEFAULT '', "
	"lease_until DATETIME(3) NULL, version BIGINT NOT NULL DEFAULT 0, PRIMARY KEY (id)) ENGINE=InnoDB",
	"CREATE TABLE IF NOT EXISTS migration (file VARBINARY(64) NOT NULL, step INT NOT NULL, text_hash BINARY(32) "
	"NOT "
	"NULL, begun_at DATETIME(3) NOT NULL, done_at DATETIME(3) NULL, PRIMARY KEY (file, step)) ENGINE=InnoDB",
	"INSERT INTO migration_lease (id) VALUES (1) ON DUPLICATE KEY UPDATE id = 1",
};

struct file {
	struct str name, text;
};

struct run {
	struct db *db;
	struct arena *arena;
	struct str owner;
	struct migrate_report *report;
};

/* The length of a comment at the start of s; 0 when there is none. */
static size_t
comment_length(struct str s)
{
	size_t end;

	if (str_starts(s, STR("-- ")) || str_starts(s, STR("--\n")) || str_starts(s, STR("#")))
		return str_find_char(s, '\n');
	if (!str_starts(s, STR("/*")))
		return 0;
	end = str_find(str_slice(s, 2, s.n), STR("*/"));
	return 2 + end + 2 < s.n ? 2 + end + 2 : s.n;
}

/* The length of a quoted piece at the start of s, quotes included; 0 when there is none. */
static size_t
quoted_length(struct str s)
{
	char quote = s.p[0];

	if (quote != '\'' && quote != '"' && quote != '`')
		return 0;
	for (size_t i = 1; i < s.n; i++) {
		if (s.p[i] == '\\' && quote != '`')
			i++;
		else if (s.p[i] == quote)
			return i + 1;
	}
	return s.n;
}

bool
migrate_next_statement(struct arena *a, struct str *rest, struct str *statement)
{
	struct err e = { 0 };
	struct buf b;

	buf_init(&b, a, rest->n + 1);
	while (rest->n > 0) {
		size_t comment = comment_length(*rest), quoted = quoted_length(*rest), n;
		bool end = rest->p[0] == ';';

		n = comment > 0 ? comment : quoted > 0 ? quoted : 1;
		if (comment == 0 && !end)
			buf_add(&b, str_slice(*rest, 0, n));
		*rest = str_slice(*rest, n, rest->n);
		if (!end && rest->n > 0)
			continue;
		if (!buf_done(&b, statement, &e))
			return false;
		*statement = str_trim(*statement);
		if (statement->n > 0)
			return true;
		buf_init(&b, a, rest->n + 1);
	}
	return false;
}

static int
by_name(const void *x, const void *y)
{
	const struct file *f = x, *g = y;

	return str_cmp(f->name, g->name);
}

/* NNNN_name.sql */
static bool
is_migration(struct str name)
{
	for (size_t i = 0; i < 4; i++)
		if (name.n < 10 || name.p[i] < '0' || name.p[i] > '9')
			return false;
	return name.n <= 64 && name.p[4] == '_' && str_ends(name, STR(".sql"));
}

static bool
list_files(struct arena *a, struct str sql_dir, struct file **out, size_t *n, struct err *e)
{
	struct file *files = arena_array(a, FILES_MAX, sizeof(*files));
	DIR *dir = opendir(str_c(a, sql_dir));
	const struct dirent *entry;

	*n = 0;
	if (dir == NULL)
		return err_set(e, ERR_IO, "cannot read the folder " STR_FMT ": %s", STR_ARG(sql_dir), strerror(errno));
	while (*n < FILES_MAX && (entry = readdir(dir)) != NULL)
		if (is_migration(str_from(entry->d_name)))
			files[(*n)++].name = str_copy(a, str_from(entry->d_name));
	closedir(dir);
	if (*n == 0)
		return err_set(e, ERR_IO, "there is no migration in " STR_FMT, STR_ARG(sql_dir));
	qsort(files, *n, sizeof(*files), by_name);
	for (size_t i = 0; i < *n; i++)
		if (!conf_read_file(a,
		        str_c(a, str_printf(a, STR_FMT "/" STR_FMT, STR_ARG(sql_dir), STR_ARG(files[i].name))),
		        FILE_BYTES_MAX, &files[i].text, e))
			return false;
	*out = files;
	return true;
}

/* 1050 table, 1060 column, 1061 key is there already; 1091 what is to be dropped is gone already. */
static bool
was_done_before(unsigned number)
{
	return number == 1050 || number == 1060 || number == 1061 || number == 1091;
}

static bool
hold_lease(const struct run *r, int64_t wait_ms, struct err *e)
{
	int64_t give_up = clock_mono_ms() + wait_ms, changed = 0;
	const struct timespec pause = { .tv_nsec = LEASE_POLL_MS * 1000000L };

	for (;;) {
		if (!db_run(r->db, &migrate_sql[LEASE_TAKE], DB_IN(DB_V_S(r->owner), DB_V_S(r->owner)), &changed, e))
			return err_wrap(e, "the migration lease");
		if (changed == 1)
			return true;
		if (clock_mono_ms() >= give_up)
			return err_set(e, ERR_CONFLICT, "another process is migrating");
		nanosleep(&pause, NULL);
	}
}

static bool
run_step(const struct run *r, struct str file, int64_t step, struct str text, bool begun, struct err *e)
{
	struct str hash = crypto_sha256(r->arena, text);
	unsigned number = 0;

	if (!hold_lease(r, 0, e) ||
	    !db_run(r->db, &migrate_sql[BEGIN], DB_IN(DB_V_S(file), DB_V_I(step), DB_V_S(hash)), NULL, e))
		return err_wrap(e, "beginning " STR_FMT " step %lld", STR_ARG(file), (long long)step);
	if (!db_migrate_step(r->db, text, &number, e)) {
		if (!begun || !was_done_before(number))
			return err_wrap(e, STR_FMT " step %lld", STR_ARG(file), (long long)step);
		*e = (struct err){ .code = ERR_NONE };
	}
	r->report->run++;
	return db_run(r->db, &migrate_sql[DONE], DB_IN(DB_V_S(file), DB_V_I(step)), NULL, e);
}

static bool
run_file(const struct run *r, const struct file *file, struct err *e)
{
	struct str rest = file->text, text;
	struct db_rows known;
	int64_t step = 0;

	if (!db_query(r->db, &migrate_sql[STEPS], DB_IN(DB_V_S(file->name)), r->arena, &known, e))
		return err_wrap(e, STR_FMT, STR_ARG(file->name));
	for (; migrate_next_statement(r->arena, &rest, &text); step++) {
		const struct db_value *row = (size_t)step < known.n ? &known.v[(size_t)step * known.columns] : NULL;

		r->report->steps++;
		if (row != NULL && row[1].i != 0 && !str_eq(row[2].s, crypto_sha256(r->arena, text)))
			return err_set(e, ERR_INVALID, STR_FMT " step %lld was changed after it had been run",
			    STR_ARG(file->name), (long long)step + 1);
		if (row != NULL && row[1].i != 0)
			continue;
		if (!run_step(r, file->name, step, text, row != NULL, e))
			return false;
	}
	if ((size_t)step < known.n)
		return err_set(e, ERR_INVALID, STR_FMT " has fewer steps than were run", STR_ARG(file->name));
	return true;
}

static bool
run_all(const struct run *r, struct str sql_dir, struct err *e)
{
	struct file *files;
	size_t n;

	if (!list_files(r->arena, sql_dir, &files, &n, e))
		return false;
	r->report->files = (int64_t)n;
	for (size_t i = 0; i < n; i++)
		if (!run_file(r, &files[i], e))
			return false;
	return true;
}

bool
migrate_run(struct db *db, struct arena *a, struct str sql_dir, struct str owner, int64_t wait_ms,
    struct migrate_report *out, struct err *e)
{
	struct run r = { .db = db, .arena = a, .owner = owner, .report = out };
	struct err ignored = { 0 };
	unsigned number;
	bool done;

	*out = (struct migrate_report){ 0 };
	for (size_t i = 0; i < sizeof(bootstrap) / sizeof(bootstrap[0]); i++)
		if (!db_migrate_step(db, str_from(bootstrap[i]), &number, e))
			return err_wrap(e, "the migration tables");
	if (!hold_lease(&r, wait_ms, e))
		return false;
	done = run_all(&r, sql_dir, e);
	/* A lease that cannot be given back runs out by itself. */
	if (!db_run(db, &migrate_sql[LEASE_GIVE], DB_IN(DB_V_S(owner)), NULL, &ignored))
		log_event(LOG_WARN, "migrate.lease_kept", LOG_C("problem", ignored.text));
	return done;
}

bool
migrate_look(struct db *db, struct arena *a, struct str sql_dir, struct migrate_state *out, struct err *e)
{
	struct file *files;
	struct db_rows rows;
	size_t n;

	*out = (struct migrate_state){ 0 };
	if (!list_files(a, sql_dir, &files, &n, e) || !db_query(db, &migrate_sql[COUNTS], NULL, 0, a, &rows, e))
		return err_wrap(e, "looking at the schema");
	for (size_t r = 0; r < rows.n; r++)
		out->unknown += rows.v[r * rows.columns + 1].i;
	for (size_t i = 0; i < n; i++) {
		struct str rest = files[i].text, text;
		int64_t steps = 0, done = 0;

		while (migrate_next_statement(a, &rest, &text))
			steps++;
		for (size_t r = 0; r < rows.n; r++)
			if (str_eq(rows.v[r * rows.columns].s, files[i].name))
				done = rows.v[r * rows.columns + 1].i;
		out->steps += steps;
		out->missing += done < steps ? steps - done : 0;
		out->unknown -= done;
	}
	return true;
}
