/* Any bytes through each coding: what is encoded comes back, what is decoded strictly encodes to the same text. */
#include <assert.h>

#include "base/arena.h"
#include "base/enc.h"
#include "base/err.h"
#include "base/zip.h"

#define INPUT_MAX 100000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
there_and_back(struct arena *a, struct str bytes)
{
	struct str out;
	struct err e;

	assert(enc_unhex(a, enc_hex(a, bytes), &out) && str_eq(out, bytes));
	assert(enc_unbase64(a, enc_base64(a, bytes), &out) && str_eq(out, bytes));
	assert(enc_unpercent(a, enc_percent(a, bytes), true, &out) && str_eq(out, bytes));
	assert(zip_inflate(a, zip_deflate(a, bytes), bytes.n, &out, &e) && str_eq(out, bytes));
}

static void
back_and_there(struct arena *a, struct str text)
{
	struct str out, name, value, rest = text;
	bool broken = false;
	struct err e;

	if (enc_unbase64(a, text, &out))
		assert(str_eq(enc_base64(a, out), text));
	if (enc_unhex(a, text, &out))
		assert(str_eq_nocase(enc_hex(a, out), text));
	if (enc_unpercent(a, text, false, &out))
		assert(out.n <= text.n);
	while (enc_form_next(a, &rest, &name, &value, &broken))
		(void)enc_form_get(a, text, name, &value);
	if (zip_inflate(a, text, 100000, &out, &e))
		assert(out.n <= 100000);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { .p = (const char *)data, .n = size };

	/* A form is read once for each of its names. */
	if (size > INPUT_MAX || (size > 2000 && memchr(data, '&', size) != NULL))
		return 0;
	struct arena *a = arena_new((size_t)512 << 20);
	there_and_back(a, text);
	back_and_there(a, text);
	(void)str_is_utf8(text);
	arena_free(a);
	return 0;
}
