#include "io/fcgi.h"

#include <assert.h>
#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"

#define PARAMS_MAX_BYTES ((size_t)1024 * 1024)
#define READ_PIECE       (1024 * 1024)

struct fcgi {
	FCGX_Request request;
	bool open;  /* a request is in hand and not yet answered */
	bool whole; /* its body was read to the end: nothing more comes from the client */
	int epoll;
	sigset_t waiting; /* the signal mask while waiting for a request */
	fcgi_tick *tick;
	void *tick_arg;
	int64_t tick_ms, next_tick_ms; /* monotonic */
	struct arena *memory;
	struct str *params; /* "NAME=value", a copy that outlives the answer */
	size_t n_params;
};

static volatile sig_atomic_t stop_wanted;

static void
on_signal(int number)
{
	(void)number;
	stop_wanted = 1;
}

/*
 * Signals come through only while waiting for a request: libfcgi takes an interrupted read for a lost client.
 * *waiting gets the mask for that.
 */
static void
install_handlers(sigset_t *waiting)
{
	/* SIGQUIT: what multiwatch sends its children when it is told to end. */
	static const int numbers[] = { SIGTERM, SIGINT, SIGQUIT, SIGUSR1 };
	struct sigaction action;
	sigset_t stop;

	(void)sigemptyset(&stop);
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		(void)sigaddset(&stop, numbers[i]);
	(void)sigprocmask(SIG_BLOCK, &stop, waiting);
	memset(&action, 0, sizeof action);
	action.sa_handler = on_signal;
	action.sa_mask = stop;
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		(void)sigaction(numbers[i], &action, NULL);
		(void)sigdelset(waiting, numbers[i]);
	}
	(void)signal(SIGPIPE, SIG_IGN);
}

/*
 * Many processes wait on one socket: EPOLLEXCLUSIVE wakes one of them for a request, not all, and the socket does not
 * block, so that who comes too late waits again.
 */
static bool
watch_socket(struct fcgi *f, struct err *e)
{
	struct epoll_event readable = { .events = EPOLLIN | EPOLLEXCLUSIVE };
	int flags = fcntl(STDIN_FILENO, F_GETFL);

	f->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (f->epoll < 0 || flags < 0 || fcntl(STDIN_FILENO, F_SETFL, flags | O_NONBLOCK) != 0 ||
	    epoll_ctl(f->epoll, EPOLL_CTL_ADD, STDIN_FILENO, &readable) != 0)
		return err_set(e, ERR_IO, "descriptor 0 cannot be waited for: %s", strerror(errno));
	return true;
}

