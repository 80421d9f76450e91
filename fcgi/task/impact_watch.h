/*
 * impact_watch.h - tries an account's impact.com credentials by the clock (C-20): they do not expire, but somebody may
 * change, disable or narrow the token there.
 *
 *   401 twice, seconds apart          an alarm; tried again every impact_retry_s
 *   Actions or submissions forbidden  an alarm that names them
 *   all is well again                 the alarm ends, what is parked goes out, each once
 *   no answer that tells              nothing is concluded
 *
 * A send that is refused asks for a look at once.  The three calls come out of what the hourly limit leaves over.
 */
#ifndef TASK_IMPACT_WATCH_H
#define TASK_IMPACT_WATCH_H

#include "flow/step.h"

/* When it ends, again_in_ms says when it is due next; -1: there is nothing to try. */
struct step *impact_watch_new(struct arena *a, const struct parts *parts, int64_t tenant_id);

#endif
