/*
 * JSON: what is a document and what is not (F-051..F-053, and every laxness json-c has in its strict mode),
 * reading by exact types, writing in the order of setting.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"

static struct arena *a;

static int
setup(void **state)
{
	(void)state;
	a = arena_new(64 << 20);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(a);
	return 0;
}

static struct json *
parsed(struct str text)
{
	struct json *j = NULL;
	struct err e;

	if (!json_parse(a, text, &json_limits_input, &j, &e))
		fail_msg(STR_FMT ": %s", STR_ARG(text), e.text);
	return j;
}

#define T(lit) { "" lit, sizeof(lit) - 1 }

static void
well_formed_documents_are_taken_and_written_back(void **state)
{
	(void)state;
	static const struct {
		struct str text, written;
	} cases[] = {
		{ T("{}"), T("{}") },
		{ T(" [ ] "), T("[]") },
		{ T("null"), T("null") },
		{ T("true"), T("true") },
		{ T("42"), T("42") },
		{ T("-7 "), T("-7") },
		{ T("\"a\""), T("\"a\"") },
		{ T("\t{\"a\" :\r\n1 , \"b\":[1,2.50,null,false]}"), T("{\"a\":1,\"b\":[1,2.50,null,false]}") },
		{ T("{\"z\":1,\"a\":2,\"m\":3}"), T("{\"z\":1,\"a\":2,\"m\":3}") },
		{ T("{\"\":1}"), T("{\"\":1}") },
		{ T("[1e5,1E+5,1e-5,0.0,-0.5]"), T("[1e5,1E+5,1e-5,0.0,-0.5]") },
		{ T("[1e400]"), T("[1e400]") },
		{ T("9223372036854775807"), T("9223372036854775807") },
		{ T("-9223372036854775808"), T("-9223372036854775808") },
		{ T("9007199254740993"), T("9007199254740993") },
		{ T("\"\\u00e9\\/\\\"\\\\\\b\\f\\n\\r\\t\""), T("\"\xc3\xa9/\\\"\\\\\\b\\f\\n\\r\\t\"") },
		{ T("\"\\ud83d\\ude00\""), T("\"\xf0\x9f\x98\x80\"") },
		{ T("\"\xf0\x9f\x98\x80\x7f\""), T("\"\xf0\x9f\x98\x80\x7f\"") },
		{ T("{\"a\":{\"a\":{\"a\":1}},\"b\":{\"a\":1}}"), T("{\"a\":{\"a\":{\"a\":1}},\"b\":{\"a\":1}}") },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct str out = json_write(a, parsed(cases[i].text));
		if (!str_eq(out, cases[i].written))
			fail_msg(STR_FMT " became " STR_FMT, STR_ARG(cases[i].text), STR_ARG(out));
	}
}

static void
everything_else_is_refused(void **state)
{
	(void)state;
	static const struct str cases[] = {
		/* what json-c 0.16 takes although it is none */
		T("{\"a\":1,\"a\":2}"),
		T("{\"a\":1,\"\\u0061\":2}"),
		T("{\"\xc3\xa9\":1,\"\\u00e9\":2}"),
		T("{\"\xf0\x9f\x98\x80\":1,\"\\ud83d\\uDE00\":2}"),
		T("{\"\\n\":1,\"\\u000a\":2}"),
		T("{'single':1}"),
		T("['single']"),
		T("NaN"),
		T("[NaN]"),
		T("[-Infinity]"),
		T("[Infinity]"),
		T("[5.]"),
		T("[\"\t\"]"),
		T("[\"\n\"]"),
		T("[\"\x01\"]"),
		T("[\"\xc0\xaf\"]"),
		T("[\"\xed\xa0\x80\"]"),
		T("[\"\\ud800\"]"),
		T("[\"\\ud800\\u0041\"]"),
		T("[\"\\udc00\"]"),
		T("[\"\\ud800x\"]"),
		T("[\"a\\u0000b\"]"),
		T("{\"a\\u0000b\":1}"),
		T("[18446744073709551616]"),
		T("[9223372036854775808]"),
		T("[-9223372036854775809]"),
		/* what it refuses too */
		T("[1,]"),
		T("{\"a\":1,}"),
		T("[,]"),
		T("/* c */ 1"),
		T("[1] // c"),
		T("[1] x"),
		T("[1][2]"),
		T("TRUE"),
		T("[True]"),
		T("[01]"),
		T("[-01]"),
		T("[0x1]"),
		T("[+1]"),
		T("[.5]"),
		T("[-]"),
		T("[1e]"),
		T("[1e+]"),
		T("[1.e5]"),
		T("\xff\xfe[]"),
		T("\xef\xbb\xbf[]"),
		T("[\0]"),
		T("[\"\0\"]"),
		T("{a:1}"),
		T("{1:1}"),
		T("{\"a\"}"),
		T("{\"a\" 1}"),
		T("{\"a\":}"),
		T("[1 2]"),
		T("{\"a\":1 \"b\":2}"),
		T("[}"),
		T("{]"),
		T("]"),
		T("}"),
		T("[1]]"),
		T("12abc"),
		T("nul"),
		T("truee"),
		T("[\"\\x41\"]"),
		T("[\"\\u12g4\"]"),
		T("[\"\\"),
		T("[\"\\u"),
		T("[\"\\u12"),
		T("[\"\xe2\x82"),
		/* what it calls unfinished */
		T(""),
		T(" "),
		T("["),
		T("{"),
		T("{\"a\""),
		T("{\"a\":"),
		T("{\"a\":1"),
		T("\"abc"),
		T("[1"),
		T("[1,"),
		T("tru"),
		T("-"),
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct json *j = NULL;
		struct err e = { .code = ERR_NONE };
		if (json_parse(a, cases[i], &json_limits_input, &j, &e))
			fail_msg("case %zu was taken: " STR_FMT, i, STR_ARG(cases[i]));
		assert_int_equal(e.code, ERR_INVALID);
	}
}

