#include "io/db.h"

#include <assert.h>
#include <errno.h>
#include <mariadb/errmsg.h>
#include <mariadb/mysql.h>
#include <mariadb/mysqld_error.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/secret.h"

#define CONNECT_TIMEOUT_S 5
#define READ_TIMEOUT_S    10
#define WRITE_TIMEOUT_S   10
/* A text column is first fetched into this much room, then again with its real length. */
#define COLUMN_ROOM 256
#define BUCKETS     256

/* Many rows are sent as groups of these sizes, each prepared on first use. */
static const size_t group_sizes[] = { 64, 8, 1 };

/* One bound column or parameter. */
struct cell {
	long long i;
	MYSQL_TIME time;
	unsigned long length;
	my_bool is_null, error;
	char room[COLUMN_ROOM];
};

/* A statement as it is prepared on the present connection. */
struct prepared {
	struct prepared *next;
	const struct sql *q;
	size_t k; /* rows in it; 0 when it is no row statement */
	MYSQL_STMT *stmt;
	size_t n_in, n_out;
	MYSQL_BIND *in, *out;
	struct cell *cells_in, *cells_out;
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
	MYSQL *my; /* NULL while not connected */
	struct prepared *buckets[BUCKETS];
	enum transaction tx;
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
	return db;
}

static void
prepared_free(struct prepared *p)
{
	if (p->stmt != NULL)
		(void)mysql_stmt_close(p->stmt);
	free(p->in);
	free(p->out);
	free(p->cells_in);
	free(p->cells_out);
	free(p);
}

/* Forgets the connection and all that was prepared on it. */
static void
disconnect(struct db *db)
{
	for (size_t b = 0; b < BUCKETS; b++) {
		while (db->buckets[b] != NULL) {
			struct prepared *p = db->buckets[b];
			db->buckets[b] = p->next;
			prepared_free(p);
		}
	}
	if (db->my != NULL)
		mysql_close(db->my);
	db->my = NULL;
	if (db->tx == TX_OPEN)
		db->tx = TX_BROKEN;
}

void
db_free(struct db *db)
{
	if (db == NULL)
		return;
	disconnect(db);
	arena_free(db->memory);
}

static bool
is_lost(unsigned number)
{
	switch (number) {
	case CR_SERVER_GONE_ERROR:
	case CR_SERVER_LOST:
	case CR_SERVER_LOST_EXTENDED:
	case CR_COMMANDS_OUT_OF_SYNC:
	case CR_MALFORMED_PACKET:
	case CR_CONN_HOST_ERROR:
	case CR_CONNECTION_ERROR:
	case ER_SERVER_SHUTDOWN:
	case ER_CONNECTION_KILLED:
		return true;
	default:
		return number == 0;
	}
}

/*
 * Turns a failure into *e and does what it means for the connection.  A lock wait that timed out undoes
 * only its statement at the server, so the whole transaction is rolled back here.
 */
static bool
failed(struct db *db, const char *what, unsigned number, const char *text, struct err *e)
{
	switch (number) {
	case ER_DUP_ENTRY:
		/* The server's text repeats the value, which may be a person's. */
		return err_set(e, ERR_EXISTS, "%s: a unique key is taken", what);
	case ER_LOCK_WAIT_TIMEOUT:
	case ER_LOCK_DEADLOCK:
	case ER_CHECKREAD:
		(void)err_set(e, ERR_CONFLICT, "%s: database error %u: %s", what, number, text);
		if (db->tx == TX_OPEN) {
			db->tx = TX_BROKEN;
			if (mysql_rollback(db->my) != 0)
				disconnect(db);
		}
		return false;
	case ER_DATA_TOO_LONG:
	case ER_TRUNCATED_WRONG_VALUE_FOR_FIELD:
	case ER_TRUNCATED_WRONG_VALUE:
		return err_set(e, ERR_DB, "%s: database error %u: a value does not fit its column", what, number);
	default:
		break;
	}
	(void)err_set(e, ERR_DB, "%s: database error %u: %s", what, number, text);
	if (is_lost(number))
		disconnect(db);
	return false;
}

static bool
failed_connection(struct db *db, const char *what, struct err *e)
{
	return failed(db, what, mysql_errno(db->my), mysql_error(db->my), e);
}

static bool
failed_statement(struct db *db, const struct prepared *p, struct err *e)
{
	unsigned number = mysql_stmt_errno(p->stmt);
	char text[300];

	/* Copied: a lost connection frees the statement and with it the text. */
	(void)snprintf(text, sizeof text, "%s", mysql_stmt_error(p->stmt));
	(void)mysql_stmt_free_result(p->stmt);
	return failed(db, p->q->name, number, text, e);
}

