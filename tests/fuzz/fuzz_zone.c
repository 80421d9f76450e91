/* Any bytes as a TZif file, as the rule at its end, and as the name of a zone: refused, or of use for every moment. */
#include <assert.h>

#include "base/arena.h"
#include "core/zone.h"
#include "core/zone_rule.h"

#define LAST_MS INT64_C(253402300799999)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Moments from the first to the last; what a broken file says of them may be nonsense, but ends. */
static void
use(const struct zone *z)
{
	for (int64_t ms = 0; ms < LAST_MS; ms += LAST_MS / 50) {
		int64_t offset = zone_offset_ms(z, ms);

		(void)zone_moment_ms(z, ms);
		assert(offset == zone_offset_ms(z, ms));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str s = { .p = (const char *)data, .n = size };
	struct arena *a = arena_new((size_t)4 << 20);
	const struct zone *found;
	struct zone_rule rule;
	struct err e = { 0 };
	struct zone *z;

	z = zone_read(a, s);
	if (z != NULL)
		use(z);
	if (zone_rule_parse(s, &rule)) {
		for (int64_t t = 0; t < LAST_MS / 1000; t += LAST_MS / 50000) {
			int64_t offset = zone_rule_offset_s(&rule, t);

			assert(offset == rule.standard_s || offset == rule.summer_s);
		}
	}
	if (zone_find(s, &found, &e)) {
		use(found);
		for (size_t i = 0; i < size; i++)
			assert(data[i] != '.' && data[i] != 0 && (i > 0 || data[i] != '/'));
	} else {
		assert(e.code == ERR_NOT_FOUND);
	}
	arena_free(a);
	return 0;
}