/* F-051: depth and number of values are bounded before json-c sees the text. */
static void
depth_and_number_are_bounded(void **state)
{
	(void)state;
	struct json_limits limits = { .max_depth = 3, .max_tokens = 7 };
	struct err e;

	assert_true(json_check(STR("[[[]]]"), &limits, &e));
	assert_false(json_check(STR("[[[[]]]]"), &limits, &e));
	assert_int_equal(e.code, ERR_LIMIT);
	assert_true(json_check(STR("{\"a\":1,\"b\":[2,3]}"), &limits, &e));
	assert_true(json_check(STR("[1,2,3,4,5,6]"), &limits, &e));
	assert_false(json_check(STR("[1,2,3,4,5,6,7]"), &limits, &e));
	assert_int_equal(e.code, ERR_LIMIT);

	size_t n = 1000000;
	char *deep = arena_alloc(a, n);
	memset(deep, '[', n);
	assert_false(json_check((struct str){ .p = deep, .n = n }, &json_limits_answer, &e));
	assert_int_equal(e.code, ERR_LIMIT);

	for (size_t depth = 1; depth <= 33; depth++) {
		char text[66];
		struct json *j;
		memset(text, '[', depth);
		memset(text + depth, ']', depth);
		struct str s = { .p = text, .n = depth * 2 };
		assert_int_equal(json_parse(a, s, &json_limits_answer, &j, &e), depth <= 32);
		assert_int_equal(json_parse(a, s, &json_limits_input, &j, &e), depth <= 16);
	}
}

static void
ten_thousand_keys_are_told_apart(void **state)
{
	(void)state;
	struct buf b;
	struct str text;
	struct err e;
	struct json *j;

	buf_init(&b, a, 4 << 20);
	buf_add(&b, STR("{"));
	for (int i = 0; i < 9000; i++)
		buf_addf(&b, "%s\"key%d\":{\"key%d\":%d}", i == 0 ? "" : ",", i, i, i);
	struct buf doubled = b;
	buf_add(&b, STR("}"));
	assert_true(buf_done(&b, &text, &e));
	assert_true(json_parse(a, text, &json_limits_answer, &j, &e));
	int64_t v = 0;
	assert_true(json_int(json_get(json_get(j, "key8999"), "key8999"), &v));
	assert_int_equal(v, 8999);

	buf_add(&doubled, STR(",\"key4500\":1}"));
	assert_true(buf_done(&doubled, &text, &e));
	assert_false(json_check(text, &json_limits_answer, &e));
	assert_non_null(strstr(e.text, "twice"));
}

/* F-053: no number is bent to fit. */
static void
numbers_keep_their_value_or_their_text(void **state)
{
	(void)state;
	const struct json *j = parsed(STR("[9007199254740993,-0,1e400,4500.005,12]"));
	int64_t v = 1;

	assert_true(json_int(json_at(j, 0), &v));
	assert_true(v == 9007199254740993);
	assert_true(json_int(json_at(j, 1), &v));
	assert_int_equal(v, 0);
	assert_false(json_int(json_at(j, 2), &v));
	assert_int_equal(json_type(json_at(j, 2)), JSON_DOUBLE);
	assert_true(str_eq(json_text(a, json_at(j, 2)), STR("1e400")));
	assert_true(str_eq(json_text(a, json_at(j, 3)), STR("4500.005")));
	assert_true(str_eq(json_text(a, json_at(j, 4)), STR("12")));
}

