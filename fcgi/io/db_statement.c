#include "io/db_statement.h"

#include <assert.h>
#include <stdarg.h>

#include "base/arena.h"

/* A text column is first fetched into this much room, then again with its real length. */
#define COLUMN_ROOM 256
/*
 * A longer parameter is bound as bytes: of a text the server decodes every character to learn how many there are, which
 * for a webhook's body costs as much as storing it.  Ids and keys are shorter and stay text, as ENUM columns want.
 */
#define TEXT_MAX            1024
#define STATEMENT_MAX_BYTES ((size_t)1024 * 1024)

/* One bound column or parameter. */
struct cell {
	long long i;
	MYSQL_TIME time;
	unsigned long length;
	my_bool is_null, error;
	char *room; /* columns only */
};

struct db_statement {
	const struct sql *q;
	size_t k; /* rows in it; 0 when it is no row statement */
	MYSQL_STMT *stmt;
	size_t n_in, n_out;
	MYSQL_BIND *in, *out;
	struct cell *cells_in, *cells_out;
	char *rooms; /* COLUMN_ROOM for each column */
};

static bool __attribute__((format(printf, 2, 3)))
fault(struct db_fault *f, const char *fmt, ...)
{
	va_list args;

	f->number = DB_FAULT_OURS;
	va_start(args, fmt);
	(void)vsnprintf(f->text, sizeof f->text, fmt, args);
	va_end(args);
	return false;
}

/* Copied at once: a lost connection frees the statement, and its text with it. */
static bool
server_fault(const struct db_statement *st, struct db_fault *f)
{
	f->number = mysql_stmt_errno(st->stmt);
	(void)snprintf(f->text, sizeof f->text, "%s", mysql_stmt_error(st->stmt));
	(void)mysql_stmt_free_result(st->stmt);
	return false;
}

static void *
zeroed(size_t n, size_t size)
{
	void *p = calloc(n == 0 ? 1 : n, size);

	if (p == NULL)
		abort();
	return p;
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

/* Binds a column or parameter by its letter. */
static void
bind_cell(MYSQL_BIND *b, struct cell *c, char letter)
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
		b->buffer_length = COLUMN_ROOM;
		break;
	}
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
	static const char letters[] = { [DB_INT] = 'i', [DB_BYTES] = 's', [DB_TIME] = 't' };

	c->is_null = v->kind == DB_NULL;
	if (c->is_null)
		return;
	assert(letter == letters[v->kind]);
	if (v->kind == DB_INT)
		c->i = v->i;
	if (v->kind == DB_TIME)
		put_time(&c->time, v->i);
	if (v->kind == DB_BYTES) {
		c->length = (unsigned long)v->s.n;
		b->buffer_length = c->length;
		b->buffer_type = c->length > TEXT_MAX ? MYSQL_TYPE_BLOB : MYSQL_TYPE_STRING;
		/* Parameters are only read; the client's field is not const. */
		b->buffer = v->s.p == NULL ? &c->i : (void *)(uintptr_t)v->s.p;
	}
}

/* The server's own counts must be those of the letters. */
static bool
check_counts(struct db_statement *st, struct db_fault *f)
{
	size_t in = mysql_stmt_param_count(st->stmt), out = mysql_stmt_field_count(st->stmt);

	if (in != st->n_in)
		return fault(f, "%s: %zu letters in, the statement has %zu parameters", st->q->name, st->n_in, in);
	if (out != st->n_out)
		return fault(f, "%s: %zu letters out, the statement has %zu columns", st->q->name, st->n_out, out);
	for (size_t i = 0; i < st->n_in; i++)
		bind_cell(&st->in[i], &st->cells_in[i], st->q->in[i % strlen(st->q->in)]);
	for (size_t i = 0; i < st->n_out; i++)
		bind_cell(&st->out[i], &st->cells_out[i], st->q->out[i]);
	if (st->n_out > 0 && mysql_stmt_bind_result(st->stmt, st->out) != 0)
		return server_fault(st, f);
	return true;
}

