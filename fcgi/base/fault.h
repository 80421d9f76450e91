/*
 * fault.h - named places at which a test kills the process that comes by.
 *
 *   FAULT_POINT("hook.stored");                    between the commit and the answer
 *   FAULT_POINT_OF("commit.before", what);         a place that many pass, told apart by a value
 *   if (FAULT_HIT_OF("commit.lost", what)) ...     something else than death happens there
 *
 * They exist in the builds for tests (CONNECTOR_FAULTS is defined: kind=san, kind=fault) and are nothing in a release
 * build, so that no installed program has them.
 *
 * Armed from outside: the environment variable CONNECTOR_FAULTS names a folder.  A file in it that is called as the
 * point, or POINT@VALUE, and holds "PASSES KILLS" (nothing: "0 1") lets so many passes go and kills (SIGKILL) at the
 * next so many.  It is gone before the last of them dies, so that what is started again goes on.  All processes share
 * it.
 *
 * Every point stands in tests/data/fault-points.txt with what comes by there; lint compares that table with the
 * sources, and tests kill at each row.  Whoever adds a point, or a transaction to the engine, adds a row there.
 */
#ifndef BASE_FAULT_H
#define BASE_FAULT_H

#ifdef CONNECTOR_FAULTS

#include <stdbool.h>

#include "base/str.h"

/* Whether the point is armed and this pass is the one; takes it off the file.  No value: .n = 0. */
bool fault_hit(const char *point, struct str value);
/* Does not return when it is. */
void fault_point(const char *point, struct str value);

#define FAULT_POINT(point)           fault_point(point, STR(""))
#define FAULT_POINT_OF(point, value) fault_point(point, value)
#define FAULT_HIT_OF(point, value)   fault_hit(point, value)

#else

#define FAULT_POINT(point)           ((void)0)
#define FAULT_POINT_OF(point, value) ((void)0)
#define FAULT_HIT_OF(point, value)   0

#endif
#endif
