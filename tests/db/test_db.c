/*
 * io/db against a real server: values go both ways unchanged, failures have their codes, a lost connection
 * is made anew.  CONNECTOR_TEST_SOCKET names the server's socket; the database connector_test is made here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "io/db.h"

static struct arena *a;
static struct settings settings;
static struct db *db;
static struct err e;

static const struct sql insert_one = { "insert_one", SQL_GLOBAL, "ist", "",
	"INSERT INTO io_row (n, bytes, at) VALUES (?, ?, ?)", NULL, NULL };
static const struct sql insert_rows = { "insert_rows", SQL_GLOBAL, "is", "", "INSERT INTO io_row (n, bytes) VALUES",
	"(?, ?)", "ON DUPLICATE KEY UPDATE n = n" };
static const struct sql select_all = { "select_all", SQL_GLOBAL, "", "isti",
	"SELECT n, bytes, at, id FROM io_row ORDER BY id", NULL, NULL };
static const struct sql select_n = { "select_n", SQL_GLOBAL, "i", "s", "SELECT bytes FROM io_row WHERE n = ?", NULL,
	NULL };
static const struct sql update_n = { "update_n", SQL_GLOBAL, "ii", "", "UPDATE io_row SET n = ? WHERE n = ?", NULL,
	NULL };
static const struct sql select_locked = { "select_locked", SQL_GLOBAL, "i", "i",
	"SELECT n FROM io_row WHERE n = ? FOR UPDATE", NULL, NULL };
static const struct sql own_id = { "own_id", SQL_GLOBAL, "", "i", "SELECT CONNECTION_ID()", NULL, NULL };
static const struct sql kill_id = { "kill_id", SQL_GLOBAL, "i", "", "KILL ?", NULL, NULL };

static void
must(bool ok)
{
	if (!ok)
		fail_msg("%s", e.text);
}

static void
step(struct db *on, const char *text)
{
	unsigned number;

	must(db_migrate_step(on, str_from(text), &number, &e));
}

static int
setup(void **state)
{
	(void)state;
	a = arena_new(256 << 20);
	const char *socket = getenv("CONNECTOR_TEST_SOCKET");
	if (socket == NULL) {
		print_error("CONNECTOR_TEST_SOCKET is not set\n");
		return -1;
	}
	settings_defaults(&settings, a);
	settings.database_socket = str_from(socket);
	settings.database_name = STR("information_schema");
	db = db_new(&settings);
	step(db, "CREATE DATABASE IF NOT EXISTS connector_test CHARACTER SET utf8mb4 COLLATE utf8mb4_bin");
	db_free(db);
	settings.database_name = STR("connector_test");
	db = db_new(&settings);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	if (db != NULL)
		step(db, "DROP TABLE IF EXISTS io_row");
	db_free(db);
	arena_free(a);
	return 0;
}

static int
fresh_table(void **state)
{
	(void)state;
	db_rollback(db);
	step(db, "DROP TABLE IF EXISTS io_row");
	step(db, "CREATE TABLE io_row (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, n BIGINT, bytes MEDIUMBLOB, "
	         "at DATETIME(3), short VARBINARY(4), UNIQUE KEY (n))");
	return 0;
}

static void
the_session_speaks_utc_strictly_and_counts_changes(void **state)
{
	(void)state;
	static const struct sql q = { "q", SQL_GLOBAL, "", "sssis",
		"SELECT @@time_zone, @@sql_mode, @@character_set_connection, @@innodb_lock_wait_timeout, "
		"@@tx_isolation",
		NULL, NULL };
	const struct db_value *row;

	must(db_query_one(db, &q, NULL, 0, a, &row, &e));
	assert_true(str_eq(row[0].s, STR("+00:00")));
	assert_true(str_find(row[1].s, STR("STRICT_ALL_TABLES")) < row[1].s.n);
	assert_true(str_eq(row[2].s, STR("utf8mb4")));
	assert_int_equal(row[3].i, 4); /* one less than database_wait_s */
	assert_true(str_eq(row[4].s, STR("READ-COMMITTED")));
}

