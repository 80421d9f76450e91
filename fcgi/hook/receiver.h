/* receiver.h - the loop of connector-hooks: one request, its receiver by path, one answer. */
#ifndef HOOK_RECEIVER_H
#define HOOK_RECEIVER_H

#include "base/settings.h"

struct db;

/* Serves FastCGI on descriptor 0 until SIGTERM; `process` names this process; the program's exit code. */
int receiver_run(const struct settings *settings, struct db *db, struct str process);

#endif
