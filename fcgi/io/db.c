#include "io/db_statement.h"

#include <assert.h>
#include <mariadb/errmsg.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "io/db_number.h"

#define BUCKETS 256
/* A failure that took this long was a server that hangs; then nobody connects for the latter. */
#define HANGS_MS 500
#define REST_MS  1000
/* A webhook leaves in one piece: of two the server would wake twice. */
#define SEND_BUFFER (64UL * 1024)

/* Many rows are sent as groups of these sizes, each prepared on first use. */
static const size_t group_sizes[] = { 64, 16, 8, 4, 2, 1 };

/* A statement that is prepared on the present connection. */
struct kept {
	struct kept *next;
	struct db_statement *st;
};

enum transaction {
	TX_NONE,
	TX_OPEN,
	TX_BROKEN /* rolled back by a conflict or a lost connection, and not yet ended by the caller */
};

struct db {
	struct arena *memory; /* holds what db_new() copied */
	const char *socket, *host, *name, *user, *ca_file;
	struct secret password;
	unsigned port;
	int64_t connect_s, wait_s, lock_wait_s, idle_s;
	int64_t began_ms, rest_until_ms; /* monotonic */
	MYSQL *my; /* NULL while not connected */
	struct kept *buckets[BUCKETS];
	enum transaction tx;
	bool collided;
	int64_t last_id;
};

static const char *
or_null(struct arena *a, struct str s)
{
	return s.n == 0 ? NULL : str_c(a, s);
}

static const char *
system_user(struct arena *a)
{
	char text[1024];
	struct passwd entry, *found = NULL;

	if (getpwuid_r(geteuid(), &entry, text, sizeof text, &found) != 0 || found == NULL)
		return NULL;
	return str_c(a, str_from(found->pw_name));
}

struct db *
db_new(const struct settings *s)
{
	struct arena *memory = arena_new((size_t)256 * 1024);
	struct db *db = arena_alloc(memory, sizeof *db);

	/* A connection that dies while it is written to is an error, not a signal. */
	(void)signal(SIGPIPE, SIG_IGN);
	db->memory = memory;
	db->socket = or_null(memory, s->database_socket);
	db->host = or_null(memory, s->database_host);
	db->name = or_null(memory, s->database_name);
	db->ca_file = or_null(memory, s->database_ca_file);
	db->user = s->database_user.n == 0 ? system_user(memory) : str_c(memory, s->database_user);
	db->password = secret_copy(memory, secret_reveal(&s->database_password));
	db->port = (unsigned)s->database_port;
	db->connect_s = s->database_connect_s;
	db->wait_s = s->database_wait_s;
	db->lock_wait_s = s->database_lock_wait_s;
	db->idle_s = s->lease_s;
	return db;
}

/* Forgets the connection and all that was prepared on it. */
static void
disconnect(struct db *db)
{
	for (size_t b = 0; b < BUCKETS; b++) {
		while (db->buckets[b] != NULL) {
			struct kept *kept = db->buckets[b];
			db->buckets[b] = kept->next;
			db_statement_free(kept->st);
			free(kept);
		}
	}
	if (db->my != NULL)
		mysql_close(db->my);
	db->my = NULL;
	if (db->tx == TX_OPEN)
		db->tx = TX_BROKEN;
}

void
db_set_wait(struct db *db, int64_t wait_s)
{
	assert(db->tx == TX_NONE);
	disconnect(db);
	db->wait_s = wait_s;
}

void
db_free(struct db *db)
{
	if (db == NULL)
		return;
	disconnect(db);
	arena_free(db->memory);
}

/* The connection, and with it a transaction, is over.  A server that hangs costs its deadline once, not each time. */
static void
lost(struct db *db)
{
	int64_t now = clock_mono_ms();

	if (now - db->began_ms >= HANGS_MS)
		db->rest_until_ms = now + REST_MS;
	disconnect(db);
}

/*
 * Turns a failure into *e and does what it means for the connection.  A lock wait that timed out undoes
 * only its statement at the server, so the whole transaction is rolled back here.
 */