static void
values_come_back_as_they_went(void **state)
{
	(void)state;
	static const int64_t numbers[] = { 0, 1, -1, INT64_MAX, INT64_MIN, 9007199254740993 };
	static const int64_t times[] = { 0, 1, 999, 1000, 1700000000123, -1, -62135596800000 + 86400000 * 366LL,
		4102444800999, 253402300799999 };
	char every[256];

	for (size_t i = 0; i < sizeof every; i++)
		every[i] = (char)i;
	struct str bytes = { .p = every, .n = sizeof every };
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		must(db_run(db, &insert_one, DB_IN(DB_V_I(numbers[i]), DB_V_S(bytes), DB_V_NULL), NULL, &e));
	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
		must(db_run(db, &insert_one, DB_IN(DB_V_NULL, DB_V_S(str_from(NULL)), DB_V_T(times[i])), NULL, &e));
	struct db_rows rows;
	must(db_query(db, &select_all, NULL, 0, a, &rows, &e));
	assert_int_equal(rows.columns, 4);
	assert_int_equal(rows.n, 15);
	for (size_t i = 0; i < 6; i++) {
		assert_true(rows.v[4 * i].kind == DB_INT && rows.v[4 * i].i == numbers[i]);
		assert_true(str_eq(rows.v[4 * i + 1].s, bytes));
		assert_int_equal(rows.v[4 * i + 2].kind, DB_NULL);
	}
	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
		const struct db_value *row = rows.v + 4 * (6 + i);
		assert_int_equal(row[0].kind, DB_NULL);
		assert_true(row[1].kind == DB_BYTES && row[1].s.n == 0);
		assert_true(row[2].kind == DB_TIME);
		if (row[2].i != times[i])
			fail_msg("%lld became %lld", (long long)times[i], (long long)row[2].i);
	}
}

static void
long_columns_are_fetched_whole(void **state)
{
	(void)state;
	static const size_t lengths[] = { 255, 256, 257, 65535, 65536, 3000000 };

	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		char *p = arena_alloc(a, lengths[i]);
		for (size_t k = 0; k < lengths[i]; k++)
			p[k] = (char)(k * 31 + i);
		struct str s = { .p = p, .n = lengths[i] };
		must(db_run(db, &insert_one, DB_IN(DB_V_I((int64_t)i), DB_V_S(s), DB_V_NULL), NULL, &e));
		const struct db_value *row;
		must(db_query_one(db, &select_n, DB_IN(DB_V_I((int64_t)i)), a, &row, &e));
		assert_true(str_eq(row[0].s, s));
	}
	/* All in one result, short and long in turn. */
	struct db_rows rows;
	must(db_query(db, &select_all, NULL, 0, a, &rows, &e));
	for (size_t i = 0; i < rows.n; i++)
		assert_int_equal(rows.v[4 * i + 1].s.n, lengths[i]);
}

static void
many_rows_go_in_groups(void **state)
{
	(void)state;
	static const size_t counts[] = { 0, 1, 7, 8, 9, 64, 65, 73, 200 };
	int64_t base = 0;

	for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
		struct db_value *v = arena_array(a, counts[c] * 2, sizeof *v);
		int64_t changed = -1;
		for (size_t i = 0; i < counts[c]; i++) {
			v[2 * i] = DB_V_I(base + (int64_t)i);
			v[2 * i + 1] = DB_V_S(STR("x"));
		}
		must(db_run_rows(db, &insert_rows, v, counts[c], &changed, &e));
		assert_int_equal(changed, counts[c]);
		/* Again: nothing changes. */
		must(db_run_rows(db, &insert_rows, v, counts[c], &changed, &e));
		assert_int_equal(changed, 0);
		base += (int64_t)counts[c];
	}
	struct db_rows rows;
	must(db_query(db, &select_all, NULL, 0, a, &rows, &e));
	assert_int_equal(rows.n, base);
	for (size_t i = 0; i < rows.n; i++)
		assert_int_equal(rows.v[4 * i].i, i);
}

