#include "base/crypto.h"

#include <assert.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "base/arena.h"
#include "base/enc.h"

#define SEAL_VERSION 1
#define NONCE_BYTES  12
#define TAG_BYTES    16

/* OpenSSL fails here only without memory or with a broken installation: no result may then be used. */
static void
must(bool ok)
{
	if (!ok)
		abort();
}

static const unsigned char *
bytes_of(struct str s)
{
	return (const unsigned char *)(s.p == NULL ? "" : s.p);
}

static int
length_of(struct str s)
{
	assert(s.n <= INT32_MAX);
	return (int)s.n;
}

static struct str
digest(struct arena *a, const EVP_MD *md, struct str s)
{
	unsigned char *out = arena_alloc(a, EVP_MAX_MD_SIZE);
	unsigned n = 0;

	must(EVP_Digest(bytes_of(s), s.n, out, &n, md, NULL) == 1);
	return (struct str){ .p = (const char *)out, .n = n };
}

struct str
crypto_sha1(struct arena *a, struct str s)
{
	return digest(a, EVP_sha1(), s);
}

struct str
crypto_sha256(struct arena *a, struct str s)
{
	return digest(a, EVP_sha256(), s);
}

struct str
crypto_sha256_parts(struct arena *a, const struct str *parts, size_t n)
{
	unsigned char *out = arena_alloc(a, CRYPTO_SHA256_BYTES);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	must(ctx != NULL && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1);
	for (size_t i = 0; i < n; i++) {
		unsigned char length[8];
		for (size_t k = 0; k < sizeof length; k++)
			length[k] = (unsigned char)((uint64_t)parts[i].n >> (56 - 8 * k) & 255);
		must(EVP_DigestUpdate(ctx, length, sizeof length) == 1);
		must(EVP_DigestUpdate(ctx, bytes_of(parts[i]), parts[i].n) == 1);
	}
	must(EVP_DigestFinal_ex(ctx, out, NULL) == 1);
	EVP_MD_CTX_free(ctx);
	return (struct str){ .p = (const char *)out, .n = CRYPTO_SHA256_BYTES };
}

struct str
crypto_hmac_sha256(struct arena *a, const struct secret *key, const struct str *parts, size_t n)
{
	/* Fetched once: a fetch costs more than hashing a webhook. */
	static EVP_MAC_CTX *ctx;
	unsigned char *out = arena_alloc(a, CRYPTO_SHA256_BYTES);
	size_t length = 0;
	char name[] = "SHA256";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
		OSSL_PARAM_construct_end(),
	};

	if (ctx == NULL) {
		EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
		must(mac != NULL && (ctx = EVP_MAC_CTX_new(mac)) != NULL);
		EVP_MAC_free(mac);
	}
	struct str k = secret_reveal(key);
	must(EVP_MAC_init(ctx, bytes_of(k), k.n, params) == 1);
	for (size_t i = 0; i < n; i++)
		must(EVP_MAC_update(ctx, bytes_of(parts[i]), parts[i].n) == 1);
	must(EVP_MAC_final(ctx, out, &length, CRYPTO_SHA256_BYTES) == 1 && length == CRYPTO_SHA256_BYTES);
	return (struct str){ .p = (const char *)out, .n = length };
}

bool
crypto_equal(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || CRYPTO_memcmp(a.p, b.p, a.n) == 0);
}

bool
crypto_seal(struct arena *a, const struct secret *key, struct str context, struct str plain, struct str *out,
    struct err *e)
{
	int n = 0, rest = 0;

	if (key->length != CRYPTO_KEY_BYTES)
		return err_set(e, ERR_INVALID, "a key has %d bytes", CRYPTO_KEY_BYTES);
	if (plain.n == 0)
		return err_set(e, ERR_INVALID, "an empty text is not sealed");
	unsigned char *p = arena_alloc(a, plain.n + CRYPTO_SEAL_BYTES);
	unsigned char *nonce = p + 1, *body = nonce + NONCE_BYTES;
	p[0] = SEAL_VERSION;
	must(RAND_bytes(nonce, NONCE_BYTES) == 1);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	must(ctx != NULL && EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key->bytes, nonce) == 1);
	/* The version byte is authenticated too. */
	must(EVP_EncryptUpdate(ctx, NULL, &n, p, 1) == 1);
	must(EVP_EncryptUpdate(ctx, NULL, &n, bytes_of(context), length_of(context)) == 1);
	must(EVP_EncryptUpdate(ctx, body, &n, bytes_of(plain), length_of(plain)) == 1 && (size_t)n == plain.n);
	must(EVP_EncryptFinal_ex(ctx, body + n, &rest) == 1 && rest == 0);
	must(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, TAG_BYTES, body + n) == 1);
	EVP_CIPHER_CTX_free(ctx);
	*out = (struct str){ .p = (const char *)p, .n = plain.n + CRYPTO_SEAL_BYTES };
	return true;
}

bool
crypto_open(struct arena *a, const struct secret *key, struct str context, struct str sealed, struct secret *out,
    struct err *e)
{
	const unsigned char *p = bytes_of(sealed);
	unsigned char tag[TAG_BYTES];
	int n = 0, rest = 0;

	if (key->length != CRYPTO_KEY_BYTES)
		return err_set(e, ERR_INVALID, "a key has %d bytes", CRYPTO_KEY_BYTES);
	if (sealed.n <= CRYPTO_SEAL_BYTES || p[0] != SEAL_VERSION)
		return err_set(e, ERR_DENIED, "not a sealed text");
	size_t length = sealed.n - CRYPTO_SEAL_BYTES;
	const unsigned char *nonce = p + 1, *body = nonce + NONCE_BYTES;
	memcpy(tag, body + length, sizeof tag);
	/* Room is taken as a secret at once, so that even a half-opened text is wiped. */
	struct secret plain = secret_copy(a, (struct str){ .p = (const char *)body, .n = length });
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	must(ctx != NULL && EVP_DecryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key->bytes, nonce) == 1);
	must(EVP_DecryptUpdate(ctx, NULL, &n, p, 1) == 1);
	must(EVP_DecryptUpdate(ctx, NULL, &n, bytes_of(context), length_of(context)) == 1);
	must(EVP_DecryptUpdate(ctx, plain.bytes, &n, body, (int)length) == 1 && (size_t)n == length);
	must(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, TAG_BYTES, tag) == 1);
	bool genuine = EVP_DecryptFinal_ex(ctx, plain.bytes + n, &rest) == 1;
	EVP_CIPHER_CTX_free(ctx);
	if (!genuine) {
		secret_wipe(plain.bytes, plain.length);
		return err_set(e, ERR_DENIED, "a sealed text does not open: other key, other place, or changed");
	}
	*out = plain;
	return true;
}

struct str
crypto_random(struct arena *a, size_t n)
{
	unsigned char *p = arena_alloc(a, n);

	assert(n <= INT32_MAX);
	must(RAND_bytes(p, (int)n) == 1);
	return (struct str){ .p = (const char *)p, .n = n };
}

struct str
crypto_random_id(struct arena *a)
{
	return enc_base64url(a, crypto_random(a, 32));
}

int64_t
crypto_random_below(int64_t bound)
{
	uint64_t v, limit;

	assert(bound > 0);
	/* The uneven end of the range is thrown away, or small results would come more often. */
	limit = UINT64_MAX - UINT64_MAX % (uint64_t)bound;
	do {
		must(RAND_bytes((unsigned char *)&v, sizeof v) == 1);
	} while (v >= limit);
	return (int64_t)(v % (uint64_t)bound);
}
