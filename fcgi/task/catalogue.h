/*
 * catalogue.h - which HubSpot properties a tenant may map and watch: read from HubSpot now, kept per tenant,
 * and shown together with computed fields and the names that an expression may use.
 *
 * Kept in the cache: "hubspot.properties.<type>" and "hubspot.pipelines.deals" as remote/hubspot_crm.h makes
 * them, and "hubspot.new.<type>": the names that were new at the last refresh.
 */
#ifndef TASK_CATALOGUE_H
#define TASK_CATALOGUE_H

#include "base/json.h"
#include "task/token.h"

#define CATALOGUE_TYPES_MAX 4

struct catalogue_refresh {
	struct token token; /* first */
	struct str object;
	const char *types[CATALOGUE_TYPES_MAX]; /* the object's own first */
	size_t n_types;
	bool pipelines;
};

/* "contacts", "companies" or "deals". */
bool catalogue_known_object(struct str object);
/* Reads the object's properties, those of what it is associated with, and pipelines of deals, into the cache. */
struct step *catalogue_refresh_new(struct arena *a, const struct parts *parts, int64_t tenant_id, struct str object);

/*
 * What the pages show, from the cache: see GET /api/catalogue.  `subscriptions` are the property changes that
 * the app file carries, "deals.dealstage contacts.email ..."; only they can be triggers.
 */
bool catalogue_view(struct arena *a, const struct parts *parts, int64_t tenant_id, struct str object,
    struct str subscriptions, struct json **out, struct err *e) CC_MUST_USE;
/* Whether "deals.dealstage" is in the list. */
bool catalogue_subscribed(struct str subscriptions, struct str object, struct str property);

#endif
