/* test_config_file.c - a configuration as a file: what is written is read again, in one order, and nothing else is (B-11). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "core/config_document.h"
#include "core/config_file.h"
#include "lib/answer.h"

static struct arena *a;

static struct json *
parsed(const char *text)
{
	struct err e = { .code = ERR_NONE };
	struct json *j;

	assert_true(json_parse(a, str_from(text), &json_limits_input, &j, &e));
	return j;
}

#define DOCUMENT                                                                                                       \
	"{\"objects\":{\"deals\":{\"mapping\":[{\"active\":true,\"expression\":\"{x}\",\"field\":\"OrderId\","         \
	"\"id\":\"m1\"}],\"triggers\":[{\"mode\":\"off\",\"on\":\"created\",\"id\":\"t1\"}],\"consent\":true},"        \
	"\"contacts\":{\"consent\":false,\"triggers\":[],\"mapping\":[]},"                                             \
	"\"companies\":{\"consent\":false,\"triggers\":[],\"mapping\":[]}},\"options\":{\"email_hash\":\"sha1\"},"     \
	"\"impact\":{\"program_id\":\"1\",\"account_sid\":\"IR\"}}"

static struct config_file
file_of(const char *document)
{
	return (struct config_file){ .portal_id = 25001,
		.revision = 12,
		.name = STR("northwind.example"),
		.author = STR("ada"),
		.saved_at = STR("2026-11-21T10:00:00.000Z"),
		.document = parsed(document) };
}

static void
what_is_written_is_read_again(void **state)
{
	(void)state;
	struct config_file in = file_of(DOCUMENT), out;
	struct err e = { .code = ERR_NONE };

	assert_true(config_file_read(a, config_file_write(a, &in), &out, &e));
	assert_true(json_equal(in.document, out.document));
	assert_int_equal(out.portal_id, 25001);
	assert_int_equal(out.revision, 12);
	assert_str(out.name, "northwind.example");
}

static void
members_stand_in_one_order_whatever_the_document_had(void **state)
{
	(void)state;
	struct config_file in = file_of(DOCUMENT);
	struct str text = config_file_write(a, &in);
	static const char *const order[] = { "\"format\"", "\"product\"", "\"account\"", "\"revision\"",
		"\"configuration\"", "\"impact\"", "\"account_sid\"", "\"program_id\"", "\"options\"", "\"objects\"",
		"\"contacts\"", "\"companies\"", "\"deals\"", "\"consent\": true", "\"triggers\": [\n", "\"t1\"",
		"\"mode\"", "\"on\"", "\"mapping\": [\n", "\"m1\"", "\"field\"", "\"expression\"", "\"active\"" };
	size_t at = 0;

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		size_t next = at + str_find(str_slice(text, at, text.n), str_from(order[i]));

		if (next >= text.n)
			fail_msg("%s does not come where it shall in " STR_FMT, order[i], STR_ARG(text));
		at = next;
	}
}

static void
a_document_by_itself_is_read_and_a_byte_order_mark_is_no_trouble(void **state)
{
	(void)state;
	struct err e = { .code = ERR_NONE };
	struct config_file out;

	assert_true(config_file_read(a, STR("\xEF\xBB\xBF" DOCUMENT), &out, &e));
	assert_int_equal(out.portal_id, 0);
	assert_true(json_equal(out.document, parsed(DOCUMENT)));
}

static void
anything_else_is_refused_in_words(void **state)
{
	(void)state;
	static const struct {
		const char *text, *words;
	} rows[] = {
		{ "", "no readable JSON" },
		{ "{\"format\":1,", "no readable JSON" },
		{ "{\"format\":1,\"format\":1}", "no readable JSON" },
		{ "[]", "not a configuration" },
		{ "{}", "not a configuration" },
		{ "{\"format\":2,\"configuration\":{}}", "reads format 1" },
		{ "{\"format\":\"1\",\"configuration\":{}}", "reads format 1" },
		{ "{\"format\":1,\"configuration\":[]}", "\"configuration\" is missing" },
	};
	struct config_file out;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err e = { .code = ERR_NONE };

		assert_false(config_file_read(a, str_from(rows[i].text), &out, &e));
		assert_int_equal(e.code, ERR_INVALID);
		if (strstr(e.text, rows[i].words) == NULL)
			fail_msg("\"%s\" is told of %s", e.text, rows[i].text);
	}
}

static int
start(void **state)
{
	(void)state;
	a = arena_new((size_t)16 << 20);
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	arena_free(a);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_again),
		cmocka_unit_test(members_stand_in_one_order_whatever_the_document_had),
		cmocka_unit_test(a_document_by_itself_is_read_and_a_byte_order_mark_is_no_trouble),
		cmocka_unit_test(anything_else_is_refused_in_words),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
