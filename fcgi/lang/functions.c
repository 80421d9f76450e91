/* functions.c - the functions of the mapping language: one table of words for people, one of behaviour. */
#include "base/buf.h"
#include "base/crypto.h"
#include "base/enc.h"
#include "core/date.h"
#include "core/decimal.h"
#include "lang/parts.h"

typedef bool apply_fn(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out,
    struct err *e);
/* What an argument must be, or NULL. */
typedef const char *check_fn(struct arena *a, const struct lang_call *call);

static char
upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool
apply_trim(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out, struct err *e)
{
	(void)run, (void)call, (void)e;
	*out = str_trim(in);
	return true;
}

static bool
apply_lower(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out, struct err *e)
{
	(void)call, (void)e;
	*out = str_lower(run->arena, in);
	return true;
}

static bool
apply_upper(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out, struct err *e)
{
	(void)call, (void)e;
	*out = str_upper(run->arena, in);
	return true;
}

static bool
apply_title(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out, struct err *e)
{
	char *p = arena_alloc(run->arena, in.n + 1);
	bool inside = false;

	(void)call, (void)e;
	for (size_t i = 0; i < in.n; i++) {
		char c = in.p[i];

		p[i] = inside ? lower(c) : upper(c);
		/* Letters beyond ASCII belong to a word and stay as they are. */
		inside = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c & 0x80) != 0;
	}
	*out = (struct str){ .p = p, .n = in.n };
	return true;
}

static bool
apply_replace(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out, struct err *e)
{
	struct str from = call->args[0].text;
	struct str to = call->n_args > 1 ? call->args[1].text : (struct str){ 0 };
	struct buf b;

	buf_init(&b, run->arena, LANG_OUTPUT_MAX);
	for (;;) {
		size_t at = str_find(in, from);

		buf_add(&b, str_slice(in, 0, at));
		if (at >= in.n)
			break;
		buf_add(&b, to);
		in = str_slice(in, at + from.n, in.n);
	}
	return buf_done(&b, out, e);
}

/* The byte where character number `n` (from 0) starts. */
static size_t
character_at(struct str s, int64_t n)
{
	size_t i = 0;

	for (; i < s.n; i++) {
		if (((unsigned char)s.p[i] & 0xc0) != 0x80 && n-- == 0)
			break;
	}
	return i;
}

static int64_t
number_arg(const struct lang_call *call, size_t i, int64_t fallback)
{
	int64_t v = fallback;

	if (i < call->n_args)
		(void)str_to_int(str_trim(call->args[i].text), INT64_MIN, INT64_MAX, &v);
	return v;
}

static bool
apply_substring(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out, struct err *e)
{
	int64_t start = number_arg(call, 0, 1) - 1;
	int64_t length = number_arg(call, 1, LANG_OUTPUT_MAX);

	(void)run, (void)e;
	*out = str_slice(in, character_at(in, start), character_at(in, start + length));
	return true;
}

bool
lang_decimal(struct str s, struct decimal *out)
{
	struct err ignored = { 0 };
	size_t point;

	s = str_trim(s);
	point = str_find_char(s, '.');
	if (s.n > point + 10) {
		for (size_t i = point + 10; i < s.n; i++) {
			if (s.p[i] < '0' || s.p[i] > '9')
				return false;
		}
		s = str_slice(s, 0, point + 10);
	}
	return decimal_parse(s, out, &ignored);
}

static bool
apply_number(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out, struct err *e)
{
	struct decimal d;

	if (!lang_decimal(in, &d))
		return err_set(e, ERR_INVALID, "the value is no number");
	*out = call->n_args == 0 ? decimal_write_short(run->arena, d)
	                         : decimal_write(run->arena, d, (int)number_arg(call, 0, 2));
	return true;
}

static bool
apply_round(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out, struct err *e)
{
	struct decimal d;

	if (!lang_decimal(in, &d) || !lang_decimal(decimal_write(run->arena, d, (int)number_arg(call, 0, 0)), &d))
		return err_set(e, ERR_INVALID, "the value is no number");
	*out = decimal_write_short(run->arena, d);
	return true;
}

