/* activity_json.h - decisions as the site's JSON: a line of the list, and the whole story of one. */
#ifndef WEB_ACTIVITY_JSON_H
#define WEB_ACTIVITY_JSON_H

#include "store/activity.h"
#include "store/history.h"
#include "store/tenant.h"
#include "web/request.h"

/* Labels of values, read from the tenant's cache when first asked for. */
struct activity_labels {
	const struct web_request *rq;
	struct {
		struct str object_type;
		const struct json *properties, *pipelines;
	} kept[3];
	size_t n;
};

struct json *activity_counters_json(struct arena *a, const struct activity_counters *c);
struct json *activity_row_json(struct activity_labels *labels, const struct activity_row *row);
/* What happened, in order. */
struct activity_story {
	const struct activity_attempt *attempts;
	size_t n_attempts;
	const struct history *history;
	size_t n_history;
	struct str value_before; /* of the property; empty: not known */
};
struct json *activity_timeline_json(struct arena *a, const struct activity_detail *d,
    const struct activity_story *story);
struct json *activity_conversion_json(struct arena *a, const struct activity_detail *d);
/* The record in HubSpot; empty for a type that has no page. */
struct str activity_record_url(struct arena *a, const struct tenant *t, const struct activity_row *row);

#endif
