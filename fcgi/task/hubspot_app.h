/*
 * hubspot_app.h - the HubSpot app's definition as files: which changes HubSpot tells us about (I-64).
 *
 * The file of subscriptions is the one source of that: HubSpot gets it by upload, task/installation reads it, and the
 * pages call a trigger on a property in it instant.  This adds properties to it and keeps everything else as it is.
 * Pure: texts in, texts out.  Limits and layout: HubSpot's project format, platform 2026.09.
 */
#ifndef TASK_HUBSPOT_APP_H
#define TASK_HUBSPOT_APP_H

#include "base/err.h"
#include "base/json.h"
#include "base/str.h"

/* In the folder of the definition. */
#define HUBSPOT_APP_WEBHOOKS "src/app/webhooks/webhooks-hsmeta.json"
#define HUBSPOT_APP_PROFILE  "hsprofile.prod.json"
/* HubSpot's limit for one app. */
#define HUBSPOT_APP_SUBSCRIPTIONS_MAX 1000

/* "deals", "dealstage" */
struct hubspot_app_property {
	struct str object, property;
};

struct hubspot_app_report {
	size_t total; /* subscriptions afterwards, of all kinds */
	struct str_list added;   /* "deals.priority" */
	struct str_list refused; /* "deals.hs_lastmodifieddate: why" */
};

/*
 * *out is `text`, the file of subscriptions, with one for each wanted property that has none.  ERR_LIMIT: more than
 * HubSpot allows.  ERR_INVALID: the file is no definition, or not laid out with one subscription on a line.
 */
bool hubspot_app_extend(struct arena *a, struct str text, const struct hubspot_app_property *wanted, size_t n,
    struct str *out, struct hubspot_app_report *report, struct err *e) CC_MUST_USE;

/* The BASE_URL of a profile's text; empty when it has none. */
struct str hubspot_app_base_url(struct arena *a, struct str profile);
/* The profile with that BASE_URL, everything else kept. */
bool hubspot_app_profile(struct arena *a, struct str profile, struct str base_url, struct str *out,
    struct err *e) CC_MUST_USE;

#endif
