/*
 * http_link.h - connections to https origins: the inside of io/http, used by http.c alone.
 *
 * libcurl makes a connection (name, TCP, TLS, the far end's proof) and moves its bytes; what is said over it is http.c's.
 * So a request costs what its bytes cost, and whether one of them has left is known and not inferred.
 *
 *   http_link_open() -> connecting -> http_link_made() -> http.c's -> http_link_keep() -> kept -> http_link_find() -> http.c's
 *                                          '-----------------'-----------> http_link_close() <---'
 */
#ifndef IO_HTTP_LINK_H
#define IO_HTTP_LINK_H

#include <curl/curl.h>

#include "base/settings.h"
#include "base/str.h"
#include "io/http_poll.h"

#define HTTP_LINK_EASY_MAX 64

struct http_link {
	struct http_link *next, **link; /* among the kept ones */
	CURL *easy; /* in the multi handle as long as the connection lives */
	int fd;     /* -1 until it is made */
	char *origin;
	void *by;   /* whose it is; NULL: kept */
	bool used;  /* a request was answered over it */
	int64_t kept_mono_ms; /* since when */
};

struct http_links {
	CURLM *multi;
	struct http_poll *poll;
	CURLSH *sessions; /* TLS sessions of all handles: a fresh connection resumes one, at a fraction of the work */
	char *ca_file;
	struct http_link *kept; /* the latest first */
	size_t n_kept;
	CURL *idle[HTTP_LINK_EASY_MAX];
	size_t n_idle;
};

enum http_link_moved {
	HTTP_LINK_MOVED,
	HTTP_LINK_LATER,  /* nothing can be moved now */
	HTTP_LINK_CLOSED, /* the far end has ended it in good order */
	HTTP_LINK_BROKEN
};

/* Borrows `multi` and `poll`. */
void http_links_init(struct http_links *l, const struct settings *s, CURLM *multi, struct http_poll *poll);
/* Before the multi handle ends: closes what is kept. */
void http_links_fini(struct http_links *l);
/* After the multi handle has ended, which still asks for the sessions. */
void http_links_free(struct http_links *l);
/* A handle of libcurl with all that transfers have in common, and back again. */
CURL *http_links_easy(struct http_links *l);
void http_links_easy_back(struct http_links *l, CURL *easy);

/* Begins to connect for `by`, who is told by the multi handle (CURLINFO_PRIVATE) how it ended. */
struct http_link *http_link_open(struct http_links *l, struct str origin, int64_t connect_ms, int64_t total_ms,
    void *by);
/* It ended well: the connection stands.  False: it is gone again. */
bool http_link_made(struct http_link *link);
/* A kept connection to that origin, now of `by`; NULL: there is none. */
struct http_link *http_link_find(struct http_links *l, struct str origin, void *by);
/* For whoever wants it next.  The descriptor stays watched; http_link_stirs() hears of it. */
void http_link_keep(struct http_links *l, struct http_link *link);
/* A kept one has something to tell: it is closed, or the message was TLS's own. */
void http_link_stirs(struct http_links *l, struct http_link *link);
void http_link_close(struct http_links *l, struct http_link *link);

enum http_link_moved http_link_send(struct http_link *link, const char *p, size_t n, size_t *moved);
enum http_link_moved http_link_receive(struct http_link *link, char *p, size_t n, size_t *moved);

#endif
