/*
 * link.h - the secret part of the links that are mailed: invitations and sign-in links.
 *
 * A token is made from a row and the installation's master key, so that no token is stored, an e-mail that is sent a
 * second time says the same, and an owner can copy the link of an invitation at any time.  A new nonce in the row ends
 * the old link.  "i.17.4.<43>" or "s.9.<43>": kind, tenant (invitations), row, HMAC-SHA256.
 */
#ifndef TASK_LINK_H
#define TASK_LINK_H

#include "store/invitation.h"
#include "store/sign_in.h"
#include "store/vault.h"

/* The whole address; the token stands behind '#', which browsers send to nobody. */
struct str link_invitation(struct arena *a, struct str public_url, const struct vault *v, const struct invitation *i);
struct str link_sign_in(struct arena *a, struct str public_url, const struct vault *v, const struct sign_in *s);

/* The row that a token is of.  ERR_NOT_FOUND: no such row, or the token is not its. */
bool link_find_invitation(struct db *db, struct arena *a, const struct vault *v, struct str token,
    struct invitation *out, struct err *e) CC_MUST_USE;
bool link_find_sign_in(struct db *db, struct arena *a, const struct vault *v, struct str token, int64_t limit_s,
    struct sign_in *out, struct err *e) CC_MUST_USE;

#endif
