/*
 * Properties of the mapping language over seeded random expressions: total, bounded, the same bytes again
 * (design 5).  A failure comes again with its seed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
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

/* A small generator, so that a failure comes again. */
static uint64_t
next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static void
any_text_is_refused_or_gives_the_same_bytes_twice(void **state)
{
	static const char *const pieces[] = { "{", "}", "{{", "}}", "|", ":", ",", "=", "\\", " ", "amount", "email",
		"text", "closedate", "nothing", "umlauts", "|trim", "|upper", "|title", "|number:2", "|round:1",
		"|add:5", "|add:shipping", "|mul:amount", "|div:3", "|min:5", "|abs", "|date:%Y",
		"|date:%z,Europe/Berlin", "|sha1", "|map:a=b,else=c", "|default:x", "|or:amount", "|concat:-,text",
		"|substring:2,3", "|replace:a,bb", "|digits", "|prefix:p", "{amount}", "{text|lower}", "{i}", " and ",
		" in ", "is empty", "\xc3\xa4", "\xff", "\xf0\x9f\x98\x80", "line_item{i}.hs_sku" };
	uint64_t seed = 20261121;
	size_t parsed = 0;
	size_t held = 0;

	for (size_t round = 0; round < 20000; round++) {
		char source[256];
		size_t n = 0;
		struct lang *l;
		struct lang_when *w;
		struct str once = { 0 };
		struct str twice = { 0 };
		struct err e = { 0 };
		bool holds = false;

		for (size_t k = next_random(&seed) % 12; k > 0; k--) {
			struct str piece = str_from(pieces[next_random(&seed) % (sizeof(pieces) / sizeof(pieces[0]))]);

			memcpy(source + n, piece.p, piece.n);
			n += piece.n;
		}
		if (lang_when_parse(*state, (struct str){ source, n }, &w, NULL, &e) &&
		    lang_when_eval(w, *state, expression_lookup, *state, 1, &holds, &e))
			held += holds;
		if (lang_parse(*state, (struct str){ source, n }, &l, NULL, &e)) {
			bool ok = lang_eval(l, *state, expression_lookup, *state, 1, &once, &e);

			assert_int_equal(lang_eval(l, *state, expression_lookup, *state, 1, &twice, &e), ok);
			assert_true(!ok || (once.n <= LANG_OUTPUT_MAX && str_eq(once, twice)));
			parsed++;
		} else {
			assert_int_equal(e.code, ERR_INVALID);
		}
		if (round % 1000 == 0)
			arena_reset(*state);
	}
	assert_true(parsed > 1000 && held > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(any_text_is_refused_or_gives_the_same_bytes_twice, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
