/* test_migrate.c - store/migrate and store/partition: one process at a time, steps that bear a crash, days ahead. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <unistd.h>

#include "base/arena.h"
#include "lib/ground.h"
#include "store/migrate.h"
#include "store/partition.h"

static struct ground g;

static struct migrate_report report;

/* Steps of the test's own file; those of the real schema stay as they are. */
#define MINE "WHERE file = '0001_test.sql'"

/* A folder with one migration. */
static struct str
folder(const char *sql)
{
	char name[] = "/tmp/test_migrate.XXXXXX";
	struct str dir = str_copy(g.a, str_from(mkdtemp(name)));
	FILE *f = fopen(str_c(g.a, str_printf(g.a, STR_FMT "/0001_test.sql", STR_ARG(dir))), "w");

	assert_non_null(f);
	assert_true(fputs(sql, f) >= 0);
	assert_int_equal(fclose(f), 0);
	return dir;
}

static void
forget(struct str dir)
{
	assert_int_equal(unlink(str_c(g.a, str_printf(g.a, STR_FMT "/0001_test.sql", STR_ARG(dir)))), 0);
	assert_int_equal(rmdir(str_c(g.a, dir)), 0);
	ground_run(&g, "DELETE FROM migration " MINE);
	ground_run(&g, "DROP TABLE IF EXISTS one, two");
}

static bool
run(struct str dir)
{
	return migrate_run(g.db, g.a, dir, STR("me"), 200, &report, &g.e);
}

static void
the_schema_is_made_once(void **state)
{
	(void)state;
	must(run(g.settings.sql_dir));
	assert_true(report.run > 15);
	assert_int_equal(report.run, report.steps);
	must(run(g.settings.sql_dir));
	assert_int_equal(report.run, 0);
}

static void
all_steps_may_run_again_after_a_crash(void **state)
{
	(void)state;
	ground_run(&g, "UPDATE migration SET done_at = NULL");
	must(run(g.settings.sql_dir));
	assert_int_equal(report.run, report.steps);
}

static void
a_step_that_was_begun_may_find_its_work_done(void **state)
{
	(void)state;
	struct str dir = folder("CREATE TABLE one (a INT); ALTER TABLE one ADD COLUMN b INT, ADD KEY k (b);");

	must(run(dir));
	ground_run(&g, "UPDATE migration SET done_at = NULL " MINE);
	must(run(dir));
	assert_int_equal(report.run, 2);
	forget(dir);
}

static void
a_step_that_was_never_begun_may_not(void **state)
{
	(void)state;
	struct str dir = folder("CREATE TABLE one (a INT);");

	ground_run(&g, "CREATE TABLE one (a INT)");
	must_fail(run(dir), ERR_FAULT);
	/* It was begun now: a second try takes what it finds. */
	must(run(dir));
	forget(dir);
}

static void
a_wrong_statement_stops_there_and_the_lease_is_given_back(void **state)
{
	(void)state;
	struct str dir = folder("CREATE TABLE one (a INT); CREATE NONSENSE two; CREATE TABLE two (a INT);");

	must_fail(run(dir), ERR_FAULT);
	assert_int_equal(ground_number(&g, "SELECT COUNT(*) FROM migration " MINE " AND done_at IS NOT NULL"), 1);
	assert_int_equal(ground_number(&g, "SELECT COUNT(*) FROM migration_lease WHERE lease_until IS NULL"), 1);
	forget(dir);
}

static void
a_finished_step_may_not_change(void **state)
{
	(void)state;
	struct str dir = folder("CREATE TABLE one (a INT);");

	must(run(dir));
	ground_run(&g, "UPDATE migration SET text_hash = REPEAT('x', 32) " MINE);
	must_fail(run(dir), ERR_INVALID);
	forget(dir);
}

static void
who_finds_another_at_work_waits_and_then_says_so(void **state)
{
	(void)state;
	ground_run(&g,
	    "UPDATE migration_lease SET owner = 'other', lease_until = UTC_TIMESTAMP(3) + INTERVAL 60 SECOND");
	must_fail(run(g.settings.sql_dir), ERR_CONFLICT);
	ground_run(&g, "UPDATE migration_lease SET lease_until = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND");
	must(run(g.settings.sql_dir));
}

static bool
migrate_all(struct ground *mine, unsigned i)
{
	struct migrate_report r;
	struct partition_report p;

	return migrate_run(mine->db, mine->a, mine->settings.sql_dir, str_printf(mine->a, "racer %u", i), 30000, &r,
	           &mine->e) &&
	       partition_keep(mine->db, mine->a, 30, &p, &mine->e);
}

static void
three_that_start_at_once_make_one_schema(void **state)
{
	(void)state;
	ground_close(&g);
	assert_true(ground_open_empty(&g));
	assert_int_equal(ground_race(&g, 3, migrate_all, ERR_NONE), 3);
	assert_int_equal(ground_number(&g, "SELECT COUNT(*) FROM migration WHERE done_at IS NULL"), 0);
	assert_int_equal(ground_number(&g, "SELECT COUNT(*) FROM lease WHERE tenant_id = 0 AND stage = 'split'"), 8);
}

