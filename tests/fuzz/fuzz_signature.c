/* Any five lines as a webhook's method, URL, timestamp, signature and body: nothing unsigned is accepted. */
#include <assert.h>

#include "base/arena.h"
#include "base/crypto.h"
#include "base/enc.h"
#include "core/signature.h"

#define NOW INT64_C(1795219200123)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = { .p = (const char *)data, .n = size };
	struct signature_input in = { 0 };
	struct signature_rules rules = { .versions = STR("v3 v2 v1"), .window_ms = 300000 };
	struct secret key;
	struct str signature = { 0 };
	struct err e = { 0 };
	struct arena *a;

	if (size > 65536 || data == NULL)
		return 0;
	a = arena_new((size_t)16 << 20);
	key = secret_copy(a, STR("7a1c9b52-0f4e-4c39-9d1e-5b8f0c2d6e41"));
	rules.secret = &key;
	(void)str_cut(&rest, '\n', &in.method);
	(void)str_cut(&rest, '\n', &in.url);
	(void)str_cut(&rest, '\n', &in.timestamp);
	(void)str_cut(&rest, '\n', &signature);
	in.body = rest;
	in.v3 = signature;
	if (signature_check(&in, &rules, NOW, a, &e)) {
		struct str decoded;

		/* Whoever made it had the key: the header is 32 bytes and the time is now. */
		assert(enc_unbase64(a, signature, &decoded) && decoded.n == CRYPTO_SHA256_BYTES);
		assert(in.timestamp.n == 13);
	} else {
		assert(e.code == ERR_DENIED);
	}
	in.v3 = (struct str){ 0 };
	in.old = signature;
	in.version = size % 2 == 0 ? STR("v1") : STR("v2");
	if (!signature_check(&in, &rules, NOW, a, &e))
		assert(e.code == ERR_DENIED);
	arena_free(a);
	return 0;
}
