/* breaker.c - see breaker.h. */
#include "core/breaker.h"

#include <stddef.h>

static struct breaker_count *
place_of(struct breaker *b, int64_t tenant_id, int to, int64_t now_ms)
{
	uint64_t hash = ((uint64_t)tenant_id * 4 + (uint64_t)to) * UINT64_C(0x9e3779b97f4a7c15);
	struct breaker_count *c = &b->place[(hash >> 32) % BREAKER_PLACES];

	if (c->began_ms == 0 || c->tenant_id != tenant_id || c->to != to)
		*c = (struct breaker_count){ .tenant_id = tenant_id, .to = to, .began_ms = now_ms };
	return c;
}

static void
move_window(struct breaker_count *c, int64_t half_ms, int64_t now_ms)
{
	int64_t passed = now_ms - c->began_ms;

	if (passed < half_ms)
		return;
	c->calls[1] = passed < 2 * half_ms ? c->calls[0] : 0;
	c->failed[1] = passed < 2 * half_ms ? c->failed[0] : 0;
	c->calls[0] = c->failed[0] = 0;
	c->began_ms = now_ms;
}

bool
breaker_note(struct breaker *b, int64_t tenant_id, int to, bool failed, const struct breaker_rule *rule, int64_t now_ms,
    int64_t *since_ms)
{
	struct breaker_count *c = place_of(b, tenant_id, to, now_ms);
	int64_t calls;

	move_window(c, rule->window_ms / 2, now_ms);
	c->calls[0]++;
	if (!failed) {
		c->failing_since_ms = 0;
		return false;
	}
	c->failed[0]++;
	if (c->failing_since_ms == 0)
		c->failing_since_ms = now_ms;
	calls = c->calls[0] + c->calls[1];
	if (calls < rule->calls || (c->failed[0] + c->failed[1]) * 100 < calls * rule->percent)
		return false;
	*since_ms = c->failing_since_ms;
	*c = (struct breaker_count){ .began_ms = 0 };
	return true;
}
