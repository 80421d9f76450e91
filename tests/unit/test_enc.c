/* Encodings: each way and back, and what is refused.  Also the packing of bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/enc.h"
#include "base/err.h"
#include "base/zip.h"

static struct arena *a;

static int
setup(void **state)
{
	(void)state;
	a = arena_new(16 << 20);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(a);
	return 0;
}

static void
base64_follows_rfc_4648(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{ "", "" },
		{ "f", "Zg==" },
		{ "fo", "Zm8=" },
		{ "foo", "Zm9v" },
		{ "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" },
		{ "foobar", "Zm9vYmFy" },
		{ "\xfb\xff\xfe", "+//+" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct str out;
		assert_true(str_eq(enc_base64(a, str_from(cases[i][0])), str_from(cases[i][1])));
		assert_true(enc_unbase64(a, str_from(cases[i][1]), &out));
		assert_true(str_eq(out, str_from(cases[i][0])));
	}
	assert_true(str_eq(enc_base64url(a, STR("\xfb\xff\xfe\x01")), STR("-__-AQ")));
}

static void
loose_base64_is_refused(void **state)
{
	(void)state;
	static const char *const cases[] = { "Z", "Zg", "Zg=", "Zg===", "=",
		"====", "Z===", "Zh==", "Zm9=", "Zg==Zg==", "Zm 9", "Zm9v\n", "-__-", "Zm9v=", "=Zg=", "Z=g=" };

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct str out;
		assert_false(enc_unbase64(a, str_from(cases[i]), &out));
	}
}

static void
hex_goes_both_ways(void **state)
{
	(void)state;
	struct str out;

	assert_true(str_eq(enc_hex(a, STR("\x00\x7f\xff")), STR("007fff")));
	assert_true(enc_unhex(a, STR("00FfA0"), &out));
	assert_true(str_eq(out, STR("\x00\xff\xa0")));
	assert_false(enc_unhex(a, STR("0"), &out) || enc_unhex(a, STR("0g"), &out) || enc_unhex(a, STR(" 1"), &out));
}

static void
percent_coding_keeps_only_unreserved_bytes(void **state)
{
	(void)state;
	struct str out;

	assert_true(str_eq(enc_percent(a, STR("aZ0-_.~ +&=/%\xc3")), STR("aZ0-_.~%20%2B%26%3D%2F%25%C3")));
	assert_true(enc_unpercent(a, STR("a%20b+c%2B%c3"), true, &out));
	assert_true(str_eq(out, STR("a b c+\xc3")));
	assert_true(enc_unpercent(a, STR("a+b"), false, &out));
	assert_true(str_eq(out, STR("a+b")));
	assert_false(enc_unpercent(a, STR("%"), false, &out) || enc_unpercent(a, STR("%4"), false, &out) ||
	             enc_unpercent(a, STR("%zz"), false, &out));
}

static void
a_form_is_built_and_read_back(void **state)
{
	(void)state;
	struct buf b;
	struct str form, value;
	struct err e;

	buf_init(&b, a, 1000);
	enc_form_add(&b, STR("a b"), STR("1&2"));
	enc_form_add(&b, STR("c"), STR(""));
	assert_true(buf_done(&b, &form, &e));
	assert_true(str_eq(form, STR("a%20b=1%262&c=")));
	assert_true(enc_form_get(a, form, STR("a b"), &value));
	assert_true(str_eq(value, STR("1&2")));
	assert_true(enc_form_get(a, form, STR("c"), &value));
	assert_int_equal(value.n, 0);
}

static void
a_value_given_twice_or_broken_is_no_value(void **state)
{
	(void)state;
	static const char *const cases[] = { "", "b=1", "a=1&a=2", "a=1&a", "a=%", "a=1&b=%zz", "%61=1&a=2" };

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct str value;
		assert_false(enc_form_get(a, str_from(cases[i]), STR("a"), &value));
	}
	struct str value;
	assert_true(enc_form_get(a, STR("&&%61=x+y&"), STR("a"), &value));
	assert_true(str_eq(value, STR("x y")));
}

static void
packed_bytes_come_back(void **state)
{
	(void)state;
	char text[50000];
	struct str out;
	struct err e;

	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (char)(i * i / 7);
	for (size_t n = 0; n <= sizeof text; n += 12500) {
		struct str in = { .p = text, .n = n };
		assert_true(zip_inflate(a, zip_deflate(a, in), sizeof text, &out, &e));
		assert_true(str_eq(out, in));
	}
}

static void
a_bomb_stops_at_the_cap(void **state)
{
	(void)state;
	char *zeros = arena_alloc(a, 4 << 20);
	struct str zipped = zip_deflate(a, (struct str){ .p = zeros, .n = 4 << 20 }), out;
	struct err e;

	assert_true(zipped.n < 64 * 1024);
	assert_false(zip_inflate(a, zipped, 1 << 20, &out, &e));
	assert_int_equal(e.code, ERR_LIMIT);
	assert_true(zip_inflate(a, zipped, 4 << 20, &out, &e));
	assert_int_equal(out.n, 4 << 20);
}

static void
a_cut_or_lengthened_stream_is_refused(void **state)
{
	(void)state;
	struct str zipped = zip_deflate(a, STR("some text that is packed")), out;
	struct err e;

	for (size_t n = 0; n < zipped.n; n++) {
		assert_false(zip_inflate(a, str_slice(zipped, 0, n), 1000, &out, &e));
		assert_int_equal(e.code, ERR_INVALID);
	}
	char *more = arena_alloc(a, zipped.n + 1);
	memcpy(more, zipped.p, zipped.n);
	assert_false(zip_inflate(a, (struct str){ .p = more, .n = zipped.n + 1 }, 1000, &out, &e));
	assert_false(zip_inflate(a, STR("no zlib at all"), 1000, &out, &e));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base64_follows_rfc_4648),
		cmocka_unit_test(loose_base64_is_refused),
		cmocka_unit_test(hex_goes_both_ways),
		cmocka_unit_test(percent_coding_keeps_only_unreserved_bytes),
		cmocka_unit_test(a_form_is_built_and_read_back),
		cmocka_unit_test(a_value_given_twice_or_broken_is_no_value),
		cmocka_unit_test(packed_bytes_come_back),
		cmocka_unit_test(a_bomb_stops_at_the_cap),
		cmocka_unit_test(a_cut_or_lengthened_stream_is_refused),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
