/* io/db when the database is killed, hangs, is full of connections or is in its own way (F-118..F-124, F-131). */
#include "lib/store.h"

#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "lib/proxy.h"

static struct proxy *proxy;
static struct settings settings; /* through the proxy, with short waits */
static struct db *db;

static const struct sql put = { "put", SQL_GLOBAL, "i", "", "INSERT INTO fault_row (n, v) VALUES (?, 0)", NULL, NULL };
static const struct sql count = { "count", SQL_GLOBAL, "", "i", "SELECT COUNT(*) FROM fault_row", NULL, NULL };
static const struct sql raise_v = { "raise_v", SQL_GLOBAL, "i", "", "UPDATE fault_row SET v = v + 1 WHERE n = ?", NULL,
	NULL };
static const struct sql own_id = { "own_id", SQL_GLOBAL, "", "i", "SELECT CONNECTION_ID()", NULL, NULL };
/* A statement that does not look whether anybody still listens. */
static const struct sql compute = { "compute", SQL_GLOBAL, "", "i", "SELECT BENCHMARK(400000000, MD5('x'))", NULL,
	NULL };

static int
setup(void **state)
{
	if (store_setup(state) != 0)
		return -1;
	store_run("CREATE TABLE fault_row (n BIGINT NOT NULL PRIMARY KEY, v BIGINT NOT NULL)");
	proxy = proxy_start(str_c(store.arena, store.settings.database_socket));
	settings = store.settings;
	settings.database_socket = str_from(proxy_path(proxy));
	settings.database_connect_s = settings.database_wait_s = 1;
	return 0;
}

static int
teardown(void **state)
{
	proxy_stop(proxy);
	store_run("DROP TABLE fault_row");
	return store_teardown(state);
}

static int
fresh(void **state)
{
	(void)state;
	proxy_plan(proxy, PROXY_PASS, NULL);
	store_run("DELETE FROM fault_row");
	db_free(db);
	db = db_new(&settings);
	store.e = (struct err){ .code = ERR_NONE };
	store_must(db_ping(db, &store.e));
	return 0;
}

static int64_t
number(struct db *of, const struct sql *q)
{
	const struct db_value *row;

	store_must(db_query_one(of, q, NULL, 0, store.arena, &row, &store.e));
	return row[0].i;
}

/* Until it works again, as every loop of ours would: at once, a second at most. */
static void
comes_back(void)
{
	for (int tries = 0; tries < 200 && !db_ping(db, &store.e); tries++)
		clock_sleep_ms(50);
	store_must(db_ping(db, &store.e));
}

/* F-119, W8: whether it was done is not known, and each is possible. */
static void
f119_a_commit_without_an_answer_is_neither_done_nor_undone(void **state)
{
	static const struct {
		enum proxy_plan plan;
		int64_t rows;
	} cases[] = { { PROXY_CUT_BEFORE, 0 }, { PROXY_CUT_AFTER, 1 }, { PROXY_SWALLOW, 1 } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int hits = proxy_hits(proxy);

		(void)fresh(state);
		store_must(db_begin(db, &store.e) && db_run(db, &put, DB_IN(DB_V_I(1)), NULL, &store.e));
		proxy_plan(proxy, cases[i].plan, "COMMIT");
		store_refused(db_commit(db, &store.e), ERR_TIMEOUT);
		assert_int_equal(proxy_hits(proxy), hits + 1);
		assert_false(db_in_transaction(db));
		comes_back();
		assert_int_equal(number(store.db, &count), cases[i].rows);
	}
}

/* A lost connection outside a transaction is no ended session: the next statement prepares anew. */
static void
f121_a_cut_connection_is_told_once_and_made_anew(void **state)
{
	(void)state;
	int64_t before = number(db, &own_id);

	proxy_plan(proxy, PROXY_CUT_BEFORE, "START TRANSACTION");
	store_refused(db_begin(db, &store.e), ERR_DB);
	store_must(
	    db_begin(db, &store.e) && db_run(db, &put, DB_IN(DB_V_I(1)), NULL, &store.e) && db_commit(db, &store.e));
	assert_int_not_equal(number(db, &own_id), before);
}

