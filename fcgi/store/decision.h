/* decision.h - what was decided about an event; one row per event, final once it is not WAITING. */
#ifndef STORE_DECISION_H
#define STORE_DECISION_H

#include "core/event.h"
#include "io/db.h"

enum decision_outcome {
	DECISION_CONVERSION,
	DECISION_WAITING,
	DECISION_SKIPPED,
	DECISION_SUPPRESSED,
	DECISION_HELD
};

struct decision {
	struct str event_key, trigger_id;
	int64_t revision; /* of the configuration */
	enum decision_outcome outcome;
	struct str code;   /* a row of core/verdict.h, empty for a conversion */
	struct str detail; /* JSON: what was read, which contact, which field is missing */
	struct str name;   /* of the record (core/record_name.h); empty when it was not read */
	struct str email_hash; /* of the contact that was read (store/mail_hash.h), or empty */
	int64_t held_id;       /* HELD: its own conversion */
	int64_t conversion_id; /* 0: none; for SUPPRESSED and HELD the one that stood in the way */
	const struct event *event;
	int64_t received_ms;
	int64_t waits_until_ms; /* WAITING: when it gives up; else 0 */
};

/* Writes it, or turns a WAITING row into it.  A final row stays as it is.  Inside decide's transaction. */
bool decision_put(struct db *db, int64_t tenant_id, const struct decision *d, struct err *e) CC_MUST_USE;

extern const struct sql decision_sql[];
extern const size_t decision_sql_n;

#endif
