/*
 * functions.h - the functions of the mapping language, by what they work on; the table in functions.c names them.
 *
 * An apply function gets the value so far and gives the next; it may fail with ERR_INVALID and a sentence
 * without the person's data.  A check function tells what the arguments must be, or NULL.
 */
#ifndef LANG_FUNCTIONS_H
#define LANG_FUNCTIONS_H

#include "lang/parts.h"

typedef bool lang_apply_fn(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out,
    struct err *e);
typedef const char *lang_check_fn(struct arena *a, const struct lang_call *call);

/* text.c */
lang_apply_fn lang_apply_trim, lang_apply_lower, lang_apply_upper, lang_apply_title, lang_apply_replace,
    lang_apply_substring, lang_apply_sha1, lang_apply_sha256, lang_apply_map, lang_apply_default, lang_apply_or,
    lang_apply_concat, lang_apply_prefix, lang_apply_suffix, lang_apply_digits;
lang_check_fn lang_check_replace, lang_check_substring, lang_check_map;
/* arithmetic.c */
lang_apply_fn lang_apply_number, lang_apply_round, lang_apply_add, lang_apply_sub, lang_apply_mul, lang_apply_div,
    lang_apply_min, lang_apply_max, lang_apply_abs;
lang_check_fn lang_check_places, lang_check_div;
/* dates.c */
lang_apply_fn lang_apply_date;
lang_check_fn lang_check_date;

/* A whole number among the arguments; the fallback when it is left out. */
int64_t lang_int_arg(const struct lang_call *call, size_t i, int64_t fallback);
bool lang_int_within(const struct lang_call *call, size_t i, int64_t min, int64_t max);

#endif
