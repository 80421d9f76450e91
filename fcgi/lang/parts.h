/*
 * parts.h - what a compiled expression is made of; shared by the files of lang/ that parse, apply and compare.
 *
 * An expression is a row of parts, each a literal or a field with the calls applied to it.
 */
#ifndef LANG_PARTS_H
#define LANG_PARTS_H

#include "base/arena.h"
#include "lang/lang.h"

#define LANG_CALLS_MAX  64 /* of one expression: bounds its work and memory */
#define LANG_FIELDS_MAX 200
#define LANG_NAME_MAX   255

struct lang_arg {
	struct str text;
	size_t equals; /* where the first unquoted '=' stands; text.n when there is none */
};

struct lang_call {
	size_t function; /* index of the function table */
	const struct lang_arg *args;
	size_t n_args;
};

struct lang_part {
	struct str literal; /* used when field is empty */
	struct str field;
	const struct lang_call *calls;
	size_t n_calls;
};

struct lang {
	const struct lang_part *parts;
	size_t n_parts;
	const struct str *fields;
	size_t n_fields;
	bool per_item;
};

/* The names an expression reads, each once. */
struct lang_names {
	struct str *names;
	size_t n, cap;
};

struct lang_parser {
	struct arena *arena;
	struct str source;
	size_t at;
	/* Made once for the whole source, so that memory grows with its length only. */
	struct lang_call *calls;
	struct lang_arg *args;
	char *text;
	size_t n_calls, n_args, n_text, n_groups;
	struct lang_names fields;
	struct lang_fault *fault; /* may be NULL */
	struct err *e;
};

/* One evaluation. */
struct lang_run {
	struct arena *arena;
	lang_lookup *lookup;
	void *arg;
	size_t item;
};

/* Length and encoding of the source; makes room for what it may hold. */
bool lang_parser_init(struct lang_parser *p, struct arena *a, struct str source, struct lang_fault *fault,
    struct err *e);
/* Fills the fault; always false. */
bool lang_parser_fail(struct lang_parser *p, size_t at, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* A '{...}' group at p->at. */
bool lang_parse_field(struct lang_parser *p, struct lang_part *out);
bool lang_name_ok(struct str name);
void lang_names_add(struct lang_names *names, struct str name);
bool lang_name_per_item(struct str name);

bool lang_run_part(const struct lang_run *run, const struct lang_part *part, struct str *out, struct err *e);
bool lang_run_field(const struct lang_run *run, struct str field, struct str *out, struct err *e);

/* The function of that name; false when there is none. */
bool lang_function_find(struct str name, size_t *index);
const char *lang_function_name(size_t index);
/* NULL when the arguments fit, else what they must be; adds the fields they name. */
const char *lang_function_check(struct arena *a, const struct lang_call *call, struct lang_names *fields);
/* Whether the function does something to the empty value; the others leave it empty. */
bool lang_function_on_empty(size_t index);
bool lang_function_apply(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out,
    struct err *e);
/* The account's time zone as the lookup gives it; empty when it has none. */
struct str lang_account_zone(const struct lang_run *run);
/*
 * A date with blanks around it; one that names no offset is in that zone.  ERR_NOT_FOUND when there is no such
 * zone and it was needed.
 */
bool lang_date(struct str s, struct str zone, int64_t *ms, struct err *e) CC_MUST_USE;
/* A number with blanks around it; digits behind the ninth decimal place are cut. */
struct decimal;
bool lang_decimal(struct str s, struct decimal *out);

#endif
