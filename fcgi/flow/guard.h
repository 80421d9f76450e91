/*
 * guard.h - the circuit breaker where calls begin and end (core/breaker.h, store/breaker.h).
 *
 * A step asks guard_may() before it calls; a runner tells guard_saw() of each answer and has guard_settle() write what
 * follows from them, outside of any transaction.
 */
#ifndef FLOW_GUARD_H
#define FLOW_GUARD_H

#include "flow/step.h"
#include "store/breaker.h"

/* *wait_ms is 0, or how long the step may not call.  *probe: it may make one call. */
bool guard_may(struct step *s, enum breaker_to to, bool *probe, int64_t *wait_ms, struct err *e) CC_MUST_USE;
/* In memory only.  E-mail is not counted. */
void guard_saw(const struct step *s, size_t i, const struct http_answer *answer);
void guard_settle(const struct parts *parts);

/* A scope is missing: no such call but a probe now and then; and what the probe brought. */
bool guard_refused(struct step *s, enum breaker_to to, struct str why, struct err *e) CC_MUST_USE;
bool guard_allowed(struct step *s, enum breaker_to to, struct err *e) CC_MUST_USE;
/* A person mended the connection: all of them are tried at once. */
void guard_lift(struct db *db, int64_t tenant_id, enum breaker_to first, enum breaker_to last);

#endif
