/*
 * Any bytes as JSON: what the check takes, json-c parses to the same; what is written back is taken again and
 * means the same.
 */
#include <assert.h>

#include "base/arena.h"
#include "base/json.h"

#define INPUT_MAX 200000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { .p = (const char *)data, .n = size };
	struct json *j = NULL, *again = NULL;
	struct err e = { 0 };

	if (size > INPUT_MAX)
		return 0;
	struct arena *a = arena_new((size_t)64 << 20);
	bool fine = json_check(text, &json_limits_input, &e);
	assert(fine == json_parse(a, text, &json_limits_input, &j, &e));
	if (fine) {
		struct str written = json_write(a, j);
		assert(json_parse(a, written, &json_limits_input, &again, &e));
		assert(json_equal(j, again));
		assert(str_eq(written, json_write(a, again)));
		for (struct json_walk w = json_walk(j); json_next(&w);)
			(void)json_text(a, w.value);
		assert(json_equal(j, json_copy(a, j)));
	} else {
		assert(e.code == ERR_INVALID || e.code == ERR_LIMIT);
	}
	arena_free(a);
	return 0;
}
