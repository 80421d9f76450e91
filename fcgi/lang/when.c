/* when.c - conditions: clauses joined by "and", each a field group, an operator and a value. */
#include "core/date.h"
#include "core/decimal.h"
#include "lang/parts.h"

enum operator{
	OP_NOT_EMPTY,
	OP_EMPTY,
	OP_NOT_IN,
	OP_IN,
	OP_NOT_EQUAL,
	OP_AT_LEAST,
	OP_AT_MOST,
	OP_EQUAL,
	OP_MORE,
	OP_LESS,
	OP__COUNT
};

/* Longer ones first, so that ">=" is not read as ">". */
static const struct word {
	const char *text;
	bool value, list, compares;
} words[OP__COUNT] = {
	[OP_NOT_EMPTY] = { "is not empty", false, false, false },
	[OP_EMPTY] = { "is empty", false, false, false },
	[OP_NOT_IN] = { "not in ", true, true, false },
	[OP_IN] = { "in ", true, true, false },
	[OP_NOT_EQUAL] = { "!=", true, false, false },
	[OP_AT_LEAST] = { ">=", true, false, true },
	[OP_AT_MOST] = { "<=", true, false, true },
	[OP_EQUAL] = { "=", true, false, false },
	[OP_MORE] = { ">", true, false, true },
	[OP_LESS] = { "<", true, false, true },
};

struct clause {
	struct lang_part left;
	enum operator op;
	struct str *values;
	size_t n_values;
};

struct lang_when {
	struct clause *clauses;
	size_t n;
	const struct str *fields;
	size_t n_fields;
};

static void
skip_blanks(struct lang_parser *p)
{
	while (p->at < p->source.n && p->source.p[p->at] == ' ')
		p->at++;
}

static bool
take(struct lang_parser *p, struct str word)
{
	if (!str_starts(str_slice(p->source, p->at, p->source.n), word))
		return false;
	p->at += word.n;
	return true;
}

/* Where the clause ends: before " and {", else at the end.  A plain "and" belongs to the value. */
static size_t
clause_end(const struct lang_parser *p)
{
	struct str s = p->source;

	for (size_t i = p->at; i < s.n; i++) {
		size_t k = i + 5;

		if (s.p[i] == '\\') {
			i++;
			continue;
		}
		if (!str_starts(str_slice(s, i, s.n), STR(" and ")))
			continue;
		while (k < s.n && s.p[k] == ' ')
			k++;
		if (k < s.n && s.p[k] == '{')
			return i;
	}
	return s.n;
}

static struct str
unquote(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.n + 1);
	size_t n = 0;

	s = str_trim(s);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\' && i + 1 < s.n)
			i++;
		p[n++] = s.p[i];
	}
	return (struct str){ .p = p, .n = n };
}

/* The piece up to the next unquoted comma; false when nothing is left. */
static bool
next_value(struct str *rest, struct str *out)
{
	size_t i = 0;

	if (rest->p == NULL)
		return false;
	while (i < rest->n && rest->p[i] != ',')
		i += rest->p[i] == '\\' ? 2 : 1;
	if (i > rest->n)
		i = rest->n;
	*out = str_slice(*rest, 0, i);
	*rest = i < rest->n ? str_slice(*rest, i + 1, rest->n) : (struct str){ 0 };
	return true;
}

static bool
comparable(struct str s)
{
	struct err ignored = { 0 };
	struct decimal d;
	int64_t ms;
	bool local;

	return lang_decimal(s, &d) || date_parse_local(s, &ms, &local, &ignored);
}

/* Whether a comparison stands there. */
static bool
operator_at(const struct lang_parser *p, size_t at)
{
	struct str rest;

	while (at < p->source.n && p->source.p[at] == ' ')
		at++;
	rest = str_slice(p->source, at, p->source.n);
	for (unsigned op = 0; op < OP__COUNT; op++) {
		if (str_starts(rest, str_from(words[op].text)))
			return true;
	}
	return false;
}

/* Where "word {field} operator" begins between the two, with the word; `end` when nothing there looks like it. */
static size_t
second_clause(const struct lang_parser *p, size_t begin, size_t end, struct str *word)
{
	const char *s = p->source.p;

	for (size_t i = begin; i < end; i++) {
		size_t close = str_find_char(str_slice(p->source, i, p->source.n), '}') + i;
		size_t to = i, from;

		if (s[i] == '\\') {
			i++; /* nothing begins with what stands behind it, which may be the end */
			continue;
		}
		if (s[i] != '{' || i == begin || s[i - 1] != ' ' || close >= p->source.n || !operator_at(p, close + 1))
			continue;
		while (to > begin && s[to - 1] == ' ')
			to--;
		from = to;
		while (from > begin && s[from - 1] != ' ')
			from--;
		*word = str_slice(p->source, from, to);
		return from;
	}
	return end;
}

/*
 * A second condition behind another word than "and", "{x} = 1 und {y} = 2", is refused with that word: read as a part
 * of the value it would make a condition that never holds.
 */
static bool
check_joined(struct lang_parser *p, size_t begin, size_t end)
{
	struct str word;
	size_t at = second_clause(p, begin, end, &word);

	if (at == end)
		return true;
	if (str_eq(word, STR("or")) || str_eq(word, STR("OR")) || str_eq(word, STR("oder")) || str_eq(word, STR("||")))
		return lang_parser_fail(p, at,
		    "a condition has no \"or\": list values, as in {country} in US,CA, or add another row or trigger");
	return lang_parser_fail(p, at, "conditions are joined by \"and\", not by \"" STR_FMT "\"",
	    STR_ARG(str_slice(word, 0, 24)));
}