static bool
failed(struct db *db, const char *what, unsigned number, const char *text, struct err *e)
{
	switch (db_number_means(number)) {
	case DB_MEANS_EXISTS:
		/* The server's text repeats the value, which may be a person's. */
		return err_set(e, ERR_EXISTS, "%s: a unique key is taken", what);
	case DB_MEANS_CONFLICT:
		db->collided = true;
		(void)err_set(e, ERR_CONFLICT, "%s: database error %u: %s", what, number, text);
		if (db->tx == TX_OPEN) {
			db->tx = TX_BROKEN;
			if (mysql_rollback(db->my) != 0)
				lost(db);
		}
		return false;
	case DB_MEANS_VALUE:
		return err_set(e, ERR_FAULT, "%s: database error %u: a value does not fit its column", what, number);
	case DB_MEANS_TROUBLE:
		return err_set(e, ERR_DB, "%s: database error %u: %s", what, number, text);
	case DB_MEANS_LOST:
		(void)err_set(e, ERR_DB, "%s: database error %u: %s", what, number, text);
		lost(db);
		return false;
	case DB_MEANS_FAULT:
		break;
	}
	return err_set(e, ERR_FAULT, "%s: database error %u: %s", what, number, text);
}

static bool
failed_connection(struct db *db, const char *what, struct err *e)
{
	return failed(db, what, mysql_errno(db->my), mysql_error(db->my), e);
}

static bool
failed_statement(struct db *db, const struct sql *q, const struct db_fault *f, struct err *e)
{
	return failed(db, q->name, f->number, f->text, e);
}

/* Waiting for a row ends before waiting for the answer does, so that it is known as what it is. */
static int64_t
lock_wait_s(const struct db *db)
{
	int64_t most = db->wait_s > 1 ? db->wait_s - 1 : 1;

	return db->wait_s == 0 || db->lock_wait_s < most ? db->lock_wait_s : most;
}

static bool
say(struct db *db, const char *text, struct err *e)
{
	return mysql_real_query(db->my, text, strlen(text)) == 0 || failed_connection(db, "session", e);
}

/*
 * The settings of a session, and the proof that strict mode is on.  A statement whose answer nobody waits for any more
 * is ended by the server itself; its name for that is MariaDB's (M!) or MySQL's.  A process that is stopped in the
 * midst of a transaction loses it when its leases end: what it has locked is others' work by then (MySQL has no such
 * setting; there it waits for the connection to end).
 */
static bool
session(struct db *db, struct err *e)
{
	char settings[480];

	(void)snprintf(settings, sizeof settings,
	    "SET SESSION /*M! max_statement_time = %lld, idle_transaction_timeout = %lld, */ /*!50708 "
	    "max_execution_time = %lld000, */ "
	    "time_zone = '+00:00', innodb_lock_wait_timeout = %lld, autocommit = 1, sql_mode = "
	    "'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
	    (long long)db->wait_s, (long long)db->idle_s, (long long)db->wait_s, (long long)lock_wait_s(db));
	if (!say(db, "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED", e) || !say(db, settings, e) ||
	    !say(db,
	        "SELECT @@SESSION.sql_mode LIKE '%STRICT_ALL_TABLES%' AND @@SESSION.time_zone = '+00:00' "
	        "AND @@SESSION.autocommit = 1",
	        e))
		return false;
	MYSQL_RES *result = mysql_store_result(db->my);
	if (result == NULL)
		return failed_connection(db, "session", e);
	MYSQL_ROW row = mysql_fetch_row(result);
	bool strict = row != NULL && row[0] != NULL && strcmp(row[0], "1") == 0;
	mysql_free_result(result);
	return strict || err_set(e, ERR_DB, "the database does not keep strict mode, UTC and autocommit");
}

