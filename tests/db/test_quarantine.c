/* test_quarantine.c - store/quarantine and store/server: what an operator does with what could not be read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "lib/ground.h"
#include "store/migrate.h"
#include "store/quarantine.h"
#include "store/server.h"

static struct ground g;

static void
put_in(const char *body)
{
	ground_run(&g,
	    str_c(g.a, str_printf(g.a,
	                   "INSERT INTO quarantine (source, reason, received_at, body) VALUES ('hubspot', 'why', "
	                   "UTC_TIMESTAMP(3), '%s')",
	                   body)));
}

static int64_t
latest(void)
{
	return ground_number(&g, "SELECT MAX(id) FROM quarantine");
}

static void
it_is_shown_as_it_came(void **state)
{
	struct quarantine q;

	(void)state;
	put_in("[{\"x\":1}]");
	must(quarantine_load(g.db, g.a, latest(), &q, &g.e));
	assert_true(str_eq(q.body, STR("[{\"x\":1}]")) && str_eq(q.reason, STR("why")));
	must_fail(quarantine_load(g.db, g.a, latest() + 1, &q, &g.e), ERR_NOT_FOUND);
}

static void
retrying_moves_it_to_the_inbox_as_a_batch(void **state)
{
	(void)state;
	put_in("{\"x\":1}");
	must(quarantine_retry(g.db, g.a, latest(), &g.e));
	put_in("[{\"x\":2}]");
	must(quarantine_retry(g.db, g.a, latest(), &g.e));
	assert_int_equal(ground_number(&g, "SELECT COUNT(*) FROM quarantine"), 0);
	assert_int_equal(ground_number(&g, "SELECT COUNT(*) FROM inbox WHERE body IN ('[{\"x\":1}]', '[{\"x\":2}]')"),
	    2);
	must_fail(quarantine_retry(g.db, g.a, 1, &g.e), ERR_NOT_FOUND);
}

static bool
retry_first(struct ground *mine, unsigned i)
{
	(void)i;
	return quarantine_retry(mine->db, mine->a, 1, &mine->e);
}

static void
F_171_two_operators_retry_it_once(void **state)
{
	(void)state;
	put_in("[]");
	assert_int_equal(ground_race(&g, 4, retry_first, ERR_NOT_FOUND), 1);
	assert_int_equal(ground_number(&g, "SELECT COUNT(*) FROM inbox"), 1);
}

static void
what_is_dropped_is_gone(void **state)
{
	(void)state;
	put_in("x");
	must(quarantine_drop(g.db, 1, &g.e));
	must_fail(quarantine_drop(g.db, 1, &g.e), ERR_NOT_FOUND);
}

static void
the_server_says_what_it_is(void **state)
{
	struct server_facts f;

	(void)state;
	must(server_facts(g.db, g.a, &f, &g.e));
	assert_true(f.version.n > 4 && f.major >= 8);
	assert_int_equal(f.flush_at_commit, 1);
	assert_true(f.packet_max > 1024 * 1024);
}

static void
a_schema_that_lacks_steps_or_is_newer_is_seen(void **state)
{
	struct str dir = str_from(getenv("CONNECTOR_SQL_DIR"));
	struct migrate_state m;

	(void)state;
	must(migrate_look(g.db, g.a, dir, &m, &g.e));
	assert_true(m.steps > 20 && m.missing == 0 && m.unknown == 0);
	ground_run(&g, "DELETE FROM migration WHERE file = '0002_decision_name.sql'");
	ground_run(&g, "INSERT INTO migration (file, step, text_hash, begun_at, done_at) VALUES ('9999_next.sql', 0, "
	               "REPEAT('x', 32), UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))");
	must(migrate_look(g.db, g.a, dir, &m, &g.e));
	assert_int_equal(m.missing, 1);
	assert_int_equal(m.unknown, 1);
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
		cmocka_unit_test_setup_teardown(it_is_shown_as_it_came, setup, teardown),
		cmocka_unit_test_setup_teardown(retrying_moves_it_to_the_inbox_as_a_batch, setup, teardown),
		cmocka_unit_test_setup_teardown(F_171_two_operators_retry_it_once, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_dropped_is_gone, setup, teardown),
		cmocka_unit_test_setup_teardown(the_server_says_what_it_is, setup, teardown),
		cmocka_unit_test_setup_teardown(a_schema_that_lacks_steps_or_is_newer_is_seen, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
