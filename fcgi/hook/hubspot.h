/*
 * hubspot.h - takes in one of HubSpot's webhook batches: as little as can be durable.
 *
 * Length cap, timestamp window, HMAC over the raw bytes, one INSERT of the raw batch, 200.  No JSON is parsed:
 * a valid signature proves the sender.  Trouble of our own is 503, so that HubSpot tries again.
 */
#ifndef HOOK_HUBSPOT_H
#define HOOK_HUBSPOT_H

#include "base/settings.h"

struct arena;
struct db;
struct fcgi;

struct hubspot_answer {
	int status;
	struct str text; /* a sentence; HubSpot ignores it, an operator reads it */
};

/* Never fails: every way out is an answer. */
struct hubspot_answer hubspot_receive(struct fcgi *f, struct arena *a, const struct settings *settings, struct db *db);

#endif
