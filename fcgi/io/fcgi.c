#include "io/fcgi.h"

#include <assert.h>
#include <errno.h>
#include <fcgiapp.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"

#define PARAMS_MAX_BYTES ((size_t)1024 * 1024)
#define READ_PIECE       (1024 * 1024)

struct fcgi {
	FCGX_Request request;
	bool open; /* a request is in hand and not yet answered */
	struct arena *memory;
	struct str *params; /* "NAME=value", a copy that outlives the answer */
	size_t n_params;
};

static volatile sig_atomic_t stop_wanted;

/*
 * A signal that comes between the look at stop_wanted and accept() would be lost: the alarm, set anew
 * each second, interrupts that accept() too.
 */
static void
on_signal(int number)
{
	(void)number;
	stop_wanted = 1;
	FCGX_ShutdownPending();
	(void)alarm(1);
}

static void
stop_signals(sigset_t *set)
{
	(void)sigemptyset(set);
	(void)sigaddset(set, SIGTERM);
	(void)sigaddset(set, SIGINT);
	(void)sigaddset(set, SIGUSR1);
	(void)sigaddset(set, SIGALRM);
}

/* Signals come through while waiting for a request only: libfcgi takes an interrupted read for a lost client. */
static void
let_signals_through(bool through)
{
	sigset_t set;

	stop_signals(&set);
	(void)sigprocmask(through ? SIG_UNBLOCK : SIG_BLOCK, &set, NULL);
}

static void
install_handlers(void)
{
	struct sigaction action;
	static const int numbers[] = { SIGTERM, SIGINT, SIGUSR1, SIGALRM };

	memset(&action, 0, sizeof action);
	action.sa_handler = on_signal; /* without SA_RESTART: accept() must end */
	stop_signals(&action.sa_mask);
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		(void)sigaction(numbers[i], &action, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
}

bool
fcgi_open(struct fcgi **out, struct err *e)
{
	int listening = 0;
	socklen_t size = sizeof listening;

	if (getsockopt(STDIN_FILENO, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 || listening == 0)
		return err_set(e, ERR_IO, "descriptor 0 is no listening socket; start this program with spawn-fcgi");
	struct fcgi *f = calloc(1, sizeof *f);
	if (f == NULL)
		abort();
	if (FCGX_Init() != 0 || FCGX_InitRequest(&f->request, STDIN_FILENO, FCGI_FAIL_ACCEPT_ON_INTR) != 0) {
		free(f);
		return err_set(e, ERR_IO, "libfcgi does not start");
	}
	f->memory = arena_new(PARAMS_MAX_BYTES * 2);
	/* After FCGX_Init(), which sets handlers of its own. */
	install_handlers();
	let_signals_through(false);
	*out = f;
	return true;
}

void
fcgi_close(struct fcgi *f)
{
	if (f == NULL)
		return;
	FCGX_Free(&f->request, 1);
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

/* Waits for a connection; false when it is time to stop or nothing can be accepted any more. */
static bool
accept_one(struct fcgi *f)
{
	while (!stop_wanted) {
		int rc = FCGX_Accept_r(&f->request);
		if (rc == 0)
			return true;
		if (stop_wanted)
			break;
		if (rc == -EBADF || rc == -EINVAL || rc == -ENOTSOCK) {
			log_event(LOG_ERROR, "fcgi.accept", LOG_I("errno", -rc));
			break;
		}
		/* Out of descriptors, or a client that went away: pause, or a full machine spins (F-139). */
		if (rc != -EINTR)
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
	for (;;) {
		let_signals_through(true);
		bool ok = accept_one(f);
		let_signals_through(false);
		if (!ok)
			return false;
		if (copy_params(f))
			break;
		FCGX_Finish_r(&f->request);
	}
	f->open = true;
	return true;
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

static void
put(struct fcgi *f, struct str s)
{
	while (s.n > 0) {
		int piece = s.n > READ_PIECE ? READ_PIECE : (int)s.n;
		if (FCGX_PutStr(s.p, piece, f->request.out) < 0)
			return; /* the client is gone; nobody is left to tell */
		s = str_slice(s, (size_t)piece, s.n);
	}
}

void
fcgi_reply(struct fcgi *f, int status, struct str headers, struct str body)
{
	char line[80];

	assert(f->open);
	if (!is_header_block(headers)) {
		log_event(LOG_ERROR, "fcgi.header_forged", LOG_I("status", status));
		abort();
	}
	int n = snprintf(line, sizeof line, "Status: %d\r\n", status);
	put(f, (struct str){ .p = line, .n = (size_t)n });
	put(f, headers);
	n = snprintf(line, sizeof line, "Content-Length: %zu\r\n\r\n", body.n);
	put(f, (struct str){ .p = line, .n = (size_t)n });
	put(f, body);
	/* Ends the request at once: nginx answers its client only then. */
	FCGX_Finish_r(&f->request);
	f->open = false;
}
