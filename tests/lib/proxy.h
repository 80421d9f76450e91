/*
 * proxy.h - stands between a program under test and its database, and holds or cuts what passes at a chosen packet.
 *
 * A process of its own on a unix socket.  A plan that waits for a word (in a packet of the client: "COMMIT") is carried
 * out once, on the connection that said it; other connections and later ones pass.
 */
#ifndef TESTS_LIB_PROXY_H
#define TESTS_LIB_PROXY_H

#include <stdbool.h>

enum proxy_plan {
	PROXY_PASS,
	PROXY_CUT_BEFORE, /* at the word: cut, the server never hears it */
	PROXY_CUT_AFTER,  /* at the word: the server does it, its answer is cut off */
	PROXY_SWALLOW,    /* at the word: the server does it, its answer never comes, the connection stays */
	PROXY_HANG, /* nothing passes, new connections are taken and not greeted, until another plan is set */
	PROXY_FULL  /* new connections are told error 1040, too many connections */
};

struct proxy;

/* In front of the server's socket.  Fails the test when it cannot. */
struct proxy *proxy_start(const char *server);
void proxy_stop(struct proxy *p);
/* The socket to connect to. */
const char *proxy_path(const struct proxy *p);
/* `word` may be NULL where the plan has none. */
void proxy_plan(struct proxy *p, enum proxy_plan plan, const char *word);
/* The next n packets with the word pass. */
void proxy_skip(struct proxy *p, int n);
/* How often a word was met since the start. */
int proxy_hits(const struct proxy *p);

#endif