static bool
parse_values(struct lang_parser *p, struct clause *c)
{
	size_t end = clause_end(p);
	size_t begin = p->at;
	struct str text, one;

	while (begin < end && p->source.p[begin] == ' ')
		begin++;
	text = str_slice(p->source, begin, end);
	if (str_trim(text).n == 0)
		return lang_parser_fail(p, p->at, "a value is missing here");
	if (!check_joined(p, begin, end))
		return false;
	c->values = arena_array(p->arena, text.n + 1, sizeof(*c->values));
	if (!words[c->op].list) {
		c->values[c->n_values++] = unquote(p->arena, text);
	} else {
		while (next_value(&text, &one)) {
			c->values[c->n_values] = unquote(p->arena, one);
			if (c->values[c->n_values++].n == 0)
				return lang_parser_fail(p, p->at, "a value of the list is empty");
		}
	}
	if (words[c->op].compares && !comparable(c->values[0]))
		return lang_parser_fail(p, begin, "a number or a date is needed here");
	p->at = end;
	return true;
}

static bool
parse_clause(struct lang_parser *p, struct clause *c)
{
	unsigned op;

	skip_blanks(p);
	if (p->at >= p->source.n || p->source.p[p->at] != '{')
		return lang_parser_fail(p, p->at, "a condition starts with a property in braces, such as {amount}");
	if (!lang_parse_field(p, &c->left))
		return false;
	skip_blanks(p);
	for (op = 0; op < OP__COUNT; op++) {
		if (take(p, str_from(words[op].text)))
			break;
	}
	if (op == OP__COUNT)
		return lang_parser_fail(p, p->at,
		    "a comparison is needed here: =, !=, >, >=, <, <=, in, not in, is empty or is not empty");
	c->op = (enum operator)op;
	if (words[op].value && !parse_values(p, c))
		return false;
	skip_blanks(p);
	if (p->at < p->source.n && !take(p, STR("and ")))
		return lang_parser_fail(p, p->at, "nothing may follow here but \"and\" with another condition");
	return true;
}

bool
lang_when_parse(struct arena *a, struct str source, struct lang_when **out, struct lang_fault *fault, struct err *e)
{
	struct lang_when *w = arena_alloc(a, sizeof(*w));
	struct lang_parser p;
	size_t braces = 1;
	bool more;

	*out = w;
	if (!lang_parser_init(&p, a, source, fault, e))
		return false;
	if (str_trim(source).n == 0)
		return true;
	for (size_t i = 0; i < source.n; i++)
		braces += source.p[i] == '{';
	w->clauses = arena_array(a, braces, sizeof(*w->clauses));
	do {
		size_t from = p.at;

		if (!parse_clause(&p, &w->clauses[w->n++]))
			return false;
		/* An "and" was taken, or the source is used up. */
		more = p.at < source.n || str_ends(str_slice(source, from, p.at), STR(" and "));
	} while (more);
	w->fields = p.fields.names;
	w->n_fields = p.fields.n;
	return true;
}

size_t
lang_when_fields(const struct lang_when *w, const struct str **fields)
{
	*fields = w->fields;
	return w->n_fields;
}

/* -1, 0, 1; false when the left side is neither number nor date, as the right one is. */
static bool
compare(const struct lang_run *run, struct str left, struct str right, int *out, struct err *e)
{
	struct decimal l;
	struct decimal r;
	int64_t at;
	int64_t than;

	if (lang_decimal(right, &r)) {
		if (!lang_decimal(left, &l))
			return err_set(e, ERR_INVALID, "the value is no number");
		*out = decimal_cmp(l, r);
		return true;
	}
	if (!lang_date(right, lang_account_zone(run), &than, e) || !lang_date(left, lang_account_zone(run), &at, e))
		return false;
	*out = (at > than) - (at < than);
	return true;
}

static bool
in_values(const struct clause *c, struct str value)
{
	for (size_t i = 0; i < c->n_values; i++) {
		if (str_eq(c->values[i], value))
			return true;
	}
	return false;
}

static bool
clause_holds(const struct lang_run *run, const struct clause *c, struct str value, bool *holds, struct err *e)
{
	int order = 0;

	*holds = false;
	if (words[c->op].compares) {
		if (value.n == 0)
			return true;
		if (!compare(run, value, c->values[0], &order, e))
			return err_wrap(e, "the condition on {" STR_FMT "}", STR_ARG(str_slice(c->left.field, 0, 80)));
	}
	switch (c->op) {
	case OP_NOT_EMPTY:
		*holds = value.n > 0;
		break;
	case OP_EMPTY:
		*holds = value.n == 0;
		break;
	case OP_NOT_IN:
	case OP_NOT_EQUAL:
		*holds = !in_values(c, value);
		break;
	case OP_IN:
	case OP_EQUAL:
		*holds = in_values(c, value);
		break;
	case OP_AT_LEAST:
		*holds = order >= 0;
		break;
	case OP_AT_MOST:
		*holds = order <= 0;
		break;
	case OP_MORE:
		*holds = order > 0;
		break;
	case OP_LESS:
		*holds = order < 0;
		break;
	case OP__COUNT:
		break;
	}
	return true;
}

bool
lang_when_eval(const struct lang_when *w, struct arena *a, lang_lookup *lookup, void *arg, size_t item, bool *holds,
    struct err *e)
{
	struct lang_run run = { .arena = a, .lookup = lookup, .arg = arg, .item = item };

	*holds = true;
	for (size_t i = 0; i < w->n && *holds; i++) {
		struct str value;

		if (!lang_run_part(&run, &w->clauses[i].left, &value, e) ||
		    !clause_holds(&run, &w->clauses[i], value, holds, e))
			return false;
	}
	return true;
}
