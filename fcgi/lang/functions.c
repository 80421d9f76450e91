/* functions.c - the functions of the mapping language: one table of words for people, one of behaviour. */
#include "lang/functions.h"

#include "core/decimal.h"

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
	{ "div",       "number or field,places", "Divides, with 2 decimal places when none are given; a field without value gives nothing.", "{amount|div:12,2}" },
	{ "min",       "number or field",  "The smaller of the two; a field without value does not count.",                 "{amount|min:1000}" },
	{ "max",       "number or field",  "The larger of the two; a field without value does not count.",                  "{amount|max:0}" },
	{ "abs",       "",                 "Takes the minus off a number.",                                                 "{amount|abs}" },
	{ "date",      "format,time zone", "Writes a date with %Y %m %d %H %M %S %y %j %z, in the HubSpot account's time zone or the one named; without a format in UTC as 2026-11-21T10:15:00Z. A value without an offset is read in the same zone.", "{closedate|date:%Y-%m-%d,Europe/Berlin}" },
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
	lang_check_fn *check;
	lang_apply_fn *apply;
} behaviours[] = {
	{ 0, 0,   SIZE_MAX, false, false, NULL,                 lang_apply_trim },
	{ 0, 0,   SIZE_MAX, false, false, NULL,                 lang_apply_lower },
	{ 0, 0,   SIZE_MAX, false, false, NULL,                 lang_apply_upper },
	{ 0, 0,   SIZE_MAX, false, false, NULL,                 lang_apply_title },
	{ 1, 2,   SIZE_MAX, false, false, lang_check_replace,   lang_apply_replace },
	{ 1, 2,   SIZE_MAX, false, false, lang_check_substring, lang_apply_substring },
	{ 0, 1,   SIZE_MAX, false, false, lang_check_places,    lang_apply_number },
	{ 1, 1,   SIZE_MAX, false, false, lang_check_places,    lang_apply_round },
	{ 1, 1,   0,        true,  false, NULL,                 lang_apply_add },
	{ 1, 1,   0,        true,  false, NULL,                 lang_apply_sub },
	{ 1, 1,   0,        true,  false, NULL,                 lang_apply_mul },
	{ 1, 2,   0,        true,  false, lang_check_div,       lang_apply_div },
	{ 1, 1,   0,        true,  false, NULL,                 lang_apply_min },
	{ 1, 1,   0,        true,  false, NULL,                 lang_apply_max },
	{ 0, 0,   SIZE_MAX, false, false, NULL,                 lang_apply_abs },
	{ 0, 2,   SIZE_MAX, false, false, lang_check_date,      lang_apply_date },
	{ 0, 0,   SIZE_MAX, false, false, NULL,                 lang_apply_sha1 },
	{ 0, 0,   SIZE_MAX, false, false, NULL,                 lang_apply_sha256 },
	{ 1, 500, SIZE_MAX, false, false, lang_check_map,       lang_apply_map },
	{ 1, 1,   SIZE_MAX, false, true,  NULL,                 lang_apply_default },
	{ 1, 20,  0,        false, true,  NULL,                 lang_apply_or },
	{ 2, 20,  1,        false, true,  NULL,                 lang_apply_concat },
	{ 1, 1,   SIZE_MAX, false, false, NULL,                 lang_apply_prefix },
	{ 1, 1,   SIZE_MAX, false, false, NULL,                 lang_apply_suffix },
	{ 0, 0,   SIZE_MAX, false, false, NULL,                 lang_apply_digits },
};
/* clang-format on */

#define FUNCTIONS (sizeof(words) / sizeof(words[0]))
_Static_assert(FUNCTIONS == sizeof(behaviours) / sizeof(behaviours[0]), "words and behaviour go together");

int64_t
lang_int_arg(const struct lang_call *call, size_t i, int64_t fallback)
{
	int64_t v = fallback;

	if (i < call->n_args)
		(void)str_to_int(str_trim(call->args[i].text), INT64_MIN, INT64_MAX, &v);
	return v;
}

bool
lang_int_within(const struct lang_call *call, size_t i, int64_t min, int64_t max)
{
	int64_t v;

	return i >= call->n_args || str_to_int(str_trim(call->args[i].text), min, max, &v);
}

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
