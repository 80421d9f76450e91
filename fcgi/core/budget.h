/*
 * budget.h - how many calls were made in the stretch of time that a far end counts in.  Pure.
 *
 * In no stretch of window_ms, wherever it begins, are more than `calls` granted: so it makes no difference whether the
 * far end counts by the clock, from our first call, or over the time that has just passed (HubSpot does: hubspot.md
 * 4.1; of impact.com it is not known).  Calls are kept in spans, a sixty-fourth of the window long at most.  A span
 * ends as a whole, window_ms + margin_ms after its last call: a call may be counted later than it was granted, and the
 * next one that takes its place earlier.
 */
#ifndef CORE_BUDGET_H
#define CORE_BUDGET_H

#include "base/str.h"

struct arena;

#define BUDGET_SPANS 80

struct budget_rule {
	int64_t calls;     /* at least 1 */
	int64_t window_ms; /* at least 64 */
	int64_t margin_ms;
};

struct budget_span {
	int64_t last_ms;
	int64_t calls, spare; /* spare: those of them that could have waited */
};

struct budget_log {
	struct budget_span v[BUDGET_SPANS]; /* oldest first */
	size_t n;
};

/* The bytes of a log, and back; spans that have ended are left out.  What cannot be read is an empty log. */
struct str budget_log_write(struct arena *a, const struct budget_log *log);
void budget_log_read(struct str bytes, const struct budget_rule *rule, int64_t now_ms, struct budget_log *log);

void budget_log_add(struct budget_log *log, const struct budget_rule *rule, int64_t now_ms, int64_t calls,
    int64_t spare);
/* What the window holds now. */
struct budget_span budget_log_sum(const struct budget_log *log);
/* How long until no more than `calls` of it are left; 0: now. */
int64_t budget_log_wait_ms(const struct budget_log *log, const struct budget_rule *rule, int64_t now_ms, int64_t calls);
/*
 * How long until the last of n calls can be made when they get `percent` of whatever becomes free and nothing else
 * keeps them; 0: at once.  n up to 10^9.
 */
int64_t budget_log_drain_ms(const struct budget_log *log, const struct budget_rule *rule, int64_t now_ms, int64_t n,
    int64_t percent);

#endif
