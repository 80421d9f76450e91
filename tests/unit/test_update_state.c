/* The life of an update of a HubSpot record: what the header says is what the table does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "core/update_state.h"
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

static void
read_moves(struct str words, bool moves[UPDATE__COUNT])
{
	enum update_state to;
	struct str word;

	while (str_cut(&words, ' ', &word)) {
		if (word.n == 0)
			continue;
		assert_true(update_state_parse(word, &to));
		moves[to] = true;
	}
}

static void
the_header_and_the_table_tell_the_same(void **state)
{
	struct str text = file_read(*state, "fcgi/core/update_state.h");
	bool moves[UPDATE__COUNT][UPDATE__COUNT] = { { false } };
	bool listed[UPDATE__COUNT] = { false };
	struct str line;

	text = str_slice(text, str_find(text, STR("The same as a list")), text.n);
	while (str_cut(&text, '\n', &line) && !str_starts(line, STR(" */"))) {
		size_t arrow = str_find(line, STR("->"));
		enum update_state from;

		if (arrow == line.n || !update_state_parse(str_trim(str_slice(line, 2, arrow)), &from))
			continue;
		listed[from] = true;
		read_moves(str_slice(line, arrow + 2, line.n), moves[from]);
	}
	for (unsigned from = 0; from < UPDATE__COUNT; from++) {
		assert_true(listed[from]);
		for (unsigned to = 0; to < UPDATE__COUNT; to++)
			if (update_state_may((enum update_state)from, (enum update_state)to) != moves[from][to])
				fail_msg("%s -> %s", update_state_name((enum update_state)from),
				    update_state_name((enum update_state)to));
	}
}

static void
the_drawing_names_every_state(void **state)
{
	struct str text = file_read(*state, "fcgi/core/update_state.h");

	text = str_slice(text, 0, str_find(text, STR("The same as a list")));
	for (unsigned s = 0; s < UPDATE__COUNT; s++)
		if (str_find(text, str_from(update_state_name((enum update_state)s))) == text.n)
			fail_msg("%s is not drawn", update_state_name((enum update_state)s));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_header_and_the_table_tell_the_same, setup, teardown),
		cmocka_unit_test_setup_teardown(the_drawing_names_every_state, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