/* A text column whole: from the room, or asked for again with its real length. */
static bool
get_bytes(struct db_statement *st, unsigned column, struct arena *a, struct str *out)
{
	struct cell *c = &st->cells_out[column];
	size_t n = (size_t)c->length;
	char *text = arena_alloc(a, n + 1);

	*out = (struct str){ .p = text, .n = n };
	if (n <= COLUMN_ROOM) {
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
	return mysql_stmt_fetch_column(st->stmt, &b, column, 0) == 0 && length == n;
}

static bool
get_row(struct db_statement *st, struct arena *a, struct db_value *row, struct db_fault *f)
{
	for (unsigned i = 0; i < st->n_out; i++) {
		const struct cell *c = &st->cells_out[i];
		char letter = st->q->out[i];
		row[i] = (struct db_value){ .kind = DB_NULL };
		if (c->is_null)
			continue;
		if (letter != 's' && c->error)
			return fault(f, "%s: column %u does not fit its letter", st->q->name, i + 1);
		switch (letter) {
		case 'i':
			row[i] = DB_V_I(c->i);
			break;
		case 't':
			row[i] = DB_V_T(get_time(&c->time));
			break;
		default:
			row[i].kind = DB_BYTES;
			if (!get_bytes(st, i, a, &row[i].s))
				return fault(f, "%s: column %u could not be fetched", st->q->name, i + 1);
			break;
		}
	}
	return true;
}

void
db_statement_free(struct db_statement *st)
{
	if (st->stmt != NULL)
		(void)mysql_stmt_close(st->stmt);
	free(st->in);
	free(st->out);
	free(st->cells_in);
	free(st->cells_out);
	free(st->rooms);
	free(st);
}

static struct db_statement *
with_letters(const struct sql *q, size_t k)
{
	struct db_statement *st = zeroed(1, sizeof *st);

	st->q = q;
	st->k = k;
	st->n_in = strlen(q->in == NULL ? "" : q->in) * (k == 0 ? 1 : k);
	st->n_out = strlen(q->out == NULL ? "" : q->out);
	st->in = zeroed(st->n_in, sizeof *st->in);
	st->cells_in = zeroed(st->n_in, sizeof *st->cells_in);
	st->out = zeroed(st->n_out, sizeof *st->out);
	st->cells_out = zeroed(st->n_out, sizeof *st->cells_out);
	st->rooms = zeroed(st->n_out, COLUMN_ROOM);
	for (size_t i = 0; i < st->n_out; i++)
		st->cells_out[i].room = st->rooms + i * COLUMN_ROOM;
	return st;
}

struct db_statement *
db_statement_new(MYSQL *my, const struct sql *q, size_t k, struct db_fault *f)
{
	struct db_statement *st = with_letters(q, k);
	struct arena *a = arena_new(STATEMENT_MAX_BYTES);
	struct str text = expand(a, q, k);

	st->stmt = mysql_stmt_init(my);
	if (st->stmt == NULL)
		abort();
	bool ok = mysql_stmt_prepare(st->stmt, text.p, text.n) == 0 ? check_counts(st, f) : server_fault(st, f);
	arena_free(a);
	if (ok)
		return st;
	db_statement_free(st);
	return NULL;
}

bool
db_statement_is(const struct db_statement *st, const struct sql *q, size_t k)
{
	return st->q == q && st->k == k;
}

bool
db_statement_execute(struct db_statement *st, const struct db_value *in, struct db_fault *f)
{
	for (size_t i = 0; i < st->n_in; i++)
		put_value(&st->in[i], &st->cells_in[i], &in[i], st->q->in[i % strlen(st->q->in)]);
	if (st->n_in > 0 && mysql_stmt_bind_param(st->stmt, st->in) != 0)
		return server_fault(st, f);
	return mysql_stmt_execute(st->stmt) == 0 || server_fault(st, f);
}

bool
db_statement_fetch(struct db_statement *st, struct arena *a, struct db_rows *out, struct db_fault *f)
{
	struct db_value *v = NULL;
	size_t n = 0, cap = 0;
	int rc;

	while ((rc = mysql_stmt_fetch(st->stmt)) == 0 || rc == MYSQL_DATA_TRUNCATED) {
		if (n == cap) {
			size_t bigger = cap == 0 ? 4 : cap * 2;
			struct db_value *more = arena_array(a, bigger * st->n_out, sizeof *more);
			if (n > 0)
				memcpy(more, v, n * st->n_out * sizeof *more);
			v = more;
			cap = bigger;
		}
		if (!get_row(st, a, v + n * st->n_out, f)) {
			/* A result left half read would block the connection. */
			(void)mysql_stmt_free_result(st->stmt);
			return false;
		}
		n++;
	}
	if (rc != MYSQL_NO_DATA)
		return server_fault(st, f);
	(void)mysql_stmt_free_result(st->stmt);
	*out = (struct db_rows){ .n = n, .columns = st->n_out, .v = v };
	return true;
}

int64_t
db_statement_changed(const struct db_statement *st)
{
	return (int64_t)mysql_stmt_affected_rows(st->stmt);
}

int64_t
db_statement_last_id(const struct db_statement *st)
{
	return (int64_t)mysql_stmt_insert_id(st->stmt);
}