/* The argument as a number: itself, or the field it names.  *empty when that field has no value. */
static bool
operand(const struct lang_run *run, const struct lang_call *call, struct decimal *out, bool *empty, struct err *e)
{
	struct str name = str_trim(call->args[0].text);
	struct str value;

	*empty = false;
	*out = (struct decimal){ 0 };
	if (lang_decimal(name, out))
		return true;
	if (!lang_run_field(run, name, &value, e))
		return false;
	*empty = str_trim(value).n == 0;
	if (!*empty && !lang_decimal(value, out))
		return err_set(e, ERR_INVALID, "{" STR_FMT "} is no number", STR_ARG(str_slice(name, 0, 80)));
	return true;
}

static bool
arithmetic(const struct lang_run *run, const struct lang_call *call, struct str in, char sign, struct str *out,
    struct err *e)
{
	struct decimal d;
	struct decimal by;
	bool empty;
	bool ok;

	if (!lang_decimal(in, &d))
		return err_set(e, ERR_INVALID, "the value is no number");
	if (!operand(run, call, &by, &empty, e))
		return false;
	if (sign == '*' && empty) {
		*out = (struct str){ 0 };
		return true;
	}
	if (sign == '-')
		by.units = -by.units;
	ok = sign == '*' ? decimal_mul(d, by, &d) : decimal_add(d, by, &d);
	if (!ok)
		return err_set(e, ERR_INVALID, "the result has more than 18 digits");
	*out = decimal_write_short(run->arena, d);
	return true;
}

static bool
apply_add(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out, struct err *e)
{
	return arithmetic(run, call, in, '+', out, e);
}

static bool
apply_sub(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out, struct err *e)
{
	return arithmetic(run, call, in, '-', out, e);
}

static bool
apply_mul(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out, struct err *e)
{
	return arithmetic(run, call, in, '*', out, e);
}

static bool
apply_date(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out, struct err *e)
{
	int64_t ms;

	if (!date_parse(str_trim(in), &ms, e))
		return err_set(e, ERR_INVALID, "the value is no date");
	if (call->n_args == 0) {
		*out = date_iso(run->arena, ms);
		return true;
	}
	return date_format(run->arena, ms, call->args[0].text, out, e);
}

static bool
apply_sha1(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out, struct err *e)
{
	(void)call, (void)e;
	*out = enc_hex(run->arena, crypto_sha1(run->arena, in));
	return true;
}

static bool
apply_sha256(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out, struct err *e)
{
	(void)call, (void)e;
	*out = enc_hex(run->arena, crypto_sha256(run->arena, in));
	return true;
}

static bool
apply_map(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out, struct err *e)
{
	struct str result = { 0 };

	(void)run, (void)e;
	for (size_t i = 0; i < call->n_args; i++) {
		const struct lang_arg *arg = &call->args[i];
		struct str key = str_trim(str_slice(arg->text, 0, arg->equals));
		struct str value = str_slice(arg->text, arg->equals + 1, arg->text.n);

		if (str_eq(key, in)) {
			*out = value;
			return true;
		}
		if (str_eq(key, STR("else")))
			result = value;
	}
	*out = result;
	return true;
}

static bool
apply_default(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out, struct err *e)
{
	(void)run, (void)e;
	*out = in.n > 0 ? in : call->args[0].text;
	return true;
}

static bool
apply_or(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out, struct err *e)
{
	*out = in;
	for (size_t i = 0; i < call->n_args && out->n == 0; i++) {
		if (!lang_run_field(run, str_trim(call->args[i].text), out, e))
			return false;
	}
	return true;
}

static bool
apply_concat(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out, struct err *e)
{
	struct buf b;

	buf_init(&b, run->arena, LANG_OUTPUT_MAX);
	buf_add(&b, in);
	for (size_t i = 1; i < call->n_args; i++) {
		struct str value;

		if (!lang_run_field(run, str_trim(call->args[i].text), &value, e))
			return false;
		if (value.n > 0 && b.n > 0)
			buf_add(&b, call->args[0].text);
		buf_add(&b, value);
	}
	return buf_done(&b, out, e);
}

static bool
apply_prefix(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out, struct err *e)
{
	struct buf b;

	buf_init(&b, run->arena, LANG_OUTPUT_MAX);
	buf_add(&b, call->args[0].text);
	buf_add(&b, in);
	return buf_done(&b, out, e);
}

static bool
apply_suffix(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out, struct err *e)
{
	struct buf b;

	buf_init(&b, run->arena, LANG_OUTPUT_MAX);
	buf_add(&b, in);
	buf_add(&b, call->args[0].text);
	return buf_done(&b, out, e);
}

