/* accounts.h - the accounts of the person behind a request. */
#ifndef WEB_ACCOUNTS_H
#define WEB_ACCOUNTS_H

#include "web/request.h"

/* Those that what the session has proved opens (store/session.h), its own among them; none after an invitation. */
bool web_accounts(struct web_request *rq, struct person_account **out, size_t *n, struct err *e) CC_MUST_USE;

#endif
