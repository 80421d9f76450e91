/*
 * impact_probe.h - may an impact.com token read what following a conversion needs?  A scoped token has a tick for each
 * endpoint; 401 and 403 say that it is missing (impact.md 1.2, 7.1).  Two calls that read as good as nothing.
 */
#ifndef TASK_IMPACT_PROBE_H
#define TASK_IMPACT_PROBE_H

#include "flow/step.h"
#include "remote/impact.h"

enum impact_may {
	IMPACT_MAY_UNKNOWN, /* no answer that tells */
	IMPACT_MAY,
	IMPACT_MAY_NOT
};

/* The requests for Actions and for the submissions, in this order. */
void impact_probe(struct step *s, const struct impact_account *account, struct str program_id);
/* What an answer to one of them says. */
enum impact_may impact_probe_read(const struct http_answer *answer);

#endif
