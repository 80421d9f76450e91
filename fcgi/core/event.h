/*
 * event.h - one fact about one record, wherever it was learned, and the key that makes it one.
 *
 * The event key is SHA-256 over source, portal, kind, object type, id or from/to ids, property, value and
 * occurredAt in ms.  HubSpot's eventId, subscription type, change source and attempt number are kept, never
 * keyed, so that webhook, history and gap filler meet.
 */
#ifndef CORE_EVENT_H
#define CORE_EVENT_H

#include "base/err.h"
#include "base/str.h"

enum event_kind {
	EVENT_CREATED,
	EVENT_CHANGED,
	EVENT_DELETED,
	EVENT_MERGED,
	EVENT_RESTORED,
	EVENT_ASSOCIATED,
	EVENT_DISSOCIATED,
	EVENT_PRIVACY_DELETED,
	EVENT__COUNT
};

/* Object types are HubSpot's plural names everywhere: "contacts", "companies", "deals", "line_items". */
struct event {
	int64_t portal_id;
	enum event_kind kind;
	struct str source; /* "hubspot" */
	struct str object_type, object_id;
	struct str to_type, to_id; /* associations and merges; else empty */
	struct str property, value; /* EVENT_CHANGED; else empty */
	int64_t occurred_ms;
	/* kept, never keyed */
	struct str event_id, subscription_type, change_source, source_id;
	int64_t attempt;
};

/* 32 bytes. */
struct str event_key(struct arena *a, const struct event *ev);
/* "created", ... as in SQL and JSON. */
const char *event_kind_name(enum event_kind kind);
bool event_kind_parse(struct str name, enum event_kind *out);
/* "contact", "contacts" and "0-1" give "contacts"; unknown types give the empty slice. */
struct str event_object_type(struct str name);
/* "0-1" for "contacts" (record links); empty when unknown. */
struct str event_object_type_id(struct str type);
/* "deal" for "deals", for sentences. */
struct str event_object_singular(struct str type);

#endif
