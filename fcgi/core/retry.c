/* retry.c - see retry.h. */
#include "core/retry.h"

#include "base/arena.h"
#include "base/json.h"

#define EPOCH_ABOVE INT64_C(100000000) /* a reset above it is epoch seconds (impact.md 1.6) */
#define DAILY_MS    INT64_C(3600000)   /* a used-up day ends at midnight of a zone we do not know: look hourly */
#define LOCKED_MS   INT64_C(2000)      /* a 423 lasts 2 s (hubspot.md 4.2) */
#define MOVING      477                /* the account is moved to another data centre (hubspot.md 4.2) */

/* Results that are no status. */
#define NOT_SENT   (-3)
#define NO_ANSWER  (-2)
#define UNREADABLE (-1) /* of the class OK, but not to be understood */
#define STATUS_MAX INT32_MAX

#define OK        RETRY_OK
#define AGAIN     RETRY_AGAIN
#define WAIT      RETRY_WAIT
#define SIGN_IN   RETRY_SIGN_IN
#define FORBIDDEN RETRY_FORBIDDEN
#define SPLIT     RETRY_SPLIT
#define GONE      RETRY_GONE
#define REFUSED   RETRY_REFUSED
#define UNKNOWN   RETRY_UNKNOWN
#define MISSET    RETRY_MISSET
#define FAULT     RETRY_FAULT

struct retry_row {
	int from, to; /* statuses; the first row that fits counts */
	enum retry_class is[RETRY__DESTINATIONS];
};

/* clang-format off */
static const struct retry_row table[] = {
	/*                         HubSpot                       impact.com
	                           read       write     token    POST      reads      e-mail */
	{ NOT_SENT, NOT_SENT,     { AGAIN,     AGAIN,     AGAIN,   AGAIN,     AGAIN,     AGAIN } },
	{ NO_ANSWER, NO_ANSWER,   { AGAIN,     AGAIN,     AGAIN,   UNKNOWN,   AGAIN,     AGAIN } },
	{ UNREADABLE, UNREADABLE, { AGAIN,     AGAIN,     AGAIN,   UNKNOWN,   AGAIN,     OK } },
	{ 0, 199,                 { AGAIN,     AGAIN,     AGAIN,   UNKNOWN,   AGAIN,     AGAIN } },
	{ 200, 201,               { OK,        OK,        OK,      OK,        OK,        OK } },
	{ 202, 202,               { OK,        OK,        AGAIN,   UNKNOWN,   AGAIN,     OK } },
	{ 203, 203,               { AGAIN,     AGAIN,     AGAIN,   UNKNOWN,   AGAIN,     OK } },
	{ 204, 204,               { OK,        OK,        AGAIN,   UNKNOWN,   AGAIN,     OK } },
	{ 205, 206,               { AGAIN,     AGAIN,     AGAIN,   UNKNOWN,   AGAIN,     OK } },
	{ 207, 207,               { OK,        OK,        AGAIN,   UNKNOWN,   AGAIN,     OK } },
	{ 208, 299,               { AGAIN,     AGAIN,     AGAIN,   UNKNOWN,   AGAIN,     OK } },
	{ 300, 399,               { MISSET,    MISSET,    MISSET,  MISSET,    MISSET,    AGAIN } },
	{ 400, 400,               { SPLIT,     SPLIT,     REFUSED, REFUSED,   SPLIT,     AGAIN } },
	{ 401, 401,               { SIGN_IN,   SIGN_IN,   MISSET,  SIGN_IN,   SIGN_IN,   AGAIN } },
	{ 402, 402,               { REFUSED,   REFUSED,   MISSET,  FAULT,     FAULT,     AGAIN } },
	{ 403, 403,               { FORBIDDEN, FORBIDDEN, MISSET,  FORBIDDEN, FORBIDDEN, AGAIN } },
	{ 404, 404,               { GONE,      SPLIT,     MISSET,  SIGN_IN,   GONE,      AGAIN } },
	{ 405, 406,               { FAULT,     FAULT,     FAULT,   FAULT,     FAULT,     AGAIN } },
	{ 408, 408,               { AGAIN,     AGAIN,     AGAIN,   UNKNOWN,   AGAIN,     AGAIN } },
	{ 409, 409,               { AGAIN,     AGAIN,     MISSET,  UNKNOWN,   AGAIN,     AGAIN } },
	{ 410, 410,               { REFUSED,   REFUSED,   MISSET,  REFUSED,   GONE,      AGAIN } },
	{ 413, 413,               { SPLIT,     SPLIT,     MISSET,  FAULT,     SPLIT,     AGAIN } },
	{ 414, 414,               { SPLIT,     SPLIT,     FAULT,   FAULT,     FAULT,     AGAIN } },
	{ 415, 415,               { FAULT,     FAULT,     FAULT,   FAULT,     FAULT,     AGAIN } },
	{ 423, 423,               { WAIT,      WAIT,      WAIT,    UNKNOWN,   AGAIN,     AGAIN } },
	{ 425, 425,               { AGAIN,     AGAIN,     AGAIN,   UNKNOWN,   AGAIN,     AGAIN } },
	{ 429, 429,               { WAIT,      WAIT,      WAIT,    WAIT,      WAIT,      AGAIN } },
	{ 477, 477,               { WAIT,      WAIT,      WAIT,    UNKNOWN,   AGAIN,     AGAIN } },
	{ 400, 499,               { REFUSED,   SPLIT,     MISSET,  REFUSED,   REFUSED,   AGAIN } },
	{ 530, 530,               { AGAIN,     AGAIN,     AGAIN,   UNKNOWN,   AGAIN,     SIGN_IN } },
	{ 535, 535,               { AGAIN,     AGAIN,     AGAIN,   UNKNOWN,   AGAIN,     SIGN_IN } },
	{ 500, 599,               { AGAIN,     AGAIN,     AGAIN,   UNKNOWN,   AGAIN,     REFUSED } },
	{ 600, STATUS_MAX,        { AGAIN,     AGAIN,     AGAIN,   UNKNOWN,   AGAIN,     AGAIN } },
};
/* clang-format on */

