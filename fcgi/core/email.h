/* email.h - e-mail addresses and messages, pure. */
#ifndef CORE_EMAIL_H
#define CORE_EMAIL_H

#include "base/err.h"
#include "base/str.h"

#define EMAIL_MAX 254

/*
 * An address as it is kept and compared: trimmed, in lower case.  ERR_INVALID with a sentence for people: no address,
 * or one that only quoting could make valid.  Holds no white space, no control character and none of <>()[]:;@\,"
 * besides the one @, so that it is safe in a header and in SMTP.
 */
bool email_normal(struct arena *a, struct str typed, struct str *out, struct err *e) CC_MUST_USE;

struct email_message {
	struct str from, to;       /* addresses as email_normal() gives them */
	struct str subject, text;  /* UTF-8, anything: what is not plain is encoded; lines of `text` end with \n */
	struct str id;             /* of Message-ID, left of the @: letters, digits, dots */
	int64_t at_ms;
};

/* The message as RFC 5322 wants it, lines ending in CRLF.  No value can begin a header of its own. */
struct str email_message(struct arena *a, const struct email_message *m);

#endif
