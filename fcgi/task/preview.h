/*
 * preview.h - what would be sent if something happened to a record now (B-03, B-20): read from HubSpot, judged by the
 * very code that decides (flow/decide_round.h), held against the ledger.  Nothing is written.
 *
 * The answer holds what was read, as "snapshot"; given back with the next ask, nothing is read of HubSpot again until
 * the rules need a property that is not in it.  So no edit of a mapping costs a call, and no record is kept here.
 */
#ifndef TASK_PREVIEW_H
#define TASK_PREVIEW_H

#include "base/json.h"
#include "core/event.h"
#include "flow/step.h"

/* Records looked at in one ask. */
#define PREVIEW_RECORDS_MAX 50
/* A snapshot of more bytes is not given out: then each ask reads. */
#define PREVIEW_SNAPSHOT_MAX ((size_t)256 * 1024)

struct preview_ask {
	struct str object;   /* "deals", "contacts" or "companies" */
	struct str_list ids; /* 1 to PREVIEW_RECORDS_MAX, or none: then the last ones that were changed */
	int64_t last;        /* of those so many */
	bool won;            /* and only deals that are won */
	struct str document; /* the rules to use; empty: those that are saved */
	/* What happens to the record; else, of each record, what its first trigger that would fire waits for. */
	bool has_event;
	enum event_kind kind; /* EVENT_CREATED or EVENT_CHANGED */
	struct str property, value;
	const struct json *snapshot; /* of an answer before, or NULL */
};

struct preview;

/*
 * ERR_INVALID: the document cannot be read; ERR_DENIED: HubSpot is not connected; ERR_REMOTE: it cannot be asked now.
 */
struct preview *preview_new(struct arena *a, const struct parts *parts, int64_t tenant_id,
    const struct preview_ask *ask);
struct step *preview_step(struct preview *p);
/* When the step is done: {"object", "read_at", "records": [...], "snapshot"}; openapi.json says what each holds. */
struct json *preview_answer(const struct preview *p);

/* ---- preview_search.c */

/* The longest words that HubSpot searches for, in bytes (hubspot_crm.h). */
#define PREVIEW_WORDS_MAX 200
/* Records by name, e-mail address or id; without words the last ones that were changed. */
struct record_search;
struct record_search *record_search_new(struct arena *a, const struct parts *parts, int64_t tenant_id,
    struct str object, struct str words);
struct step *record_search_step(struct record_search *s);
/* [{"id","name","hint"}], at most 20. */
struct json *record_search_answer(const struct record_search *s);

#endif
