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

struct http_poll {
	CURLM *multi;
	int epoll;
	int64_t timer_mono_ms; /* when libcurl wants to be called again; -1: not by time */
	int extra;             /* the descriptor that wakes as well, or -1 */
	/*
	 * By descriptor, what a transfer waits for, 0 for nothing.  A kept connection stays in epoll between two
	 * requests, and is taken out when it has something to tell that nobody waits for.
	 */
	uint32_t *wanted;
	size_t n_wanted;
};

/* Borrows `multi`, which ends first: it tells of the sockets that it closes. */
void http_poll_init(struct http_poll *p, CURLM *multi);
void http_poll_fini(struct http_poll *p);
/* Waits at most wait_ms for a socket, the timer or `fd` (or -1), and lets libcurl go on with what came. */
bool http_poll_turn(struct http_poll *p, int64_t wait_ms, int fd, struct err *e) CC_MUST_USE;

#endif