static bool
apply_digits(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out, struct err *e)
{
	char *p = arena_alloc(run->arena, in.n + 1);
	size_t n = 0;

	(void)call, (void)e;
	for (size_t i = 0; i < in.n; i++) {
		if (in.p[i] >= '0' && in.p[i] <= '9')
			p[n++] = in.p[i];
	}
	*out = (struct str){ .p = p, .n = n };
	return true;
}

static bool
int_within(const struct lang_call *call, size_t i, int64_t min, int64_t max)
{
	int64_t v;

	return i >= call->n_args || str_to_int(str_trim(call->args[i].text), min, max, &v);
}

static const char *
check_places(struct arena *a, const struct lang_call *call)
{
	(void)a;
	return int_within(call, 0, 0, 9) ? NULL : "needs a number of decimal places from 0 to 9";
}

static const char *
check_replace(struct arena *a, const struct lang_call *call)
{
	(void)a;
	return call->args[0].text.n > 0 ? NULL : "needs the text to be replaced";
}

static const char *
check_substring(struct arena *a, const struct lang_call *call)
{
	(void)a;
	if (int_within(call, 0, 1, LANG_OUTPUT_MAX) && int_within(call, 1, 1, LANG_OUTPUT_MAX))
		return NULL;
	return "needs the first character and the number of characters, both from 1";
}

static const char *
check_date(struct arena *a, const struct lang_call *call)
{
	struct err ignored = { 0 };
	struct str s;

	if (call->n_args == 0 || (call->args[0].text.n > 0 && date_format(a, 0, call->args[0].text, &s, &ignored)))
		return NULL;
	return "needs a format of %Y %m %d %H %M %S %y %j %%";
}

static const char *
check_map(struct arena *a, const struct lang_call *call)
{
	(void)a;
	for (size_t i = 0; i < call->n_args; i++) {
		if (call->args[i].equals == call->args[i].text.n &&
		    (call->args[i].text.n == 0 || call->args[i].text.p[call->args[i].text.n - 1] != '='))
			return "needs pairs such as closedwon=SALE,else=LEAD";
	}
	return NULL;
}

/* clang-format off */
static const struct lang_function words[] = {
	{ "trim",      "",                 "Takes blanks off both ends.",                                                   "{email|trim}" },
	{ "lower",     "",                 "Makes the letters a to z small.",                                               "{email|lower}" },
	{ "upper",     "",                 "Makes the letters a to z capitals.",                                            "{country|upper}" },
	{ "title",     "",                 "Starts each word with a capital letter.",                                       "{city|title}" },
	{ "replace",   "text,by",          "Replaces each occurrence of a text by another; by nothing when that is left out.", "{phone|replace: ,-}" },
	{ "substring", "first,length",     "Takes characters out of the middle, counted from 1.",                           "{dealname|substring:1,64}" },
	{ "number",    "places",           "Writes a number plainly, with exactly so many decimal places when given.",      "{amount|number:2}" },
	{ "round",     "places",           "Rounds a number, half away from zero, and writes it without spare zeros.",      "{amount|round:0}" },
	{ "add",       "number or field",  "Adds; a field without value counts as 0.",                                      "{amount|add:shipping}" },
	{ "sub",       "number or field",  "Subtracts; a field without value counts as 0.",                                 "{amount|sub:discount}" },
	{ "mul",       "number or field",  "Multiplies; a field without value gives nothing.",                              "{amount|mul:0.81}" },
	{ "date",      "format",           "Writes a date in UTC, with %Y %m %d %H %M %S %y %j; without a format as 2026-11-21T10:15:00Z.", "{closedate|date:%Y-%m-%d}" },
	{ "sha1",      "",                 "The SHA-1 hash as 40 hexadecimal digits.",                                      "{email|trim|lower|sha1}" },
	{ "sha256",    "",                 "The SHA-256 hash as 64 hexadecimal digits.",                                    "{email|trim|lower|sha256}" },
	{ "map",       "value=text,...",   "Looks the value up; else= is for all others, without it they give nothing.",    "{dealstage|map:closedwon=SALE,else=LEAD}" },
	{ "default",   "text",             "This text when there is no value.",                                             "{dealtype|default:newbusiness}" },
	{ "or",        "field,...",        "The first of these fields that has a value, when there is none.",               "{deal_currency_code|or:account.currency}" },
	{ "concat",    "separator,field,...", "Puts fields behind it, the separator between those that have a value.",      "{firstname|concat: ,lastname}" },
	{ "prefix",    "text",             "Puts a text before the value, if there is one.",                                "{hs_object_id|prefix:deal-}" },
	{ "suffix",    "text",             "Puts a text behind the value, if there is one.",                                "{hs_object_id|suffix:-eu}" },
	{ "digits",    "",                 "Keeps the digits 0 to 9 only.",                                                 "{phone|digits}" },
};