static void
an_update_that_changes_nothing_counts_nothing(void **state)
{
	(void)state;
	int64_t changed;

	must(db_run(db, &insert_one, DB_IN(DB_V_I(1), DB_V_S(STR("")), DB_V_NULL), &changed, &e));
	assert_int_equal(changed, 1);
	assert_true(db_last_id(db) > 0);
	must(db_run(db, &update_n, DB_IN(DB_V_I(1), DB_V_I(1)), &changed, &e));
	assert_int_equal(changed, 0);
	must(db_run(db, &update_n, DB_IN(DB_V_I(2), DB_V_I(1)), &changed, &e));
	assert_int_equal(changed, 1);
}

static void
a_taken_key_is_exists_and_its_value_is_not_told(void **state)
{
	(void)state;
	static const struct sql unique = { "unique", SQL_GLOBAL, "s", "", "INSERT INTO io_row (n) VALUES (?)", NULL,
		NULL };

	must(db_run(db, &unique, DB_IN(DB_V_S(STR("424242"))), NULL, &e));
	assert_false(db_run(db, &unique, DB_IN(DB_V_S(STR("424242"))), NULL, &e));
	assert_int_equal(e.code, ERR_EXISTS);
	assert_null(strstr(e.text, "424242"));
	const struct db_value *row;
	assert_false(db_query_one(db, &select_n, DB_IN(DB_V_I(5)), a, &row, &e));
	assert_int_equal(e.code, ERR_NOT_FOUND);
}

/* F-127: strict mode refuses what does not fit; nothing is cut. */
static void
a_value_too_long_is_refused_and_not_told(void **state)
{
	(void)state;
	static const struct sql q = { "q", SQL_GLOBAL, "s", "", "INSERT INTO io_row (short) VALUES (?)", NULL, NULL };

	must(db_run(db, &q, DB_IN(DB_V_S(STR("1234"))), NULL, &e));
	assert_false(db_run(db, &q, DB_IN(DB_V_S(STR("person"))), NULL, &e));
	assert_int_equal(e.code, ERR_FAULT);
	assert_null(strstr(e.text, "person"));
}

static void
a_rollback_undoes_and_a_commit_keeps(void **state)
{
	(void)state;
	struct db_rows rows;

	must(db_begin(db, &e));
	assert_true(db_in_transaction(db));
	must(db_run(db, &insert_one, DB_IN(DB_V_I(1), DB_V_NULL, DB_V_NULL), NULL, &e));
	db_rollback(db);
	assert_false(db_in_transaction(db));
	must(db_begin(db, &e));
	must(db_run(db, &insert_one, DB_IN(DB_V_I(2), DB_V_NULL, DB_V_NULL), NULL, &e));
	must(db_commit(db, &e));
	db_rollback(db);
	must(db_query(db, &select_all, NULL, 0, a, &rows, &e));
	assert_int_equal(rows.n, 1);
	assert_int_equal(rows.v[0].i, 2);
}

/* F-123: the server undoes only the statement of a lock wait; here the whole transaction goes. */
static void
a_lock_wait_is_a_conflict_and_ends_the_transaction(void **state)
{
	(void)state;
	struct db *other = db_new(&settings);
	struct db_rows rows;

	must(db_run(db, &insert_one, DB_IN(DB_V_I(1), DB_V_NULL, DB_V_NULL), NULL, &e));
	must(db_begin(other, &e));
	must(db_query(other, &select_locked, DB_IN(DB_V_I(1)), a, &rows, &e));
	step(db, "SET SESSION innodb_lock_wait_timeout = 1");
	must(db_begin(db, &e));
	must(db_run(db, &insert_one, DB_IN(DB_V_I(2), DB_V_NULL, DB_V_NULL), NULL, &e));
	assert_false(db_run(db, &update_n, DB_IN(DB_V_I(9), DB_V_I(1)), NULL, &e));
	assert_int_equal(e.code, ERR_CONFLICT);
	/* Nothing more is written until the caller has seen it. */
	assert_false(db_run(db, &insert_one, DB_IN(DB_V_I(3), DB_V_NULL, DB_V_NULL), NULL, &e));
	assert_int_equal(e.code, ERR_CONFLICT);
	assert_false(db_commit(db, &e));
	assert_int_equal(e.code, ERR_CONFLICT);
	db_rollback(other);
	must(db_query(db, &select_all, NULL, 0, a, &rows, &e));
	assert_int_equal(rows.n, 1);
	db_free(other);
}

