/*
 * vault.h - secrets of tenants, sealed with AES-256-GCM under a data key per tenant, which the installation's
 * master key wraps.  The context binds a sealed text to tenant, table, column and row.
 */
#ifndef STORE_VAULT_H
#define STORE_VAULT_H

#include "base/err.h"
#include "base/secret.h"
#include "io/db.h"

/* The installation's master key, read once at start.  key_id: first 8 hex digits of its SHA-256. */
struct vault {
	struct secret master_key;
	struct str key_id;
};

/* A place of a secret: vault_place(a, tenant, "install", "access_token", "0"). */
struct str vault_place(struct arena *a, int64_t tenant_id, const char *table, const char *column, struct str row);

/* A new data key, wrapped for that portal's tenant row. */
bool vault_new_data_key(const struct vault *v, struct arena *a, int64_t portal_id, struct str *wrapped,
    struct err *e) CC_MUST_USE;
/* ERR_NOT_FOUND when there is no such tenant, ERR_DENIED when the master key is another one. */
bool vault_data_key(const struct vault *v, struct db *db, struct arena *a, int64_t tenant_id, struct secret *key,
    struct err *e) CC_MUST_USE;
bool vault_seal(const struct vault *v, struct db *db, struct arena *a, int64_t tenant_id, struct str place,
    const struct secret *plain, struct str *sealed, struct err *e) CC_MUST_USE;
bool vault_open(const struct vault *v, struct db *db, struct arena *a, int64_t tenant_id, struct str place,
    struct str sealed, struct secret *plain, struct err *e) CC_MUST_USE;

extern const struct sql vault_sql[];
extern const size_t vault_sql_n;

#endif
