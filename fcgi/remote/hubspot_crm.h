/* hubspot_crm.h - HubSpot's CRM reads (hubspot.md 3): batches of 100, associations of 1,000.  Pure. */
#ifndef REMOTE_HUBSPOT_CRM_H
#define REMOTE_HUBSPOT_CRM_H

#include "base/http_message.h"
#include "base/json.h"
#include "base/settings.h"
#include "core/retry.h"

#define HUBSPOT_BATCH_READ_MAX        100
#define HUBSPOT_ASSOCIATIONS_READ_MAX 1000

/* POST /crm/objects/{v}/{type}/batch/read; at most 100 ids, without duplicates (the caller's duty). */
void hubspot_crm_batch_read(struct arena *a, const struct settings *s, const struct secret *token,
    struct str object_type, struct str_list ids, struct str_list properties, struct http_request *out);
/* POST /crm/associations/{v}/{from}/{to}/batch/read; at most 1,000 ids. */
void hubspot_crm_associations_read(struct arena *a, const struct settings *s, const struct secret *token,
    struct str from_type, struct str to_type, const struct str *ids, size_t n_ids, struct http_request *out);
/* GET one page more of one record's associations, when the batch answer has paging for it. */
void hubspot_crm_associations_more(struct arena *a, const struct settings *s, const struct secret *token,
    struct str from_type, struct str to_type, struct str id, struct str after, struct http_request *out);
void hubspot_crm_properties(struct arena *a, const struct settings *s, const struct secret *token,
    struct str object_type, struct http_request *out);
void hubspot_crm_pipelines(struct arena *a, const struct settings *s, const struct secret *token,
    struct str object_type, struct http_request *out);

/* Words at most so long: the body of a search may have 3,000 characters (hubspot.md 3.2). */
#define HUBSPOT_SEARCH_WORDS_MAX 200
#define HUBSPOT_SEARCH_MAX       200

/* What to look for; with neither words nor a property: all, the newest first. */
struct hubspot_search {
	struct str type;
	struct str words; /* in the properties that HubSpot searches by itself: names, e-mail addresses, ... */
	struct str property, value; /* or what has exactly that value */
	struct str filled;          /* or, without these, what has any value of it */
	struct str missing;         /* or none of it, */
	int64_t since_ms;           /* and was modified since then when this is not 0 */
	/*
	 * Not empty: in the order of ids, what comes behind this one; "0" begins.  So records that meanwhile fall out
	 * of what is searched for make none be passed over, and there is no ceiling of 10,000.
	 */
	struct str behind_id;
	struct str_list properties; /* to be told */
	int64_t limit;              /* 1 to HUBSPOT_SEARCH_MAX */
};
/*
 * POST /crm/objects/{v}/{type}/search; its answer is read by hubspot_crm_read_records().  Lags behind writes by
 * seconds, never finds archived records, and counts against a limit of its own: 5 a second of all apps.
 */
void hubspot_crm_search(struct arena *a, const struct settings *s, const struct secret *token,
    const struct hubspot_search *search, struct http_request *out);
/* How many there are in all. */
bool hubspot_crm_read_total(struct arena *a, const struct http_answer *answer, int64_t *total,
    struct err *e) CC_MUST_USE;

#define HUBSPOT_LIST_MAX 100
/*
 * GET /crm/objects/{v}/{type}: all records in the order of their ids, HUBSPOT_LIST_MAX a page, read by
 * hubspot_crm_read_records(); `after` is empty for the first page.  Unlike a search it has no ceiling.
 */
void hubspot_crm_list(struct arena *a, const struct settings *s, const struct secret *token, struct str type,
    struct str_list properties, struct str after, struct http_request *out);
/* Where the next page begins; empty at the end. */
struct str hubspot_crm_read_after(struct arena *a, const struct http_answer *answer);

/* Of any HubSpot answer but those of its token service.  Unless OK, *e gets HubSpot's message and correlation id. */
enum retry_class hubspot_classify(struct arena *a, enum retry_destination to, const struct http_answer *answer,
    struct err *e);

struct hubspot_record {
	struct str id;
	const struct json *properties; /* string values or null */
	int64_t created_ms, updated_ms;
	bool archived;
};
/* Records in the answer's order; ids that are missing are simply not there. */
bool hubspot_crm_read_records(struct arena *a, const struct http_answer *answer, struct hubspot_record **out, size_t *n,
    struct err *e) CC_MUST_USE;

/* One row of `errors` in the answer to a batch (207): which ids it is about and what it means for them. */
struct hubspot_batch_error {
	enum retry_class result; /* OK: there is no such record, or it has no associations */
	struct str *ids;            /* none: all that the answer does not bring */
	size_t n_ids;
	struct str words;
};
/* None when the body has no errors or cannot be read. */
void hubspot_crm_read_errors(struct arena *a, const struct http_answer *answer, struct hubspot_batch_error **out,
    size_t *n);

struct hubspot_association {
	struct str from_id, to_id;
	/* Has a type labelled "Primary" or a primary type id of hubspot.md 3.3; of a company most contacts have one. */
	bool primary;
};
struct hubspot_association_more {
	struct str from_id, after;
};
/* All pairs in the answer; *more names records whose list goes on. Records without any are not there. */
bool hubspot_crm_read_associations(struct arena *a, const struct http_answer *answer, struct hubspot_association **out,
    size_t *n, struct hubspot_association_more **more, size_t *n_more, struct err *e) CC_MUST_USE;
/* The page of hubspot_crm_associations_more(); *after is empty at the end. */
bool hubspot_crm_read_associations_page(struct arena *a, struct str from_id, const struct http_answer *answer,
    struct hubspot_association **out, size_t *n, struct str *after, struct err *e) CC_MUST_USE;

/*
 * The property list as our own JSON: [{"name","label","type","field_type","group","description","hidden",
 * "calculated","options":[{"value","label"}]}], hidden and json/object_coordinates types left out, options cut
 * at 500; and the pipelines: [{"id","label","stages":[{"id","label","closed","won"}]}], archived ones left out.
 */
bool hubspot_crm_read_properties(struct arena *a, const struct http_answer *answer, struct json **out,
    struct err *e) CC_MUST_USE;
bool hubspot_crm_read_pipelines(struct arena *a, const struct http_answer *answer, struct json **out,
    struct err *e) CC_MUST_USE;

#endif
