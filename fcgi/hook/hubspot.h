/*
 * hubspot.h - takes in one of HubSpot's webhook batches: as little as can be durable.
 *
 * Length cap, timestamp window, HMAC over the raw bytes, the raw batch stored (receiver.c), 200.  No JSON is
 * parsed: a valid signature proves the sender.  Trouble of our own is 503, so that HubSpot tries again.
 */
#ifndef HOOK_HUBSPOT_H
#define HOOK_HUBSPOT_H

#include "base/settings.h"
#include "store/inbox.h"

struct arena;
struct fcgi;

struct hubspot_answer {
	int status;
	struct str text; /* a sentence; HubSpot ignores it, an operator reads it */
};

/* True: *row is to be stored before it is answered, with 200.  False: *refusal is the answer. */
bool hubspot_receive(struct fcgi *f, struct arena *a, const struct settings *settings, struct inbox_new *row,
    struct hubspot_answer *refusal);

#endif
