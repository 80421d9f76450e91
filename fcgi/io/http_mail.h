/*
 * http_mail.h - one e-mail as a transfer of the HTTP client: the inside of io/http, used by http.c alone.
 *
 * SMTP over TLS, from the start (smtps) or by STARTTLS (smtp), never without.  A refusal of the relay is an answer
 * whose status is the SMTP code (550); 250 is success.
 */
#ifndef IO_HTTP_MAIL_H
#define IO_HTTP_MAIL_H

#include <curl/curl.h>

#include "base/http_message.h"

struct http_mail {
	struct str rest; /* of the message, not yet read by libcurl */
	struct curl_slist *to;
};

/* ERR_INVALID: no relay's address, or an address of mail that could say more to the relay than itself. */
bool http_mail_check(const struct http_request *rq, struct err *e) CC_MUST_USE;
/* *m must live as long as the transfer. */
void http_mail_set(CURL *easy, struct http_mail *m, struct arena *a, const struct http_request *rq);
void http_mail_fini(struct http_mail *m);
/* The status of the answer, 0 when there was none: then it is not known whether the relay has the message. */
int http_mail_status(CURL *easy, CURLcode result);

#endif
