/* proxy.c - see proxy.h. */
#include "lib/proxy.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAIRS_MAX 64
#define LOOK_MS   5

/* What both processes see. */
struct orders {
	atomic_int plan, hits, skip;
	char word[64];
};

struct proxy {
	struct orders *orders;
	pid_t child;
	struct sockaddr_un at;
	char folder[64];
};

enum side {
	CLIENT,
	SERVER
};

struct pair {
	int fd[2]; /* -1: closed */
	bool mute; /* what the server says is thrown away */
	bool cut_at_answer;
};

/* ---- the process between */

static void
close_pair(struct pair *p)
{
	for (int i = 0; i < 2; i++) {
		if (p->fd[i] >= 0)
			(void)close(p->fd[i]);
		p->fd[i] = -1;
	}
	p->mute = p->cut_at_answer = false;
}

static bool
send_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return false;
		p += sent;
		n -= (size_t)sent;
	}
	return true;
}

/* The client's packet holds the word of the plan: true when it must not reach the server. */
static bool
met(struct orders *o, struct pair *p, const char *bytes, size_t n)
{
	int plan = atomic_load(&o->plan);

	if ((plan != PROXY_CUT_BEFORE && plan != PROXY_CUT_AFTER && plan != PROXY_SWALLOW) ||
	    memmem(bytes, n, o->word, strlen(o->word)) == NULL)
		return false;
	if (atomic_load(&o->skip) > 0) {
		atomic_fetch_sub(&o->skip, 1);
		return false;
	}
	atomic_store(&o->plan, PROXY_PASS);
	atomic_fetch_add(&o->hits, 1);
	p->cut_at_answer = plan == PROXY_CUT_AFTER;
	p->mute = plan == PROXY_SWALLOW;
	return plan == PROXY_CUT_BEFORE;
}

static void
pass(struct orders *o, struct pair *p, enum side from)
{
	static char bytes[1 << 16];
	ssize_t n = recv(p->fd[from], bytes, sizeof(bytes), 0);

	if (n < 0 && errno == EINTR)
		return;
	if (n <= 0) {
		close_pair(p);
		return;
	}
	if (from == SERVER && p->mute)
		return;
	if ((from == SERVER && p->cut_at_answer) || (from == CLIENT && met(o, p, bytes, (size_t)n)) ||
	    !send_all(p->fd[1 - from], bytes, (size_t)n))
		close_pair(p);
}

static void
take(struct orders *o, struct pair *pairs, int listening, const struct sockaddr_un *server)
{
	/* Length 23, number 0; an error, 1040, no state before the handshake. */
	static const char full[] = "\x17\0\0\0\xff\x10\x04"
	                           "Too many connections";
	int client = accept(listening, NULL, NULL);

	if (client < 0)
		return;
	if (atomic_load(&o->plan) == PROXY_FULL) {
		(void)send_all(client, full, sizeof(full) - 1);
		(void)close(client);
		return;
	}
	for (size_t i = 0; i < PAIRS_MAX; i++) {
		if (pairs[i].fd[CLIENT] >= 0)
			continue;
		pairs[i].fd[CLIENT] = client;
		pairs[i].fd[SERVER] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (connect(pairs[i].fd[SERVER], (const struct sockaddr *)server, sizeof(*server)) != 0)
			close_pair(&pairs[i]);
		return;
	}
	(void)close(client);
}

static void
run(struct orders *o, int listening, const struct sockaddr_un *server)
{
	struct pair pairs[PAIRS_MAX];

	for (size_t i = 0; i < PAIRS_MAX; i++)
		pairs[i] = (struct pair){ .fd = { -1, -1 } };
	for (;;) {
		struct pollfd fds[1 + 2 * PAIRS_MAX] = { { .fd = listening, .events = POLLIN } };

		if (atomic_load(&o->plan) == PROXY_HANG) {
			(void)poll(NULL, 0, LOOK_MS);
			continue;
		}
		for (size_t i = 0; i < 2 * PAIRS_MAX; i++)
			fds[1 + i] = (struct pollfd){ .fd = pairs[i / 2].fd[i % 2], .events = POLLIN };
		(void)poll(fds, 1 + 2 * PAIRS_MAX, LOOK_MS);
		if (atomic_load(&o->plan) == PROXY_HANG)
			continue;
		for (size_t i = 0; i < 2 * PAIRS_MAX; i++)
			if (fds[1 + i].revents != 0 && pairs[i / 2].fd[i % 2] == fds[1 + i].fd)
				pass(o, &pairs[i / 2], i % 2 == 0 ? CLIENT : SERVER);
		if (fds[0].revents != 0)
			take(o, pairs, listening, server);
	}
}

/* ---- for the test */

static struct sockaddr_un
address(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	assert_true((size_t)snprintf(at.sun_path, sizeof(at.sun_path), "%s", path) < sizeof(at.sun_path));
	return at;
}

struct proxy *
proxy_start(const char *server)
{
	struct proxy *p = calloc(1, sizeof(*p));
	struct sockaddr_un to = address(server);
	char path[96];
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_non_null(p);
	p->orders = mmap(NULL, sizeof(*p->orders), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(p->orders != MAP_FAILED);
	(void)snprintf(p->folder, sizeof(p->folder), "/tmp/connector-proxy-XXXXXX");
	assert_non_null(mkdtemp(p->folder));
	(void)snprintf(path, sizeof(path), "%s/db.sock", p->folder);
	p->at = address(path);
	assert_int_equal(bind(fd, (const struct sockaddr *)&p->at, sizeof(p->at)), 0);
	assert_int_equal(listen(fd, 64), 0);
	p->child = fork();
	assert_true(p->child >= 0);
	if (p->child == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		run(p->orders, fd, &to);
	}
	(void)close(fd);
	return p;
}

void
proxy_stop(struct proxy *p)
{
	(void)kill(p->child, SIGKILL);
	(void)waitpid(p->child, NULL, 0);
	(void)unlink(p->at.sun_path);
	(void)rmdir(p->folder);
	(void)munmap(p->orders, sizeof(*p->orders));
	free(p);
}

const char *
proxy_path(const struct proxy *p)
{
	return p->at.sun_path;
}

void
proxy_plan(struct proxy *p, enum proxy_plan plan, const char *word)
{
	atomic_store(&p->orders->plan, PROXY_PASS);
	atomic_store(&p->orders->skip, 0);
	if (word != NULL)
		(void)snprintf(p->orders->word, sizeof(p->orders->word), "%s", word);
	atomic_store(&p->orders->plan, (int)plan);
}

void
proxy_skip(struct proxy *p, int n)
{
	atomic_store(&p->orders->skip, n);
}

int
proxy_hits(const struct proxy *p)
{
	return atomic_load(&p->orders->hits);
}
