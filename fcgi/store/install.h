/*
 * install.h - HubSpot's tokens of one account, sealed, and their refresh by one process at a time.
 *
 *              log-in                          HubSpot refused the refresh token twice, or said that the app is gone;
 *   (no row) ----------> CONNECTED ----------------------------------------------------------> DISCONNECTED
 *                         |      ^                  a person disconnected                           |
 *                         '------'                                                                  |
 *                     refreshed, looked at      <--------------------- log-in ----------------------'
 *
 * `trouble` tells more: of a connected one what keeps it from being refreshed, of a disconnected one why it ended.
 *
 * A refresh: install_lease() (one row changed: it is ours for 30 s of the database's clock), HTTP outside any
 * transaction, install_refreshed() fenced by the version.  Whoever brings tokens for the version that stands has used
 * the refresh token that stands, so they are stored, also when the lease has run out meanwhile: with refresh tokens
 * that change at each use, thrown away tokens would be the end.  Zero rows: somebody newer won.
 */
#ifndef STORE_INSTALL_H
#define STORE_INSTALL_H

#include "base/err.h"
#include "base/secret.h"
#include "io/db.h"
#include "store/person.h"
#include "store/tenant.h"
#include "store/vault.h"

/* A token with less life left is not begun with; of a token that lives shorter, a tenth of its life. */
#define INSTALL_MARGIN_MS 30000

enum install_trouble {
	INSTALL_NO_TROUBLE,
	/* of a connected one */
	INSTALL_UNREACHABLE, /* HubSpot's token service does not answer */
	INSTALL_CLIENT,      /* our client id or secret is refused: the operator's; never ends a connection */
	INSTALL_DENIED,      /* tokens are given, calls with them are answered 401 */
	/* of both: refused once; ended for it */
	INSTALL_REFUSED,
	/* of a disconnected one */
	INSTALL_REMOVED,      /* the app was uninstalled in HubSpot */
	INSTALL_ACCOUNT_GONE, /* there is no such account any more */
	INSTALL_TROUBLE__COUNT
};

struct install {
	int64_t tenant_id, hub_user_id;
	bool connected;
	enum install_trouble trouble;
	struct str scopes; /* granted, space separated */
	struct secret access_token, refresh_token;
	bool access_refused;            /* HubSpot has answered 401 to the access token */
	int64_t expires_ms, last_ok_ms; /* 0: never.  last_ok: given, or confirmed by a look */
	int64_t since_ms;               /* when it became connected, or ceased to be; 0: not known */
	/* By the database's clock at the time of the read: */
	int64_t expires_in_ms; /* negative: expired */
	int64_t age_ms;        /* of the access token; -1: not known */
	int64_t ok_age_ms;     /* since last_ok; -1: never */
	int64_t rest_ms;       /* nobody refreshes for so long */
	bool leased;           /* ... because somebody does */
	int64_t refused;       /* times in a row that HubSpot refused the refresh token */
	int64_t failures;      /* refreshes in a row that brought nothing */
	int64_t version;
};

/* "none", "unreachable", ...: as in SQL and JSON. */
const char *install_trouble_name(enum install_trouble trouble);
/* Whether a call may begin with the access token. */
bool install_usable(const struct install *in);

bool install_load(struct db *db, const struct vault *v, struct arena *a, int64_t tenant_id, struct install *out,
    struct err *e) CC_MUST_USE;
/* The same without the tokens: for showing. */
bool install_facts(struct db *db, struct arena *a, int64_t tenant_id, struct install *out, struct err *e) CC_MUST_USE;
/* A log-in or a re-install: replaces everything, state connected, and the tenant's token schedule is due. */
bool install_save(struct db *db, const struct vault *v, struct arena *a, const struct install *in, int64_t expires_in_s,
    struct err *e) CC_MUST_USE;
/* ERR_CONFLICT: another process refreshes right now, a failed refresh rests, or the version moved. */
bool install_lease(struct db *db, int64_t tenant_id, int64_t version, struct str owner, struct err *e) CC_MUST_USE;
/* What a refresh brought; an empty refresh token keeps the old one. */
struct install_tokens {
	struct secret access, refresh;
	int64_t expires_in_s;
	bool forced;     /* by a 401: the second time in a row it is a trouble */
	int64_t rest_ms; /* before the next refresh */
};
/* For the tenant and version of `held`.  ERR_CONFLICT: somebody newer won, throw the tokens away. */
bool install_refreshed(struct db *db, const struct vault *v, struct arena *a, const struct install *held,
    const struct install_tokens *fresh, struct err *e) CC_MUST_USE;
/*
 * The refresh failed for now: gives the lease back, and nobody takes it for rest_ms.  `refused` counts up when the
 * trouble is that HubSpot said invalid_grant.
 */
bool install_refresh_failed(struct db *db, const struct install *held, struct str owner, enum install_trouble trouble,
    int64_t rest_ms, struct err *e) CC_MUST_USE;
/* HubSpot answered 401 to the access token of that version: it is not used again, and its refresh is due. */
bool install_access_refused(struct db *db, int64_t tenant_id, int64_t version, struct err *e) CC_MUST_USE;
/* HubSpot confirmed the connection and told its scopes. */
bool install_looked(struct db *db, const struct install *held, struct str scopes, struct err *e) CC_MUST_USE;
/*
 * Tokens dropped, configuration kept (I-58, I-59).  The tenant is PAUSED when HubSpot ended it (`why` says how, and an
 * alarm is raised), DISCONNECTED when a person did here.  ERR_CONFLICT when the tokens are no longer
 * those of `version`: a new log-in is not to be dropped for the refusal of old ones.
 * `by` is who ended the connection of by->tenant_id; person_id 0: HubSpot no longer takes the tokens.
 */
bool install_disconnected(struct db *db, struct arena *a, const struct person *by, int64_t version,
    enum install_trouble why, struct err *e) CC_MUST_USE;

extern const struct sql install_sql[];
extern const size_t install_sql_n;

#endif
