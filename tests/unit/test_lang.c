/* The mapping language: what each expression gives, where a wrong one is wrong (I-03, I-29, T-26..T-29). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "lang/lang.h"
#include "lib/answer.h"
#include "lib/expression.h"

static int
setup(void **state)
{
	*state = arena_new((size_t)256 << 20);
	return 0;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static bool
eval(struct arena *a, const char *source, size_t item, struct str *out, struct err *e)
{
	struct lang *l;

	if (!lang_parse(a, str_from(source), &l, NULL, e))
		fail_msg("%s: %s", source, e->text);
	return lang_eval(l, a, expression_lookup, a, item, out, e);
}

static void
each_expression_gives_its_value(void **state)
{
	static const struct {
		const char *source, *value;
	} rows[] = {
		{ "", "" },
		{ "SALE", "SALE" },
		{ "{amount}", "1234.5" },
		{ "{ amount }", "1234.5" },
		{ "{nothing}", "" },
		{ "a{nothing}b", "ab" },
		{ "{firstname} {lastname}", "Zo\xc3\xab o'NEIL smith" },
		{ "{{x}}", "{x}" },
		{ "{{{dealstage}}}", "{closedwon}" },
		{ "\\{dealstage}", "\\closedwon" },
		{ "{deal_[stage]_id}", "deal_closedwon_1" },
		{ "{deal_[deal stage]}", "deal_closedwon" },
		{ "{email|trim}", "Jane.Doe@Example.COM" },
		{ "{email|trim|lower}", "jane.doe@example.com" },
		{ "{email | trim | lower }", "jane.doe@example.com" },
		{ "{dealstage|upper}", "CLOSEDWON" },
		{ "{firstname|upper}", "ZO\xc3\xab" },
		{ "{lastname|title}", "O'Neil Smith" },
		{ "{email|trim|lower|sha1}", "a3caddb38202511eab803116294dc020f7c4f8a2" },
		{ "{dealstage|sha256}", "310b3f9d2be26d47286ef530156112a278ef69d4830a9dae65508bd1ac41a414" },
		{ "{nothing|sha1}", "" },
		{ "{phone|digits}", "490301234" },
		{ "{phone|replace: ,}", "+49(0)30/12-34" },
		{ "{phone|replace: }", "+49(0)30/12-34" },
		{ "{phone|replace: ,-|replace:/,.}", "+49-(0)30-.-12-34" },
		{ "{text|replace:\\,,;}", "a;b|c}d{e\\f" },
		{ "{text|replace:\\|,;}", "a,b;c}d{e\\f" },
		{ "{text|replace:\\},;}", "a,b|c;d{e\\f" },
		{ "{text|replace:\\{,;}", "a,b|c}d;e\\f" },
		{ "{text|replace:\\\\,;}", "a,b|c}d{e;f" },
		{ "{dealstage|substring:1,6}", "closed" },
		{ "{dealstage|substring:7}", "won" },
		{ "{dealstage|substring:100}", "" },
		{ "{umlauts|substring:2,3}", "\xc3\xb6\xc3\xbc\xf0\x9f\x98\x80" },
		{ "{amount|number}", "1234.5" },
		{ "{amount|number:2}", "1234.50" },
		{ "{amount|number:0}", "1235" },
		{ "{negative|number:2}", "-0.01" },
		{ "{probability|number:2}", "0.20" },
		{ "{probability|number}", "0.2" },
		{ "{nothing|number:2}", "" },
		{ "{amount|round:0}", "1235" },
		{ "{amount|round:2}", "1234.5" },
		{ "{amount|add:shipping}", "1240" },
		{ "{amount|add:nothing}", "1234.5" },
		{ "{amount|add:0.05}", "1234.55" },
		{ "{amount|add:-1234.5}", "0" },
		{ "{amount|sub:shipping|number:2}", "1229.00" },
		{ "{amount|mul:0.81}", "999.945" },
		{ "{amount|mul:nothing}", "" },
		{ "{nothing|add:5}", "" },
		{ "{amount|div:3}", "411.5" },
		{ "{amount|div:12}", "102.88" },
		{ "{amount|div:12,0}", "103" },
		{ "{amount|div:12,9}", "102.875" },
		{ "{amount|div:-7,4}", "-176.3571" },
		{ "{amount|div:third,2}", "3703.5" },
		{ "{amount|div:shipping,1}", "224.5" },
		{ "{amount|div:nothing}", "" },
		{ "{big|div:1000000000,9}", "999999999.999999999" },
		{ "{amount|min:1000}", "1000" },
		{ "{amount|min:shipping}", "5.5" },
		{ "{amount|min:nothing}", "1234.5" },
		{ "{negative|max:0}", "0" },
		{ "{amount|max:big}", "999999999999999999" },
		{ "{amount|max:nothing}", "1234.5" },
		{ "{negative|abs}", "0.005" },
		{ "{amount|abs}", "1234.5" },
		{ "{closedate|date}", "2026-11-21T10:15:07Z" },
		{ "{closedate|date:%Y-%m-%d}", "2026-11-21" },
		{ "{closedate|date:%d.%m.%Y\\, %H:%M}", "21.11.2026, 05:15" },
		{ "{millis|date:%H:%M:%S}", "05:15:07" },
		{ "{millis|date:%H:%M %z}", "05:15 -05:00" },
		/* the zone that is named, for writing and for what has no offset */
		{ "{closedate|date:%H:%M,UTC}", "10:15" },
		{ "{closedate|date:%H:%M %z,Europe/Berlin}", "11:15 +01:00" },
		{ "{closedate|date:%H:%M %z, Asia/Kolkata }", "15:45 +05:30" },
		{ "{closedate|date:,Europe/Berlin}", "2026-11-21T10:15:07Z" },
		{ "{day|date}", "2026-11-21T05:00:00Z" },
		{ "{summerday|date}", "2026-07-04T04:00:00Z" },
		{ "{day|date:%Y-%m-%d}", "2026-11-21" },
		{ "{day|date:,Europe/Berlin}", "2026-11-20T23:00:00Z" },
		{ "{day|date:%Y-%m-%d %H:%M,Europe/Berlin}", "2026-11-21 00:00" },
		{ "{localtime|date}", "2026-11-21T15:15:07Z" },
		{ "{localtime|date:,Europe/Berlin}", "2026-11-21T09:15:07Z" },
		{ "{offset|date}", "2026-11-21T04:45:07Z" },
		{ "{offset|date:,Europe/Berlin}", "2026-11-21T04:45:07Z" },
		{ "{dealstage|map:closedwon=SALE,else=LEAD}", "SALE" },
		{ "{dealstage|map:closedlost=LOST,else=LEAD}", "LEAD" },
		{ "{dealstage|map:closedlost=LOST}", "" },
		{ "{dealstage|map:closedwon=}", "" },
		{ "{dealstage|map:closedwon=a\\,b=c}", "a,b=c" },
		{ "{nothing|map:else=LEAD}", "" },
		{ "{nothing|default:none}", "none" },
		{ "{nothing|default:}", "" },
		{ "{dealstage|default:none}", "closedwon" },
		{ "{nothing|or:account.currency}", "EUR" },
		{ "{nothing|or:nothing,also_nothing,dealstage}", "closedwon" },
		{ "{dealstage|or:unknown}", "closedwon" },
		{ "{nothing|or: account.currency |lower}", "eur" },
		{ "{firstname|concat: ,nothing,dealstage}", "Zo\xc3\xab closedwon" },
		{ "{nothing|concat:-,dealstage,amount}", "closedwon-1234.5" },
		{ "{dealstage|concat:,amount}", "closedwon1234.5" },
		{ "{dealstage|prefix:deal-}", "deal-closedwon" },
		{ "{nothing|prefix:deal-}", "" },
		{ "{dealstage|suffix:-eu}", "closedwon-eu" },
		{ "{line_item{i}.hs_sku}", "SKU-3" },
		{ "{nothing|or:line_item{i}.hs_sku}", "SKU-3" },
		{ "{line_item{i}.hs_sku|prefix:n{i}-}", "n{i}-SKU-3" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct str out;
		struct err e = { 0 };

		if (!eval(*state, rows[i].source, 3, &out, &e))
			fail_msg("%s: %s", rows[i].source, e.text);
		if (!str_eq(out, str_from(rows[i].value)))
			fail_msg("%s gave \"" STR_FMT "\"", rows[i].source, STR_ARG(out));
	}
}

