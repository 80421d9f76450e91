/*
 * fcgi.h - the FastCGI side of a program (libfcgi behind it): requests on descriptor 0, one at a time, or some
 * together.
 *
 * SIGTERM, SIGINT and SIGQUIT end fcgi_accept() after the request in hand.  A body is read whole, up to a cap,
 * and must have exactly CONTENT_LENGTH bytes.
 */
#ifndef IO_FCGI_H
#define IO_FCGI_H

#include "base/err.h"
#include "base/str.h"

struct fcgi;
struct arena;

/*
 * Installs the signal handlers.  `tick` (may be NULL) is called with `arg` about every `tick_ms`, always between two
 * requests and also while none comes.  ERR_IO when descriptor 0 is no listening socket.
 */
typedef void fcgi_tick(void *arg);
bool fcgi_open(struct fcgi **out, fcgi_tick *tick, void *arg, int64_t tick_ms, struct err *e) CC_MUST_USE;
/* Takes one more request beside those of fcgi_accept() and of its other siblings, by fcgi_accept_now() alone. */
struct fcgi *fcgi_sibling(void);
void fcgi_close(struct fcgi *f);
/* Waits for the next request; false when the process shall end. */
bool fcgi_accept(struct fcgi *f);
/* Takes a request that waits already; false when there is none.  The one before must have been answered. */
bool fcgi_accept_now(struct fcgi *sibling);
/* A parameter of the request, or the empty slice.  Lives until the next fcgi_accept(). */
struct str fcgi_param(const struct fcgi *f, const char *name);
/* How often that parameter was given. */
size_t fcgi_param_count(const struct fcgi *f, const char *name);
/* ERR_LIMIT: longer than max; ERR_INVALID: fewer or more bytes than announced. */
bool fcgi_body(struct fcgi *f, struct arena *a, size_t max, struct str *out, struct err *e) CC_MUST_USE;
/*
 * Writes the whole answer.  `headers` are complete lines, each ending in CRLF, or empty; CR, LF or NUL
 * inside a value is the caller's fault and ends the process.
 */
void fcgi_reply(struct fcgi *f, int status, struct str headers, struct str body);
/*
 * A long answer, piece by piece: fcgi_begin(), fcgi_write() as often as needed, then fcgi_end(), or fcgi_cut() when it
 * cannot be finished.  It has no Content-Length, so its end must be told: fcgi_cut() closes the connection without the
 * record that ends a request, the web server takes that for an upstream that died, and ends its own answer without the
 * last chunk (HTTP/2: resets the stream).  A browser then shows a failed download, fetch() rejects: a part never passes
 * for the whole.  nginx looks for that record only where it asks to keep the connection (fastcgi_keep_conn on, for the
 * downloads in nginx/connector.conf.in); it is closed after each request all the same.
 */
void fcgi_begin(struct fcgi *f, int status, struct str headers);
/*
 * False: the client is gone, or the process shall end; fcgi_cut() is next.  Blocks as long as the client takes no
 * bytes.  Calls the tick of fcgi_open() when it is due.
 */
bool fcgi_write(struct fcgi *f, struct str piece) CC_MUST_USE;
void fcgi_end(struct fcgi *f);
void fcgi_cut(struct fcgi *f);

#endif
