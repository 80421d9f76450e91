/* live.h - runs one step to its end while a person waits: the one place where the site calls out. */
#ifndef WEB_LIVE_H
#define WEB_LIVE_H

#include "flow/step.h"
#include "io/http.h"

#define LIVE_DEADLINE_MS 25000

/*
 * False with the step's own failure, or ERR_REMOTE when it did not end in time.  No transfer outlives the call.
 * A step that waits for its call budget is called again when it may go on, one that lost a race (ERR_CONFLICT) after
 * a moment.
 */
bool live_run(struct http *http, struct step *s, int64_t deadline_ms, struct err *e) CC_MUST_USE;

#endif
