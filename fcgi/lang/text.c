/* text.c - the functions of the mapping language that work on text. */
#include "base/buf.h"
#include "base/crypto.h"
#include "base/enc.h"
#include "lang/functions.h"

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

bool
lang_apply_trim(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out, struct err *e)
{
	(void)run, (void)call, (void)e;
	*out = str_trim(in);
	return true;
}

bool
lang_apply_lower(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out,
    struct err *e)
{
	(void)call, (void)e;
	*out = str_lower(run->arena, in);
	return true;
}

bool
lang_apply_upper(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out,
    struct err *e)
{
	(void)call, (void)e;
	*out = str_upper(run->arena, in);
	return true;
}

bool
lang_apply_title(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out,
    struct err *e)
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

bool
lang_apply_replace(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out,
    struct err *e)
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

bool
lang_apply_substring(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out,
    struct err *e)
{
	int64_t start = lang_int_arg(call, 0, 1) - 1;
	int64_t length = lang_int_arg(call, 1, LANG_OUTPUT_MAX);

	(void)run, (void)e;
	*out = str_slice(in, character_at(in, start), character_at(in, start + length));
	return true;
}

bool
lang_apply_sha1(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out, struct err *e)
{
	(void)call, (void)e;
	*out = enc_hex(run->arena, crypto_sha1(run->arena, in));
	return true;
}

bool
lang_apply_sha256(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out,
    struct err *e)
{
	(void)call, (void)e;
	*out = enc_hex(run->arena, crypto_sha256(run->arena, in));
	return true;
}

bool
lang_apply_map(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out, struct err *e)
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

bool
lang_apply_default(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out,
    struct err *e)
{
	(void)run, (void)e;
	*out = in.n > 0 ? in : call->args[0].text;
	return true;
}

bool
lang_apply_or(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out, struct err *e)
{
	*out = in;
	for (size_t i = 0; i < call->n_args && out->n == 0; i++) {
		if (!lang_run_field(run, str_trim(call->args[i].text), out, e))
			return false;
	}
	return true;
}

bool
lang_apply_concat(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out,
    struct err *e)
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

bool
lang_apply_prefix(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out,
    struct err *e)
{
	struct buf b;

	buf_init(&b, run->arena, LANG_OUTPUT_MAX);
	buf_add(&b, call->args[0].text);
	buf_add(&b, in);
	return buf_done(&b, out, e);
}

bool
lang_apply_suffix(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out,
    struct err *e)
{
	struct buf b;

	buf_init(&b, run->arena, LANG_OUTPUT_MAX);
	buf_add(&b, in);
	buf_add(&b, call->args[0].text);
	return buf_done(&b, out, e);
}

bool
lang_apply_digits(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out,
    struct err *e)
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

const char *
lang_check_replace(struct arena *a, const struct lang_call *call)
{
	(void)a;
	return call->args[0].text.n > 0 ? NULL : "needs the text to be replaced";
}

const char *
lang_check_substring(struct arena *a, const struct lang_call *call)
{
	(void)a;
	if (lang_int_within(call, 0, 1, LANG_OUTPUT_MAX) && lang_int_within(call, 1, 1, LANG_OUTPUT_MAX))
		return NULL;
	return "needs the first character and the number of characters, both from 1";
}

const char *
lang_check_map(struct arena *a, const struct lang_call *call)
{
	(void)a;
	for (size_t i = 0; i < call->n_args; i++) {
		if (call->args[i].equals == call->args[i].text.n &&
		    (call->args[i].text.n == 0 || call->args[i].text.p[call->args[i].text.n - 1] != '='))
			return "needs pairs such as closedwon=SALE,else=LEAD";
	}
	return NULL;
}
