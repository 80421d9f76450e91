/* The growing buffer: its limit is sticky and told once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

static void
pieces_come_out_in_order_with_a_nul_behind(void **state)
{
	(void)state;
	struct arena *a = arena_new(1 << 20);
	struct buf b;
	struct str out;
	struct err e;

	buf_init(&b, a, 100000);
	for (int i = 0; i < 1000; i++) {
		buf_add(&b, STR("ab"));
		buf_addc(&b, '-');
		buf_addf(&b, "%03d", i);
	}
	assert_true(buf_done(&b, &out, &e));
	assert_int_equal(out.n, 6000);
	assert_memory_equal(out.p, "ab-000ab-001", 12);
	assert_int_equal(out.p[out.n], '\0');
	arena_free(a);
}

static void
an_empty_buffer_is_an_empty_text(void **state)
{
	(void)state;
	struct arena *a = arena_new(10000);
	struct buf b;
	struct str out;
	struct err e;

	buf_init(&b, a, 0);
	assert_true(buf_done(&b, &out, &e));
	assert_int_equal(out.n, 0);
	assert_string_equal(out.p, "");
	arena_free(a);
}

static void
the_limit_is_exact_and_a_failure_sticks(void **state)
{
	(void)state;
	struct arena *a = arena_new(10000);
	struct buf b;
	struct str out;
	struct err e;

	buf_init(&b, a, 4);
	buf_add(&b, STR("abcd"));
	assert_true(buf_done(&b, &out, &e));
	buf_addf(&b, "%s", "e");
	buf_add(&b, STR(""));
	assert_false(buf_done(&b, &out, &e));
	assert_int_equal(e.code, ERR_LIMIT);

	buf_init(&b, a, 4);
	buf_addf(&b, "%s", "12345");
	buf_add(&b, STR("1"));
	assert_false(buf_done(&b, &out, &e));
	arena_free(a);
}

static void
errors_keep_their_code_while_they_are_wrapped(void **state)
{
	(void)state;
	struct err e;

	assert_false(err_set(&e, ERR_REMOTE, "status %d", 500));
	assert_false(err_wrap(&e, "while sending %s", "x"));
	assert_int_equal(e.code, ERR_REMOTE);
	assert_string_equal(e.text, "while sending x: status 500");
	assert_string_equal(err_name(e.code), "REMOTE");
	for (int i = 0; i < 200; i++)
		(void)err_wrap(&e, "deeper");
	assert_true(strlen(e.text) < sizeof e.text);
	for (int i = 0; i < ERR__COUNT; i++)
		assert_non_null(err_name((enum err_code)i));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_come_out_in_order_with_a_nul_behind),
		cmocka_unit_test(an_empty_buffer_is_an_empty_text),
		cmocka_unit_test(the_limit_is_exact_and_a_failure_sticks),
		cmocka_unit_test(errors_keep_their_code_while_they_are_wrapped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