static void
a_wrong_expression_says_where(void **state)
{
	static const struct {
		const char *source;
		size_t column;
	} rows[] = {
		{ "{", 1 },
		{ "ab{amount", 3 },
		{ "}", 1 },
		{ "a}b", 2 },
		{ "{}", 2 },
		{ "{ }", 2 },
		{ "{a|}", 4 },
		{ "{a|trim", 1 },
		{ "{a|trim|}", 9 },
		{ "{a|nosuch}", 4 },
		{ "{a|Trim}", 4 },
		{ "{a|trim:x}", 4 },
		{ "{a|replace}", 4 },
		{ "{a|replace:}", 4 },
		{ "{a|replace:x,y,z}", 4 },
		{ "{a|substring:0}", 4 },
		{ "{a|substring:x}", 4 },
		{ "{a|number:10}", 4 },
		{ "{a|number:-1}", 4 },
		{ "{a|round}", 4 },
		{ "{a|date:%Q}", 4 },
		{ "{a|date:}", 4 },
		{ "{a|date:%Y,}", 4 },
		{ "{a|date:%Y,Mars/Olympus}", 4 },
		{ "{a|date:%Y,../../etc/passwd}", 4 },
		{ "{a|date:%Y,/usr/share/zoneinfo/UTC}", 4 },
		{ "{a|date:%Y,UTC,x}", 4 },
		{ "{a|div:0}", 4 },
		{ "{a|div:2,x}", 4 },
		{ "{a|div:2,10}", 4 },
		{ "{a|abs:1}", 4 },
		{ "{a|min}", 4 },
		{ "{a|map}", 4 },
		{ "{a|map:x}", 4 },
		{ "{a|or}", 4 },
		{ "{a|or:}", 4 },
		{ "{a|concat:-}", 4 },
		{ "{a|add:}", 4 },
		{ "{a|prefix:{b}}", 11 },
		{ "{a|prefix:x\\", 12 },
		{ "{a{b}", 2 },
		{ "{a\\b}", 2 },
		{ "\xc3\xa4\xc3\xb6{", 3 },
		{ "\xff", 1 },
		{ "{a\tb}", 2 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lang *l;
		struct lang_fault fault = { 0 };
		struct err e = { 0 };

		if (lang_parse(*state, str_from(rows[i].source), &l, &fault, &e))
			fail_msg("%s was read", rows[i].source);
		assert_int_equal(e.code, ERR_INVALID);
		if (fault.column != rows[i].column || fault.message.n == 0)
			fail_msg("%s: column %zu: " STR_FMT, rows[i].source, fault.column, STR_ARG(fault.message));
	}
}

static void
a_function_that_cannot_work_names_itself_and_the_field_only(void **state)
{
	static const struct {
		const char *source, *name, *field;
	} rows[] = {
		{ "{email|number:2}", "number", "{email}" },
		{ "{email|date}", "date", "{email}" },
		{ "{email|round:0}", "round", "{email}" },
		{ "{amount|add:email}", "add", "{email}" },
		{ "{big|add:big}", "add", "{big}" },
		{ "{big|mul:big}", "mul", "{big}" },
		{ "{amount|div:zero}", "div", "{amount}" },
		{ "{email|min:1}", "min", "{email}" },
		{ "{email|abs}", "abs", "{email}" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct str out;
		struct str text;
		struct err e = { 0 };

		assert_false(eval(*state, rows[i].source, 0, &out, &e));
		assert_int_equal(e.code, ERR_INVALID);
		text = str_from(e.text);
		assert_true(str_find(text, str_from(rows[i].name)) < text.n);
		assert_true(str_find(text, str_from(rows[i].field)) < text.n);
		assert_true(str_find(text, STR("Jane")) == text.n);
	}
	assert_false(eval(*state, "{unknown}", 0, &(struct str){ 0 }, &(struct err){ 0 }));
}

static void
the_fields_it_reads_are_known_before(void **state)
{
	struct arena *a = *state;
	const struct str *fields;
	struct lang *l;
	struct err e = { 0 };

	assert_true(lang_parse(a, STR("{a} {b|or:c,a|add:d|add:5} {b}"), &l, NULL, &e));
	assert_int_equal(lang_fields(l, &fields), 4);
	assert_str(fields[0], "a");
	assert_str(fields[1], "b");
	assert_str(fields[2], "c");
	assert_str(fields[3], "d");
	assert_false(lang_per_item(l));
	assert_true(lang_parse(a, STR("{x|or:line_item{i}.name}"), &l, NULL, &e));
	assert_true(lang_per_item(l));
	assert_true(lang_parse(a, STR("SKU {i}"), &l, NULL, &e));
	assert_true(lang_per_item(l));
	assert_true(lang_parse(a, STR("line_item"), &l, NULL, &e));
	assert_int_equal(lang_fields(l, &fields), 0);
}

static void
sources_and_results_are_bounded(void **state)
{
	struct arena *a = *state;
	char *source = arena_alloc(a, LANG_SOURCE_MAX + 2);
	struct lang *l;
	struct str out;
	struct err e = { 0 };
	size_t n = 0;

	memset(source, 'x', LANG_SOURCE_MAX + 1);
	assert_true(lang_parse(a, (struct str){ .p = source, .n = LANG_SOURCE_MAX }, &l, NULL, &e));
	assert_false(lang_parse(a, (struct str){ .p = source, .n = LANG_SOURCE_MAX + 1 }, &l, NULL, &e));
	/* Ten doublings and more: 9 letters would become 9 * 4^30. */
	memcpy(source, "{dealstage", 10);
	for (n = 10; n < 10 + 30 * 22; n += 22)
		memcpy(source + n, "|replace:o,oooo|trim  ", 22);
	source[n++] = '}';
	assert_true(lang_parse(a, (struct str){ .p = source, .n = n }, &l, NULL, &e));
	assert_false(lang_eval(l, a, expression_lookup, a, 0, &out, &e));
	/* 65 functions */
	memcpy(source, "{dealstage", 10);
	for (n = 10; n < 10 + 65 * 5; n += 5)
		memcpy(source + n, "|trim", 5);
	source[n++] = '}';
	assert_false(lang_parse(a, (struct str){ .p = source, .n = n }, &l, NULL, &e));
}

static void
the_function_table_is_help_that_works(void **state)
{
	const struct lang_function *table;
	size_t n = lang_functions(&table);

	assert_true(n >= 25);
	for (size_t i = 0; i < n; i++) {
		struct lang *l;
		struct err e = { 0 };
		struct str example = str_from(table[i].example);
		struct str call = str_printf(*state, "|%s", table[i].name);

		if (!lang_parse(*state, example, &l, NULL, &e))
			fail_msg("%s: %s", table[i].example, e.text);
		assert_true(str_find(example, call) < example.n);
		assert_true(str_ends(str_from(table[i].help), STR(".")));
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(table[i].name, table[k].name);
	}
}

static void
each_condition_holds_or_not(void **state)
{
	static const struct {
		const char *source;
		bool holds;
	} rows[] = {
		{ "", true },
		{ "  ", true },
		{ "{dealstage} = closedwon", true },
		{ "{dealstage}=closedwon", true },
		{ "{dealstage} = Closedwon", false },
		{ "{dealstage|upper} = CLOSEDWON", true },
		{ "{dealstage} != closedwon", false },
		{ "{dealstage} != x", true },
		{ "{nothing} != x", true },
		{ "{amount} > 100", true },
		{ "{amount} > 1234.5", false },
		{ "{amount} >= 1234.50", true },
		{ "{amount} < 2000", true },
		{ "{amount} <= 1234.4", false },
		{ "{amount} > 99", true },
		{ "{nothing} > 0", false },
		{ "{nothing} < 0", false },
		{ "{closedate} > 2026-01-01", true },
		{ "{closedate} < 2026-11-21T10:15:08Z", true },
		/* what names no offset is in the account's time zone, on both sides */
		{ "{closedate} >= 2026-11-21T05:15:07", true },
		{ "{closedate} >= 2026-11-21T05:15:08", false },
		{ "{day} <= 2026-11-21", true },
		{ "{day} > 2026-11-21T04:59:59Z", true },
		{ "{day} > 2026-11-21T05:00:00Z", false },
		{ "{localtime} > 2026-11-21T15:15:06Z", true },
		{ "{nothing} is empty", true },
		{ "{amount} is empty", false },
		{ "{nothing} is not empty", false },
		{ "{amount} is not empty", true },
		{ "{dealstage} in closedwon,contractsent", true },
		{ "{dealstage} in contractsent , closedwon", true },
		{ "{dealstage} in contractsent", false },
		{ "{dealstage} not in contractsent", true },
		{ "{dealstage} not in closedwon", false },
		{ "{dealstage} = closedwon and {amount} > 100", true },
		{ "{dealstage} = closedwon and {amount} > 9999", false },
		{ "{nothing} is empty and  {amount} is not empty and {dealstage} in a,closedwon", true },
		{ "{dealstage} = closedwon and more", false },
		{ "{text} = a\\,b|c}d{e\\\\f", true },
		{ "{text} in x,a\\,b|c}d{e\\\\f", true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lang_when *w;
		struct err e = { 0 };
		bool holds = false;

		if (!lang_when_parse(*state, str_from(rows[i].source), &w, NULL, &e))
			fail_msg("%s: %s", rows[i].source, e.text);
		assert_true(lang_when_eval(w, *state, expression_lookup, *state, 0, &holds, &e));
		if (holds != rows[i].holds)
			fail_msg("%s", rows[i].source);
	}
}

static void
a_wrong_condition_says_where(void **state)
{
	static const struct {
		const char *source;
		size_t column;
	} rows[] = {
		{ "dealstage = x", 1 },
		{ "{dealstage", 1 },
		{ "{dealstage}", 12 },
		{ "{dealstage} is", 13 },
		{ "{dealstage} =", 14 },
		{ "{dealstage} in ", 16 },
		{ "{dealstage} in a,,b", 16 },
		{ "{amount} > much", 12 },
		{ "{amount} is empty or {b} = 1", 19 },
		{ "{amount} is empty and ", 23 },
		{ "{amount} is empty and b = 1", 23 },
		{ "{amount} > 1 and {b|nosuch} = 1", 21 },
		{ "{amount} > 1 und {b} = 1", 14 },
		{ "{dealtype} = new AND {b} = 1", 18 },
		{ "{country} in US,CA or {b} = 1", 20 },
	};
	struct lang_when *w;
	bool holds;
	struct err e = { 0 };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lang_fault fault = { 0 };

		if (lang_when_parse(*state, str_from(rows[i].source), &w, &fault, &e))
			fail_msg("%s was read", rows[i].source);
		if (fault.column != rows[i].column)
			fail_msg("%s: column %zu: " STR_FMT, rows[i].source, fault.column, STR_ARG(fault.message));
	}
	/* Another word than "and" is named; taken as part of the value it would make a condition that never holds. */
	assert_false(lang_when_parse(*state, STR("{a} = x und {b} = y"), &w, NULL, &e));
	assert_string_equal(e.text, "column 9: conditions are joined by \"and\", not by \"und\"");
	assert_true(lang_when_parse(*state, STR("{a} = x {b} and y"), &w, NULL, &e));
	assert_true(lang_when_parse(*state, STR("{email} > 5"), &w, NULL, &e));
	assert_false(lang_when_eval(w, *state, expression_lookup, *state, 0, &holds, &e));
	assert_true(str_find(str_from(e.text), STR("Jane")) == str_from(e.text).n);
}

/* The account's time zone is asked for when it is needed, and not known here: an error, never UTC. */
static bool
nowhere(void *arg, struct str field, size_t item, struct str *value, struct err *e)
{
	bool ok = expression_lookup(arg, field, item, value, e);

	if (str_eq(field, STR("account.timeZone")))
		*value = STR("Mars/Olympus");
	return ok;
}

static void
an_unknown_time_zone_of_the_account_is_an_error(void **state)
{
	static const struct {
		const char *source;
		bool fails;
	} rows[] = {
		{ "{day|date}", true },
		{ "{closedate|date:%Y-%m-%d}", true },
		{ "{localtime|date:%Y}", true },
		/* not needed: the value and the expression say it all */
		{ "{closedate|date}", false },
		{ "{millis|date:%Y,UTC}", false },
		{ "{day|date:,Europe/Berlin}", false },
	};
	struct lang_when *w;
	bool holds;
	struct err e = { 0 };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lang *l;
		struct str out;

		e = (struct err){ 0 };
		assert_true(lang_parse(*state, str_from(rows[i].source), &l, NULL, &e));
		if (lang_eval(l, *state, nowhere, *state, 0, &out, &e) == rows[i].fails)
			fail_msg("%s", rows[i].source);
		if (rows[i].fails)
			assert_true(str_ends(str_from(e.text), STR("there is no time zone \"Mars/Olympus\"")));
	}
	assert_true(lang_when_parse(*state, STR("{closedate} > 2026-01-01"), &w, NULL, &e));
	assert_false(lang_when_eval(w, *state, nowhere, *state, 0, &holds, &e));
	assert_true(lang_when_parse(*state, STR("{closedate} > 2026-01-01T00:00:00Z"), &w, NULL, &e));
	assert_true(lang_when_eval(w, *state, nowhere, *state, 0, &holds, &e) && holds);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_expression_gives_its_value, setup, teardown),
		cmocka_unit_test_setup_teardown(a_wrong_expression_says_where, setup, teardown),
		cmocka_unit_test_setup_teardown(a_function_that_cannot_work_names_itself_and_the_field_only, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(the_fields_it_reads_are_known_before, setup, teardown),
		cmocka_unit_test_setup_teardown(sources_and_results_are_bounded, setup, teardown),
		cmocka_unit_test_setup_teardown(the_function_table_is_help_that_works, setup, teardown),
		cmocka_unit_test_setup_teardown(each_condition_holds_or_not, setup, teardown),
		cmocka_unit_test_setup_teardown(a_wrong_condition_says_where, setup, teardown),
		cmocka_unit_test_setup_teardown(an_unknown_time_zone_of_the_account_is_an_error, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