static int64_t
connection_id(struct db *of)
{
	const struct db_value *row;

	must(db_query_one(of, &own_id, NULL, 0, a, &row, &e));
	return row[0].i;
}

static void
kill_connection(int64_t id)
{
	struct db *killer = db_new(&settings);

	must(db_run(killer, &kill_id, DB_IN(DB_V_I(id)), NULL, &e));
	db_free(killer);
	/* The killed side is gone when the server no longer lists it. */
	static const struct sql q = { "q", SQL_GLOBAL, "i", "i",
		"SELECT COUNT(*) FROM information_schema.processlist WHERE id = ?", NULL, NULL };
	struct db *watcher = db_new(&settings);
	const struct db_value *row;
	do {
		must(db_query_one(watcher, &q, DB_IN(DB_V_I(id)), a, &row, &e));
	} while (row[0].i != 0);
	db_free(watcher);
}

/* F-121: no silent reconnect keeps half a session; ours prepares everything anew. */
static void
an_idle_connection_that_was_closed_is_made_anew(void **state)
{
	(void)state;
	struct db_rows rows;

	must(db_query(db, &select_all, NULL, 0, a, &rows, &e));
	int64_t id = connection_id(db);
	kill_connection(id);
	must(db_query(db, &select_all, NULL, 0, a, &rows, &e));
	assert_int_not_equal(connection_id(db), id);
}

static void
a_transaction_on_a_lost_connection_is_over(void **state)
{
	(void)state;
	struct db_rows rows;

	must(db_begin(db, &e));
	must(db_run(db, &insert_one, DB_IN(DB_V_I(1), DB_V_NULL, DB_V_NULL), NULL, &e));
	kill_connection(connection_id(db));
	assert_false(db_run(db, &insert_one, DB_IN(DB_V_I(2), DB_V_NULL, DB_V_NULL), NULL, &e));
	assert_int_equal(e.code, ERR_DB);
	assert_false(db_run(db, &insert_one, DB_IN(DB_V_I(3), DB_V_NULL, DB_V_NULL), NULL, &e));
	assert_int_equal(e.code, ERR_CONFLICT);
	db_rollback(db);
	must(db_query(db, &select_all, NULL, 0, a, &rows, &e));
	assert_int_equal(rows.n, 0);
}

/* F-119: without an answer to COMMIT nobody knows. */
static void
a_commit_without_an_answer_is_a_timeout(void **state)
{
	(void)state;
	must(db_begin(db, &e));
	must(db_run(db, &insert_one, DB_IN(DB_V_I(1), DB_V_NULL, DB_V_NULL), NULL, &e));
	kill_connection(connection_id(db));
	assert_false(db_commit(db, &e));
	assert_int_equal(e.code, ERR_TIMEOUT);
	assert_false(db_in_transaction(db));
	must(db_ping(db, &e));
}

static void
a_server_that_is_away_is_told_at_once(void **state)
{
	(void)state;
	struct settings s = settings;
	int64_t before = clock_mono_ms();

	s.database_socket = STR("/tmp/no-such-socket");
	struct db *away = db_new(&s);
	assert_false(db_ping(away, &e));
	assert_int_equal(e.code, ERR_DB);
	assert_false(db_begin(away, &e));
	assert_true(clock_mono_ms() - before < 4000);
	db_free(away);
	s.database_socket = STR("");
	away = db_new(&s);
	assert_false(db_ping(away, &e));
	db_free(away);
}