static const struct behaviour {
	size_t min_args, max_args;
	size_t first_field; /* arguments from here on are names of fields; SIZE_MAX: none */
	bool number_or_field;
	bool on_empty;
	check_fn *check;
	apply_fn *apply;
} behaviours[] = {
	{ 0, 0,  SIZE_MAX, false, false, NULL,            apply_trim },
	{ 0, 0,  SIZE_MAX, false, false, NULL,            apply_lower },
	{ 0, 0,  SIZE_MAX, false, false, NULL,            apply_upper },
	{ 0, 0,  SIZE_MAX, false, false, NULL,            apply_title },
	{ 1, 2,  SIZE_MAX, false, false, check_replace,   apply_replace },
	{ 1, 2,  SIZE_MAX, false, false, check_substring, apply_substring },
	{ 0, 1,  SIZE_MAX, false, false, check_places,    apply_number },
	{ 1, 1,  SIZE_MAX, false, false, check_places,    apply_round },
	{ 1, 1,  0,        true,  false, NULL,            apply_add },
	{ 1, 1,  0,        true,  false, NULL,            apply_sub },
	{ 1, 1,  0,        true,  false, NULL,            apply_mul },
	{ 0, 1,  SIZE_MAX, false, false, check_date,      apply_date },
	{ 0, 0,  SIZE_MAX, false, false, NULL,            apply_sha1 },
	{ 0, 0,  SIZE_MAX, false, false, NULL,            apply_sha256 },
	{ 1, 500, SIZE_MAX, false, false, check_map,      apply_map },
	{ 1, 1,  SIZE_MAX, false, true,  NULL,            apply_default },
	{ 1, 20, 0,        false, true,  NULL,            apply_or },
	{ 2, 20, 1,        false, true,  NULL,            apply_concat },
	{ 1, 1,  SIZE_MAX, false, false, NULL,            apply_prefix },
	{ 1, 1,  SIZE_MAX, false, false, NULL,            apply_suffix },
	{ 0, 0,  SIZE_MAX, false, false, NULL,            apply_digits },
};
/* clang-format on */

#define FUNCTIONS (sizeof(words) / sizeof(words[0]))
_Static_assert(FUNCTIONS == sizeof(behaviours) / sizeof(behaviours[0]), "words and behaviour go together");

size_t
lang_functions(const struct lang_function **table)
{
	*table = words;
	return FUNCTIONS;
}

bool
lang_function_find(struct str name, size_t *index)
{
	for (size_t i = 0; i < FUNCTIONS; i++) {
		if (str_eq(name, str_from(words[i].name))) {
			*index = i;
			return true;
		}
	}
	return false;
}

const char *
lang_function_name(size_t index)
{
	return words[index].name;
}

const char *
lang_function_check(struct arena *a, const struct lang_call *call, struct lang_names *fields)
{
	const struct behaviour *b = &behaviours[call->function];
	struct decimal d;

	if (call->n_args < b->min_args)
		return "needs an argument, as in name:argument";
	if (call->n_args > b->max_args)
		return b->max_args == 0 ? "takes no argument" : "has too many arguments";
	for (size_t i = b->first_field; i < call->n_args; i++) {
		struct str name = str_trim(call->args[i].text);

		if (b->number_or_field && lang_decimal(name, &d))
			continue;
		if (!lang_name_ok(name))
			return b->number_or_field ? "needs a number or the name of a field"
			                          : "needs the name of a field";
		lang_names_add(fields, name);
	}
	return b->check == NULL ? NULL : b->check(a, call);
}

bool
lang_function_on_empty(size_t index)
{
	return behaviours[index].on_empty;
}

bool
lang_function_apply(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out,
    struct err *e)
{
	return behaviours[call->function].apply(run, call, in, out, e);
}
