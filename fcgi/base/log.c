#include "base/log.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"

/* A line is built here, not in an arena: the arena itself logs before it ends the process. */
#define LINE_MAX_BYTES  4096
#define VALUE_MAX_BYTES 512

struct line {
	char p[LINE_MAX_BYTES];
	size_t n;
};

static struct {
	const char *program;
	enum log_level least;
	int64_t tenant_id;
	char work[80];
	size_t work_n;
	int fd; /* 0: standard error as it is */
	bool is_socket;
	int64_t lost; /* lines since the last one that was taken */
} state = { .program = "-", .least = LOG_INFO };

static const char *const level_names[] = {
	[LOG_DEBUG] = "debug",
	[LOG_INFO] = "info",
	[LOG_WARN] = "warn",
	[LOG_ERROR] = "error",
};

/* One byte stays free for the line's end. */
static void
put(struct line *l, const char *p, size_t n)
{
	size_t room = sizeof l->p - 1 - l->n;

	if (n > room)
		n = room;
	if (n > 0)
		memcpy(l->p + l->n, p, n);
	l->n += n;
}

static void
put_c(struct line *l, const char *c)
{
	put(l, c, strlen(c));
}

static void
put_int(struct line *l, int64_t i)
{
	char digits[24];
	int n = snprintf(digits, sizeof digits, "%" PRId64, i);

	put(l, digits, (size_t)n);
}

static bool
is_plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
		    (c == '\0' || strchr("_.:/-", c) == NULL))
			return false;
	}
	return s.n > 0;
}

/* Control bytes and everything beyond ASCII are escaped, so that no value can forge a line or reach a terminal. */
static void
put_value(struct line *l, struct str s)
{
	bool cut = s.n > VALUE_MAX_BYTES;

	s = str_slice(s, 0, VALUE_MAX_BYTES);
	if (!cut && is_plain(s)) {
		put(l, s.p, s.n);
		return;
	}
	put_c(l, "\"");
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		char escaped[5];
		if (c == '"' || c == '\\') {
			put(l, "\\", 1);
			put(l, s.p + i, 1);
		} else if (c < 0x20 || c >= 0x7f) {
			(void)snprintf(escaped, sizeof escaped, "\\x%02x", (unsigned)c);
			put_c(l, escaped);
		} else {
			put(l, s.p + i, 1);
		}
	}
	put_c(l, cut ? "...\"" : "\"");
}

static void
put_time(struct line *l, int64_t wall_ms)
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm tm;
	char text[40];

	if (gmtime_r(&seconds, &tm) == NULL)
		return;
	size_t n = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm);
	put(l, text, n);
	(void)snprintf(text, sizeof text, ".%03dZ ", (int)(wall_ms % 1000));
	put_c(l, text);
}

/* Opened anew, a pipe can be ours not to wait for; the one that we were given is others', too. */
static int
pipe_of_our_own(void)
{
	int fd = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_CLOEXEC);

	return fd < 0 ? 0 : fd;
}

void
log_open(const char *program, enum log_level least)
{
	struct stat st;

	state.program = program;
	state.least = least;
	if (state.fd > 0)
		(void)close(state.fd);
	state.fd = 0;
	state.is_socket = false;
	if (fstat(STDERR_FILENO, &st) != 0)
		return;
	state.is_socket = S_ISSOCK(st.st_mode);
	if (S_ISFIFO(st.st_mode))
		state.fd = pipe_of_our_own();
}

bool
log_level_parse(struct str name, enum log_level *out)
{
	for (size_t i = 0; i < sizeof level_names / sizeof level_names[0]; i++) {
		if (str_eq(name, str_from(level_names[i]))) {
			*out = (enum log_level)i;
			return true;
		}
	}
	return false;
}

void
log_context(int64_t tenant_id, struct str work)
{
	work = str_slice(work, 0, sizeof state.work);
	state.tenant_id = tenant_id;
	state.work_n = work.n;
	if (work.n > 0)
		memcpy(state.work, work.p, work.n);
}

/*
 * One write, one line.  A reader that stands still, because its own disk is full, costs the line and never the work: a
 * pipe takes up to PIPE_BUF bytes whole or not at all.
 */
static bool
send_line(const struct line *l)
{
	int fd = state.fd > 0 ? state.fd : STDERR_FILENO;

	if (state.is_socket)
		return send(fd, l->p, l->n, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)l->n;
	return write(fd, l->p, l->n) == (ssize_t)l->n;
}

static bool
write_line(enum log_level level, const char *event, const struct log_field *fields, size_t n)
{
	struct line l;

	l.n = 0;
	put_time(&l, clock_wall_ms());
	put_c(&l, level_names[level]);
	put_c(&l, " ");
	put_c(&l, state.program);
	if (state.tenant_id != 0) {
		put_c(&l, " tenant=");
		put_int(&l, state.tenant_id);
	}
	if (state.work_n > 0) {
		put_c(&l, " work=");
		put_value(&l, (struct str){ .p = state.work, .n = state.work_n });
	}
	put_c(&l, " ");
	put_c(&l, event);
	for (size_t i = 0; i < n; i++) {
		put_c(&l, " ");
		put_c(&l, fields[i].key);
		put_c(&l, "=");
		if (fields[i].is_int)
			put_int(&l, fields[i].i);
		else
			put_value(&l, fields[i].s);
	}
	l.p[l.n++] = '\n';
	return send_line(&l);
}

void
log_write(enum log_level level, const char *event, const struct log_field *fields, size_t n)
{
	if (level < state.least)
		return;
	if (!write_line(level, event, fields, n))
		state.lost++;
	else if (state.lost > 0 && LOG_WARN >= state.least &&
	         write_line(LOG_WARN, "log.lost", (struct log_field[]){ LOG_I("lines", state.lost) }, 1))
		state.lost = 0;
}
