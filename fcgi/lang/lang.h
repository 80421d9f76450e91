/*
 * lang.h - the mapping language: a small, total template language.
 *
 *   {dealname}   {firstname} {lastname}   {amount|number:2}   {closedate|date:%Y-%m-%d}
 *   {email|trim|lower|sha1}   {dealstage|map:closedwon=SALE,else=LEAD}
 *   {contact.hs_object_id}   {company.name}   {line_item{i}.hs_sku}   {event.occurredAt}
 *   {deal_currency_code|or:account.currency}   {deal_[stage]_id}
 *
 * Text outside braces is literal; "{{" and "}}" are braces.  A field name is everything up to '|' or '}'.
 * Functions are applied left to right; arguments are separated by ',' and a backslash quotes the next
 * character.  Dates that name no offset are in the account's time zone, the field account.timeZone, unless
 * the expression names one.  Evaluation always ends, has no side effects, and its output is bounded (LANG_OUTPUT_MAX).
 */
#ifndef LANG_LANG_H
#define LANG_LANG_H

#include "base/err.h"
#include "base/str.h"

#define LANG_SOURCE_MAX 4096
#define LANG_OUTPUT_MAX 65536

struct lang; /* a compiled expression; immutable; lives in its arena */

/* Where an expression is wrong. */
struct lang_fault {
	size_t column; /* from 1 */
	struct str message;
};

/* ERR_INVALID with the column and a sentence in *fault (may be NULL). */
bool lang_parse(struct arena *a, struct str source, struct lang **out, struct lang_fault *fault,
    struct err *e) CC_MUST_USE;

/* A field the expression reads: "dealname", "contact.email", "line_item{i}.hs_sku", "event.occurredAt". */
size_t lang_fields(const struct lang *l, const struct str **fields);
/* True when it reads line_item{i}. */
bool lang_per_item(const struct lang *l);

/*
 * Gives a field's value.  `item` is the line item number from 1, or 0.  True with *value (empty when the
 * record has none); false with a sentence in *e when the field cannot be had at all.
 */
typedef bool lang_lookup(void *arg, struct str field, size_t item, struct str *value, struct err *e);

/* True when it writes a date in a zone it names without its offset: no date field can read that again. */
bool lang_writes_local_date(const struct lang *l);

/*
 * Evaluates.  False with ERR_INVALID when a function cannot work on its input (a number that is none, a date
 * that is none), with ERR_NOT_FOUND when it needs a time zone that nobody knows: the text names the function and
 * the field, not the person's data.
 */
bool lang_eval(const struct lang *l, struct arena *a, lang_lookup *lookup, void *arg, size_t item, struct str *out,
    struct err *e) CC_MUST_USE;

/*
 * A condition, `when`: "" is always true; "{dealtype} = newbusiness", "{amount} > 100", "{email} is empty",
 * "{email} is not empty", "{dealstage} in closedwon,contractsent", joined by " and ".
 */
struct lang_when;
bool lang_when_parse(struct arena *a, struct str source, struct lang_when **out, struct lang_fault *fault,
    struct err *e) CC_MUST_USE;
bool lang_when_eval(const struct lang_when *w, struct arena *a, lang_lookup *lookup, void *arg, size_t item,
    bool *holds, struct err *e) CC_MUST_USE;
size_t lang_when_fields(const struct lang_when *w, const struct str **fields);

/* The function table generates the help. */
struct lang_function {
	const char *name, *arguments, *help, *example;
};
size_t lang_functions(const struct lang_function **table);

#endif
