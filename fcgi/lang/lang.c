#include "lang/lang.h"

#include <stdarg.h>

#include "base/buf.h"
#include "lang/parts.h"

static bool
is_index(struct str s, size_t at)
{
	return str_starts(str_slice(s, at, s.n), STR("{i}"));
}

bool
lang_name_per_item(struct str name)
{
	return str_eq(name, STR("i")) || str_find(name, STR("{i}")) < name.n;
}

bool
lang_name_ok(struct str name)
{
	if (name.n == 0 || name.n > LANG_NAME_MAX)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		if (is_index(name, i)) {
			i += 2;
			continue;
		}
		if ((unsigned char)name.p[i] < 0x20 || strchr("{}|\\\x7f", name.p[i]) != NULL)
			return false;
	}
	return true;
}

void
lang_names_add(struct lang_names *names, struct str name)
{
	for (size_t i = 0; i < names->n; i++) {
		if (str_eq(names->names[i], name))
			return;
	}
	if (names->n < names->cap)
		names->names[names->n++] = name;
}

/* Columns count characters, not bytes. */
static size_t
column_of(struct str s, size_t at)
{
	size_t column = 1;

	for (size_t i = 0; i < at && i < s.n; i++)
		column += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return column;
}

bool
lang_parser_fail(struct lang_parser *p, size_t at, const char *fmt, ...)
{
	char text[200];
	size_t column = column_of(p->source, at);
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (p->fault != NULL) {
		p->fault->column = column;
		p->fault->message = str_copy(p->arena, str_from(text));
	}
	return err_set(p->e, ERR_INVALID, "column %zu: %s", column, text);
}

static size_t
count(struct str s, const char *any_of)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] != '\0' && strchr(any_of, s.p[i]) != NULL;
	return n;
}

bool
lang_parser_init(struct lang_parser *p, struct arena *a, struct str source, struct lang_fault *fault, struct err *e)
{
	*p = (struct lang_parser){ .arena = a, .source = source, .fault = fault, .e = e };
	if (source.n > LANG_SOURCE_MAX)
		return lang_parser_fail(p, 0, "the expression is longer than %d bytes", LANG_SOURCE_MAX);
	if (!str_is_utf8(source) || str_find_char(source, '\0') < source.n)
		return lang_parser_fail(p, 0, "the expression is not readable text");
	/* Each name stands behind one of these. */
	p->fields.cap = count(source, "{,:") + 1;
	p->fields.names = arena_array(a, p->fields.cap, sizeof(struct str));
	p->calls = arena_array(a, LANG_CALLS_MAX, sizeof(*p->calls));
	p->args = arena_array(a, count(source, ",:"), sizeof(*p->args));
	p->text = arena_alloc(a, source.n + 1);
	return true;
}

/* One argument, up to an unquoted ',' '|' or '}'. */
static bool
parse_arg(struct lang_parser *p, struct lang_arg *out)
{
	struct str s = p->source;
	char *text = p->text + p->n_text;
	size_t n = 0;

	out->equals = SIZE_MAX;
	while (p->at < s.n && strchr(",|}", s.p[p->at]) == NULL) {
		char c = s.p[p->at];

		if (c == '{') {
			if (!is_index(s, p->at))
				return lang_parser_fail(p, p->at, "a \"{\" in an argument needs a \\ before it");
			for (size_t k = 0; k < 3; k++)
				text[n++] = s.p[p->at++];
			continue;
		}
		if (c == '\\') {
			if (++p->at >= s.n)
				return lang_parser_fail(p, p->at - 1, "there is nothing behind the \\");
			c = s.p[p->at];
		} else if (c == '=' && out->equals == SIZE_MAX) {
			out->equals = n;
		}
		text[n++] = c;
		p->at++;
	}
	out->text = (struct str){ .p = text, .n = n };
	p->n_text += n;
	if (out->equals == SIZE_MAX)
		out->equals = n;
	return true;
}

static bool
parse_args(struct lang_parser *p, struct lang_call *call)
{
	call->args = &p->args[p->n_args];
	do {
		p->at++; /* ':' or ',' */
		call->n_args++;
		if (!parse_arg(p, &p->args[p->n_args++]))
			return false;
	} while (p->at < p->source.n && p->source.p[p->at] == ',');
	return true;
}

static bool
parse_call(struct lang_parser *p, struct lang_call *call)
{
	struct str s = p->source;
	size_t from = p->at;
	struct str name;
	const char *must;

	while (p->at < s.n && strchr(":|}{", s.p[p->at]) == NULL)
		p->at++;
	name = str_trim(str_slice(s, from, p->at));
	if (name.n == 0)
		return lang_parser_fail(p, from, "the name of a function is missing");
	if (!lang_function_find(name, &call->function))
		return lang_parser_fail(p, from, "there is no function \"" STR_FMT "\"",
		    STR_ARG(str_slice(name, 0, 40)));
	if (p->at < s.n && s.p[p->at] == ':' && !parse_args(p, call))
		return false;
	must = lang_function_check(p->arena, call, &p->fields);
	if (must != NULL)
		return lang_parser_fail(p, from, "%s %s", lang_function_name(call->function), must);
	return true;
}