static void
reading_is_by_exact_type(void **state)
{
	(void)state;
	const struct json *j =
	    parsed(STR("{\"s\":\"12\",\"i\":12,\"b\":true,\"n\":null,\"o\":{},\"l\":[\"x\"],\"Err\":7}"));
	struct str s;
	int64_t i;
	bool b;

	assert_true(json_string(json_get(j, "s"), &s) && str_eq(s, STR("12")));
	assert_false(
	    json_string(json_get(j, "i"), &s) || json_int(json_get(j, "s"), &i) || json_bool(json_get(j, "i"), &b));
	assert_true(json_bool(json_get(j, "b"), &b) && b);
	assert_int_equal(json_type(json_get(j, "n")), JSON_NULL);
	assert_int_equal(json_type(json_get(j, "missing")), JSON_NULL);
	assert_null(json_get(json_get(json_get(j, "x"), "y"), "z"));
	assert_null(json_get(json_get(j, "l"), "y"));
	assert_null(json_at(json_get(j, "l"), 1));
	assert_int_equal(json_length(json_get(j, "l")), 1);
	assert_int_equal(json_length(j), 0);
	assert_true(json_int(json_get_nocase(j, "eRR"), &i) && i == 7);
	assert_true(str_eq(json_text_at(a, j, "b"), STR("true")));
	assert_int_equal(json_text_at(a, j, "o").n + json_text_at(a, j, "n").n + json_text_at(a, NULL, "n").n, 0);
}

static void
members_are_walked_in_document_order(void **state)
{
	(void)state;
	struct json_walk w = json_walk(parsed(STR("{\"z\":1,\"a\":null,\"m\":[]}")));
	char order[8];
	size_t n = 0;

	while (json_next(&w))
		order[n++] = w.key.p[0];
	assert_int_equal(n, 3);
	assert_memory_equal(order, "zam", 3);
	w = json_walk(parsed(STR("[1]")));
	assert_false(json_next(&w));
	w = json_walk(NULL);
	assert_false(json_next(&w));
}

static void
values_are_written_in_the_order_they_were_set(void **state)
{
	(void)state;
	struct json *o = json_object(a), *list = json_array(a);

	json_set_str(o, "s", STR("q\"\\/\n\x01\xc3\xa9"));
	json_set_int(o, "i", INT64_MIN);
	json_set_bool(o, "b", false);
	json_set(o, "n", NULL);
	json_push_str(list, STR(""));
	json_push(list, json_object(a));
	json_push(list, NULL);
	json_set(o, "list", list);
	json_set_int(o, "s2", 1);
	json_set_int(o, "i", 5); /* keeps its place */
	assert_true(str_eq(json_write(a, o),
	    STR("{\"s\":\"q\\\"\\\\/"
	        "\\n\\u0001\xc3\xa9\",\"i\":5,\"b\":false,\"n\":null,\"list\":[\"\",{},null],\"s2\":1}")));
	assert_true(str_eq(json_write(a, NULL), STR("null")));
}

static void
a_copy_is_equal_and_apart(void **state)
{
	(void)state;
	struct json *j = parsed(STR("{\"a\":[1,2.50,{\"b\":\"c\"}],\"n\":null}"));
	struct json *copy = json_copy(a, j);

	assert_true(json_equal(j, copy));
	assert_true(str_eq(json_write(a, copy), json_write(a, j)));
	json_set_int(copy, "n", 1);
	assert_false(json_equal(j, copy));
	assert_null(json_copy(a, NULL));
	assert_true(json_equal(NULL, NULL));
}

/* One odd value of one HubSpot record must not cost the other 99 of its batch. */
static void
odd_escapes_are_taken_in_values_of_answers_only(void **state)
{
	(void)state;
	struct err e = { .code = ERR_NONE };
	struct str text;
	struct json *j;

	assert_true(json_parse(a, STR("{\"v\":\"a\\u0000b\\ud800c\"}"), &json_limits_answer, &j, &e));
	assert_true(json_string(json_get(j, "v"), &text));
	assert_true(str_eq(text, STR("a\0b\xef\xbf\xbd\x63")));
	assert_false(json_parse(a, STR("{\"a\\u0000b\":1}"), &json_limits_answer, &j, &e));
	assert_false(json_parse(a, STR("{\"v\":\"\\u0000\"}"), &json_limits_input, &j, &e));
	assert_false(json_parse(a, STR("{\"v\":\"\\ud800\"}"), &json_limits_input, &j, &e));
}

/* Each value is freed once, whichever arena ends first. */
static void
a_value_may_outlive_the_arena_it_was_made_in(void **state)
{
	(void)state;
	struct arena *other = arena_new(1 << 20);
	struct json *o = json_object(a), *child = json_object(other);

	json_set_str(child, "k", STR("v"));
	json_set(o, "child", child);
	arena_free(other);
	assert_true(str_eq(json_write(a, o), STR("{\"child\":{\"k\":\"v\"}}")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(well_formed_documents_are_taken_and_written_back),
		cmocka_unit_test(everything_else_is_refused),
		cmocka_unit_test(depth_and_number_are_bounded),
		cmocka_unit_test(ten_thousand_keys_are_told_apart),
		cmocka_unit_test(numbers_keep_their_value_or_their_text),
		cmocka_unit_test(reading_is_by_exact_type),
		cmocka_unit_test(members_are_walked_in_document_order),
		cmocka_unit_test(values_are_written_in_the_order_they_were_set),
		cmocka_unit_test(a_copy_is_equal_and_apart),
		cmocka_unit_test(odd_escapes_are_taken_in_values_of_answers_only),
		cmocka_unit_test(a_value_may_outlive_the_arena_it_was_made_in),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
