/*
 * event.h - facts in the database, deduplicated by their key, and what a split writes in one transaction.
 */
#ifndef STORE_EVENT_H
#define STORE_EVENT_H

#include "core/event.h"
#include "io/db.h"
#include "store/inbox.h"
#include "store/lease.h"

struct event_row {
	int64_t tenant_id;
	struct str key; /* 32 bytes */
	struct event event;
	int64_t received_ms;
	bool echo; /* our own change: recorded, not decided */
	bool unruled; /* no trigger of the tenant looks at such events: nothing to decide */
};

struct event_quarantined {
	int64_t tenant_id; /* 0 when not known */
	struct str reason, body;
	int64_t received_ms;
};

struct event_batch {
	const struct lease *lease;
	const struct inbox_row *inbox; /* deleted with it */
	size_t n_inbox;
	struct event_row *events; /* sorted here by tenant, day and key */
	size_t n_events;
	const struct event_quarantined *quarantine;
	size_t n_quarantine;
};

/*
 * Inserts the events that are new, a pending row for each of them that is no echo, quarantines the rest,
 * deletes the inbox rows and wakes what waits: the decide shards, and pending rows of the same object, its
 * associations or its contact.  All or nothing; ERR_CONFLICT when the lease was lost or a deadlock hit.
 * *n_new counts the events that were not known before.
 */
bool event_commit(struct db *db, struct arena *a, struct event_batch *batch, int64_t *n_new, struct err *e) CC_MUST_USE;

extern const struct sql event_sql[];
extern const size_t event_sql_n;

#endif
