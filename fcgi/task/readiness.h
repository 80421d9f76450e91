/*
 * readiness.h - can the connector do its work right now?  For /readyz and `connectorctl check`.
 *
 * Seven questions: is there a database, do the clocks agree, is our master key the one that its secrets are sealed
 * under, does HubSpot take our client id and secret, is there space on the database's disk, does a worker live, and
 * does work wait longer than it should.
 */
#ifndef TASK_READINESS_H
#define TASK_READINESS_H

#include "flow/step.h"

/* Leases go by the database's clock, signatures and tokens by ours. */
#define READINESS_CLOCK_MAX_MS 5000
#define READINESS_CHECKS       7

struct readiness_check {
	const char *name; /* "database", "clock", "key", "hubspot", "disk", "worker", "lag" */
	bool ok;
	struct str message; /* a sentence; when not ok also what to do */
};

struct readiness {
	bool ready;
	size_t n; /* without a database only the first question is asked */
	struct readiness_check checks[READINESS_CHECKS];
};

void readiness_look(struct arena *a, const struct parts *parts, struct readiness *out);

#endif
