/* split.h - from raw webhook batches to events, each known once. */
#ifndef FLOW_SPLIT_H
#define FLOW_SPLIT_H

#include "flow/step.h"
#include "store/lease.h"

/*
 * One round over an inbox shard: reads the lowest rows, writes their events, deletes the rows, all in one
 * transaction.  Malformed elements go to quarantine, as those of the account that they name if they name one; unknown
 * portals are counted and dropped; our own echoes are recorded, not decided.
 */
struct step *split_new(struct arena *a, const struct parts *parts, const struct lease *l);

#endif
