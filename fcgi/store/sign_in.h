/*
 * sign_in.h - sign-in links by e-mail: asked for by anybody for any address, sent to members only.
 *
 * Asking does the same for an address that nobody has, so that neither the answer nor its time tells who is a member:
 * the worker finds that out (task/mail.h).  A link is good once and for a while.
 */
#ifndef STORE_SIGN_IN_H
#define STORE_SIGN_IN_H

#include "base/err.h"
#include "base/str.h"
#include "io/db.h"

/*
 * For one address in an hour; more are dropped without a word while one of them still works.  They stay good: whoever
 * asks has a link in the mailbox, whatever others ask for.
 */
#define SIGN_IN_PER_HOUR 5
/* For all addresses in a minute: what the mail relay may be asked to do.  nginx limits each client far below. */
#define SIGN_IN_PER_MINUTE 1200

struct sign_in {
	int64_t link_id;
	struct str email, nonce;
};

/* A link is good for limit_s.  ERR_LIMIT: too many, for all addresses together. */
bool sign_in_ask(struct db *db, struct arena *a, struct str email, int64_t limit_s, struct err *e) CC_MUST_USE;
/* ERR_NOT_FOUND: unknown, used or older than limit_s. */
bool sign_in_load(struct db *db, struct arena *a, int64_t link_id, int64_t limit_s, struct sign_in *out,
    struct err *e) CC_MUST_USE;
/* Uses it: of two at once one finds it, the other gets ERR_NOT_FOUND.  The address's other links end, too. */
bool sign_in_take(struct db *db, const struct sign_in *link, struct err *e) CC_MUST_USE;
bool sign_in_sweep(struct db *db, struct err *e) CC_MUST_USE;

extern const struct sql sign_in_sql[];
extern const size_t sign_in_sql_n;

#endif