static void
set_options(const struct db *db, MYSQL *my)
{
	unsigned connect_s = (unsigned)db->connect_s, wait_s = (unsigned)db->wait_s, off = 0;
	unsigned long buffer = SEND_BUFFER;
	my_bool no = 0, yes = 1;

	(void)mysql_options(my, MYSQL_OPT_NET_BUFFER_LENGTH, &buffer);
	/* All of these are "for ever" or "on" by default (F-121, F-122, F-129). */
	(void)mysql_options(my, MYSQL_OPT_CONNECT_TIMEOUT, &connect_s);
	(void)mysql_options(my, MYSQL_OPT_READ_TIMEOUT, &wait_s);
	(void)mysql_options(my, MYSQL_OPT_WRITE_TIMEOUT, &wait_s);
	(void)mysql_options(my, MYSQL_OPT_LOCAL_INFILE, &off);
	(void)mysql_options(my, MYSQL_OPT_RECONNECT, &no);
	(void)mysql_options(my, MYSQL_REPORT_DATA_TRUNCATION, &yes);
	(void)mysql_options(my, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	if (db->host != NULL) {
		/* Over a network nothing is said before TLS is on and the server has proven its name (F-130). */
		(void)mysql_ssl_set(my, NULL, NULL, db->ca_file, NULL, NULL);
		(void)mysql_options(my, MYSQL_OPT_SSL_ENFORCE, &yes);
		(void)mysql_options(my, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &yes);
	}
}

static bool
connect_now(struct db *db, struct err *e)
{
	struct str password = secret_reveal(&db->password);

	if (db->host == NULL && db->socket == NULL)
		return err_set(e, ERR_DB, "neither database_socket nor database_host is set");
	if (db->began_ms < db->rest_until_ms)
		return err_set(e, ERR_DB, "the database did not answer in time a moment ago");
	db->my = mysql_init(NULL);
	if (db->my == NULL)
		return err_set(e, ERR_DB, "no memory for a database connection");
	set_options(db, db->my);
	/* Flags 0: no multi statements; changed rows are counted, not found ones. */
	if (mysql_real_connect(db->my, db->host, db->user, password.p, db->name, db->port,
	        db->host == NULL ? db->socket : NULL, 0) == NULL) {
		(void)failed_connection(db, "connect", e);
		e->code = ERR_DB; /* whatever the reason is, there is no database to work with */
		disconnect(db);
		return false;
	}
	if (!session(db, e)) {
		e->code = ERR_DB;
		disconnect(db);
		return false;
	}
	return true;
}

/* An idle connection has nothing to read: if it has, the server closed it. */
static bool
is_dead(const struct db *db)
{
	struct pollfd fd = { .fd = (int)mysql_get_socket(db->my), .events = POLLIN };

	return poll(&fd, 1, 0) > 0;
}

static bool
ready(struct db *db, struct err *e)
{
	db->began_ms = clock_mono_ms();
	if (db->tx == TX_BROKEN)
		return err_set(e, ERR_CONFLICT, "the transaction is over: it was rolled back");
	if (db->my != NULL && db->tx == TX_NONE && is_dead(db)) {
		log_event(LOG_INFO, "database.reconnect", LOG_C("why", "the server closed the connection"));
		disconnect(db);
	}
	return db->my != NULL || connect_now(db, e);
}

bool
db_ping(struct db *db, struct err *e)
{
	if (!ready(db, e))
		return false;
	if (mysql_ping(db->my) != 0)
		return failed_connection(db, "ping", e);
	return true;
}

static size_t
bucket_of(const struct sql *q, size_t k)
{
	uint64_t h = ((uint64_t)(uintptr_t)q + k) * 0x9e3779b97f4a7c15U;

	return (size_t)(h >> 32) % BUCKETS;
}

static struct db_statement *
prepare(struct db *db, const struct sql *q, size_t k, struct err *e)
{
	size_t b = bucket_of(q, k);
	struct db_fault f;

	for (const struct kept *kept = db->buckets[b]; kept != NULL; kept = kept->next)
		if (db_statement_is(kept->st, q, k))
			return kept->st;
	struct db_statement *st = db_statement_new(db->my, q, k, &f);
	if (st == NULL) {
		(void)failed_statement(db, q, &f, e);
		return NULL;
	}
	struct kept *kept = calloc(1, sizeof *kept);
	if (kept == NULL)
		abort();
	*kept = (struct kept){ .next = db->buckets[b], .st = st };
	db->buckets[b] = kept;
	return st;
}

/* Runs one prepared group and adds what it changed. */
static bool
run_group(struct db *db, const struct sql *q, size_t k, const struct db_value *in, int64_t *changed, struct err *e)
{
	struct db_statement *st = prepare(db, q, k, e);
	struct db_fault f;

	if (st == NULL)
		return false;
	assert(q->out == NULL || q->out[0] == '\0');
	if (!db_statement_execute(st, in, &f))
		return failed_statement(db, q, &f, e);
	*changed += db_statement_changed(st);
	db->last_id = db_statement_last_id(st);
	return true;
}

bool
db_run(struct db *db, const struct sql *q, const struct db_value *in, size_t n, int64_t *changed, struct err *e)
{
	int64_t rows = 0;

	assert(q->row == NULL && n == strlen(q->in == NULL ? "" : q->in));
	if (!ready(db, e) || !run_group(db, q, 0, in, &rows, e))
		return false;
	if (changed != NULL)
		*changed = rows;
	return true;
}

bool
db_run_rows(struct db *db, const struct sql *q, const struct db_value *in, size_t n_rows, int64_t *changed,
    struct err *e)
{
	int64_t rows = 0;

	assert(q->row != NULL && q->in != NULL);
	size_t letters = strlen(q->in), done = 0;
	if (!ready(db, e))
		return false;
	for (size_t g = 0; g < sizeof group_sizes / sizeof group_sizes[0]; g++) {
		for (; n_rows - done >= group_sizes[g]; done += group_sizes[g])
			if (!run_group(db, q, group_sizes[g], in + done * letters, &rows, e))
				return false;
	}
	if (changed != NULL)
		*changed = rows;
	return true;
}

int64_t
db_last_id(const struct db *db)
{
	return db->last_id;
}

bool
db_query(struct db *db, const struct sql *q, const struct db_value *in, size_t n, struct arena *a, struct db_rows *out,
    struct err *e)
{
	assert(q->row == NULL && n == strlen(q->in == NULL ? "" : q->in));
	if (!ready(db, e))
		return false;
	struct db_statement *st = prepare(db, q, 0, e);
	struct db_fault f;
	if (st == NULL)
		return false;
	assert(q->out != NULL && q->out[0] != '\0');
	if (!db_statement_execute(st, in, &f) || !db_statement_fetch(st, a, out, &f))
		return failed_statement(db, q, &f, e);
	return true;
}

bool
db_query_one(struct db *db, const struct sql *q, const struct db_value *in, size_t n, struct arena *a,
    const struct db_value **row, struct err *e)
{
	struct db_rows rows = { .n = 0 };

	if (!db_query(db, q, in, n, a, &rows, e))
		return false;
	if (rows.n == 0)
		return err_set(e, ERR_NOT_FOUND, "%s: there is none", q->name);
	*row = rows.v;
	return true;
}

bool
db_begin(struct db *db, struct err *e)
{
	static const char text[] = "START TRANSACTION";

	assert(db->tx != TX_OPEN);
	db->tx = TX_NONE;
	if (!ready(db, e))
		return false;
	if (mysql_real_query(db->my, text, sizeof text - 1) != 0)
		return failed_connection(db, "begin", e);
	db->tx = TX_OPEN;
	return true;
}

bool
db_commit(struct db *db, struct err *e)
{
	assert(db->tx != TX_NONE);
	if (db->tx == TX_BROKEN) {
		db->tx = TX_NONE;
		return err_set(e, ERR_CONFLICT, "commit: the transaction is over: it was rolled back");
	}
	db->began_ms = clock_mono_ms();
	bool ok = mysql_commit(db->my) == 0;
	if (!ok) {
		(void)failed_connection(db, "commit", e);
		/* The server may have done it, before it went away or its trouble began (F-119). */
		if (e->code == ERR_DB)
			e->code = ERR_TIMEOUT;
		db_rollback(db);
	}
	db->tx = TX_NONE;
	return ok;
}

void
db_rollback(struct db *db)
{
	db->began_ms = clock_mono_ms();
	if (db->tx == TX_OPEN && mysql_rollback(db->my) != 0)
		lost(db);
	db->tx = TX_NONE;
}

void
db_cut(struct db *db)
{
	disconnect(db);
}

bool
db_in_transaction(const struct db *db)
{
	return db->tx != TX_NONE;
}

bool
db_collided(struct db *db)
{
	bool collided = db->collided;

	db->collided = false;
	return collided;
}

bool
db_check(struct db *db, const struct sql *table, size_t n, struct err *e)
{
	size_t faults = 0;
	struct err one;
	char all[sizeof e->text];
	size_t used = 0;

	all[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		if (!ready(db, e))
			return false;
		if (prepare(db, &table[i], table[i].row == NULL ? 0 : 1, &one) != NULL)
			continue;
		int added = snprintf(all + used, sizeof all - used, "%s%s", faults++ == 0 ? "" : "; ", one.text);
		if (added > 0)
			used = used + (size_t)added < sizeof all ? used + (size_t)added : sizeof all - 1;
	}
	return faults == 0 || err_set(e, ERR_FAULT, "%zu statements: %s", faults, all);
}

bool
db_migrate_step(struct db *db, struct str text, unsigned *number, struct err *e)
{
	*number = 0;
	if (!ready(db, e)) {
		*number = CR_SERVER_GONE_ERROR;
		return false;
	}
	if (mysql_real_query(db->my, text.p, text.n) != 0) {
		*number = mysql_errno(db->my);
		return failed_connection(db, "migration", e);
	}
	/* A step that selects something (a check) has rows to be read away. */
	MYSQL_RES *result = mysql_use_result(db->my);
	if (result != NULL)
		mysql_free_result(result);
	return true;
}
