/*
 * install.h - HubSpot's tokens of one account, sealed, and their refresh by one process at a time.
 *
 * A refresh: install_lease() (one row changed: it is ours for 30 s of the database's clock), HTTP outside any
 * transaction, install_refreshed() fenced by owner and version; zero rows means somebody newer won.
 */
#ifndef STORE_INSTALL_H
#define STORE_INSTALL_H

#include "base/err.h"
#include "base/secret.h"
#include "io/db.h"
#include "store/person.h"
#include "store/tenant.h"
#include "store/vault.h"

struct install {
	int64_t tenant_id, hub_user_id;
	bool connected;
	struct str scopes; /* granted, space separated */
	struct secret access_token, refresh_token;
	int64_t expires_ms, last_ok_ms; /* 0: never */
	int64_t since_ms;               /* when it became connected, or ceased to be; 0: not known */
	int64_t expires_in_ms;          /* by the database's clock, at the time of the read; negative: expired */
	int64_t ok_age_ms; /* since last_ok, by the database's clock; -1: never */
	int64_t refused;                /* times in a row that HubSpot refused the refresh token */
	int64_t version;
};

bool install_load(struct db *db, const struct vault *v, struct arena *a, int64_t tenant_id, struct install *out,
    struct err *e) CC_MUST_USE;
/* The same without the tokens: for showing. */
bool install_facts(struct db *db, struct arena *a, int64_t tenant_id, struct install *out, struct err *e) CC_MUST_USE;
/* A log-in or a re-install: replaces everything, state connected, makes the tenant's token schedule row. */
bool install_save(struct db *db, const struct vault *v, struct arena *a, const struct install *in, int64_t expires_in_s,
    struct err *e) CC_MUST_USE;
/* ERR_CONFLICT: another process refreshes right now, or the version moved. */
bool install_lease(struct db *db, int64_t tenant_id, int64_t version, struct str owner, struct err *e) CC_MUST_USE;
/* What a refresh brought; an empty refresh token keeps the old one. */
struct install_tokens {
	struct secret access, refresh;
	int64_t expires_in_s;
};
/* For the tenant and version of `held`.  ERR_CONFLICT: somebody newer won, throw the tokens away. */
bool install_refreshed(struct db *db, const struct vault *v, struct arena *a, const struct install *held,
    struct str owner, const struct install_tokens *fresh, struct err *e) CC_MUST_USE;
/* The refresh failed for now: gives the lease back; `refused` counts up when HubSpot said invalid_grant. */
bool install_refresh_failed(struct db *db, int64_t tenant_id, int64_t version, struct str owner, bool refused,
    struct err *e) CC_MUST_USE;
/*
 * Tokens dropped, configuration kept (I-58, I-59).  The tenant is PAUSED when HubSpot ended it (the app was removed
 * there), DISCONNECTED when a person did here.  ERR_CONFLICT when the tokens are no longer
 * those of `version`: a new log-in is not to be dropped for the refusal of old ones.
 * `by` is who ended the connection of by->tenant_id; person_id 0: HubSpot no longer takes the tokens.
 */
bool install_disconnected(struct db *db, struct arena *a, const struct person *by, int64_t version,
    enum tenant_state to, struct err *e) CC_MUST_USE;

extern const struct sql install_sql[];
extern const size_t install_sql_n;

#endif
