/* hubspot_webhook.h - reads a webhook body into events (hubspot.md 2.3), leniently: unknown members are normal. */
#ifndef REMOTE_HUBSPOT_WEBHOOK_H
#define REMOTE_HUBSPOT_WEBHOOK_H

#include "core/event.h"

/* One element of the batch: an event, or why it is none. */
struct hubspot_webhook_item {
	bool ok;
	struct event event;
	struct str raw;    /* the element as it came, a slice of the body, for quarantine */
	struct str reason; /* when not ok */
	/*
	 * Not ok, but no fault: a subscription or record type that is not used here (conversation.*, ticket.*,
	 * lifecycle events, ones to come).  Count and drop; look at this before quarantine.
	 */
	bool ignore;
};

/*
 * False with ERR_INVALID when the body is no JSON array: then the whole body goes to quarantine.  Elements
 * are parsed one by one, so a malformed one is one item that is not ok.  A merge gives one event per loser
 * (object_id the survivor, to_id the loser); a new id for the survivor makes the former primary id a loser
 * too.  occurredAt that is no time (before September 2001: seconds, perhaps), or more than a day ahead of
 * now_ms, is a fault of the item; so is an appId other than app_id (0: any).  `body` must live as long as
 * the items.
 */
bool hubspot_webhook_read(struct arena *a, struct str body, int64_t now_ms, int64_t app_id,
    struct hubspot_webhook_item **out, size_t *n, struct err *e) CC_MUST_USE;
/*
 * The body, however broken, without the elements that name that account; empty when nothing else was in it.  They are
 * found by brackets and text alone, because reading such a body may be what kills.  What cannot be cut into elements
 * goes as one: with it what others have there.
 */
struct str hubspot_webhook_without(struct arena *a, struct str body, int64_t portal_id);
/* Our own change came back: changeSource INTEGRATION and our app id as sourceId. */
bool hubspot_webhook_is_echo(const struct event *ev, int64_t app_id);

#endif
