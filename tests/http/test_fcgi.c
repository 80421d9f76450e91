/*
 * io/fcgi in a process of its own, spoken to record by record as no web server would (F-032, F-047, F-049, F-050,
 * F-136, F-142).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "io/fcgi.h"

#define BODY_MAX 100000

static char path[64];
static pid_t child;
static int listening; /* of listen_only() */
static volatile int *ticks; /* of the child, which shares it */

#define TICK_MS 20

static void
tick(void *arg)
{
	(void)arg;
	++*ticks;
}

/* A long answer of as many pieces as the request says; a last one of 'x' cuts it. */
static void
stream(struct fcgi *f)
{
	struct str pieces = fcgi_param(f, "PIECES");
	bool more = true;

	fcgi_begin(f, 200, STR("X-A: 1\r\n"));
	for (size_t i = 0; more && i < pieces.n; i++)
		more = pieces.p[i] != 'x' && fcgi_write(f, str_slice(pieces, i, i + 1));
	/* Without an end of its own: until the client leaves or a signal comes. */
	while (more && str_ends(pieces, STR("+")))
		more = fcgi_write(f, pieces);
	if (more)
		fcgi_end(f);
	else
		fcgi_cut(f);
}

/* The program under test: says what it understood. */
static void
serve(void)
{
	struct arena *a = arena_new((size_t)16 << 20);
	struct fcgi *f;
	struct err e = { 0 };

	if (!fcgi_open(&f, tick, NULL, TICK_MS, &e))
		_exit(3);
	while (fcgi_accept(f)) {
		struct str body = STR("");
		bool ok = fcgi_body(f, a, BODY_MAX, &body, &e);
		if (str_eq(fcgi_param(f, "SLOW"), STR("1")))
			(void)poll(NULL, 0, 500);
		if (fcgi_param(f, "PIECES").n > 0) {
			stream(f);
			continue;
		}
		if (str_eq(fcgi_param(f, "FORGE"), STR("1")))
			fcgi_reply(f, 200, STR("X: a\r\nY: b\nZ: c\r\n"), body);
		struct str said = ok ? str_printf(a, "%zu bytes, %zu times, path " STR_FMT, body.n,
		                           fcgi_param_count(f, "HTTP_X"), STR_ARG(fcgi_param(f, "PATH")))
		                     : str_from(e.text);
		fcgi_reply(f, ok ? 200 : e.code == ERR_LIMIT ? 413 : 400, STR("X-A: 1\r\nX-B: 2\r\n"), said);
		/* Parameters stay readable behind the answer. */
		if (!str_eq(fcgi_param(f, "PATH"), STR("/p")))
			_exit(4); /* also for a request whose parameters never came whole */
		arena_reset(a);
	}
	fcgi_close(f);
	arena_free(a);
	_exit(0);
}

static struct sockaddr_un
address(void)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };

	(void)snprintf(to.sun_path, sizeof to.sun_path, "%s", path);
	return to;
}

static int
start(void **state)
{
	(void)state;
	struct sockaddr_un at;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)snprintf(path, sizeof path, "/tmp/test-fcgi-%d", (int)getpid());
	at = address();
	(void)unlink(path);
	if (bind(fd, (const struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 8) != 0)
		return -1;
	child = fork();
	if (child == 0) {
		(void)dup2(fd, STDIN_FILENO);
		(void)close(fd);
		serve();
	}
	return close(fd);
}

/* Listens only; a test starts who serves. */
static int
listen_only(void **state)
{
	struct sockaddr_un at;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)state;
	(void)snprintf(path, sizeof path, "/tmp/test-fcgi-%d", (int)getpid());
	at = address();
	(void)unlink(path);
	listening = fd;
	return bind(fd, (const struct sockaddr *)&at, sizeof at) == 0 ? listen(fd, 8) : -1;
}

/* Takes what waits together, and tells each how many that were. */
static void
serve_together(void)
{
	struct arena *a = arena_new((size_t)16 << 20);
	struct fcgi *f[5];
	struct err e = { 0 };
	size_t n = 1;

	if (!fcgi_open(&f[0], NULL, NULL, 0, &e))
		_exit(3);
	for (size_t i = 1; i < 5; i++)
		f[i] = fcgi_sibling();
	if (!fcgi_accept(f[0]))
		_exit(5);
	while (n < 5 && fcgi_accept_now(f[n]))
		n++;
	for (size_t i = 0; i < n; i++) {
		struct str body;

		if (!fcgi_body(f[i], a, BODY_MAX, &body, &e))
			_exit(6);
		fcgi_reply(f[i], 200, STR(""),
		    str_printf(a, "%zu together, path " STR_FMT " body " STR_FMT, n, STR_ARG(fcgi_param(f[i], "PATH")),
		        STR_ARG(body)));
	}
	for (size_t i = 5; i-- > 0;)
		fcgi_close(f[i]);
	arena_free(a);
	_exit(0);
}