/* F-122: who comes while it hangs is told at once, and does not wait as long again. */
static void
f122_a_server_that_hangs_costs_its_deadline_once(void **state)
{
	(void)state;
	proxy_plan(proxy, PROXY_HANG, NULL);
	store_refused(db_run(db, &put, DB_IN(DB_V_I(1)), NULL, &store.e), ERR_DB);
	assert_false(db_run(db, &put, DB_IN(DB_V_I(1)), NULL, &store.e));
	assert_non_null(strstr(store.e.text, "a moment ago"));
	store_refused(db_begin(db, &store.e), ERR_DB);
	proxy_plan(proxy, PROXY_PASS, NULL);
	comes_back();
}

static void
f122_a_server_that_does_not_greet_is_left(void **state)
{
	(void)state;
	struct db *late = db_new(&settings);

	proxy_plan(proxy, PROXY_HANG, NULL);
	store_refused(db_ping(late, &store.e), ERR_DB);
	assert_false(db_ping(late, &store.e));
	assert_non_null(strstr(store.e.text, "a moment ago"));
	db_free(late);
}

/* The server ends what nobody waits for any more; else every retry would add one. */
static void
f122_a_statement_that_takes_too_long_is_ended_at_the_server(void **state)
{
	(void)state;
	const struct db_value *row;
	struct db *patient;
	int64_t id = number(db, &own_id);

	/* Whoever is first, it here or the client there, makes it a result or a failure. */
	(void)!db_query_one(db, &compute, NULL, 0, store.arena, &row, &store.e);
	for (int tries = 0; tries < 100; tries++) {
		if (store_int("SELECT COUNT(*) FROM information_schema.processlist WHERE id = %lld AND info LIKE "
		              "'%%BENCHMARK%%'",
		        (long long)id) == 0)
			break;
		clock_sleep_ms(50);
		assert_int_not_equal(tries, 99);
	}
	/* Migrations take as long as they take. */
	patient = db_new(&settings);
	db_set_wait(patient, 0);
	static const struct sql sleep_2 = { "sleep_2", SQL_GLOBAL, "", "i", "SELECT SLEEP(1.5)", NULL, NULL };
	assert_int_equal(number(patient, &sleep_2), 0);
	db_free(patient);
}

static void
f131_too_many_connections_is_trouble_that_passes(void **state)
{
	(void)state;
	struct db *more = db_new(&settings);

	proxy_plan(proxy, PROXY_FULL, NULL);
	assert_false(db_ping(more, &store.e));
	assert_int_equal(store.e.code, ERR_DB);
	assert_non_null(strstr(store.e.text, "1040"));
	proxy_plan(proxy, PROXY_PASS, NULL);
	store.e = (struct err){ .code = ERR_NONE };
	store_must(db_ping(more, &store.e));
	db_free(more);
}

/* F-120: each number in a transaction, and whether the connection is kept. */
static void
f120_every_number_of_trouble_has_its_class(void **state)
{
	(void)state;
	static const struct {
		int number;
		enum err_code code;
		bool kept;
	} cases[] = { { 1205, ERR_CONFLICT, true }, { 1213, ERR_CONFLICT, true }, { 1020, ERR_CONFLICT, true },
		{ 1021, ERR_DB, true }, { 1114, ERR_DB, true }, { 1030, ERR_DB, true }, { 1041, ERR_DB, true },
		{ 1226, ERR_DB, true }, { 1203, ERR_DB, true }, { 1317, ERR_DB, true }, { 1969, ERR_DB, true },
		{ 3024, ERR_DB, true }, { 1180, ERR_DB, true }, { 1290, ERR_DB, false }, { 1792, ERR_DB, false },
		{ 1836, ERR_DB, false }, { 1047, ERR_DB, false }, { 1053, ERR_DB, false }, { 1153, ERR_DB, false },
		{ 1062, ERR_EXISTS, true }, { 1064, ERR_FAULT, true }, { 1146, ERR_FAULT, true } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t id = number(db, &own_id);
		unsigned told = 0;
		char text[80];

		(void)snprintf(text, sizeof(text), "SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = %d", cases[i].number);
		store_must(db_begin(db, &store.e) && db_run(db, &put, DB_IN(DB_V_I(cases[i].number)), NULL, &store.e));
		assert_false(db_migrate_step(db, str_from(text), &told, &store.e));
		if (store.e.code != cases[i].code)
			fail_msg("%d is %s: %s", cases[i].number, err_name(store.e.code), store.e.text);
		db_rollback(db);
		store.e = (struct err){ .code = ERR_NONE };
		if ((number(db, &own_id) == id) != cases[i].kept)
			fail_msg("after %d the connection is %s", cases[i].number, cases[i].kept ? "new" : "kept");
	}
	assert_int_equal(number(db, &count), 0);
}

