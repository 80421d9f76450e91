#include "core/signature.h"

#include "base/arena.h"
#include "base/crypto.h"
#include "base/enc.h"

#define TIMESTAMP_DIGITS 13

/* HubSpot signs the URL with these twelve escapes decoded, once, and no others (hubspot.md 2.5). */
static const struct escape {
	char hex[3];
	char plain;
} escapes[] = {
	/* clang-format off */
	{ "3A", ':' }, { "2F", '/' }, { "3F", '?' }, { "40", '@' }, { "21", '!' }, { "24", '$' },
	{ "27", '\'' }, { "28", '(' }, { "29", ')' }, { "2A", '*' }, { "2C", ',' }, { "3B", ';' },
	/* clang-format on */
};

/* The decoded character of the escape at s[i], or NUL when it stays as it is. */
static char
escape_at(struct str s, size_t i, bool any_case)
{
	struct str hex = str_slice(s, i + 1, i + 3);

	if (s.p[i] != '%' || hex.n != 2)
		return '\0';
	for (size_t k = 0; k < sizeof(escapes) / sizeof(escapes[0]); k++) {
		struct str want = str_from(escapes[k].hex);

		if (any_case ? str_eq_nocase(hex, want) : str_eq(hex, want))
			return escapes[k].plain;
	}
	return '\0';
}

static struct str
decode_url(struct arena *a, struct str url, bool any_case)
{
	char *p = arena_alloc(a, url.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < url.n; i++) {
		char c = escape_at(url, i, any_case);

		p[n++] = c == '\0' ? url.p[i] : c;
		if (c != '\0')
			i += 2;
	}
	return (struct str){ .p = p, .n = n };
}

static bool
v3_matches(const struct signature_input *in, const struct secret *key, struct str header, struct str url,
    struct arena *a)
{
	const struct str parts[] = { in->method, url, in->body, in->timestamp };

	return crypto_equal(crypto_hmac_sha256(a, key, parts, 4), header);
}

/* Whether HubSpot decodes lower-case escapes (%3a) is not documented: either reading may verify. */
static bool
v3_signed_with(const struct signature_input *in, const struct secret *key, struct str header, struct arena *a)
{
	struct str decoded = decode_url(a, in->url, true);
	struct str upper_only = decode_url(a, in->url, false);

	if (v3_matches(in, key, header, decoded, a))
		return true;
	return !str_eq(decoded, upper_only) && v3_matches(in, key, header, upper_only, a);
}

static bool
usable(const struct secret *key)
{
	return key != NULL && !secret_empty(key);
}

static bool
check_v3(const struct signature_input *in, const struct signature_rules *rules, int64_t now_ms, struct arena *a,
    struct err *e)
{
	struct str header;
	int64_t sent_ms;
	bool ok = false;

	if (in->timestamp.n != TIMESTAMP_DIGITS || !str_to_int(in->timestamp, 0, INT64_MAX, &sent_ms))
		return err_set(e, ERR_DENIED, "the timestamp header is missing or is no time in milliseconds");
	if (sent_ms < now_ms - rules->window_ms || sent_ms > now_ms + rules->window_ms)
		return err_set(e, ERR_DENIED, "the timestamp is outside the accepted window");
	if (!enc_unbase64(a, in->v3, &header) || header.n != CRYPTO_SHA256_BYTES)
		return err_set(e, ERR_DENIED, "the signature header is no base64 of 32 bytes");
	if (usable(rules->secret))
		ok = v3_signed_with(in, rules->secret, header, a);
	if (!ok && usable(rules->previous))
		ok = v3_signed_with(in, rules->previous, header, a);
	return ok || err_set(e, ERR_DENIED, "the signature does not match");
}

/* hex(SHA-256(secret + text)); the copy of the secret is wiped. */
static bool
old_signed_with(const struct secret *key, struct str text, struct str header, struct arena *a)
{
	struct str bytes = secret_reveal(key);
	char *p = arena_alloc(a, bytes.n + text.n + 1);
	struct str digest;

	for (size_t i = 0; i < bytes.n; i++)
		p[i] = bytes.p[i];
	if (text.n > 0)
		memcpy(p + bytes.n, text.p, text.n);
	digest = crypto_sha256(a, (struct str){ .p = p, .n = bytes.n + text.n });
	secret_wipe(p, bytes.n);
	return crypto_equal(digest, header);
}

static bool
check_old(const struct signature_input *in, const struct signature_rules *rules, struct arena *a, struct err *e)
{
	struct str text = in->body;
	struct str header;
	bool ok = false;

	if (!enc_unhex(a, in->old, &header) || header.n != CRYPTO_SHA256_BYTES)
		return err_set(e, ERR_DENIED, "the signature header is no hex of 32 bytes");
	if (str_eq(in->version, STR("v2")))
		text = str_printf(a, STR_FMT STR_FMT STR_FMT, STR_ARG(in->method), STR_ARG(in->url), STR_ARG(in->body));
	if (usable(rules->secret))
		ok = old_signed_with(rules->secret, text, header, a);
	if (!ok && usable(rules->previous))
		ok = old_signed_with(rules->previous, text, header, a);
	return ok || err_set(e, ERR_DENIED, "the signature does not match");
}

static bool
allowed(struct str versions, struct str version)
{
	struct str word;

	while (str_cut(&versions, ' ', &word)) {
		if (word.n > 0 && str_eq(word, version))
			return true;
	}
	return false;
}

bool
signature_check(const struct signature_input *in, const struct signature_rules *rules, int64_t now_ms, struct arena *a,
    struct err *e)
{
	if (in->v3.n > 0 && allowed(rules->versions, STR("v3")))
		return check_v3(in, rules, now_ms, a, e);
	if (in->old.n == 0 && in->v3.n == 0)
		return err_set(e, ERR_DENIED, "the signature header is missing");
	if (in->old.n > 0 && (str_eq(in->version, STR("v1")) || str_eq(in->version, STR("v2"))) &&
	    allowed(rules->versions, in->version))
		return check_old(in, rules, a, e);
	return err_set(e, ERR_DENIED, "this version of the signature is not accepted");
}