static int
stop(void **state)
{
	(void)state;
	int status;

	if (child > 0) {
		(void)kill(child, SIGKILL);
		(void)waitpid(child, &status, 0);
	}
	child = 0;
	return unlink(path);
}

static int
dial(void)
{
	struct sockaddr_un to = address();
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)&to, sizeof to), 0);
	return fd;
}

static void
put(int fd, const void *p, size_t n)
{
	assert_int_equal(write(fd, p, n), n);
}

static void
record(int fd, int type, struct str content)
{
	unsigned char head[8] = { 1, (unsigned char)type, 0, 1, (unsigned char)(content.n >> 8),
		(unsigned char)(content.n & 255), 0, 0 };

	put(fd, head, sizeof head);
	if (content.n > 0)
		put(fd, content.p, content.n);
}

/* "NAME=value" pairs, NUL between them; both parts are short. */
static void
params(int fd, struct str pairs)
{
	char room[1000];
	size_t n = 0;
	struct str pair;

	while (str_cut(&pairs, '\0', &pair)) {
		size_t at = str_find_char(pair, '=');
		room[n++] = (char)at;
		room[n++] = (char)(pair.n - at - 1);
		memcpy(room + n, pair.p, at);
		memcpy(room + n + at, pair.p + at + 1, pair.n - at - 1);
		n += pair.n - 1;
	}
	record(fd, 4, (struct str){ .p = room, .n = n });
	record(fd, 4, STR(""));
}

static void
begin(int fd)
{
	record(fd, 1, STR("\0\1\0\0\0\0\0\0")); /* responder, close behind it */
}

static bool end_seen; /* whether the last answer() had the record that ends a request */

/* The text of all STDOUT records until the far side closes. */
static const char *
answer(int fd)
{
	static char text[20000];
	static unsigned char raw[40000];
	size_t got = 0, n = 0;
	ssize_t rc;

	while ((rc = read(fd, raw + got, sizeof raw - got)) > 0)
		got += (size_t)rc;
	(void)close(fd);
	end_seen = false;
	for (size_t at = 0; at + 8 <= got;) {
		size_t length = (size_t)raw[at + 4] << 8 | raw[at + 5];
		if (raw[at + 1] == 6) {
			memcpy(text + n, raw + at + 8, length);
			n += length;
		}
		end_seen = raw[at + 1] == 3;
		at += 8 + length + raw[at + 6];
	}
	text[n] = '\0';
	return text;
}

/* A whole request with this announced length and this body. */
static const char *
ask(struct str pairs, struct str body)
{
	int fd = dial();

	begin(fd);
	params(fd, pairs);
	if (body.n > 0)
		record(fd, 5, body);
	record(fd, 5, STR(""));
	return answer(fd);
}

static void
a_request_is_read_and_answered_whole(void **state)
{
	(void)state;
	assert_string_equal(ask(STR("PATH=/p\0CONTENT_LENGTH=3"), STR("abc")),
	    "Status: 200\r\nX-A: 1\r\nX-B: 2\r\nContent-Length: 25\r\n\r\n3 bytes, 0 times, path /p");
	assert_non_null(strstr(ask(STR("PATH=/p"), STR("")), "0 bytes, 0 times"));
	assert_non_null(strstr(ask(STR("PATH=/p\0CONTENT_LENGTH="), STR("")), "0 bytes, 0 times"));
}

static void
a_parameter_given_twice_is_counted(void **state)
{
	(void)state;
	assert_non_null(strstr(ask(STR("PATH=/p\0HTTP_X=1\0HTTP_XY=2\0HTTP_X=3"), STR("")), "2 times"));
}

static void
a_body_that_is_not_as_announced_is_refused(void **state)
{
	(void)state;
	assert_non_null(strstr(ask(STR("PATH=/p\0CONTENT_LENGTH=5"), STR("abc")), "Status: 400"));
	assert_non_null(strstr(ask(STR("PATH=/p\0CONTENT_LENGTH=2"), STR("abc")), "longer than announced"));
	assert_non_null(strstr(ask(STR("PATH=/p"), STR("abc")), "Status: 400"));
	assert_non_null(strstr(ask(STR("PATH=/p\0CONTENT_LENGTH=-1"), STR("abc")), "Status: 400"));
	assert_non_null(strstr(ask(STR("PATH=/p\0CONTENT_LENGTH=3x"), STR("abc")), "Status: 400"));
	assert_non_null(strstr(ask(STR("PATH=/p\0CONTENT_LENGTH=100001"), STR("abc")), "Status: 413"));
	assert_non_null(strstr(ask(STR("PATH=/p\0CONTENT_LENGTH=99999999999999999999"), STR("abc")), "Status: 400"));
}

