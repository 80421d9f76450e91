/* hubspot_write.h - what is written to HubSpot (hubspot.md 3.1, 3.4): records, 100 a call, and properties.  Pure. */
#ifndef REMOTE_HUBSPOT_WRITE_H
#define REMOTE_HUBSPOT_WRITE_H

#include "remote/hubspot_crm.h"

#define HUBSPOT_BATCH_WRITE_MAX 100

/* One record and its new values, {"name":"value"}; the trace tells in the answer which one an error is about. */
struct hubspot_change {
	struct str id, trace;
	const struct json *properties;
};
/*
 * POST /crm/objects/{v}/{type}/batch/update; at most 100, no record twice (the caller's duty).  With a trace of its own
 * for each, one bad record does not cost the others: 207.
 */
void hubspot_crm_batch_update(struct arena *a, const struct settings *s, const struct secret *token,
    struct str object_type, const struct hubspot_change *changes, size_t n, struct http_request *out);

/* What the answer says of one record. */
struct hubspot_outcome {
	bool written, refused; /* neither: it says nothing */
	struct str code, words; /* of a refusal: "PROPERTY_DOESNT_EXIST" or the category; HubSpot's message */
};
/* outcomes[i] is about changes[i]. */
bool hubspot_crm_read_outcomes(struct arena *a, const struct http_answer *answer, const struct hubspot_change *changes,
    size_t n, struct hubspot_outcome *outcomes, struct err *e) CC_MUST_USE;

struct hubspot_property {
	struct str type; /* of the records: "contacts" */
	struct str name, label, description, group, group_label;
};
/* POST /crm/properties/{v}/{type}/groups */
void hubspot_crm_group_create(struct arena *a, const struct settings *s, const struct secret *token,
    const struct hubspot_property *p, struct http_request *out);
/* POST /crm/properties/{v}/{type}: one line of text that forms may have as a field. */
void hubspot_crm_property_create(struct arena *a, const struct settings *s, const struct secret *token,
    const struct hubspot_property *p, struct http_request *out);

#endif