bool
fcgi_open(struct fcgi **out, fcgi_tick *tick, void *arg, int64_t tick_ms, struct err *e)
{
	int listening = 0;
	socklen_t size = sizeof listening;

	*out = NULL;
	if (getsockopt(STDIN_FILENO, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 || listening == 0)
		return err_set(e, ERR_IO, "descriptor 0 is no listening socket; start this program with spawn-fcgi");
	struct fcgi *f = calloc(1, sizeof *f);
	if (f == NULL)
		abort();
	f->epoll = -1;
	if (FCGX_Init() != 0 || FCGX_InitRequest(&f->request, STDIN_FILENO, FCGI_FAIL_ACCEPT_ON_INTR) != 0)
		(void)err_set(e, ERR_IO, "libfcgi does not start");
	else if (watch_socket(f, e))
		*out = f;
	if (*out == NULL) {
		free(f);
		return false;
	}
	f->memory = arena_new(PARAMS_MAX_BYTES * 2);
	f->tick = tick;
	f->tick_arg = arg;
	f->tick_ms = tick_ms;
	/* After FCGX_Init(), which sets handlers of its own. */
	install_handlers(&f->waiting);
	return true;
}

struct fcgi *
fcgi_sibling(void)
{
	struct fcgi *f = calloc(1, sizeof *f);

	if (f == NULL || FCGX_InitRequest(&f->request, STDIN_FILENO, FCGI_FAIL_ACCEPT_ON_INTR) != 0)
		abort();
	f->epoll = -1;
	f->memory = arena_new(PARAMS_MAX_BYTES * 2);
	return f;
}

void
fcgi_close(struct fcgi *f)
{
	if (f == NULL)
		return;
	FCGX_Free(&f->request, 1);
	if (f->epoll >= 0)
		(void)close(f->epoll);
	arena_free(f->memory);
	free(f);
}

/* False for a request that is not worth an answer: its client left within the parameters, or they are absurd. */
static bool
copy_params(struct fcgi *f)
{
	size_t n = 0, bytes = 0;

	if (FCGX_GetError(f->request.in) != 0)
		return false;
	arena_reset(f->memory);
	f->n_params = 0;
	while (f->request.envp != NULL && f->request.envp[n] != NULL)
		bytes += strlen(f->request.envp[n++]) + 64;
	if (bytes > PARAMS_MAX_BYTES)
		return false;
	f->params = arena_array(f->memory, n, sizeof *f->params);
	for (size_t i = 0; i < n; i++)
		f->params[i] = str_copy(f->memory, str_from(f->request.envp[i]));
	f->n_params = n;
	return true;
}

/* Until the next tick, in ms; calls the one that is due. */
static int
until_tick(struct fcgi *f)
{
	int64_t now = clock_mono_ms();

	if (f->tick == NULL)
		return -1;
	if (now >= f->next_tick_ms) {
		f->tick(f->tick_arg);
		f->next_tick_ms = now + f->tick_ms;
	}
	return (int)(f->next_tick_ms - now);
}

/* Waits for a connection; false when it is time to stop or nothing can be accepted any more. */
static bool
accept_one(struct fcgi *f)
{
	struct epoll_event ready;

	while (!stop_wanted) {
		if (epoll_pwait(f->epoll, &ready, 1, until_tick(f), &f->waiting) <= 0 || stop_wanted)
			continue;
		int rc = FCGX_Accept_r(&f->request);
		/* A kept connection would pin this process; whoever asks for one gets along without (fcgi.h). */
		f->request.keepConnection = 0;
		if (rc == 0)
			return true;
		if (rc == -EBADF || rc == -EINVAL || rc == -ENOTSOCK) {
			log_event(LOG_ERROR, "fcgi.accept", LOG_I("errno", -rc));
			break;
		}
		/* Out of descriptors, or a client that went away: pause, or a full machine spins (F-139). */
		if (rc != -EAGAIN)
			(void)poll(NULL, 0, 20);
	}
	return false;
}

bool
fcgi_accept(struct fcgi *f)
{
	if (f->open)
		FCGX_Finish_r(&f->request);
	f->open = false;
	while (accept_one(f)) {
		f->whole = false;
		f->open = copy_params(f);
		if (f->open)
			return true;
		FCGX_Finish_r(&f->request);
	}
	return false;
}

bool
fcgi_accept_now(struct fcgi *sibling)
{
	assert(!sibling->open);
	if (FCGX_Accept_r(&sibling->request) != 0)
		return false;
	sibling->whole = false;
	sibling->open = copy_params(sibling);
	if (!sibling->open)
		FCGX_Finish_r(&sibling->request);
	return sibling->open;
}

static bool
is_named(struct str param, struct str name)
{
	return param.n > name.n && param.p[name.n] == '=' && str_starts(param, name);
}

struct str
fcgi_param(const struct fcgi *f, const char *name)
{
	struct str wanted = str_from(name);

	for (size_t i = 0; i < f->n_params; i++)
		if (is_named(f->params[i], wanted))
			return str_slice(f->params[i], wanted.n + 1, f->params[i].n);
	return STR("");
}

size_t
fcgi_param_count(const struct fcgi *f, const char *name)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n_params; i++)
		n += is_named(f->params[i], str_from(name)) ? 1 : 0;
	return n;
}

