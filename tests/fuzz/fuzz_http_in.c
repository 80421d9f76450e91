/*
 * Any bytes as the answer of a far end, cut anywhere: never a crash, and what they say does not depend on where they
 * were cut.  The first byte says how long the pieces are.
 */
#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "base/http_in.h"

#define BODY_MAX 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_all(struct http_in *in, struct arena *a, const char *p, size_t n, size_t piece)
{
	bool more = true;

	http_in_init(in, a, BODY_MAX);
	for (size_t at = 0; at < n && more; at += piece)
		more = http_in_feed(in, p + at, n - at < piece ? n - at : piece);
	if (more)
		http_in_end(in);
	assert(in->state == HTTP_IN_DONE || (in->state == HTTP_IN_REFUSED && in->why != NULL));
	assert(in->body_n <= BODY_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)64 << 20);
	struct http_in whole, cut;

	if (size > 0) {
		const char *p = (const char *)data + 1;

		read_all(&whole, a, p, size - 1, size);
		read_all(&cut, a, p, size - 1, (size_t)data[0] + 1);
		assert(whole.state == cut.state);
		if (whole.state == HTTP_IN_DONE) {
			assert(whole.status == cut.status && whole.n_headers == cut.n_headers);
			assert(whole.body_n == cut.body_n &&
			       (cut.body_n == 0 || memcmp(whole.body, cut.body, cut.body_n) == 0));
		}
		http_in_fini(&whole);
		http_in_fini(&cut);
	}
	arena_free(a);
	return 0;
}
