/* tenant.h - one HubSpot account that uses this installation. */
#ifndef STORE_TENANT_H
#define STORE_TENANT_H

#include "base/err.h"
#include "base/str.h"
#include "io/db.h"
#include "store/vault.h"

enum tenant_state {
	TENANT_ACTIVE,
	TENANT_PAUSED,
	TENANT_DISCONNECTED,
	TENANT_DELETING
};

struct tenant {
	int64_t tenant_id, portal_id;
	enum tenant_state state;
	bool sending; /* false: "stop all sending" */
	struct str hub_domain, ui_domain, time_zone, currency;
	int64_t config_revision;
	int64_t last_event_ms; /* 0: none yet */
};

const char *tenant_state_name(enum tenant_state s);

/* ERR_NOT_FOUND when there is none. */
bool tenant_load(struct db *db, struct arena *a, int64_t tenant_id, struct tenant *out, struct err *e) CC_MUST_USE;
bool tenant_by_portal(struct db *db, struct arena *a, int64_t portal_id, struct tenant *out, struct err *e) CC_MUST_USE;
/* Finds the portal's tenant or makes it, with its data key and an empty config (revision 1).  *created says which. */
bool tenant_ensure(struct db *db, struct arena *a, const struct vault *v, int64_t portal_id, struct str author,
    struct tenant *out, bool *created, struct err *e) CC_MUST_USE;
/* What HubSpot says of the account; the tenant becomes active unless it is being deleted. */
bool tenant_connected(struct db *db, int64_t tenant_id, struct str hub_domain, struct str ui_domain,
    struct str time_zone, struct str currency, struct err *e) CC_MUST_USE;
bool tenant_set_state(struct db *db, int64_t tenant_id, enum tenant_state state, struct err *e) CC_MUST_USE;
/* On again: what waited is due at once. */
bool tenant_set_sending(struct db *db, int64_t tenant_id, bool on, struct err *e) CC_MUST_USE;
bool tenant_list(struct db *db, struct arena *a, struct tenant **out, size_t *n, struct err *e) CC_MUST_USE;

extern const struct sql tenant_sql[];
extern const size_t tenant_sql_n;

#endif
