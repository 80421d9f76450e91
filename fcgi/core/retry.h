/* retry.h - how long to wait before another try.  Pure: the random number is an argument. */
#ifndef CORE_RETRY_H
#define CORE_RETRY_H

#include <stdint.h>

#include "base/http_message.h"

/* Full jitter: uniform below min(cap, base * 2^attempt); random is in [0, 1000000). attempt counts from 0. */
int64_t retry_wait_ms(int64_t base_ms, int64_t cap_ms, int64_t attempt, int64_t random);
/*
 * What the answer itself asks for, in ms, or -1: Retry-After (seconds or HTTP date), X-RateLimit-Reset
 * (seconds until, or epoch seconds when above 10^8; impact.md 1.6), HubSpot's policyName (hubspot.md 4.1).
 * The reset headers and policyName count on a 429 only; a used-up day is looked at hourly; a 423 waits 2 s
 * at least.  Never more than cap_ms.
 */
int64_t retry_hint_ms(const struct http_answer *answer, int64_t now_ms, int64_t cap_ms, struct arena *a);

/* What one answer of the Conversions API means for the conversion (reliability.md 3.4). */
enum send_result {
	SEND_ACCEPTED, /* queued or booked */
	SEND_REJECTED, /* said no, for good */
	SEND_NOT_SENT, /* for sure nothing arrived: try again */
	SEND_WAIT,     /* 429: wait, not an attempt */
	SEND_PARK,     /* 401, 403: credentials or scope */
	SEND_UNKNOWN   /* may have arrived */
};
/* accepted_body: whether a 2xx was understood as queued or booked. */
enum send_result send_classify(enum http_outcome outcome, int status, int accepted_body);

#endif