/* The settings of a session, and the proof that strict mode is on. */
static bool
session(struct db *db, struct err *e)
{
	static const char *const settings[] = {
		"SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
		"SET SESSION time_zone = '+00:00', innodb_lock_wait_timeout = 5, autocommit = 1, "
		"sql_mode = "
		"'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
		"SELECT @@SESSION.sql_mode LIKE '%STRICT_ALL_TABLES%' AND @@SESSION.time_zone = '+00:00' "
		"AND @@SESSION.autocommit = 1",
	};

	for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
		if (mysql_real_query(db->my, settings[i], strlen(settings[i])) != 0)
			return failed_connection(db, "session", e);
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
	unsigned connect_s = CONNECT_TIMEOUT_S, read_s = READ_TIMEOUT_S, write_s = WRITE_TIMEOUT_S, off = 0;
	my_bool no = 0, yes = 1;

	/* All of these are "for ever" or "on" by default (F-121, F-122, F-129). */
	(void)mysql_options(my, MYSQL_OPT_CONNECT_TIMEOUT, &connect_s);
	(void)mysql_options(my, MYSQL_OPT_READ_TIMEOUT, &read_s);
	(void)mysql_options(my, MYSQL_OPT_WRITE_TIMEOUT, &write_s);
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
	db->my = mysql_init(NULL);
	if (db->my == NULL)
		return err_set(e, ERR_DB, "no memory for a database connection");
	set_options(db, db->my);
	/* Flags 0: no multi statements; changed rows are counted, not found ones. */
	if (mysql_real_connect(db->my, db->host, db->user, password.p, db->name, db->port,
	        db->host == NULL ? db->socket : NULL, 0) == NULL) {
		(void)failed_connection(db, "connect", e);
		disconnect(db);
		return false;
	}
	if (!session(db, e)) {
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

/* text + row, row, ... + tail */
static struct str
expand(struct arena *a, const struct sql *q, size_t k)
{
	if (k == 0)
		return str_from(q->text);
	struct str text = str_from(q->text), row = str_from(q->row), tail = str_from(q->tail);
	char *p = arena_alloc(a, text.n + k * (row.n + 2) + tail.n + 2);
	size_t n = 0;
	memcpy(p, text.p, text.n);
	n += text.n;
	for (size_t i = 0; i < k; i++) {
		memcpy(p + n, i == 0 ? " " : ", ", i == 0 ? 1 : 2);
		n += i == 0 ? 1 : 2;
		memcpy(p + n, row.p, row.n);
		n += row.n;
	}
	p[n++] = ' ';
	if (tail.n > 0)
		memcpy(p + n, tail.p, tail.n);
	return (struct str){ .p = p, .n = n + tail.n };
}

static void *
zeroed(size_t n, size_t size)
{
	void *p = calloc(n == 0 ? 1 : n, size);

	if (p == NULL)
		abort();
	return p;
}

/* Binds a column or parameter by its letter. */
static void
bind(MYSQL_BIND *b, struct cell *c, char letter)
{
	b->length = &c->length;
	b->is_null = &c->is_null;
	b->error = &c->error;
	switch (letter) {
	case 'i':
		b->buffer_type = MYSQL_TYPE_LONGLONG;
		b->buffer = &c->i;
		b->buffer_length = sizeof c->i;
		break;
	case 't':
		b->buffer_type = MYSQL_TYPE_DATETIME;
		b->buffer = &c->time;
		b->buffer_length = sizeof c->time;
		break;
	default:
		assert(letter == 's');
		b->buffer_type = MYSQL_TYPE_STRING;
		b->buffer = c->room;
		b->buffer_length = sizeof c->room;
		break;
	}
}

/* The server's own counts must be those of the letters. */
static bool
check_counts(struct db *db, struct prepared *p, struct err *e)
{
	size_t in = mysql_stmt_param_count(p->stmt), out = mysql_stmt_field_count(p->stmt);

	if (in != p->n_in)
		return err_set(e, ERR_DB, "%s: %zu letters in, the statement has %zu parameters", p->q->name, p->n_in,
		    in);
	if (out != p->n_out)
		return err_set(e, ERR_DB, "%s: %zu letters out, the statement has %zu columns", p->q->name, p->n_out,
		    out);
	for (size_t i = 0; i < p->n_in; i++)
		bind(&p->in[i], &p->cells_in[i], p->q->in[i % strlen(p->q->in)]);
	for (size_t i = 0; i < p->n_out; i++)
		bind(&p->out[i], &p->cells_out[i], p->q->out[i]);
	if (p->n_out > 0 && mysql_stmt_bind_result(p->stmt, p->out) != 0)
		return failed_statement(db, p, e);
	return true;
}

static size_t
bucket_of(const struct sql *q, size_t k)
{
	uint64_t h = ((uint64_t)(uintptr_t)q + k) * 0x9e3779b97f4a7c15U;

	return (size_t)(h >> 32) % BUCKETS;
}

static struct prepared *
prepare_new(struct db *db, const struct sql *q, size_t k, struct err *e)
{
	struct prepared *p = zeroed(1, sizeof *p);
	struct arena *a = arena_new((size_t)1024 * 1024);
	struct str text = expand(a, q, k);

	p->q = q;
	p->k = k;
	p->n_in = strlen(q->in == NULL ? "" : q->in) * (k == 0 ? 1 : k);
	p->n_out = strlen(q->out == NULL ? "" : q->out);
	p->in = zeroed(p->n_in, sizeof *p->in);
	p->cells_in = zeroed(p->n_in, sizeof *p->cells_in);
	p->out = zeroed(p->n_out, sizeof *p->out);
	p->cells_out = zeroed(p->n_out, sizeof *p->cells_out);
	p->stmt = mysql_stmt_init(db->my);
	if (p->stmt == NULL)
		abort();
	bool ok = mysql_stmt_prepare(p->stmt, text.p, text.n) == 0;
	arena_free(a);
	if (ok && check_counts(db, p, e))
		return p;
	if (!ok) {
		unsigned number = mysql_stmt_errno(p->stmt);
		char why[300];
		(void)snprintf(why, sizeof why, "%s", mysql_stmt_error(p->stmt));
		prepared_free(p);
		(void)failed(db, q->name, number, why, e);
		return NULL;
	}
	prepared_free(p);
	return NULL;
}

static struct prepared *
prepare(struct db *db, const struct sql *q, size_t k, struct err *e)
{
	size_t b = bucket_of(q, k);

	for (struct prepared *p = db->buckets[b]; p != NULL; p = p->next)
		if (p->q == q && p->k == k)
			return p;
	struct prepared *p = prepare_new(db, q, k, e);
	if (p != NULL) {
		p->next = db->buckets[b];
		db->buckets[b] = p;
	}
	return p;
}

static void
put_time(MYSQL_TIME *t, int64_t ms)
{
	int64_t rest = ms % 1000;
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;

	if (rest < 0) {
		rest += 1000;
		seconds--;
	}
	memset(t, 0, sizeof *t);
	if (gmtime_r(&seconds, &tm) == NULL)
		return;
	t->year = (unsigned)(tm.tm_year + 1900);
	t->month = (unsigned)tm.tm_mon + 1;
	t->day = (unsigned)tm.tm_mday;
	t->hour = (unsigned)tm.tm_hour;
	t->minute = (unsigned)tm.tm_min;
	t->second = (unsigned)tm.tm_sec;
	t->second_part = (unsigned long)rest * 1000;
	t->time_type = MYSQL_TIMESTAMP_DATETIME;
}

static int64_t
get_time(const MYSQL_TIME *t)
{
	struct tm tm = {
		.tm_year = (int)t->year - 1900,
		.tm_mon = (int)t->month - 1,
		.tm_mday = (int)t->day,
		.tm_hour = (int)t->hour,
		.tm_min = (int)t->minute,
		.tm_sec = (int)t->second,
	};

	return (int64_t)timegm(&tm) * 1000 + (int64_t)(t->second_part / 1000);
}

static void
put_value(MYSQL_BIND *b, struct cell *c, const struct db_value *v, char letter)
{
	c->is_null = v->kind == DB_NULL;
	switch (v->kind) {
	case DB_NULL:
		break;
	case DB_INT:
		assert(letter == 'i');
		c->i = v->i;
		break;
	case DB_TIME:
		assert(letter == 't');
		put_time(&c->time, v->i);
		break;
	case DB_BYTES:
		assert(letter == 's');
		c->length = (unsigned long)v->s.n;
		b->buffer_length = c->length;
		/* Parameters are only read; the client's field is not const. */
		b->buffer = v->s.p == NULL ? c->room : (void *)(uintptr_t)v->s.p;
		break;
	}
}

static bool
execute(struct db *db, struct prepared *p, const struct db_value *in, struct err *e)
{
	for (size_t i = 0; i < p->n_in; i++)
		put_value(&p->in[i], &p->cells_in[i], &in[i], p->q->in[i % strlen(p->q->in)]);
	if (p->n_in > 0 && mysql_stmt_bind_param(p->stmt, p->in) != 0)
		return failed_statement(db, p, e);
	if (mysql_stmt_execute(p->stmt) != 0)
		return failed_statement(db, p, e);
	return true;
}

/* Runs one prepared group and adds what it changed. */
static bool
run_group(struct db *db, const struct sql *q, size_t k, const struct db_value *in, int64_t *changed, struct err *e)
{
	struct prepared *p = prepare(db, q, k, e);

	if (p == NULL)
		return false;
	assert(p->n_out == 0);
	if (!execute(db, p, in, e))
		return false;
	*changed += (int64_t)mysql_stmt_affected_rows(p->stmt);
	db->last_id = (int64_t)mysql_stmt_insert_id(p->stmt);
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

/* A text column whole: from the room, or asked for again with its real length. */
static bool
get_bytes(struct prepared *p, unsigned column, struct arena *a, struct str *out)
{
	struct cell *c = &p->cells_out[column];
	size_t n = (size_t)c->length;
	char *text = arena_alloc(a, n + 1);

	*out = (struct str){ .p = text, .n = n };
	if (n <= sizeof c->room) {
		memcpy(text, c->room, n);
		return true;
	}
	unsigned long length = 0;
	my_bool is_null = 0, error = 0;
	MYSQL_BIND b;
	memset(&b, 0, sizeof b);
	b.buffer_type = MYSQL_TYPE_STRING;
	b.buffer = text;
	b.buffer_length = (unsigned long)n;
	b.length = &length;
	b.is_null = &is_null;
	b.error = &error;
	return mysql_stmt_fetch_column(p->stmt, &b, column, 0) == 0 && length == n;
}

static bool
get_row(struct prepared *p, struct arena *a, struct db_value *row, struct err *e)
{
	for (unsigned i = 0; i < p->n_out; i++) {
		const struct cell *c = &p->cells_out[i];
		char letter = p->q->out[i];
		row[i] = (struct db_value){ .kind = DB_NULL };
		if (c->is_null)
			continue;
		if (letter != 's' && c->error)
			return err_set(e, ERR_DB, "%s: column %u does not fit its letter", p->q->name, i + 1);
		switch (letter) {
		case 'i':
			row[i] = DB_V_I(c->i);
			break;
		case 't':
			row[i] = DB_V_T(get_time(&c->time));
			break;
		default:
			row[i].kind = DB_BYTES;
			if (!get_bytes(p, i, a, &row[i].s))
				return err_set(e, ERR_DB, "%s: column %u could not be fetched", p->q->name, i + 1);
			break;
		}
	}
	return true;
}

/* Reads all rows: a result left half read would block the connection. */
static bool
fetch(struct db *db, struct prepared *p, struct arena *a, struct db_rows *out, struct err *e)
{
	struct db_value *v = NULL;
	size_t n = 0, cap = 0;
	int rc;

	while ((rc = mysql_stmt_fetch(p->stmt)) == 0 || rc == MYSQL_DATA_TRUNCATED) {
		if (n == cap) {
			size_t bigger = cap == 0 ? 4 : cap * 2;
			struct db_value *more = arena_array(a, bigger * p->n_out, sizeof *more);
			if (n > 0)
				memcpy(more, v, n * p->n_out * sizeof *more);
			v = more;
			cap = bigger;
		}
		if (!get_row(p, a, v + n * p->n_out, e)) {
			(void)mysql_stmt_free_result(p->stmt);
			return false;
		}
		n++;
	}
	if (rc != MYSQL_NO_DATA)
		return failed_statement(db, p, e);
	(void)mysql_stmt_free_result(p->stmt);
	*out = (struct db_rows){ .n = n, .columns = p->n_out, .v = v };
	return true;
}

bool
db_query(struct db *db, const struct sql *q, const struct db_value *in, size_t n, struct arena *a, struct db_rows *out,
    struct err *e)
{
	assert(q->row == NULL && n == strlen(q->in == NULL ? "" : q->in));
	if (!ready(db, e))
		return false;
	struct prepared *p = prepare(db, q, 0, e);
	if (p == NULL)
		return false;
	assert(p->n_out > 0);
	return execute(db, p, in, e) && fetch(db, p, a, out, e);
}

bool
db_query_one(struct db *db, const struct sql *q, const struct db_value *in, size_t n, struct arena *a,
    const struct db_value **row, struct err *e)
{
	struct db_rows rows;

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
	bool ok = mysql_commit(db->my) == 0;
	if (!ok) {
		bool lost = is_lost(mysql_errno(db->my));
		(void)failed_connection(db, "commit", e);
		/* The server may have done it before it went away (F-119). */
		if (lost)
			e->code = ERR_TIMEOUT;
		else
			db_rollback(db);
	}
	db->tx = TX_NONE;
	return ok;
}

void
db_rollback(struct db *db)
{
	if (db->tx == TX_OPEN && mysql_rollback(db->my) != 0)
		disconnect(db);
	db->tx = TX_NONE;
}

bool
db_in_transaction(const struct db *db)
{
	return db->tx != TX_NONE;
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
	return faults == 0 || err_set(e, ERR_DB, "%zu statements: %s", faults, all);
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
