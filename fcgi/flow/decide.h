/*
 * decide.h - from events to decisions: does a rule match, is there consent, is the data there, was it sent
 * already; and if all is well, a conversion with its delivery.
 */
#ifndef FLOW_DECIDE_H
#define FLOW_DECIDE_H

#include "flow/step.h"
#include "store/lease.h"

/*
 * One round over a decide shard: due events of up to 100 records, judged by the current revision of the configuration.
 * Records, associations, contacts and line items are read 100 at a time; then everything is written in one
 * transaction.  What could not be read stays due and is looked at again.
 */
struct step *decide_new(struct arena *a, const struct parts *parts, const struct lease *l);

#endif
