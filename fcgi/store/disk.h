/* disk.h - the free space where the database writes: MariaDB aborts on a full disk, so it is watched from here. */
#ifndef STORE_DISK_H
#define STORE_DISK_H

#include "base/err.h"
#include "io/db.h"

/*
 * In MB: of disk_dir, else of the folder that a database on a socket of this machine names.  ERR_NOT_FOUND when that
 * cannot be known from here (a database elsewhere and no disk_dir, or a folder that is hidden from this process).
 */
bool disk_free_mb(struct db *db, struct arena *a, const struct settings *s, int64_t *out, struct err *e) CC_MUST_USE;

extern const struct sql disk_sql[];
extern const size_t disk_sql_n;

#endif
