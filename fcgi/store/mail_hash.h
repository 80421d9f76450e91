/*
 * mail_hash.h - e-mail addresses as they are searched for (design 8): HMAC-SHA256 under the tenant's key over the
 * address trimmed and in lower case.  Who has the database alone cannot tell an address from its hash, nor see that
 * two tenants know the same person; when the tenant's key goes, the hashes mean nothing.
 */
#ifndef STORE_MAIL_HASH_H
#define STORE_MAIL_HASH_H

#include "store/vault.h"

/* 32 bytes; the empty slice for an empty address. */
struct str mail_hash(struct arena *a, const struct secret *data_key, struct str address);
/* The same with the key read from the tenant's row. */
bool mail_hash_of(const struct vault *v, struct db *db, struct arena *a, int64_t tenant_id, struct str address,
    struct str *out, struct err *e) CC_MUST_USE;

#endif
