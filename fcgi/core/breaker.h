/*
 * breaker.h - when a far end counts as failing: the counting half of the circuit breaker, in memory and pure.
 *
 *             enough calls, most of them failed             open_until has passed: one call, the probe
 *   CLOSED ---------------------------------------> OPEN <------------------------------------> HALF OPEN
 *      ^                                              the probe failed: twice as long, up to a cap     |
 *      '------------------------------------- the probe was answered well -----------------------------'
 *
 * OPEN and HALF OPEN are a row of store/breaker.h, which all processes see; CLOSED is no row.  Each process counts its
 * own calls: with n workers it opens after n times as many at the latest.
 */
#ifndef CORE_BREAKER_H
#define CORE_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

/* Calls to a destination are judged over a window, in two halves. */
struct breaker_rule {
	int64_t calls, percent, window_ms;
};

/* Two that meet in one place of the table count anew: the breaker opens later then, never wrongly. */
#define BREAKER_PLACES 1024

struct breaker_count {
	int64_t tenant_id, began_ms, failing_since_ms;
	int to;
	int64_t calls[2], failed[2]; /* of this half of the window and of the one before */
};

struct breaker {
	struct breaker_count place[BREAKER_PLACES];
};

/*
 * The end of one call.  True: the far end fails as a rule, since *since_ms (of now_ms' clock); counting begins anew.
 */
bool breaker_note(struct breaker *b, int64_t tenant_id, int to, bool failed, const struct breaker_rule *rule,
    int64_t now_ms, int64_t *since_ms);

#endif
