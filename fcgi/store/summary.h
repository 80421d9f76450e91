/* summary.h - a tenant at a glance, for Overview and Settings: event types, last calls, what is not finished. */
#ifndef STORE_SUMMARY_H
#define STORE_SUMMARY_H

#include "base/err.h"
#include "base/str.h"
#include "io/db.h"

/* An event type of a program that was used at least once. */
struct summary_event_type {
	struct str name; /* its code, or its id where it was sent by that */
	bool proved; /* impact.com took a conversion of it */
	struct str refusal; /* why it is held (store/hold.h), or empty */
};
#define SUMMARY_EVENT_TYPES_MAX 200
/* Those that are held first; the same under another name is told once. */
bool summary_event_types(struct db *db, struct arena *a, int64_t tenant_id, struct str program_id,
    struct summary_event_type **out, size_t *n, struct err *e) CC_MUST_USE;

/* When a far side was last seen to answer; 0: never. */
struct summary_calls {
	int64_t hubspot_ms; /* a record was read for a decision */
	int64_t impact_ms; /* a conversion was accepted */
};
bool summary_calls(struct db *db, struct arena *a, int64_t tenant_id, struct summary_calls *out,
    struct err *e) CC_MUST_USE;

/* Changes that HubSpot reported and nobody has looked at yet, counted up to SUMMARY_UNREAD_MAX. */
#define SUMMARY_UNREAD_MAX 10000
bool summary_unread(struct db *db, struct arena *a, int64_t tenant_id, int64_t *out, struct err *e) CC_MUST_USE;

/* Conversions that are not finished. */
struct summary_open {
	int64_t waiting; /* not sent yet: READY, PARKED, HELD */
	int64_t in_doubt; /* on the way, or without an answer: SENDING, UNKNOWN */
	int64_t accepted; /* their verdict is awaited */
};
bool summary_open(struct db *db, struct arena *a, int64_t tenant_id, struct summary_open *out,
    struct err *e) CC_MUST_USE;

extern const struct sql summary_sql[];
extern const size_t summary_sql_n;

#endif
