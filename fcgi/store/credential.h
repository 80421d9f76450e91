/* credential.h - a tenant's secrets other than HubSpot's tokens: "impact.auth_token". */
#ifndef STORE_CREDENTIAL_H
#define STORE_CREDENTIAL_H

#include "base/err.h"
#include "base/secret.h"
#include "io/db.h"
#include "store/vault.h"

struct credential_facts {
	bool set;
	struct str last4;
	int64_t set_ms;
};

bool credential_save(struct db *db, const struct vault *v, struct arena *a, int64_t tenant_id, struct str name,
    const struct secret *value, struct err *e) CC_MUST_USE;
/* ERR_NOT_FOUND when it was never set. */
bool credential_load(struct db *db, const struct vault *v, struct arena *a, int64_t tenant_id, struct str name,
    struct secret *value, struct err *e) CC_MUST_USE;
/* Not set is not a failure. */
bool credential_facts(struct db *db, struct arena *a, int64_t tenant_id, struct str name, struct credential_facts *out,
    struct err *e) CC_MUST_USE;

extern const struct sql credential_sql[];
extern const size_t credential_sql_n;

#endif