static enum retry_class
look_up(enum retry_destination to, int result)
{
	/* The last row takes what no other does. */
	const struct retry_row *row = table, *last = &table[sizeof(table) / sizeof(table[0]) - 1];

	while (row < last && (result < row->from || result > row->to))
		row++;
	return row->is[to];
}

enum retry_class
retry_classify(enum retry_destination to, const struct http_answer *answer)
{
	if (answer->outcome == HTTP_NOT_SENT)
		return look_up(to, NOT_SENT);
	if (answer->outcome != HTTP_ANSWERED || answer->status < 0)
		return look_up(to, NO_ANSWER);
	return look_up(to, answer->status);
}

enum retry_class
retry_unreadable(enum retry_destination to)
{
	return look_up(to, UNREADABLE);
}

bool
retry_is_refusal(enum retry_class c)
{
	return c == SPLIT || c == GONE || c == REFUSED || c == MISSET || c == FAULT;
}

const char *
retry_class_name(enum retry_class c)
{
	static const char *const names[RETRY__CLASSES] = { "ok", "again", "wait", "sign_in", "forbidden", "split",
		"gone", "refused", "unknown", "misset", "fault" };

	return names[c];
}

const char *
retry_destination_name(enum retry_destination to)
{
	static const char *const names[RETRY__DESTINATIONS] = { "hubspot_read", "hubspot_write", "hubspot_token",
		"impact_post", "impact_read", "mail" };

	return names[to];
}

bool
retry_far_end_fails(const struct http_answer *answer)
{
	struct str body = str_trim(answer->body);

	if (answer->outcome != HTTP_ANSWERED || answer->status < 200 || answer->status >= 500)
		return true;
	return answer->status < 300 && answer->status != 204 && (body.n == 0 || (body.p[0] != '{' && body.p[0] != '['));
}

int64_t
retry_wait_ms(int64_t base_ms, int64_t cap_ms, int64_t attempt, int64_t random)
{
	int64_t below = base_ms;

	if (random < 0)
		random = 0;
	if (random >= RETRY_RANDOM)
		random = RETRY_RANDOM - 1;
	for (int64_t i = 0; i < attempt && below < cap_ms && below > 0; i++)
		below = below > cap_ms / 2 ? cap_ms : below * 2;
	if (below > cap_ms)
		below = cap_ms;
	if (below <= 0)
		return 0;
	/* In two parts, so that no product overflows. */
	return below / RETRY_RANDOM * random + below % RETRY_RANDOM * random / RETRY_RANDOM;
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
retry_hint_ms(const struct settings *s, const struct http_answer *answer, int64_t now_ms, struct arena *a)
{
	int64_t cap_ms = (answer->status == MOVING ? s->retry_moving_cap_s : s->retry_told_cap_s) * 1000;
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

int64_t
retry_next_ms(enum retry_destination to, enum retry_class c, const struct http_answer *answer,
    const struct retry_moment *m, struct arena *a)
{
	const struct settings *s = m->settings;
	int64_t told_ms = retry_hint_ms(s, answer, m->now_ms, a);
	bool impact = to == RETRY_IMPACT_POST || to == RETRY_IMPACT_READ;
	int64_t ms;

	if (c == WAIT)
		return told_ms >= 0 ? told_ms
		                    : (impact ? s->retry_limited_impact_s : s->retry_limited_hubspot_s) * 1000;
	ms = retry_wait_ms(s->retry_base_s * 1000, s->retry_cap_s * 1000, m->tries, m->random);
	return told_ms > ms ? told_ms : ms;
}
