/*
 * retry.h - what one result of one call means, and how long to wait before another: the one retry layer.
 *
 * libcurl repeats nothing (io/http.h), nginx hands no request to a second process (fastcgi_next_upstream off), steps
 * ask here.  Pure: the random number and the time are arguments.
 *
 * The table is that of reliability.md 3.4.  It differs where the design or hubspot.md decides otherwise:
 *   - a conversion that surely never left is tried for ever, ever more rarely, and never DEAD (design 4);
 *   - 404 on a conversion is as a 401: its path names the account alone (an unknown program is a submission's verdict),
 *     so none of the account's may go before somebody has looked; task/impact_watch.c reads it the same way;
 *   - a redirect of a conversion parks it: it is tried hourly, and whoever runs the connector is told;
 *   - 202 of HubSpot is "accepted" (hubspot.md 4.2);
 *   - 423 and 477 of impact.com, which documents neither, pass by themselves as their names say: no refusal;
 *   - 400, 413 and 414 of a batch are asked for in halves first, so that one bad record costs only itself;
 *   - what HubSpot's token service means by a 4xx stands in its body (remote/hubspot_oauth.h); 401 there is about our
 *     client id and disconnects nobody;
 *   - ten openings of the breaker in a row park nothing: it looks every breaker_cap_s, and the site says so.
 */
#ifndef CORE_RETRY_H
#define CORE_RETRY_H

#include <stdint.h>

#include "base/http_message.h"
#include "base/settings.h"

enum retry_destination {
	RETRY_HUBSPOT_READ, /* GET, batch read, search */
	RETRY_HUBSPOT_WRITE, /* idempotent by id: batch update, property create */
	RETRY_HUBSPOT_TOKEN,
	RETRY_IMPACT_POST, /* a conversion: there is no idempotency key */
	RETRY_IMPACT_READ, /* submissions, actions */
	RETRY_MAIL,        /* a relay; reply codes of SMTP */
	RETRY__DESTINATIONS
};

enum retry_class {
	RETRY_OK,        /* the body counts, if it can be read: retry_unreadable() else */
	RETRY_AGAIN,     /* passes by itself: the same again after retry_next_ms(), and it was a try */
	RETRY_WAIT,      /* nothing of the account for as long as the far end says; not a try */
	RETRY_SIGN_IN,   /* credentials refused: nothing until they are renewed */
	RETRY_FORBIDDEN, /* a scope is missing: not before a person grants it */
	RETRY_SPLIT,     /* one of a batch is wrong: in halves; of a single one REFUSED */
	RETRY_GONE,      /* there is no such thing (any more) */
	RETRY_REFUSED,   /* no, for good */
	RETRY_UNKNOWN,   /* may have arrived: looked for before anything is sent again */
	RETRY_MISSET,    /* wrong set-up (a redirect): as REFUSED, a conversion is parked; the operator is told */
	RETRY_FAULT,     /* our mistake, or the far end's account is closed: as REFUSED, and the operator is told */
	RETRY__CLASSES
};

enum retry_class retry_classify(enum retry_destination to, const struct http_answer *answer);
/* An answer of the class OK whose body cannot be understood. */
enum retry_class retry_unreadable(enum retry_destination to);
/* Nothing will come of repeating it. */
bool retry_is_refusal(enum retry_class c);
const char *retry_class_name(enum retry_class c);
const char *retry_destination_name(enum retry_destination to);
/*
 * Whether the answer speaks of a far end in trouble (for the circuit breaker): no whole answer, not sent, 5xx, or a 2xx
 * that is no JSON.  What it refuses in good order is no trouble of its.
 */
bool retry_far_end_fails(const struct http_answer *answer);

#define RETRY_RANDOM INT64_C(1000000)
/* Full jitter: uniform below min(cap, base * 2^attempt); random is in [0, RETRY_RANDOM). attempt counts from 0. */
int64_t retry_wait_ms(int64_t base_ms, int64_t cap_ms, int64_t attempt, int64_t random);
/*
 * What the answer itself asks for, in ms, or -1: Retry-After (seconds or HTTP date), X-RateLimit-Reset
 * (seconds until, or epoch seconds when above 10^8; impact.md 1.6), HubSpot's policyName (hubspot.md 4.1).
 * The reset headers and policyName count on a 429 only; a used-up day is looked at hourly; a 423 waits 2 s
 * at least.  Never more than retry_told_cap_s, of a 477 (the account is moved, up to a day) retry_moving_cap_s.
 */
int64_t retry_hint_ms(const struct settings *s, const struct http_answer *answer, int64_t now_ms, struct arena *a);

struct retry_moment {
	const struct settings *settings;
	int64_t now_ms; /* wall clock */
	int64_t random; /* below RETRY_RANDOM */
	int64_t tries; /* how often it was tried before, for AGAIN */
};
/*
 * When to come back: of WAIT as long as the far end says, else retry_limited_*_s; of all others the longer of what it
 * says and full jitter.
 */
int64_t retry_next_ms(enum retry_destination to, enum retry_class c, const struct http_answer *answer,
    const struct retry_moment *m, struct arena *a);

#endif
