#include "lang/normal.h"

#include "base/crypto.h"
#include "base/enc.h"
#include "core/date.h"
#include "core/decimal.h"
#include "lang/parts.h"

static bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
	       (c & 0x80) != 0;
}

bool
normal_has_email(struct str s)
{
	for (size_t at = 1; at + 3 < s.n; at++) {
		size_t end = at + 1;
		bool dot = false;

		if (s.p[at] != '@' || !(is_word(s.p[at - 1]) || strchr(".+%'\"", s.p[at - 1]) != NULL))
			continue;
		for (; end < s.n && (is_word(s.p[end]) || s.p[end] == '.'); end++)
			dot = dot || (s.p[end] == '.' && end > at + 1 && end + 1 < s.n && is_word(s.p[end + 1]));
		if (dot)
			return true;
	}
	return false;
}

bool
normal_is_email(struct str s)
{
	s = str_trim(s);
	for (size_t i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] <= ' ' || strchr(",;:<>()\"\\", s.p[i]) != NULL)
			return false;
	}
	return normal_has_email(s) &&
	       str_find_char(str_slice(s, str_find_char(s, '@') + 1, s.n), '@') == s.n - str_find_char(s, '@') - 1;
}

static bool
is_hex(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if ((c < '0' || c > '9') && (c < 'a' || c > 'f'))
			return false;
	}
	return true;
}

struct str
normal_email_hash(struct arena *a, const struct normal_options *options, struct str address)
{
	struct str s = str_lower(a, str_trim(address));

	return enc_hex(a, options->email_sha256 ? crypto_sha256(a, s) : crypto_sha1(a, s));
}

/* A hash stays one, in small letters. */
static struct str
hashed_email(struct arena *a, const struct normal_options *options, struct str value)
{
	struct str s = str_lower(a, str_trim(value));

	if ((s.n == 40 || s.n == 64) && is_hex(s))
		return s;
	return normal_is_email(s) ? normal_email_hash(a, options, s) : value;
}

static struct str
number(struct arena *a, const struct catalogue_field *field, const struct normal_options *options, struct str value)
{
	struct decimal d;
	int places = field->scale;
	int minor = field->money ? decimal_currency_places(options->currency) : -1;

	if (!lang_decimal(value, &d))
		return value;
	if (minor >= 0 && minor < places)
		places = minor;
	return decimal_write(a, d, places);
}

static struct str
whole_number(struct arena *a, struct str value)
{
	struct decimal d;

	/* "2.0" is 2; "2.5" stays and is refused. */
	return lang_decimal(value, &d) ? decimal_write_short(a, d) : value;
}

bool
normal_value(struct arena *a, const struct catalogue_field *field, const struct normal_options *options,
    struct str value, struct str *out, struct err *e)
{
	int64_t ms;

	*out = value;
	if (str_eq(field->name, STR("CustomerEmail"))) {
		*out = hashed_email(a, options, value);
		return true;
	}
	switch (field->type) {
	case CATALOGUE_STRING:
		break;
	case CATALOGUE_INTEGER:
		*out = whole_number(a, value);
		break;
	case CATALOGUE_DECIMAL:
		*out = number(a, field, options, value);
		break;
	case CATALOGUE_DATETIME:
		if (lang_date(value, options->time_zone, &ms, e))
			*out = date_iso(a, ms);
		else
			return e->code != ERR_NOT_FOUND;
		break;
	case CATALOGUE_BOOLEAN:
		*out = str_lower(a, str_trim(value));
		break;
	}
	return true;
}
