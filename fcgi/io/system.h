/* system.h - what the machine says about itself. */
#ifndef IO_SYSTEM_H
#define IO_SYSTEM_H

#include "base/err.h"
#include "base/str.h"

struct arena;

/* Resident memory of this process in KB; 0 when the machine does not tell. */
int64_t system_memory_kb(void);
/* Free space for an ordinary user where `path` lies, in MB.  ERR_IO: there is no such path, or it is out of sight. */
bool system_disk_free_mb(const char *path, int64_t *out, struct err *e) CC_MUST_USE;

/*
 * Writes a whole file, and the folders on its way, so that a reader and a crash see the old one or the new one, never
 * half of one (F-151).  Readable by everybody: nothing secret.
 */
bool system_write_file(struct arena *a, const char *path, struct str text, struct err *e) CC_MUST_USE;

#endif