bool
fcgi_body(struct fcgi *f, struct arena *a, size_t max, struct str *out, struct err *e)
{
	struct str announced = fcgi_param(f, "CONTENT_LENGTH");
	int64_t length = 0;

	assert(f->open);
	if (announced.n > 0 && !str_to_int(announced, 0, INT64_MAX, &length))
		return err_set(e, ERR_INVALID, "the content length is no number");
	if ((uint64_t)length > max)
		return err_set(e, ERR_LIMIT, "the body is longer than %zu bytes", max);
	size_t n = (size_t)length, got = 0;
	char *p = arena_alloc(a, n + 1);
	while (got < n) {
		int piece = n - got > READ_PIECE ? READ_PIECE : (int)(n - got);
		int rc = FCGX_GetStr(p + got, piece, f->request.in);
		if (rc <= 0)
			break;
		got += (size_t)rc;
	}
	if (got < n || FCGX_GetError(f->request.in) != 0)
		return err_set(e, ERR_INVALID, "the body ended after %zu of %zu bytes", got, n);
	/* libfcgi would hand over more than was announced (F-050). */
	if (FCGX_GetChar(f->request.in) != -1)
		return err_set(e, ERR_INVALID, "the body is longer than announced");
	f->whole = true;
	*out = (struct str){ .p = p, .n = n };
	return true;
}

/* "Name: value CRLF", any number of times. */
static bool
is_header_block(struct str headers)
{
	struct str rest = headers, line;

	if (headers.n == 0)
		return true;
	if (!str_ends(headers, STR("\r\n")) || str_find_char(headers, '\0') < headers.n)
		return false;
	rest.n -= 1; /* the last line's LF, so that no empty piece follows */
	while (str_cut(&rest, '\n', &line)) {
		if (!str_ends(line, STR("\r")) || str_find_char(line, '\r') != line.n - 1)
			return false;
		size_t colon = str_find_char(line, ':');
		if (colon == 0 || colon == line.n || str_find_char(str_slice(line, 0, colon), ' ') < colon)
			return false;
	}
	return true;
}

/* False when the client is gone. */
static bool
put(struct fcgi *f, struct str s)
{
	while (s.n > 0) {
		int piece = s.n > READ_PIECE ? READ_PIECE : (int)s.n;
		if (FCGX_PutStr(s.p, piece, f->request.out) < 0)
			return false;
		s = str_slice(s, (size_t)piece, s.n);
	}
	return true;
}

static void
put_headers(struct fcgi *f, int status, struct str headers)
{
	char line[32];

	assert(f->open);
	if (!is_header_block(headers)) {
		log_event(LOG_ERROR, "fcgi.header_forged", LOG_I("status", status));
		abort();
	}
	int n = snprintf(line, sizeof line, "Status: %d\r\n", status);
	(void)put(f, (struct str){ .p = line, .n = (size_t)n });
	(void)put(f, headers);
}

void
fcgi_end(struct fcgi *f)
{
	assert(f->open);
	/*
	 * libfcgi waits until the other side has closed, because unread bytes would make its answer a reset.  Where
	 * none are left a detached request is closed at once, and the next one can be taken.
	 */
	if (f->whole)
		(void)FCGX_Detach(&f->request);
	/* Ends the request at once: nginx answers its client only then. */
	FCGX_Finish_r(&f->request);
	f->open = false;
}

void
fcgi_reply(struct fcgi *f, int status, struct str headers, struct str body)
{
	char line[48];

	put_headers(f, status, headers);
	int n = snprintf(line, sizeof line, "Content-Length: %zu\r\n\r\n", body.n);
	/* Nobody is left to tell when the client is gone. */
	(void)put(f, (struct str){ .p = line, .n = (size_t)n });
	(void)put(f, body);
	fcgi_end(f);
}

void
fcgi_begin(struct fcgi *f, int status, struct str headers)
{
	put_headers(f, status, headers);
	(void)put(f, STR("\r\n"));
}

/* Signals are held back while a request is in hand; a long one looks for them. */
static bool
told_to_stop(void)
{
	static const int numbers[] = { SIGTERM, SIGINT, SIGQUIT, SIGUSR1 };
	sigset_t held;

	if (sigpending(&held) != 0)
		return false;
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		if (sigismember(&held, numbers[i]) == 1)
			return true;
	return false;
}

bool
fcgi_write(struct fcgi *f, struct str piece)
{
	assert(f->open);
	(void)until_tick(f);
	return !told_to_stop() && put(f, piece) && FCGX_FFlush(f->request.out) == 0;
}

void
fcgi_cut(struct fcgi *f)
{
	assert(f->open);
	FCGX_Free(&f->request, 1);
	f->open = false;
}
