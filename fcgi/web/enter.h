/* enter.h - a browser gets a session. */
#ifndef WEB_ENTER_H
#define WEB_ENTER_H

#include "web/reply.h"
#include "web/request.h"

/* A new session at every log-in; the one before ends (F-002). */
bool enter(struct web_request *rq, struct web_reply *rp, const struct person *who, enum session_proof proof,
    struct err *e) CC_MUST_USE;
/* The session's cookie; false when there is none. */
bool enter_cookie(const struct web_request *rq, struct str *out);
void enter_set_cookie(struct web_request *rq, struct web_reply *rp, struct str cookie);

#endif
