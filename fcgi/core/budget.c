/* budget.c - see budget.h. */
#include "core/budget.h"

#include <assert.h>

#include "base/arena.h"

#define SPANS_IN_WINDOW 64
/* Of a span: last_ms in 8 bytes, calls and spare in 4 each, the high byte first. */
#define SPAN_BYTES 16

static void
put(unsigned char *at, size_t bytes, int64_t v)
{
	for (size_t i = 0; i < bytes; i++)
		at[i] = (unsigned char)((uint64_t)v >> (8 * (bytes - 1 - i)));
}

static int64_t
get(const unsigned char *at, size_t bytes)
{
	uint64_t v = 0;

	for (size_t i = 0; i < bytes; i++)
		v = v << 8 | at[i];
	return (int64_t)v;
}

struct str
budget_log_write(struct arena *a, const struct budget_log *log)
{
	unsigned char *p = arena_alloc(a, log->n * SPAN_BYTES + 1);

	for (size_t i = 0; i < log->n; i++) {
		put(p + i * SPAN_BYTES, 8, log->v[i].last_ms);
		put(p + i * SPAN_BYTES + 8, 4, log->v[i].calls);
		put(p + i * SPAN_BYTES + 12, 4, log->v[i].spare);
	}
	return (struct str){ .p = (const char *)p, .n = log->n * SPAN_BYTES };
}

static int64_t
ends_ms(const struct budget_span *span, const struct budget_rule *rule)
{
	return span->last_ms + rule->window_ms + rule->margin_ms;
}

void
budget_log_read(struct str bytes, const struct budget_rule *rule, int64_t now_ms, struct budget_log *log)
{
	log->n = 0;
	if (bytes.n % SPAN_BYTES != 0 || bytes.n > sizeof(log->v) / sizeof(log->v[0]) * SPAN_BYTES)
		return;
	for (size_t i = 0; i < bytes.n / SPAN_BYTES; i++) {
		const unsigned char *at = (const unsigned char *)bytes.p + i * SPAN_BYTES;
		struct budget_span span = { .last_ms = get(at, 8), .calls = get(at + 8, 4), .spare = get(at + 12, 4) };

		/* Another database's clock may have been ahead. */
		if (span.last_ms > now_ms)
			span.last_ms = now_ms;
		if (ends_ms(&span, rule) > now_ms)
			log->v[log->n++] = span;
	}
}

void
budget_log_add(struct budget_log *log, const struct budget_rule *rule, int64_t now_ms, int64_t calls, int64_t spare)
{
	int64_t width = rule->window_ms / SPANS_IN_WINDOW;
	struct budget_span *last = log->n == 0 ? NULL : &log->v[log->n - 1];

	assert(width > 0 && calls >= spare && spare >= 0);
	if (calls == 0)
		return;
	if (last == NULL || (last->last_ms / width != now_ms / width && log->n < BUDGET_SPANS)) {
		log->v[log->n++] = (struct budget_span){ .last_ms = now_ms, .calls = calls, .spare = spare };
		return;
	}
	last->last_ms = now_ms;
	last->calls += calls;
	last->spare += spare;
}

struct budget_span
budget_log_sum(const struct budget_log *log)
{
	struct budget_span sum = { .calls = 0 };

	for (size_t i = 0; i < log->n; i++) {
		sum.calls += log->v[i].calls;
		sum.spare += log->v[i].spare;
	}
	return sum;
}

int64_t
budget_log_wait_ms(const struct budget_log *log, const struct budget_rule *rule, int64_t now_ms, int64_t calls)
{
	int64_t left = budget_log_sum(log).calls;
	size_t i = 0;

	while (i < log->n && left > calls)
		left -= log->v[i++].calls;
	return i == 0 ? 0 : ends_ms(&log->v[i - 1], rule) - now_ms;
}

/*
 * What is free now is made now and becomes free again a window later; what was made becomes free span by span.  So
 * the same moments come round once in a window.
 */
int64_t
budget_log_drain_ms(const struct budget_log *log, const struct budget_rule *rule, int64_t now_ms, int64_t n,
    int64_t percent)
{
	const int64_t round_ms = rule->window_ms + rule->margin_ms;
	int64_t used = budget_log_sum(log).calls;
	int64_t unused = used < rule->calls ? rule->calls - used : 0;
	int64_t in_a_round = (used + unused) * percent; /* in hundredths of a call, as all that follows */
	int64_t left = n * 100 - unused * percent;
	int64_t rounds;

	if (left <= 0)
		return 0;
	if (in_a_round <= 0)
		return round_ms;
	rounds = (left - 1) / in_a_round;
	left -= rounds * in_a_round;
	for (size_t i = 0; i < log->n; i++) {
		left -= log->v[i].calls * percent;
		if (left <= 0)
			return ends_ms(&log->v[i], rule) - now_ms + rounds * round_ms;
	}
	return (rounds + 1) * round_ms; /* in those that are free now, once more */
}
