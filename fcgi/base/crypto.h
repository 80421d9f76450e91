/* crypto.h - hashes, HMAC, AES-256-GCM and random bytes (OpenSSL's libcrypto behind it). */
#ifndef BASE_CRYPTO_H
#define BASE_CRYPTO_H

#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"

#define CRYPTO_SHA256_BYTES 32
#define CRYPTO_KEY_BYTES    32
/* A sealed text is this much longer than the plain one: version byte, nonce, tag. */
#define CRYPTO_SEAL_BYTES (1 + 12 + 16)

struct str crypto_sha1(struct arena *a, struct str s);   /* 20 bytes */
struct str crypto_sha256(struct arena *a, struct str s); /* 32 bytes */
/* SHA-256 over the parts, each preceded by its length (8 bytes, big endian): no two lists collide. */
struct str crypto_sha256_parts(struct arena *a, const struct str *parts, size_t n);
/* HMAC-SHA256 over the parts put together, without lengths. */
struct str crypto_hmac_sha256(struct arena *a, const struct secret *key, const struct str *parts, size_t n);
/* Constant time for equal lengths. */
bool crypto_equal(struct str a, struct str b);

/*
 * AES-256-GCM with a random nonce.  `context` is authenticated, not stored: a sealed text moved to
 * another row does not open.  An empty plain text is refused (ERR_INVALID).
 */
bool crypto_seal(struct arena *a, const struct secret *key, struct str context, struct str plain, struct str *out,
    struct err *e) CC_MUST_USE;
bool crypto_open(struct arena *a, const struct secret *key, struct str context, struct str sealed, struct secret *out,
    struct err *e) CC_MUST_USE;

/* Ends the process when the system has no randomness. */
struct str crypto_random(struct arena *a, size_t n);
/* 32 random bytes as base64url, 43 characters. */
struct str crypto_random_id(struct arena *a);
/* Uniform in [0, bound); bound > 0. */
int64_t crypto_random_below(int64_t bound);

#endif
