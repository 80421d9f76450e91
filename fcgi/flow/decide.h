/*
 * decide.h - from events to decisions: does a rule match, is there consent, is the data there, was it sent
 * already; and if all is well, a conversion with its delivery.
 */
#ifndef FLOW_DECIDE_H
#define FLOW_DECIDE_H

#include "flow/step.h"
#include "store/lease.h"
#include "store/pending.h"

/* What the rules and records of now make of an event that was decided before. */
struct decide_look {
	const struct pending *event; /* in: with its own value, looked at before */
	int64_t conversion_id;       /* in: the refused one that would get its next revision; 0: none */
	bool done;            /* false: its records cannot be read just now */
	bool sends, waits;           /* else: would be skipped */
	struct str code, detail;     /* of what would not be sent */
	struct str fields, body_hash; /* of what would be sent */
};
/* Fills *look; writes nothing.  For web/live. */
struct step *decide_look_new(struct arena *a, const struct parts *parts, int64_t tenant_id, struct decide_look *look);

/*
 * One round over a decide shard: due events of up to 100 records, judged by the current revision of the configuration.
 * Records, associations, contacts and line items are read 100 at a time; then everything is written in one
 * transaction.  What could not be read stays due and is looked at again.
 */
struct step *decide_new(struct arena *a, const struct parts *parts, const struct lease *l);

#endif