static void
partitions_reach_14_days_ahead_and_old_ones_go(void **state)
{
	(void)state;
	struct partition_report r;

	must(partition_keep(g.db, g.a, 30, &r, &g.e));
	must(partition_keep(g.db, g.a, 30, &r, &g.e));
	assert_int_equal(r.made, 0);
	assert_int_equal(r.dropped, 0);
	assert_int_equal(ground_number(&g,
	                     "SELECT COUNT(*) FROM information_schema.partitions WHERE table_schema = DATABASE() "
	                     "AND table_name = 'event'"),
	    45);
	must(partition_keep(g.db, g.a, 10, &r, &g.e));
	assert_int_equal(r.dropped, 20);
	/* What is older than the oldest partition goes into it. */
	ground_run(&g,
	    "INSERT INTO event (tenant_id, occurred_day, event_key, source, kind, object_type, object_id, value, "
	    "occurred_at, received_at, batch) VALUES (1, 10, REPEAT('k', 32), 'hubspot', 'changed', 'deals', '1', '', "
	    "UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), REPEAT('b', 16))");
}

static void
the_last_partition_is_never_dropped(void **state)
{
	(void)state;
	const int64_t bounds[] = { 100, 101 };
	const struct str names[] = { STR("a"), STR("b") };
	int64_t n;

	assert_true(str_eq(partition_drop_text(g.a, bounds, names, 2, 5000, 30, &n),
	    STR("ALTER TABLE event DROP PARTITION `a`")));
	assert_int_equal(n, 1);
	assert_int_equal(partition_drop_text(g.a, bounds, names, 1, 5000, 30, &n).n, 0);
	assert_true(str_starts(partition_add_text(g.a, bounds, 2, 5000, 30, &n),
	    STR("ALTER TABLE event ADD PARTITION (PARTITION p4970 VALUES LESS THAN (4971), ")));
	assert_int_equal(n, 45);
	assert_true(str_eq(partition_add_text(g.a, bounds, 2, 100 - 13, 30, &n),
	    STR("ALTER TABLE event ADD PARTITION (PARTITION p101 VALUES LESS THAN (102))")));
}

/* Acceptance: a hundred events wait undecided while the operator upgrades. */
static void
what_waits_undecided_is_there_after_its_table_was_ordered_anew(void **state)
{
	(void)state;
	const char *rows =
	    "SELECT COALESCE(SUM(CRC32(CONCAT_WS('|', shard, HEX(event_key), due, looks, kind, object_id, "
	    "contact_id, value, received_at))), 0) FROM pending WHERE tenant_id = 4711";

	must(run(g.settings.sql_dir));
	ground_run(&g, "ALTER TABLE pending DROP PRIMARY KEY, ADD PRIMARY KEY (tenant_id, shard, event_key), "
	               "DROP INDEX pending_event, ADD KEY pending_due (tenant_id, shard, due)");
	ground_run(&g, "INSERT INTO pending (tenant_id, shard, event_key, due, looks, kind, object_type, object_id, "
	               "contact_id, property, value, occurred_at, received_at) SELECT 4711, seq MOD 4, UNHEX(SHA2(seq, "
	               "256)), '2026-11-20' + INTERVAL seq MOD 7 SECOND, seq MOD 3, 'changed', 'deals', seq, seq + 1, "
	               "'dealstage', REPEAT('x', seq), '2026-11-19', '2026-11-20' FROM seq_1_to_100");
	int64_t before = ground_number(&g, rows);

	ground_run(&g, "UPDATE migration SET done_at = NULL WHERE file = '0024_pending_due.sql'");
	must(run(g.settings.sql_dir));
	assert_int_equal(report.run, 1);
	assert_int_equal(ground_number(&g, "SELECT COUNT(*) FROM pending WHERE tenant_id = 4711"), 100);
	assert_int_equal(ground_number(&g, rows), before);
	assert_int_equal(ground_number(&g, "SELECT COUNT(*) FROM information_schema.statistics WHERE table_schema = "
	                                   "DATABASE() AND table_name = 'pending' AND index_name = 'PRIMARY' AND "
	                                   "column_name = 'due' AND seq_in_index = 3"),
	    1);
	ground_run(&g, "DELETE FROM pending WHERE tenant_id = 4711");
}

static void
statements_are_cut_at_semicolons_outside_quotes_and_comments(void **state)
{
	(void)state;
	struct str rest = STR("-- a; comment\nSELECT ';' /* ; */ , \"it\\\"s;\"; ;\n# more;\n SELECT `a;b`"), one;

	assert_true(migrate_next_statement(g.a, &rest, &one));
	assert_true(str_eq(one, STR("SELECT ';'  , \"it\\\"s;\"")));
	assert_true(migrate_next_statement(g.a, &rest, &one));
	assert_true(str_eq(one, STR("SELECT `a;b`")));
	assert_false(migrate_next_statement(g.a, &rest, &one));
	rest = STR("SELECT 'open");
	assert_true(migrate_next_statement(g.a, &rest, &one));
	rest = STR("/* open");
	assert_false(migrate_next_statement(g.a, &rest, &one));
}

static int
setup(void **state)
{
	(void)state;
	return ground_open_empty(&g) ? 0 : -1;
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
		cmocka_unit_test(the_schema_is_made_once),
		cmocka_unit_test(all_steps_may_run_again_after_a_crash),
		cmocka_unit_test(a_step_that_was_begun_may_find_its_work_done),
		cmocka_unit_test(a_step_that_was_never_begun_may_not),
		cmocka_unit_test(a_wrong_statement_stops_there_and_the_lease_is_given_back),
		cmocka_unit_test(a_finished_step_may_not_change),
		cmocka_unit_test(who_finds_another_at_work_waits_and_then_says_so),
		cmocka_unit_test(three_that_start_at_once_make_one_schema),
		cmocka_unit_test(partitions_reach_14_days_ahead_and_old_ones_go),
		cmocka_unit_test(the_last_partition_is_never_dropped),
		cmocka_unit_test(what_waits_undecided_is_there_after_its_table_was_ordered_anew),
		cmocka_unit_test(statements_are_cut_at_semicolons_outside_quotes_and_comments),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
