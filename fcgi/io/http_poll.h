/*
 * http_poll.h - waits for the sockets of a curl multi handle: the inside of io/http, used by http.c alone.
 *
 * One epoll descriptor and one timer, as curl_multi_socket_action() wants them.  What a turn costs depends on the
 * sockets that have something to tell, not on how many transfers wait: curl_multi_perform() would ask each of them.
 */
#ifndef IO_HTTP_POLL_H
#define IO_HTTP_POLL_H

#include <curl/curl.h>
#include <stdint.h>

#include "base/err.h"

/* `owner` of a descriptor that http_poll_watch() was told of: it may be read or written, or is closed. */
typedef void http_poll_ready(void *arg, void *owner);

/* One descriptor: what libcurl waits for (0: nothing), or whose it is instead. */
struct http_poll_fd {
	uint32_t wanted;
	void *owner;
};

struct http_poll {
	CURLM *multi;
	http_poll_ready *ready;
	void *ready_arg;
	int epoll;
	int64_t timer_mono_ms; /* when libcurl wants to be called again; -1: not by time */
	int extra;             /* the descriptor that wakes as well, or -1 */
	struct http_poll_fd *fds; /* by descriptor; each stays in epoll until it is closed or speaks to nobody */
	size_t n_fds;
};

/* Borrows `multi`, which ends first: it tells of the sockets that it closes. */
void http_poll_init(struct http_poll *p, CURLM *multi, http_poll_ready *ready, void *arg);
void http_poll_fini(struct http_poll *p);
/* A descriptor that libcurl has done with: `owner` hears of it when it may be read, and when written, too. */
void http_poll_watch(struct http_poll *p, int fd, bool write, void *owner);
/* Before the descriptor is closed. */
void http_poll_leave(struct http_poll *p, int fd);
/* Waits at most wait_ms for a socket, the timer or `fd` (or -1), and lets libcurl go on with what came. */
bool http_poll_turn(struct http_poll *p, int64_t wait_ms, int fd, struct err *e) CC_MUST_USE;

#endif
