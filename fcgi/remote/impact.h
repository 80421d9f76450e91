/* impact.h - impact.com's Brand API, version 14 (impact.md 1, 2, 3, 7).  Pure: builds requests, reads answers. */
#ifndef REMOTE_IMPACT_H
#define REMOTE_IMPACT_H

#include "base/http_message.h"
#include "base/json.h"
#include "base/settings.h"

struct impact_account {
	struct str sid;
	struct secret token;
};

/* Every request: Basic auth, Accept: application/json, IR-Version: 14. */
void impact_company(struct arena *a, const struct settings *s, const struct impact_account *account,
    struct http_request *out);
void impact_campaigns(struct arena *a, const struct settings *s, const struct impact_account *account, int64_t page,
    struct http_request *out);
void impact_campaign(struct arena *a, const struct settings *s, const struct impact_account *account,
    struct str program_id, struct http_request *out);
/* POST Conversions with the frozen form body; `once`, and no byte after send_before_mono_ms. */
void impact_conversion(struct arena *a, const struct settings *s, const struct impact_account *account, struct str body,
    int64_t send_before_mono_ms, struct http_request *out);
void impact_submission(struct arena *a, const struct settings *s, const struct impact_account *account,
    struct str batch_id, struct http_request *out);
/* Actions by event date; from and to at most 45 days apart (the caller's duty). */
void impact_actions(struct arena *a, const struct settings *s, const struct impact_account *account,
    struct str program_id, int64_t event_from_ms, int64_t event_to_ms, int64_t page, struct http_request *out);
void impact_action(struct arena *a, const struct settings *s, const struct impact_account *account,
    struct str action_id, struct http_request *out);

/* The field that a refusal names first; empty when it names none. */
struct str impact_refused_field(struct arena *a, const struct http_answer *answer);
/* What is common to all answers: reads the error envelope in any casing into *e (ERR_REMOTE, ERR_DENIED, ...). */
bool impact_ok(struct arena *a, const struct http_answer *answer, struct err *e);

struct impact_company_info {
	struct str name, currency, time_zone;
};
bool impact_read_company(struct arena *a, const struct http_answer *answer, struct impact_company_info *out,
    struct err *e) CC_MUST_USE;

struct impact_program {
	struct str id, name, state;
	/*
	 * The name of the parameter in which landing pages get the click id: "im_ref" of "im_ref={clickid}" in the
	 * program's gateway tracking template.  Empty when the answer tells none.
	 */
	struct str click_parameter;
};
/* *next_page is 0 at the end.  URIs in answers are never followed: ids and page numbers are taken from them. */
bool impact_read_programs(struct arena *a, const struct http_answer *answer, struct impact_program **out, size_t *n,
    int64_t *next_page, struct err *e) CC_MUST_USE;
bool impact_read_program(struct arena *a, const struct http_answer *answer, struct impact_program *out,
    struct err *e) CC_MUST_USE;

/* The answer to a conversion: queued (batch_id) or booked at once (action_id), all shapes of impact.md 2.4. */
struct impact_receipt {
	struct str batch_id, action_id;
	struct str uri;     /* as it came: relative to the host, or absolute */
	struct str refusal; /* of a 3xx or 4xx: field messages as one sentence */
};
/*
 * True with an id (queued, or booked), or of a 3xx or 4xx with the refusal.  False when a 2xx cannot be
 * understood (the outcome is then unknown) and for every other answer; *e says why.
 */
bool impact_read_receipt(struct arena *a, const struct http_answer *answer, struct impact_receipt *out,
    struct err *e) CC_MUST_USE;

/* False when the answer's URI is of another account or host: what it says is then not about our conversion. */
bool impact_receipt_is_ours(struct arena *a, const struct settings *s, const struct impact_account *account,
    const struct impact_receipt *receipt) CC_MUST_USE;

/* batch_id and order_id are to be compared with what was asked for. */
struct impact_submission_info {
	bool complete;
	struct str batch_id, order_id, error_type, error_reason, partner_id;
};
bool impact_read_submission(struct arena *a, const struct http_answer *answer, struct impact_submission_info *out,
    struct err *e) CC_MUST_USE;

struct impact_action_info {
	struct str id, order_id, event_type_id, event_code, partner_id, partner_name, program_name;
	struct str state; /* PENDING, APPROVED, REVERSED */
	struct str state_detail;
	struct str amount, payout, currency; /* decimal text */
	int64_t locking_ms, cleared_ms, event_ms, referring_ms; /* 0 when empty */
};
/* `page`: the one that was asked for.  An answer that contradicts itself, or is another page, is ERR_REMOTE. */
bool impact_read_actions(struct arena *a, const struct http_answer *answer, int64_t page,
    struct impact_action_info **out, size_t *n, int64_t *next_page, struct err *e) CC_MUST_USE;
bool impact_read_action(struct arena *a, const struct http_answer *answer, struct impact_action_info *out,
    struct err *e) CC_MUST_USE;

/* The limit headers of any answer; -1 where not given. */
struct impact_limit {
	int64_t limit, remaining, reset_in_ms;
};
struct impact_limit impact_read_limit(const struct http_answer *answer, int64_t now_ms);

#endif
