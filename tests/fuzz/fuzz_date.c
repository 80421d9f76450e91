/* Any bytes as a date and as a format: what is read is written and read again as the same moment. */
#include <assert.h>

#include "base/arena.h"
#include "core/date.h"
#include "core/decimal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str s = { .p = (const char *)data, .n = size };
	struct err e = { 0 };
	struct decimal d;
	struct decimal again;
	struct str out;
	struct arena *a;
	int64_t ms;
	int64_t back = -1;

	if (size > 4096)
		return 0;
	a = arena_new((size_t)4 << 20);
	if (date_parse(s, &ms, &e)) {
		assert(ms >= 0 && ms <= INT64_C(253402300799999));
		assert(date_parse(date_iso_ms(a, ms), &back, &e) && back == ms);
		assert(date_parse(date_iso(a, ms), &back, &e) && back == ms - ms % 1000);
		assert(date_day(ms) == ms / 86400000);
	}
	if (date_format(a, INT64_C(1795256107000), INT64_C(3600000), s, &out, &e))
		assert(out.n <= 4096);
	if (decimal_parse(s, &d, &e)) {
		assert(decimal_parse(decimal_write_short(a, d), &again, &e) && decimal_cmp(d, again) == 0);
		for (int places = 0; places <= 9; places++)
			assert(decimal_write(a, d, places).n >= (places > 0 ? (size_t)places + 2 : 1));
	}
	arena_free(a);
	return 0;
}