/* F-049: a client that leaves in the middle, at any record, costs its own request only. */
static void
a_client_that_leaves_harms_nobody(void **state)
{
	(void)state;
	for (int stage = 0; stage < 4; stage++) {
		int fd = dial();
		if (stage > 0)
			begin(fd);
		if (stage > 1)
			params(fd, STR("PATH=/p\0CONTENT_LENGTH=5"));
		if (stage > 2)
			record(fd, 5, STR("ab"));
		(void)close(fd);
	}
	int fd = dial();
	begin(fd);
	record(fd, 4, STR("\5\1OTHER1")); /* one parameter, and no end of them */
	(void)close(fd);
	fd = dial();
	put(fd, "GET / HTTP/1.1\r\n\r\n", 18);
	(void)close(fd);
	assert_non_null(strstr(ask(STR("PATH=/p"), STR("")), "Status: 200"));
}

/* Waits for the child's end; -1 when it still lives. */
static int
ended(void)
{
	int64_t give_up = clock_mono_ms() + 30000;
	int status;

	while (clock_mono_ms() < give_up) {
		if (waitpid(child, &status, WNOHANG) == child) {
			child = 0;
			return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
		}
		(void)poll(NULL, 0, 5);
	}
	return -1;
}

static void
an_idle_program_ends_at_once_when_told(void **state)
{
	(void)state;
	assert_non_null(strstr(ask(STR("PATH=/p"), STR("")), "Status: 200"));
	(void)kill(child, SIGTERM);
	assert_int_equal(ended(), 0);
}

static void
a_program_that_never_had_a_request_ends_too(void **state)
{
	(void)state;
	(void)poll(NULL, 0, 200);
	(void)kill(child, SIGINT);
	assert_int_equal(ended(), 0);
}

/* F-136: the request in hand is finished and answered first. */
static void
told_to_end_while_busy(int number)
{
	int fd = dial();

	begin(fd);
	params(fd, STR("PATH=/p\0SLOW=1\0CONTENT_LENGTH=3"));
	record(fd, 5, STR("a"));
	(void)poll(NULL, 0, 100);
	(void)kill(child, number); /* while it waits for the body */
	(void)poll(NULL, 0, 100);
	record(fd, 5, STR("bc"));
	record(fd, 5, STR(""));
	assert_non_null(strstr(answer(fd), "3 bytes"));
	assert_int_equal(ended(), 0);
}

static void
a_busy_program_answers_before_it_ends(void **state)
{
	(void)state;
	told_to_end_while_busy(SIGTERM);
}

static void
a_busy_program_in_a_pool_that_ends_answers_too(void **state)
{
	(void)state;
	told_to_end_while_busy(SIGQUIT);
}

static void
a_forged_answer_header_ends_the_process(void **state)
{
	(void)state;
	(void)ask(STR("PATH=/p\0FORGE=1"), STR(""));
	assert_int_equal(ended(), 128 + SIGABRT);
}

static void
a_long_answer_goes_out_piece_by_piece_and_has_an_end(void **state)
{
	(void)state;
	assert_string_equal(ask(STR("PATH=/p\0PIECES=abc"), STR("")), "Status: 200\r\nX-A: 1\r\n\r\nabc");
	assert_true(end_seen);
}

/* What nginx sends for downloads: it wants to see their end, not to keep the connection. */
static void
a_connection_that_shall_be_kept_is_closed_all_the_same(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		int fd = dial();

		record(fd, 1, STR("\0\1\1\0\0\0\0\0"));
		params(fd, STR("PATH=/p\0PIECES=abc"));
		record(fd, 5, STR(""));
		assert_non_null(strstr(answer(fd), "abc"));
		assert_true(end_seen);
	}
}

/* A part must never pass for the whole. */
static void
a_long_answer_that_fails_has_no_end_and_the_next_request_is_served(void **state)
{
	(void)state;
	assert_string_equal(ask(STR("PATH=/p\0PIECES=abx"), STR("")), "Status: 200\r\nX-A: 1\r\n\r\nab");
	assert_false(end_seen);
	assert_string_equal(ask(STR("PATH=/p\0PIECES=c"), STR("")), "Status: 200\r\nX-A: 1\r\n\r\nc");
	assert_true(end_seen);
}

/* Reads the first bytes of an answer that has no end. */
static int
begin_endless(void)
{
	char some[100];
	int fd = dial();

	begin(fd);
	params(fd, STR("PATH=/p\0PIECES=abc+"));
	record(fd, 5, STR(""));
	assert_true(read(fd, some, sizeof some) > 0);
	return fd;
}

static void
a_client_that_leaves_a_long_answer_ends_it(void **state)
{
	(void)state;
	(void)close(begin_endless());
	assert_non_null(strstr(ask(STR("PATH=/p"), STR("")), "Status: 200"));
}

