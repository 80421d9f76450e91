/*
 * belonging.h - the other accounts that the person of a session belongs to, as far as the log-in proved who it is: by
 * HubSpot that is the HubSpot user, by a sign-in link the e-mail address.  An invitation's link proves neither, because
 * whoever invited could open it: it leads to no other account.
 */
#ifndef STORE_BELONGING_H
#define STORE_BELONGING_H

#include "base/err.h"
#include "base/str.h"
#include "io/db.h"

struct belonging {
	int64_t tenant_id, portal_id;
	struct str name;
};

/* Without the session's own account, and without those that are being deleted. */
bool belonging_list(struct db *db, struct arena *a, struct str cookie, struct belonging **out, size_t *n,
    struct err *e) CC_MUST_USE;

extern const struct sql belonging_sql[];
extern const size_t belonging_sql_n;

#endif
