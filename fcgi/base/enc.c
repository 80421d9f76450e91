#include "base/enc.h"

#include "base/arena.h"
#include "base/buf.h"

static const char hex_digits[] = "0123456789abcdef";
static const char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char base64url_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

struct str
enc_hex(struct arena *a, struct str bytes)
{
	char *p = arena_array(a, bytes.n + 1, 2);

	for (size_t i = 0; i < bytes.n; i++) {
		unsigned char b = (unsigned char)bytes.p[i];
		p[2 * i] = hex_digits[b >> 4];
		p[2 * i + 1] = hex_digits[b & 15];
	}
	return (struct str){ .p = p, .n = bytes.n * 2 };
}

/* 0..15, or -1. */
static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The byte that the two digits at p mean, or -1. */
static int
hex_byte(const char *p)
{
	int high = hex_value(p[0]), low = hex_value(p[1]);

	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

bool
enc_unhex(struct arena *a, struct str hex, struct str *out)
{
	if (hex.n % 2 != 0)
		return false;
	char *p = arena_alloc(a, hex.n / 2 + 1);
	for (size_t i = 0; i < hex.n; i += 2) {
		int byte = hex_byte(hex.p + i);
		if (byte < 0)
			return false;
		p[i / 2] = (char)byte;
	}
	*out = (struct str){ .p = p, .n = hex.n / 2 };
	return true;
}

static struct str
base64(struct arena *a, struct str bytes, const char *digits, bool pad)
{
	char *p = arena_array(a, bytes.n / 3 + 2, 4);
	size_t n = 0;

	for (size_t i = 0; i < bytes.n; i += 3) {
		size_t left = bytes.n - i;
		uint32_t v = (uint32_t)(unsigned char)bytes.p[i] << 16;
		if (left > 1)
			v |= (uint32_t)(unsigned char)bytes.p[i + 1] << 8;
		if (left > 2)
			v |= (uint32_t)(unsigned char)bytes.p[i + 2];
		size_t chars = left > 2 ? 4 : left + 1;
		for (size_t k = 0; k < chars; k++)
			p[n++] = digits[v >> (18 - 6 * k) & 63];
		for (size_t k = chars; pad && k < 4; k++)
			p[n++] = '=';
	}
	return (struct str){ .p = p, .n = n };
}

struct str
enc_base64(struct arena *a, struct str bytes)
{
	return base64(a, bytes, base64_digits, true);
}

struct str
enc_base64url(struct arena *a, struct str bytes)
{
	return base64(a, bytes, base64url_digits, false);
}

static int
base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

bool
enc_unbase64(struct arena *a, struct str text, struct str *out)
{
	size_t pad = 0, n = 0;

	if (text.n % 4 != 0)
		return false;
	while (pad < 2 && pad < text.n && text.p[text.n - 1 - pad] == '=')
		pad++;
	char *p = arena_array(a, text.n / 4 + 1, 3);
	for (size_t i = 0; i < text.n; i += 4) {
		size_t chars = i + 4 == text.n ? 4 - pad : 4;
		uint32_t v = 0;
		for (size_t k = 0; k < chars; k++) {
			int digit = base64_value(text.p[i + k]);
			if (digit < 0)
				return false;
			v |= (uint32_t)digit << (18 - 6 * k);
		}
		/* The bits behind the last byte must be 0, or two texts would mean the same bytes. */
		if ((v & ((uint32_t)0xffffff >> (8 * (chars - 1)))) != 0)
			return false;
		for (size_t k = 0; k + 1 < chars; k++)
			p[n++] = (char)(v >> (16 - 8 * k) & 255);
	}
	*out = (struct str){ .p = p, .n = n };
	return true;
}

static bool
is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
	       c == '.' || c == '~';
}

struct str
enc_percent(struct arena *a, struct str s)
{
	static const char digits[] = "0123456789ABCDEF";
	char *p = arena_array(a, s.n + 1, 3);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (is_unreserved(s.p[i])) {
			p[n++] = s.p[i];
			continue;
		}
		p[n++] = '%';
		p[n++] = digits[c >> 4];
		p[n++] = digits[c & 15];
	}
	return (struct str){ .p = p, .n = n };
}

bool
enc_unpercent(struct arena *a, struct str s, bool plus_is_space, struct str *out)
{
	char *p = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '+' && plus_is_space) {
			p[n++] = ' ';
		} else if (s.p[i] == '%') {
			int byte = s.n - i < 3 ? -1 : hex_byte(s.p + i + 1);
			if (byte < 0)
				return false;
			p[n++] = (char)byte;
			i += 2;
		} else {
			p[n++] = s.p[i];
		}
	}
	*out = (struct str){ .p = p, .n = n };
	return true;
}

void
enc_form_add(struct buf *b, struct str name, struct str value)
{
	if (b->n > 0)
		buf_addc(b, '&');
	buf_add(b, enc_percent(b->arena, name));
	buf_addc(b, '=');
	buf_add(b, enc_percent(b->arena, value));
}

bool
enc_form_next(struct arena *a, struct str *rest, struct str *name, struct str *value, bool *broken)
{
	struct str pair, raw_name;

	do {
		if (!str_cut(rest, '&', &pair))
			return false;
	} while (pair.n == 0);
	size_t at = str_find_char(pair, '=');
	raw_name = str_slice(pair, 0, at);
	if (!enc_unpercent(a, raw_name, true, name) ||
	    !enc_unpercent(a, str_slice(pair, at + 1, pair.n), true, value)) {
		*broken = true;
		return false;
	}
	return true;
}

bool
enc_form_get(struct arena *a, struct str form, struct str name, struct str *value)
{
	struct str key, text;
	bool broken = false;
	size_t found = 0;

	while (enc_form_next(a, &form, &key, &text, &broken)) {
		if (str_eq(key, name)) {
			*value = text;
			found++;
		}
	}
	return !broken && found == 1;
}
