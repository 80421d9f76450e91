/*
 * gate.h - the circuit breaker where calls begin and end (core/breaker.h, store/breaker.h).
 *
 * A step asks gate_may() before it calls; a runner tells gate_saw() of each answer and has gate_settle() write what
 * follows from them, outside of any transaction.
 */
#ifndef FLOW_GATE_H
#define FLOW_GATE_H

#include "flow/step.h"
#include "store/breaker.h"

/* *wait_ms is 0, or how long the step may not call.  *probe: it may make one call. */
bool gate_may(struct step *s, enum breaker_to to, bool *probe, int64_t *wait_ms, struct err *e) CC_MUST_USE;
/* A call was answered, or not: in memory only. */
void gate_saw(const struct step *s, enum breaker_to to, const struct http_answer *answer);
void gate_settle(const struct parts *parts);

/* A scope is missing: no such call but a probe now and then; and what the probe brought. */
bool gate_refused(struct step *s, enum breaker_to to, struct str why, struct err *e) CC_MUST_USE;
bool gate_allowed(struct step *s, enum breaker_to to, struct err *e) CC_MUST_USE;
/* A person mended the connection: all of them are tried at once. */
void gate_lift(struct db *db, int64_t tenant_id, enum breaker_to first, enum breaker_to last);

#endif
