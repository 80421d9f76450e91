/*
 * tally.h - how often something happened in this process.
 *
 * A tally is a number in memory; store/counter adds it to the installation's counters every few seconds, where the
 * page of metrics finds them.  What a killed process had not handed over is lost, and work that is rolled back and
 * repeated may count twice: these numbers steer an operator, not the product.  Labels are part of the table, so there
 * are never more series than rows here.
 */
#ifndef BASE_TALLY_H
#define BASE_TALLY_H

#include <stdint.h>

enum tally {
	/* connector-hooks: batches, by what was answered */
	TALLY_INTAKE_STORED,
	TALLY_INTAKE_REFUSED, /* 4xx: not proven, too large, malformed */
	TALLY_INTAKE_AWAY,    /* 503: not stored, HubSpot tries again */
	/* split: the facts in them */
	TALLY_EVENT_NEW,
	TALLY_EVENT_AGAIN,
	TALLY_EVENT_UNREADABLE,
	TALLY_EVENT_UNKNOWN_PORTAL,
	/* decide; in the order of enum decision_outcome */
	TALLY_DECIDED,
	TALLY_DECIDED_WAITING,
	TALLY_DECIDED_SKIPPED,
	TALLY_DECIDED_SUPPRESSED,
	TALLY_DECIDED_HELD,
	/* moves of conversions, by where they led; in the order of enum state */
	TALLY_MOVED,
	TALLY_MOVED_SENDING,
	TALLY_MOVED_UNKNOWN,
	TALLY_MOVED_ACCEPTED,
	TALLY_MOVED_CONFIRMED,
	TALLY_MOVED_REJECTED,
	TALLY_MOVED_HELD,
	TALLY_MOVED_PARKED,
	TALLY_MOVED_SHADOW,
	TALLY_MOVED_DEAD,
	TALLY_MOVED_ERASED,
	/* moves that a state machine's table does not have, refused (store/illegal.h) */
	TALLY_ILLEGAL_CONVERSION,
	TALLY_ILLEGAL_UPDATE,
	/* calls, by result: as many rows for each far end, in one order */
	TALLY_HUBSPOT_OK, /* 2xx and 3xx */
	TALLY_HUBSPOT_401,
	TALLY_HUBSPOT_429,
	TALLY_HUBSPOT_4XX, /* the others */
	TALLY_HUBSPOT_5XX,
	TALLY_HUBSPOT_NO_ANSWER,
	TALLY_HUBSPOT_NOT_SENT,
	TALLY_IMPACT_OK,
	TALLY_IMPACT_401,
	TALLY_IMPACT_429,
	TALLY_IMPACT_4XX,
	TALLY_IMPACT_5XX,
	TALLY_IMPACT_NO_ANSWER,
	TALLY_IMPACT_NOT_SENT,
	/* the worker's loop */
	TALLY_CLAIM_WON,
	TALLY_CLAIM_MISSED, /* another worker was faster */
	TALLY_JOB_DONE,
	TALLY_JOB_REPEATED, /* lost a race, begins anew */
	TALLY_JOB_FAILED,
	TALLY__COUNT
};

struct tally_row {
	const char *name;   /* in the table `counter`, at most 64 bytes */
	const char *metric; /* without the prefix; rows of one metric stand together */
	const char *labels; /* "" or `result="ok"` */
	const char *help;   /* of the metric */
};
extern const struct tally_row tally_table[TALLY__COUNT];

void tally_add(enum tally what, int64_t n);
/* The row so far behind the first of its group: tally_of(TALLY_MOVED, STATE_DEAD). */
enum tally tally_of(enum tally first, unsigned i);
/* What was not handed over yet. */
int64_t tally_get(enum tally what);

#endif