static void
a_program_that_shall_end_cuts_a_long_answer_and_ticks_while_it_lasts(void **state)
{
	(void)state;
	int before = *ticks, fd = begin_endless();
	int64_t until = clock_mono_ms() + 20000;
	char bytes[4096];

	while (*ticks < before + 3 && clock_mono_ms() < until)
		assert_true(read(fd, bytes, sizeof bytes) > 0);
	assert_true(*ticks >= before + 3);
	(void)kill(child, SIGTERM);
	while (read(fd, bytes, sizeof bytes) > 0)
		;
	(void)close(fd);
	assert_int_equal(ended(), 0);
}

static void
without_a_listening_socket_the_program_says_so(void **state)
{
	(void)state;
	struct fcgi *f = NULL;
	struct err e = { 0 };

	assert_false(fcgi_open(&f, tick, NULL, TICK_MS, &e));
	assert_int_equal(e.code, ERR_IO);
	assert_non_null(strstr(e.text, "spawn-fcgi"));
}

static void
it_ticks_while_no_request_comes_and_then_still_answers(void **state)
{
	(void)state;
	int before = *ticks;
	int64_t until = clock_mono_ms() + 20000;

	while (*ticks < before + 3 && clock_mono_ms() < until)
		(void)poll(NULL, 0, 5);
	assert_true(*ticks >= before + 3);
	assert_non_null(strstr(ask(STR("PATH=/p"), STR("")), "Status: 200"));
}

static void
requests_that_wait_are_taken_together_and_each_is_answered_for_itself(void **state)
{
	static const char *const paths[] = { "PATH=/a\0CONTENT_LENGTH=1", "PATH=/b\0CONTENT_LENGTH=1",
		"PATH=/c\0CONTENT_LENGTH=1" };
	int fd[3];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		fd[i] = dial();
		begin(fd[i]);
		params(fd[i], (struct str){ .p = paths[i], .n = sizeof "PATH=/a\0CONTENT_LENGTH=1" - 1 });
		record(fd[i], 5, i == 0 ? STR("x") : i == 1 ? STR("y") : STR("z"));
		record(fd[i], 5, STR(""));
	}
	child = fork();
	if (child == 0) {
		(void)dup2(listening, STDIN_FILENO);
		(void)close(listening);
		serve_together();
	}
	(void)close(listening);
	assert_non_null(strstr(answer(fd[0]), "3 together, path /a body x"));
	assert_non_null(strstr(answer(fd[1]), "3 together, path /b body y"));
	assert_non_null(strstr(answer(fd[2]), "3 together, path /c body z"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_request_is_read_and_answered_whole, start, stop),
		cmocka_unit_test_setup_teardown(a_parameter_given_twice_is_counted, start, stop),
		cmocka_unit_test_setup_teardown(a_body_that_is_not_as_announced_is_refused, start, stop),
		cmocka_unit_test_setup_teardown(a_client_that_leaves_harms_nobody, start, stop),
		cmocka_unit_test_setup_teardown(an_idle_program_ends_at_once_when_told, start, stop),
		cmocka_unit_test_setup_teardown(a_program_that_never_had_a_request_ends_too, start, stop),
		cmocka_unit_test_setup_teardown(a_busy_program_answers_before_it_ends, start, stop),
		cmocka_unit_test_setup_teardown(a_busy_program_in_a_pool_that_ends_answers_too, start, stop),
		cmocka_unit_test_setup_teardown(a_long_answer_goes_out_piece_by_piece_and_has_an_end, start, stop),
		cmocka_unit_test_setup_teardown(a_long_answer_that_fails_has_no_end_and_the_next_request_is_served,
		    start, stop),
		cmocka_unit_test_setup_teardown(a_connection_that_shall_be_kept_is_closed_all_the_same, start, stop),
		cmocka_unit_test_setup_teardown(a_client_that_leaves_a_long_answer_ends_it, start, stop),
		cmocka_unit_test_setup_teardown(a_program_that_shall_end_cuts_a_long_answer_and_ticks_while_it_lasts,
		    start, stop),
		cmocka_unit_test_setup_teardown(a_forged_answer_header_ends_the_process, start, stop),
		cmocka_unit_test_setup_teardown(it_ticks_while_no_request_comes_and_then_still_answers, start, stop),
		cmocka_unit_test_setup_teardown(requests_that_wait_are_taken_together_and_each_is_answered_for_itself,
		    listen_only, stop),
		cmocka_unit_test(without_a_listening_socket_the_program_says_so),
	};
	(void)signal(SIGPIPE, SIG_IGN);
	ticks = mmap(NULL, sizeof *ticks, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (ticks == MAP_FAILED)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
