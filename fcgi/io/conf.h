/* conf.h - reads connector.conf (libconfig syntax, flat keys). */
#ifndef IO_CONF_H
#define IO_CONF_H

#include "base/err.h"
#include "base/settings.h"

/*
 * Reads `path` into *out.  Refused with file and line: a syntax error, an unknown key, a wrong type, a
 * value out of its range, a key that must be given and is not, @include, groups and lists.  Refused too:
 * a file that others than its owner may read, because it holds secrets.  Several faults are told at once,
 * one a line, in *faults (arena), the first also in *e.
 */
bool conf_load(struct arena *a, const char *path, struct settings *out, struct str *faults, struct err *e) CC_MUST_USE;
/* The master key file: 64 hex digits, readable by its owner alone. */
bool conf_master_key(struct arena *a, const char *path, struct secret *out, struct err *e) CC_MUST_USE;
/* A whole file (at most max bytes). */
bool conf_read_file(struct arena *a, const char *path, size_t max, struct str *out, struct err *e) CC_MUST_USE;

#endif
