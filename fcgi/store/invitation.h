/*
 * invitation.h - open invitations to an account (C-22): for one address and role, good once, for a while.
 *
 * One that was accepted, revoked or replaced is gone; an expired one stays for a month, so that it can be sent again.
 * The link is made from the row (task/link.h).
 */
#ifndef STORE_INVITATION_H
#define STORE_INVITATION_H

#include "base/err.h"
#include "base/str.h"
#include "io/db.h"
#include "store/person.h"

#define INVITATIONS_MAX 200

struct invitation {
	int64_t tenant_id, invitation_id;
	struct str email, nonce, invited_by;
	enum person_role role;
	int64_t created_ms, expires_ms;
	bool expired; /* by the database's clock */
	struct str mail_state, mail_problem; /* "waiting", "sent", "failed"; empty: no e-mail */
};

/* How an invitation is handed over. */
struct invitation_terms {
	int64_t valid_s;
	bool by_mail; /* the worker sends it; else an owner copies the link */
};

/*
 * By an owner.  Replaces one that the address has.  ERR_EXISTS: is a member already; ERR_LIMIT: too many are open;
 * ERR_DENIED: `by` is no owner any more.
 */
bool invitation_make(struct db *db, struct arena *a, const struct person *by, struct str email, enum person_role role,
    const struct invitation_terms *terms, struct invitation *out, struct err *e) CC_MUST_USE;
/* By an owner: a new link, the old one is dead.  ERR_NOT_FOUND: it is not there any more. */
bool invitation_renew(struct db *db, struct arena *a, const struct person *by, int64_t invitation_id,
    const struct invitation_terms *terms, struct invitation *out, struct err *e) CC_MUST_USE;
/* By an owner. */
bool invitation_revoke(struct db *db, struct arena *a, const struct person *by, int64_t invitation_id,
    struct err *e) CC_MUST_USE;

bool invitation_list(struct db *db, struct arena *a, int64_t tenant_id, struct invitation **out, size_t *n,
    struct err *e) CC_MUST_USE;
/* ERR_NOT_FOUND: there is none. */
bool invitation_load(struct db *db, struct arena *a, int64_t tenant_id, int64_t invitation_id, struct invitation *out,
    struct err *e) CC_MUST_USE;
/* Uses it: of two at once one comes in, the other gets ERR_NOT_FOUND, as everybody does for an expired one. */
bool invitation_accept(struct db *db, struct arena *a, const struct invitation *i, struct person *out,
    struct err *e) CC_MUST_USE;
/* Inside person_join(): takes the address's valid invitation, if there is one, and tells its role. */
bool invitation_take_for(struct db *db, struct arena *a, int64_t tenant_id, struct str email, bool *taken,
    enum person_role *role, struct err *e) CC_MUST_USE;
bool invitation_sweep(struct db *db, struct err *e) CC_MUST_USE;

extern const struct sql invitation_sql[];
extern const size_t invitation_sql_n;

#endif
