/*
 * disk.h - whether the database has room: MariaDB aborts on a full disk, so work that grows it stops before (F-148).
 *
 *   taking in, splitting, deciding, sending, walking over accounts, changes on the site      stop
 *   answers of far ends, following what was sent, erasing, dropping old days, signing in      go on
 *
 * The room is that of disk_dir, or of the folder that a database on this machine names.  A process that cannot see it
 * goes by what the others tell with their pulse (store/pulse.h): one worker on the database's machine is enough.  Where
 * nobody can see the disk (a managed database), database_max_mb bounds the size of the data; workers weigh it.
 */
#ifndef STORE_DISK_H
#define STORE_DISK_H

#include "base/err.h"
#include "io/db.h"

struct disk {
	const struct settings *settings;
	struct db *db;
	bool weighs; /* a worker: compares the data with database_max_mb */
	/* found out */
	bool seen_full; /* by this process itself; its pulse tells the others */
	bool full;
	int64_t free_mb; /* -1: not known from here */
	char folder[1024];
	int64_t next_look_ms, next_weigh_ms; /* monotonic */
	bool too_heavy;
};

struct disk disk_of(const struct settings *s, struct db *db);
/* Looks at most once a second, else says what it saw; a database that is away changes nothing.  Logs a change. */
bool disk_is_full(struct disk *d);

/*
 * In MB, now.  ERR_NOT_FOUND when that cannot be known from here (a database elsewhere and no disk_dir, or a folder
 * that is hidden from this process).
 */
bool disk_free_mb(struct db *db, struct arena *a, const struct settings *s, int64_t *out, struct err *e) CC_MUST_USE;
/* How many living processes see too little room. */
bool disk_told_full(struct db *db, struct arena *a, int64_t *processes, struct err *e) CC_MUST_USE;

extern const struct sql disk_sql[];
extern const size_t disk_sql_n;

#endif
