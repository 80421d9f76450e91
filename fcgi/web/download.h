/* download.h - sends an answer that is too long to be held (struct web_file), in bounded memory. */
#ifndef WEB_DOWNLOAD_H
#define WEB_DOWNLOAD_H

#include "web/reply.h"

/* A client that takes its bytes one by one occupies a process: longer than that is cut. */
#define DOWNLOAD_MAX_MS ((int64_t)10 * 60 * 1000)

struct fcgi;

/*
 * Answers the request in hand with rp->file.  False when its first piece failed: nothing was sent, and *rp is the
 * ordinary answer to send instead.  Afterwards the file either went out whole or the connection was cut.
 */
bool download_send(struct fcgi *f, struct arena *a, struct web_reply *rp) CC_MUST_USE;

#endif