bool
lang_parse_field(struct lang_parser *p, struct lang_part *out)
{
	struct str s = p->source;
	size_t open = p->at++;
	size_t from = p->at;

	if (++p->n_groups > LANG_FIELDS_MAX)
		return lang_parser_fail(p, open, "an expression may read %d fields at most", LANG_FIELDS_MAX);
	while (p->at < s.n && s.p[p->at] != '|' && s.p[p->at] != '}')
		p->at += is_index(s, p->at) ? 3 : 1;
	out->field = str_trim(str_slice(s, from, p->at));
	if (p->at >= s.n)
		return lang_parser_fail(p, open, "the \"{\" is not closed");
	if (out->field.n == 0)
		return lang_parser_fail(p, from, "the name of a field is missing");
	if (!lang_name_ok(out->field))
		return lang_parser_fail(p, from, "this is no name of a field");
	lang_names_add(&p->fields, out->field);
	out->calls = &p->calls[p->n_calls];
	while (p->at < s.n && s.p[p->at] == '|') {
		p->at++;
		if (p->n_calls >= LANG_CALLS_MAX)
			return lang_parser_fail(p, p->at, "an expression may use %d functions at most", LANG_CALLS_MAX);
		out->n_calls++;
		if (!parse_call(p, &p->calls[p->n_calls++]))
			return false;
	}
	if (p->at >= s.n)
		return lang_parser_fail(p, open, "the \"{\" is not closed");
	if (s.p[p->at] != '}')
		return lang_parser_fail(p, p->at, "a \"{\" does not belong here");
	p->at++;
	return true;
}

/* Text up to a single '{'; doubled braces stand for one. */
static bool
parse_literal(struct lang_parser *p, struct lang_part *out)
{
	struct str s = p->source;
	char *text = p->text + p->n_text;
	size_t n = 0;

	while (p->at < s.n) {
		char c = s.p[p->at];

		if (c == '{' || c == '}') {
			bool doubled = p->at + 1 < s.n && s.p[p->at + 1] == c;

			if (!doubled && c == '{')
				break;
			if (!doubled)
				return lang_parser_fail(p, p->at,
				    "a \"}\" without its \"{\"; write }} for the sign itself");
			p->at++;
		}
		text[n++] = c;
		p->at++;
	}
	out->literal = (struct str){ .p = text, .n = n };
	p->n_text += n;
	return true;
}

bool
lang_parse(struct arena *a, struct str source, struct lang **out, struct lang_fault *fault, struct err *e)
{
	struct lang *l = arena_alloc(a, sizeof(*l));
	struct lang_parser p;
	struct lang_part *parts;

	if (!lang_parser_init(&p, a, source, fault, e))
		return false;
	parts = arena_array(a, 2 * count(source, "{") + 1, sizeof(*parts));
	while (p.at < source.n) {
		struct lang_part *part = &parts[l->n_parts];

		if (!parse_literal(&p, part))
			return false;
		if (part->literal.n > 0)
			l->n_parts++;
		if (p.at < source.n && !lang_parse_field(&p, &parts[l->n_parts++]))
			return false;
	}
	l->parts = parts;
	l->fields = p.fields.names;
	l->n_fields = p.fields.n;
	for (size_t i = 0; i < l->n_fields; i++)
		l->per_item = l->per_item || lang_name_per_item(l->fields[i]);
	*out = l;
	return true;
}

size_t
lang_fields(const struct lang *l, const struct str **fields)
{
	*fields = l->fields;
	return l->n_fields;
}

bool
lang_per_item(const struct lang *l)
{
	return l->per_item;
}

bool
lang_run_field(const struct lang_run *run, struct str field, struct str *out, struct err *e)
{
	*out = (struct str){ 0 };
	if (!run->lookup(run->arg, field, run->item, out, e))
		return false;
	if (out->n > LANG_OUTPUT_MAX)
		return err_set(e, ERR_LIMIT, "{" STR_FMT "} is longer than %d bytes", STR_ARG(field), LANG_OUTPUT_MAX);
	return true;
}

bool
lang_run_part(const struct lang_run *run, const struct lang_part *part, struct str *out, struct err *e)
{
	if (part->field.n == 0) {
		*out = part->literal;
		return true;
	}
	if (!lang_run_field(run, part->field, out, e))
		return false;
	for (size_t i = 0; i < part->n_calls; i++) {
		const struct lang_call *call = &part->calls[i];

		if (out->n == 0 && !lang_function_on_empty(call->function))
			continue;
		if (!lang_function_apply(run, call, *out, out, e))
			return err_wrap(e, "%s in {" STR_FMT "}", lang_function_name(call->function),
			    STR_ARG(str_slice(part->field, 0, 80)));
	}
	return true;
}

bool
lang_eval(const struct lang *l, struct arena *a, lang_lookup *lookup, void *arg, size_t item, struct str *out,
    struct err *e)
{
	struct lang_run run = { .arena = a, .lookup = lookup, .arg = arg, .item = item };
	struct buf b;

	if (l->n_parts == 1)
		return lang_run_part(&run, &l->parts[0], out, e);
	buf_init(&b, a, LANG_OUTPUT_MAX);
	for (size_t i = 0; i < l->n_parts; i++) {
		struct str value;

		if (!lang_run_part(&run, &l->parts[i], &value, e))
			return false;
		buf_add(&b, value);
	}
	return buf_done(&b, out, e);
}