static void
wrong_letters_are_found_before_anything_runs(void **state)
{
	(void)state;
	unsigned number;
	static const struct sql wrong[] = {
		{ "fine", SQL_GLOBAL, "i", "s", "SELECT bytes FROM io_row WHERE n = ?", NULL, NULL },
		{ "too_few_in", SQL_GLOBAL, "", "s", "SELECT bytes FROM io_row WHERE n = ?", NULL, NULL },
		{ "too_many_out", SQL_GLOBAL, "i", "ss", "SELECT bytes FROM io_row WHERE n = ?", NULL, NULL },
		{ "no_such_column", SQL_GLOBAL, "", "s", "SELECT nothing FROM io_row", NULL, NULL },
		{ "rows", SQL_GLOBAL, "i", "", "INSERT INTO io_row (n) VALUES", "(?)", "" },
	};

	must(db_check(db, &wrong[0], 1, &e));
	must(db_check(db, &wrong[4], 1, &e));
	assert_false(db_check(db, wrong, 5, &e));
	assert_non_null(strstr(e.text, "3 statements"));
	assert_int_equal(e.code, ERR_FAULT);
	assert_non_null(strstr(e.text, "too_few_in: 0 letters in, the statement has 1 parameters"));
	assert_non_null(strstr(e.text, "too_many_out"));
	assert_non_null(strstr(e.text, "no_such_column"));
	/* A full disk is no defect of a statement. */
	assert_false(db_migrate_step(db, STR("SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1021"), &number, &e));
	assert_int_equal(e.code, ERR_DB);
}

static void
a_number_that_does_not_fit_is_an_error_not_another_number(void **state)
{
	(void)state;
	static const struct sql big = { "big", SQL_GLOBAL, "", "i", "SELECT CAST(18446744073709551615 AS UNSIGNED)",
		NULL, NULL };
	const struct db_value *row;

	assert_false(db_query_one(db, &big, NULL, 0, a, &row, &e));
	assert_int_equal(e.code, ERR_FAULT);
	/* The connection is not left in the middle of a result. */
	(void)connection_id(db);
}

static void
several_statements_in_one_text_are_refused(void **state)
{
	(void)state;
	unsigned number = 0;

	assert_false(db_migrate_step(db, STR("SELECT 1; SELECT 2"), &number, &e));
	assert_int_equal(number, 1064);
	must(db_migrate_step(db, STR("SELECT n FROM io_row"), &number, &e));
	assert_int_equal(number, 0);
	assert_false(db_migrate_step(db, STR("CREATE TABLE io_row (id INT)"), &number, &e));
	assert_int_equal(number, 1050);
	(void)connection_id(db);
}

/* A VARBINARY or BLOB parameter that is no UTF-8, and a text one, find the same bytes by index. */
static void
bytes_are_compared_as_bytes(void **state)
{
	(void)state;
	static const struct sql put = { "put", SQL_GLOBAL, "s", "", "INSERT INTO io_row (short) VALUES (?)", NULL,
		NULL };
	static const struct sql count = { "count", SQL_GLOBAL, "s", "i", "SELECT COUNT(*) FROM io_row WHERE short = ?",
		NULL, NULL };
	static const struct str keys[] = { { "abc", 3 }, { "ABC", 3 }, { "abc ", 4 }, { "\xff\xfe\x00\x01", 4 },
		{ "\xc3", 1 } };

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		must(db_run(db, &put, DB_IN(DB_V_S(keys[i])), NULL, &e));
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		const struct db_value *row;
		must(db_query_one(db, &count, DB_IN(DB_V_S(keys[i])), a, &row, &e));
		assert_int_equal(row[0].i, 1);
	}
}

/* F-129: the server cannot make us send a file. */
static void
no_file_of_ours_is_sent_to_the_server(void **state)
{
	(void)state;
	unsigned number = 0;

	assert_false(
	    db_migrate_step(db, STR("LOAD DATA LOCAL INFILE '/etc/hostname' INTO TABLE io_row (bytes)"), &number, &e));
	assert_int_not_equal(number, 0);
	db_rollback(db);
	(void)connection_id(db);
}

