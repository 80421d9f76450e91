/* The life of a conversion: what the header says is what the table does (design 4). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "core/state.h"
#include "lib/answer.h"
#include "lib/file.h"

static int
setup(void **state)
{
	*state = arena_new((size_t)16 << 20);
	return 0;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

/* The moves that the list in the header's picture allows. */
static void
read_list(struct arena *a, bool moves[STATE__COUNT][STATE__COUNT], bool listed[STATE__COUNT])
{
	struct str text = file_read(a, "fcgi/core/state.h");
	struct str line;

	text = str_slice(text, str_find(text, STR("The same as a list")), text.n);
	while (str_cut(&text, '\n', &line) && !str_starts(line, STR(" */"))) {
		size_t arrow = str_find(line, STR("->"));
		enum state from;
		enum state to;
		struct str rest;
		struct str word;

		if (arrow == line.n || !state_parse(str_trim(str_slice(line, 2, arrow)), &from))
			continue;
		listed[from] = true;
		rest = str_slice(line, arrow + 2, line.n);
		while (str_cut(&rest, ' ', &word)) {
			if (word.n == 0)
				continue;
			assert_true(state_parse(word, &to));
			moves[from][to] = true;
		}
	}
}

static void
the_header_and_the_table_tell_the_same(void **state)
{
	bool moves[STATE__COUNT][STATE__COUNT] = { { false } };
	bool listed[STATE__COUNT] = { false };

	read_list(*state, moves, listed);
	for (unsigned from = 0; from < STATE__COUNT; from++) {
		assert_true(listed[from]);
		for (unsigned to = 0; to < STATE__COUNT; to++) {
			if (state_may((enum state)from, (enum state)to) != moves[from][to])
				fail_msg("%s -> %s", state_name((enum state)from), state_name((enum state)to));
		}
	}
}

/* Every state and every move of the drawing's words is in the drawing above the list, too. */
static void
the_drawing_names_every_state(void **state)
{
	struct str text = file_read(*state, "fcgi/core/state.h");

	text = str_slice(text, 0, str_find(text, STR("The same as a list")));
	for (unsigned s = 0; s < STATE__COUNT; s++) {
		if (str_find(text, str_from(state_name((enum state)s))) == text.n)
			fail_msg("%s is not drawn", state_name((enum state)s));
	}
}

/* The third telling: the ENUM of the conversion table has the same names in the same order. */
static void
the_schema_has_the_same_names(void **state)
{
	struct str sql = file_read(*state, "sql/0001_first.sql");
	struct err e = { 0 };
	struct str list;
	struct buf b;

	buf_init(&b, *state, 1024);
	for (unsigned i = 0; i < STATE__COUNT; i++)
		buf_addf(&b, "%s'%s'", i > 0 ? "," : "state ENUM(", state_name((enum state)i));
	buf_addf(&b, ") NOT NULL");
	assert_true(buf_done(&b, &list, &e));
	assert_true(str_find(sql, list) < sql.n);
}

static void
a_crash_while_sending_never_leads_back_to_ready(void **state)
{
	(void)state;
	assert_true(state_may(STATE_SENDING, STATE_UNKNOWN));
	assert_true(state_may(STATE_UNKNOWN, STATE_READY));
	assert_false(state_may(STATE_UNKNOWN, STATE_SENDING));
	assert_false(state_may(STATE_ACCEPTED, STATE_READY));
	assert_false(state_may(STATE_CONFIRMED, STATE_READY));
}

static void
everything_may_be_erased_and_nothing_comes_back(void **state)
{
	(void)state;
	for (unsigned s = 0; s < STATE__COUNT; s++) {
		assert_int_equal(state_may((enum state)s, STATE_ERASED), s != STATE_ERASED);
		assert_false(state_may(STATE_ERASED, (enum state)s));
		assert_false(state_may((enum state)s, (enum state)s));
	}
}

static void
only_what_moves_by_itself_is_not_ended(void **state)
{
	static const enum state running[] = { STATE_READY, STATE_SENDING, STATE_UNKNOWN, STATE_ACCEPTED, STATE_PARKED };
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(running) / sizeof(running[0]); i++)
		assert_false(state_ended(running[i]));
	for (unsigned s = 0; s < STATE__COUNT; s++)
		n += state_ended((enum state)s);
	assert_int_equal(n, STATE__COUNT - sizeof(running) / sizeof(running[0]));
}

static void
each_state_counts_as_one_of_four(void **state)
{
	static const char *const counters[STATE__COUNT] = { "waiting", "waiting", "waiting", "sent", "sent", "failed",
		"waiting", "waiting", "skipped", "failed", "skipped" };

	(void)state;
	for (unsigned s = 0; s < STATE__COUNT; s++)
		assert_string_equal(state_counter((enum state)s), counters[s]);
}

static void
names_are_read_as_they_are_written(void **state)
{
	enum state s;

	(void)state;
	for (unsigned i = 0; i < STATE__COUNT; i++) {
		assert_true(state_parse(str_from(state_name((enum state)i)), &s));
		assert_int_equal(s, i);
	}
	assert_false(state_parse(STR("ready"), &s));
	assert_false(state_parse(STR(""), &s));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_header_and_the_table_tell_the_same, setup, teardown),
		cmocka_unit_test_setup_teardown(the_drawing_names_every_state, setup, teardown),
		cmocka_unit_test_setup_teardown(the_schema_has_the_same_names, setup, teardown),
		cmocka_unit_test(a_crash_while_sending_never_leads_back_to_ready),
		cmocka_unit_test(everything_may_be_erased_and_nothing_comes_back),
		cmocka_unit_test(only_what_moves_by_itself_is_not_ended),
		cmocka_unit_test(each_state_counts_as_one_of_four),
		cmocka_unit_test(names_are_read_as_they_are_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
