/* csv.c - see csv.h. */
#include "base/csv.h"

#define MARK_UNKNOWN "\xEF\xBF\xBD" /* U+FFFD */

void
csv_line_begin(struct csv *c, struct buf *out)
{
	*c = (struct csv){ .out = out };
}

static void
separate(struct csv *c)
{
	if (c->column++ > 0)
		buf_addc(c->out, ',');
}

static bool
starts_with_any(struct str s, const char *const *list, size_t n, size_t *length)
{
	for (size_t i = 0; i < n; i++) {
		struct str one = str_from(list[i]);

		*length = one.n;
		if (str_starts(s, one))
			return true;
	}
	return false;
}

/*
 * What spreadsheets skip before they look for a formula: blanks, quotes of both kinds, no-break and wide spaces,
 * zero-width characters, marks of direction.
 */
static struct str
without_lead(struct str s)
{
	static const char *const skipped[] = { " ", "\"", "'", "\xC2\xA0", "\xE2\x80\x8B", "\xE2\x80\x8C",
		"\xE2\x80\x8D", "\xE2\x80\x8E", "\xE2\x80\x8F", "\xE2\x80\xAA", "\xE2\x80\xAB", "\xE2\x80\xAC",
		"\xE2\x80\xAD", "\xE2\x80\xAE", "\xE2\x81\xA0", "\xE2\x81\xA6", "\xE2\x81\xA7", "\xE2\x81\xA8",
		"\xE2\x81\xA9", "\xE3\x80\x80", "\xEF\xBB\xBF" };
	size_t length;

	while (starts_with_any(s, skipped, sizeof(skipped) / sizeof(skipped[0]), &length))
		s = str_slice(s, length, s.n);
	return s;
}

static bool
is_formula(struct str s)
{
	static const char *const signs[] = { "=", "+", "-", "@", "\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D",
		"\xEF\xBC\xA0" };
	size_t length;

	s = without_lead(s);
	return s.n > 0 &&
	       ((unsigned char)s.p[0] < ' ' || starts_with_any(s, signs, sizeof(signs) / sizeof(signs[0]), &length));
}

void
csv_text(struct csv *c, struct str s)
{
	separate(c);
	buf_addc(c->out, '"');
	if (is_formula(s))
		buf_addc(c->out, '\'');
	for (size_t i = 0; i < s.n;) {
		size_t n = str_utf8_length(s, i);

		if (n == 0)
			buf_add(c->out, STR(MARK_UNKNOWN));
		else if (s.p[i] == '"')
			buf_add(c->out, STR("\"\""));
		else if (s.p[i] != '\0')
			buf_add(c->out, str_slice(s, i, i + n));
		i += n > 0 ? n : 1;
	}
	buf_addc(c->out, '"');
}

/* An optional minus, digits, and perhaps a point with digits behind it. */
static bool
is_number(struct str s)
{
	size_t digits = 0, points = 0;

	for (size_t i = str_starts(s, STR("-")) ? 1 : 0; i < s.n; i++) {
		if (s.p[i] >= '0' && s.p[i] <= '9')
			digits++;
		else if (s.p[i] != '.' || points++ > 0 || digits == 0 || i + 1 == s.n)
			return false;
	}
	return digits > 0;
}

void
csv_number(struct csv *c, struct str decimal)
{
	if (!is_number(decimal)) {
		csv_text(c, decimal);
		return;
	}
	separate(c);
	buf_add(c->out, decimal);
}

void
csv_int(struct csv *c, int64_t i)
{
	separate(c);
	buf_addf(c->out, "%lld", (long long)i);
}

void
csv_line_end(struct csv *c)
{
	buf_add(c->out, STR("\r\n"));
	c->column = 0;
}
