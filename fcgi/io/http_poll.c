/* http_poll.c - see http_poll.h. */
#include "io/http_poll.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"

#define EVENTS_MAX  64
#define WAIT_MAX_MS 60000

static uint32_t *
wanted_of(struct http_poll *p, int fd)
{
	size_t at = (size_t)fd;

	if (at >= p->n_wanted) {
		size_t n = at * 2 + 64;
		uint32_t *more = realloc(p->wanted, n * sizeof(*more));

		if (more == NULL)
			abort();
		memset(more + p->n_wanted, 0, (n - p->n_wanted) * sizeof(*more));
		p->wanted = more;
		p->n_wanted = n;
	}
	return &p->wanted[at];
}

/* epoll may know the descriptor or not: it forgets it when it is closed, and nobody says so. */
static void
watch(const struct http_poll *p, int fd, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.fd = fd };

	if (epoll_ctl(p->epoll, EPOLL_CTL_MOD, fd, &event) == 0)
		return;
	if (errno != ENOENT || epoll_ctl(p->epoll, EPOLL_CTL_ADD, fd, &event) != 0)
		abort(); /* out of kernel memory: a transfer would never end */
}

static int
on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *of_socket)
{
	struct http_poll *p = arg;
	uint32_t events =
	    (what & CURL_POLL_IN ? (uint32_t)EPOLLIN : 0) | (what & CURL_POLL_OUT ? (uint32_t)EPOLLOUT : 0);

	(void)easy, (void)of_socket;
	if (what == CURL_POLL_REMOVE)
		events = 0;
	else if (*wanted_of(p, fd) != events)
		watch(p, fd, events);
	*wanted_of(p, fd) = events;
	return 0;
}

static int
on_timer(CURLM *multi, long ms, void *arg)
{
	struct http_poll *p = arg;

	(void)multi;
	p->timer_mono_ms = ms < 0 ? -1 : clock_mono_ms() + ms;
	return 0;
}

void
http_poll_init(struct http_poll *p, CURLM *multi)
{
	*p = (struct http_poll){ .multi = multi,
		.epoll = epoll_create1(EPOLL_CLOEXEC),
		.timer_mono_ms = -1,
		.extra = -1 };
	if (p->epoll < 0)
		abort();
	(void)curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	(void)curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, p);
	(void)curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
	(void)curl_multi_setopt(multi, CURLMOPT_TIMERDATA, p);
}

void
http_poll_fini(struct http_poll *p)
{
	(void)close(p->epoll);
	free(p->wanted);
}

static bool
act(const struct http_poll *p, curl_socket_t fd, int mask, struct err *e)
{
	int running;
	CURLMcode rc = curl_multi_socket_action(p->multi, fd, mask, &running);

	return rc == CURLM_OK || err_set(e, ERR_IO, "http: %s", curl_multi_strerror(rc));
}

static int
wait_of(const struct http_poll *p, int64_t wait_ms)
{
	int64_t left = p->timer_mono_ms < 0 ? WAIT_MAX_MS : p->timer_mono_ms - clock_mono_ms();

	if (left < wait_ms)
		wait_ms = left;
	return wait_ms < 0 ? 0 : wait_ms > WAIT_MAX_MS ? WAIT_MAX_MS : (int)wait_ms;
}

static void
forget(const struct http_poll *p, int fd)
{
	(void)epoll_ctl(p->epoll, EPOLL_CTL_DEL, fd, NULL);
}

static void
watch_extra(struct http_poll *p, int fd)
{
	if (fd == p->extra)
		return;
	if (p->extra >= 0)
		forget(p, p->extra);
	if (fd >= 0)
		watch(p, fd, EPOLLIN);
	p->extra = fd;
}

static bool
take(struct http_poll *p, const struct epoll_event *event, struct err *e)
{
	uint32_t got = event->events;
	int fd = event->data.fd;

	if (fd == p->extra)
		return true;
	if (*wanted_of(p, fd) == 0) {
		forget(p, fd); /* the far end closed a kept connection; libcurl finds out when it wants it */
		return true;
	}
	return act(p, fd,
	    (got & EPOLLIN ? CURL_CSELECT_IN : 0) | (got & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
	        (got & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0),
	    e);
}

bool
http_poll_turn(struct http_poll *p, int64_t wait_ms, int fd, struct err *e)
{
	struct epoll_event events[EVENTS_MAX];

	watch_extra(p, fd);
	int n = epoll_wait(p->epoll, events, EVENTS_MAX, wait_of(p, wait_ms));

	for (int i = 0; i < n; i++)
		if (!take(p, &events[i], e))
			return false;
	if (p->timer_mono_ms < 0 || clock_mono_ms() < p->timer_mono_ms)
		return true;
	/* libcurl sets the timer anew when it needs one. */
	p->timer_mono_ms = -1;
	return act(p, CURL_SOCKET_TIMEOUT, 0, e);
}
