/* trouble.h - what is wrong with an account's connections, in one word: for the banner above every page (T-39). */
#ifndef WEB_TROUBLE_H
#define WEB_TROUBLE_H

#include "store/alarm.h"
#include "store/install.h"

/*
 * HubSpot first: "removed", "refused", "account_gone" of one that has ended; "client", "denied", "unreachable" of one
 * that waits; "impact_refused", "impact_scopes", "hubspot_scopes" of alarms; else "none".  The site has the words.
 */
const char *trouble_of(const struct install *in, const struct alarm *alarms, size_t n);
/* The same, loaded.  An account that was never connected has none. */
bool trouble_load(struct db *db, struct arena *a, int64_t tenant_id, const char **out, struct err *e) CC_MUST_USE;
/* The alarm of that kind that stands, or NULL. */
const struct alarm *trouble_alarm(const struct alarm *alarms, size_t n, enum alarm_kind kind);

#endif