/* A server on 127.0.0.1 that greets without TLS, if at all, and counts what it is told; the count is its exit code. */
static pid_t
fake_server(bool greets, int64_t *port)
{
	static const char greeting[] = "\x4a\0\0\0\x0a"
	                               "5.5.5-10.11.0-fake\0"
	                               "\1\0\0\0"
	                               "abcdefgh\0"
	                               "\xfe\xf7"
	                               "\x2d\2\0"
	                               "\xff\x81"
	                               "\x15"
	                               "\0\0\0\0\0\0\0\0\0\0"
	                               "ijklmnopqrst\0"
	                               "mysql_native_password";
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof at;
	char heard[1000];
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (const struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
	*port = ntohs(at.sin_port);
	pid_t child = fork();
	if (child == 0) {
		int client = accept(fd, NULL, NULL);
		if (greets && write(client, greeting, sizeof greeting) < 0)
			_exit(99);
		ssize_t n = read(client, heard, sizeof heard);
		_exit(n > 90 ? 90 : n < 0 ? 99 : (int)n);
	}
	(void)close(fd);
	return child;
}

/* F-130: over a network there is TLS or nothing; the user's name and password are not said without it. */
static void
over_a_network_nothing_is_said_without_tls(void **state)
{
	(void)state;
	struct settings s = settings;
	int status = 0;

	s.database_host = STR("127.0.0.1");
	s.database_user = STR("canary");
	s.database_password = secret_copy(a, STR("canary"));
	pid_t server = fake_server(true, &s.database_port);
	struct db *remote = db_new(&s);
	assert_false(db_ping(remote, &e));
	assert_int_equal(e.code, ERR_DB);
	assert_non_null(strstr(e.text, "SSL"));
	db_free(remote);
	assert_int_equal(waitpid(server, &status, 0), server);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* F-122: the library would wait for ever. */
static void
a_server_that_never_greets_is_left(void **state)
{
	(void)state;
	struct settings s = settings;
	int status = 0;

	s.database_host = STR("127.0.0.1");
	s.database_connect_s = 1;
	pid_t server = fake_server(false, &s.database_port);
	struct db *remote = db_new(&s);
	assert_false(db_ping(remote, &e));
	assert_int_equal(e.code, ERR_DB);
	db_free(remote);
	assert_int_equal(waitpid(server, &status, 0), server);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_session_speaks_utc_strictly_and_counts_changes, fresh_table),
		cmocka_unit_test_setup(values_come_back_as_they_went, fresh_table),
		cmocka_unit_test_setup(long_columns_are_fetched_whole, fresh_table),
		cmocka_unit_test_setup(many_rows_go_in_groups, fresh_table),
		cmocka_unit_test_setup(an_update_that_changes_nothing_counts_nothing, fresh_table),
		cmocka_unit_test_setup(a_taken_key_is_exists_and_its_value_is_not_told, fresh_table),
		cmocka_unit_test_setup(a_value_too_long_is_refused_and_not_told, fresh_table),
		cmocka_unit_test_setup(a_rollback_undoes_and_a_commit_keeps, fresh_table),
		cmocka_unit_test_setup(a_lock_wait_is_a_conflict_and_ends_the_transaction, fresh_table),
		cmocka_unit_test_setup(an_idle_connection_that_was_closed_is_made_anew, fresh_table),
		cmocka_unit_test_setup(a_transaction_on_a_lost_connection_is_over, fresh_table),
		cmocka_unit_test_setup(a_commit_without_an_answer_is_a_timeout, fresh_table),
		cmocka_unit_test_setup(a_server_that_is_away_is_told_at_once, fresh_table),
		cmocka_unit_test_setup(wrong_letters_are_found_before_anything_runs, fresh_table),
		cmocka_unit_test_setup(a_number_that_does_not_fit_is_an_error_not_another_number, fresh_table),
		cmocka_unit_test_setup(several_statements_in_one_text_are_refused, fresh_table),
		cmocka_unit_test_setup(bytes_are_compared_as_bytes, fresh_table),
		cmocka_unit_test_setup(no_file_of_ours_is_sent_to_the_server, fresh_table),
		cmocka_unit_test(over_a_network_nothing_is_said_without_tls),
		cmocka_unit_test(a_server_that_never_greets_is_left),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