/* ---- deadlocks: two processes take two rows crosswise */

static void
tell(int fd)
{
	assert_int_equal(write(fd, "", 1), 1);
}

static void
wait_for(int fd)
{
	char c;

	assert_int_equal(read(fd, &c, 1), 1);
}

/* Both rows in one transaction, `first` held while the other side takes the other one; tries again as all of ours do. */
static int
cross(struct db *of, int64_t first, int64_t second, int said, int heard)
{
	int conflicts = 0;

	for (bool met = false;; met = true) {
		struct err e = { .code = ERR_NONE };
		bool ok = db_begin(of, &e) && db_run(of, &raise_v, DB_IN(DB_V_I(first)), NULL, &e);

		if (ok && !met) {
			tell(said);
			wait_for(heard);
		}
		if (ok && db_run(of, &raise_v, DB_IN(DB_V_I(second)), NULL, &e) && db_commit(of, &e))
			return conflicts;
		db_rollback(of);
		if (e.code != ERR_CONFLICT)
			return 100;
		conflicts++;
	}
}

static void
f123_a_deadlock_is_a_conflict_for_one_and_both_end(void **state)
{
	(void)state;
	int there[2], back[2], status = 0;

	store_must(
	    db_run(db, &put, DB_IN(DB_V_I(1)), NULL, &store.e) && db_run(db, &put, DB_IN(DB_V_I(2)), NULL, &store.e));
	assert_true(pipe(there) == 0 && pipe(back) == 0);
	pid_t child = fork();
	if (child == 0)
		_exit(cross(db_new(&settings), 2, 1, back[1], there[0]));
	int mine = cross(db, 1, 2, there[1], back[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(mine + WEXITSTATUS(status), 1);
	assert_int_equal(store_int("SELECT SUM(v) FROM fault_row"), 4);
	for (int i = 0; i < 2; i++)
		(void)close(there[i]), (void)close(back[i]);
}

/* A process that is stopped between its INSERT and its COMMIT delays nobody for longer than its leases last. */
static void
who_stalls_in_a_transaction_loses_it_and_its_locks(void **state)
{
	struct settings stalls = settings;
	int64_t until = clock_mono_ms() + 30000;
	bool free_again = false;
	struct db *stalled;

	(void)state;
	stalls.lease_s = 2;
	stalled = db_new(&stalls);
	store_must(db_run(db, &put, DB_IN(DB_V_I(1)), NULL, &store.e));
	store_must(db_begin(stalled, &store.e));
	store_must(db_run(stalled, &raise_v, DB_IN(DB_V_I(1)), NULL, &store.e));
	while (!free_again && clock_mono_ms() < until) {
		free_again = db_run(db, &raise_v, DB_IN(DB_V_I(1)), NULL, &store.e);
		store.e = (struct err){ .code = ERR_NONE };
	}
	assert_true(free_again);
	/* And it learns so before it writes anything more. */
	assert_false(db_run(stalled, &put, DB_IN(DB_V_I(2)), NULL, &store.e));
	store.e = (struct err){ .code = ERR_NONE };
	db_free(stalled);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(f119_a_commit_without_an_answer_is_neither_done_nor_undone, fresh),
		cmocka_unit_test_setup(f121_a_cut_connection_is_told_once_and_made_anew, fresh),
		cmocka_unit_test_setup(f122_a_server_that_hangs_costs_its_deadline_once, fresh),
		cmocka_unit_test_setup(f122_a_server_that_does_not_greet_is_left, fresh),
		cmocka_unit_test_setup(f122_a_statement_that_takes_too_long_is_ended_at_the_server, fresh),
		cmocka_unit_test_setup(f131_too_many_connections_is_trouble_that_passes, fresh),
		cmocka_unit_test_setup(f120_every_number_of_trouble_has_its_class, fresh),
		cmocka_unit_test_setup(f123_a_deadlock_is_a_conflict_for_one_and_both_end, fresh),
		cmocka_unit_test_setup(who_stalls_in_a_transaction_loses_it_and_its_locks, fresh),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
