#include "core/retry.h"

#include "base/arena.h"
#include "base/json.h"

#define RANDOM_RANGE INT64_C(1000000)
#define EPOCH_ABOVE  INT64_C(100000000) /* a reset above it is epoch seconds (impact.md 1.6) */
#define DAILY_MS     INT64_C(3600000)   /* a used-up day ends at midnight of a zone we do not know: look hourly */
#define LOCKED_MS    INT64_C(2000)      /* a 423 lasts 2 s (hubspot.md 4.2) */

int64_t
retry_wait_ms(int64_t base_ms, int64_t cap_ms, int64_t attempt, int64_t random)
{
	int64_t below = base_ms;

	if (random < 0)
		random = 0;
	if (random >= RANDOM_RANGE)
		random = RANDOM_RANGE - 1;
	for (int64_t i = 0; i < attempt && below < cap_ms && below > 0; i++)
		below = below > cap_ms / 2 ? cap_ms : below * 2;
	if (below > cap_ms)
		below = cap_ms;
	if (below <= 0)
		return 0;
	/* In two parts, so that no product overflows. */
	return below / RANDOM_RANGE * random + below % RANDOM_RANGE * random / RANDOM_RANGE;
}

/* "Sun, 06 Nov 1994 08:49:37 GMT" in epoch ms, or -1. */
static int64_t
http_date_ms(struct arena *a, struct str s)
{
	struct tm tm = { 0 };
	const char *end = strptime(str_c(a, s), "%a, %d %b %Y %H:%M:%S GMT", &tm);
	time_t t;

	if (end == NULL || *end != '\0')
		return -1;
	t = timegm(&tm);
	return t < 0 ? -1 : (int64_t)t * 1000;
}

/* Seconds from now, or a moment in epoch seconds when that large. */
static int64_t
seconds_ms(struct str s, int64_t now_ms)
{
	int64_t v;

	if (!str_to_int(str_trim(s), 0, INT64_C(1000000000000), &v))
		return -1;
	if (v <= EPOCH_ABOVE)
		return v * 1000;
	return v * 1000 > now_ms ? v * 1000 - now_ms : 0;
}

static int64_t
retry_after_ms(struct arena *a, struct str s, int64_t now_ms)
{
	int64_t at;
	int64_t v;

	if (str_to_int(str_trim(s), 0, INT64_C(1000000000000), &v))
		return v * 1000;
	if (s.n == 0 || s.n > 40)
		return -1;
	at = http_date_ms(a, str_trim(s));
	if (at < 0)
		return -1;
	return at > now_ms ? at - now_ms : 0;
}

/* HubSpot says in the body which of its limits was reached (hubspot.md 4.1). */
static int64_t
policy_ms(struct arena *a, struct str body)
{
	static const struct policy {
		const char *name;
		int64_t ms;
	} policies[] = {
		{ "TEN_SECONDLY_ROLLING", 10000 },
		{ "SECONDLY", 1000 },
		{ "DAILY", DAILY_MS },
	};
	struct json *j;
	struct err ignored = { 0 };
	struct str name;

	if (!json_parse(a, body, &json_limits_input, &j, &ignored) || !json_string(json_get(j, "policyName"), &name))
		return -1;
	for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++) {
		if (str_eq(name, str_from(policies[i].name)))
			return policies[i].ms;
	}
	return -1;
}

int64_t
retry_hint_ms(const struct http_answer *answer, int64_t now_ms, int64_t cap_ms, struct arena *a)
{
	int64_t ms;

	if (answer->outcome != HTTP_ANSWERED)
		return -1;
	ms = retry_after_ms(a, http_answer_header(answer, STR("retry-after")), now_ms);
	if (ms < 0 && answer->status == 429) {
		ms = seconds_ms(http_answer_header(answer, STR("x-ratelimit-reset")), now_ms);
		if (ms < 0)
			ms = seconds_ms(http_answer_header(answer, STR("ratelimit-reset")), now_ms);
		if (ms < 0)
			ms = policy_ms(a, answer->body);
	}
	if (answer->status == 423 && ms < LOCKED_MS)
		ms = LOCKED_MS;
	return ms > cap_ms ? cap_ms : ms;
}

enum send_result
send_classify(enum http_outcome outcome, int status, int accepted_body)
{
	if (outcome == HTTP_NOT_SENT)
		return SEND_NOT_SENT;
	if (outcome == HTTP_UNKNOWN)
		return SEND_UNKNOWN;
	if (status >= 200 && status < 300)
		return accepted_body != 0 ? SEND_ACCEPTED : SEND_UNKNOWN;
	switch (status) {
	case 401:
	case 403:
		return SEND_PARK;
	case 408:
	case 409:
	case 425:
		return SEND_UNKNOWN;
	case 429:
		return SEND_WAIT;
	default:
		return status >= 300 && status < 500 ? SEND_REJECTED : SEND_UNKNOWN;
	}
}
