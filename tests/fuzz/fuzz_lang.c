/* Any bytes as an expression and as a condition: refused with a column, or bounded and the same twice. */
#include <assert.h>

#include "base/arena.h"
#include "lang/lang.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Fields are worth their name, some a number or a date. */
static bool
lookup(void *arg, struct str field, size_t item, struct str *value, struct err *e)
{
	(void)arg;
	if (str_eq(field, STR("unknown")))
		return err_set(e, ERR_INVALID, "there is no such field");
	if (str_eq(field, STR("amount")))
		*value = STR("-1234.567");
	else if (str_eq(field, STR("date")))
		*value = STR("2026-11-21T10:15:07.123Z");
	else if (str_eq(field, STR("day")))
		*value = STR("2026-03-29");
	else if (str_eq(field, STR("account.timeZone")))
		*value = item == 1 ? STR("Mars/Olympus") : STR("Europe/Berlin");
	else if (!str_eq(field, STR("nothing")))
		*value = field;
	return item < 3;
}

static void
evaluate(struct arena *a, const struct lang *l)
{
	struct str once = { 0 };
	struct str twice = { 0 };
	struct err e = { 0 };
	const struct str *fields;
	bool ok = lang_eval(l, a, lookup, NULL, 2, &once, &e);

	assert(lang_eval(l, a, lookup, NULL, 2, &twice, &e) == ok);
	assert(ok || e.code == ERR_INVALID || e.code == ERR_LIMIT || e.code == ERR_NOT_FOUND);
	assert(!ok || (once.n <= LANG_OUTPUT_MAX && str_eq(once, twice)));
	ok = lang_eval(l, a, lookup, NULL, 1, &once, &e);
	assert(!ok || once.n <= LANG_OUTPUT_MAX);
	(void)lang_writes_local_date(l);
	for (size_t i = lang_fields(l, &fields); i > 0; i--)
		assert(fields[i - 1].n > 0);
	(void)lang_per_item(l);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str source = { .p = (const char *)data, .n = size };
	struct lang_fault fault = { 0 };
	struct err e = { 0 };
	struct lang *l;
	struct lang_when *w;
	struct arena *a;
	bool holds;

	if (size > LANG_SOURCE_MAX + 1)
		return 0;
	a = arena_new((size_t)64 << 20);
	if (lang_parse(a, source, &l, &fault, &e))
		evaluate(a, l);
	else
		assert(e.code == ERR_INVALID && fault.column >= 1 && fault.column <= size + 1 && fault.message.n > 0);
	if (lang_when_parse(a, source, &w, &fault, &e))
		assert(lang_when_eval(w, a, lookup, NULL, 1, &holds, &e) || e.code != ERR_NONE);
	else
		assert(e.code == ERR_INVALID);
	arena_free(a);
	return 0;
}
