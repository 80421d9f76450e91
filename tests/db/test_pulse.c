/* test_pulse.c - store/pulse: who lives is known, and what a process counted reaches the installation (F-175). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "lib/ground.h"
#include "store/counter.h"
#include "store/pulse.h"

static struct ground g;

static struct pulse
process(const char *program, const char *name)
{
	return (struct pulse){ .db = g.db, .program = str_from(program), .process = str_from(name) };
}

static void
living_processes_are_told_by_program(void **state)
{
	struct pulse one = process("connector-worker", "a:1:1"), two = process("connector-worker", "a:2:2"),
	             site = process("connector-site", "a:3:3");
	struct pulse_program *list;
	size_t n;

	(void)state;
	pulse_beat(&one);
	pulse_beat(&one);
	pulse_beat(&two);
	pulse_beat(&site);
	must(pulse_programs(g.db, g.a, &list, &n, &g.e));
	assert_int_equal(n, 2);
	assert_true(str_eq(list[0].program, STR("connector-site")));
	assert_int_equal(list[1].processes, 2);
	assert_in_range(list[1].memory_max_kb, 500, 10000000);
	assert_in_range(list[1].silent_s, 0, 20);
}

static void
a_silent_or_ended_process_does_not_live(void **state)
{
	struct pulse one = process("connector-worker", "a:1:1"), two = process("connector-worker", "a:2:2");
	struct pulse_program *list;
	size_t n;

	(void)state;
	pulse_beat(&one);
	pulse_beat(&two);
	pulse_end(&two);
	ground_run(&g, "UPDATE process SET seen_at = seen_at - INTERVAL 31 SECOND");
	must(pulse_programs(g.db, g.a, &list, &n, &g.e));
	assert_int_equal(n, 0);
	must(pulse_sweep(g.db, &g.e));
	assert_int_equal(ground_number(&g, "SELECT COUNT(*) FROM process"), 1);
	ground_run(&g, "UPDATE process SET seen_at = seen_at - INTERVAL 1 DAY");
	must(pulse_sweep(g.db, &g.e));
	assert_int_equal(ground_number(&g, "SELECT COUNT(*) FROM process"), 0);
}

static void
what_was_counted_waits_while_the_database_is_away(void **state)
{
	struct settings nowhere = g.settings;
	struct pulse p = process("connector-hooks", "a:4:4");
	int64_t counted[TALLY__COUNT];
	struct db *away;

	(void)state;
	nowhere.database_socket = STR("/nowhere/db.sock");
	away = db_new(&nowhere);
	tally_add(TALLY_INTAKE_AWAY, 3);
	p.db = away;
	pulse_beat(&p);
	assert_true(p.away);
	assert_int_equal(tally_get(TALLY_INTAKE_AWAY), 3);
	p.db = g.db;
	pulse_beat(&p);
	assert_false(p.away);
	assert_int_equal(tally_get(TALLY_INTAKE_AWAY), 0);
	must(counter_read(g.db, g.a, counted, &g.e));
	assert_int_equal(counted[TALLY_INTAKE_AWAY], 3);
	db_free(away);
}

static int
setup(void **state)
{
	(void)state;
	return ground_open(&g) ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	ground_close(&g);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(living_processes_are_told_by_program, setup, teardown),
		cmocka_unit_test_setup_teardown(a_silent_or_ended_process_does_not_live, setup, teardown),
		cmocka_unit_test_setup_teardown(what_was_counted_waits_while_the_database_is_away, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
