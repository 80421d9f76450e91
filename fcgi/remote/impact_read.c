/* impact_read.c - the answers of impact.com's Brand API as typed values; see impact.h. */
#include "remote/impact.h"

#include "base/arena.h"
#include "base/buf.h"
#include "core/decimal.h"
#include "remote/wire.h"

#define ID_MAX        64
#define MESSAGE_MAX   240
#define REFUSAL_MAX   500
#define FIELD_MAX     64
#define ERRORS_SHOWN  5
#define COMPLAINT_MAX 1600
#define EPOCH_FROM    INT64_C(100000000) /* a reset above this is a time, not a number of seconds */

/* "Field: message; Field: message", else the general message; empty when the body says nothing. */
static struct str
complaint(struct arena *a, const struct json *body)
{
	const struct json *errors = json_get_nocase(body, "errors");
	struct str out = { 0 };
	struct err e = { 0 };
	struct buf b;

	buf_init(&b, a, COMPLAINT_MAX);
	for (size_t i = 0; i < wire_list_length(errors) && i < ERRORS_SHOWN; i++) {
		const struct json *row = wire_list_at(errors, i);
		struct str field = wire_cut(a, wire_text(a, row, "field"), FIELD_MAX);
		struct str message = wire_cut(a, wire_text(a, row, "message"), MESSAGE_MAX);

		if (message.n == 0 && json_type(row) == JSON_STRING)
			message = wire_cut(a, json_text(a, row), MESSAGE_MAX);
		if (field.n == 0 && message.n == 0)
			continue;
		if (b.n > 0)
			buf_add(&b, STR("; "));
		buf_add(&b, field);
		if (field.n > 0 && message.n > 0)
			buf_add(&b, STR(": "));
		buf_add(&b, message);
	}
	if (b.n == 0 || !buf_done(&b, &out, &e))
		out = wire_text(a, body, "message");
	return wire_cut(a, out, REFUSAL_MAX);
}

struct str
impact_refused_field(struct arena *a, const struct http_answer *answer)
{
	const struct json *errors = json_get_nocase(wire_error_body(a, answer), "errors");

	return wire_text(a, wire_list_at(errors, 0), "field");
}

/* Puts an error status into words. */
static bool
say(struct arena *a, const struct http_answer *answer, const struct json *body, struct err *e)
{
	struct str words = wire_cut(a, complaint(a, body), MESSAGE_MAX);
	const char *meaning = "";

	if (answer->status == 401)
		meaning = ": it does not know this Account SID and Auth Token";
	else if (answer->status == 403)
		meaning = ": the token has no permission for this";
	return err_set(e, wire_code(answer->status), "impact.com answered %d%s%s" STR_FMT "%s", answer->status, meaning,
	    words.n > 0 ? " (" : "", STR_ARG(words), words.n > 0 ? ")" : "");
}

/* The body of an answer that worked: 2xx, JSON, and no Status ERROR inside. */
static bool
body_of(struct arena *a, const struct http_answer *answer, struct json **body, struct err *e)
{
	struct err first = { 0 };

	if (wire_json(a, answer, "impact.com", body, &first)) {
		if (str_eq_nocase(wire_text(a, *body, "status"), STR("ERROR")))
			return say(a, answer, *body, e);
		if (json_type(*body) == JSON_OBJECT)
			return true;
		return err_set(e, ERR_REMOTE, "impact.com answered %d without an object", answer->status);
	}
	if (answer->outcome == HTTP_ANSWERED && (answer->status < 200 || answer->status > 299))
		return say(a, answer, wire_error_body(a, answer), e);
	*e = first;
	return false;
}

bool
impact_ok(struct arena *a, const struct http_answer *answer, struct err *e)
{
	struct json *body = NULL;

	return body_of(a, answer, &body, e);
}

bool
impact_read_company(struct arena *a, const struct http_answer *answer, struct impact_company_info *out, struct err *e)
{
	struct json *body = NULL;

	*out = (struct impact_company_info){ 0 };
	if (!body_of(a, answer, &body, e))
		return false;
	out->name = wire_text(a, body, "CompanyName");
	out->currency = wire_text(a, body, "Currency");
	out->time_zone = wire_text(a, body, "Timezone");
	return true;
}

/* The page behind this one, or 0: by @nextpageuri, but never past @numpages. */
static int64_t
next_page(struct arena *a, const struct json *body)
{
	int64_t page = wire_int(a, body, "@page");
	int64_t pages = wire_int(a, body, "@numpages");

	if (wire_text(a, body, "@nextpageuri").n == 0 || page < 1 || page > INT32_MAX || (pages > 0 && page >= pages))
		return 0;
	return page + 1;
}

/*
 * The same of a listing that must be read to its end: what is not on it counts as not there.  Whether a page follows is
 * said by @numpages, else by @nextpageuri; an answer that says so, or is asked for behind another, tells which page it
 * is.
 */
static bool
page_behind(struct arena *a, const struct json *body, int64_t asked, int64_t *next, struct err *e)
{
	int64_t page = wire_int(a, body, "@page");
	int64_t pages = wire_int(a, body, "@numpages");
	bool uri = wire_text(a, body, "@nextpageuri").n > 0;

	if (page != asked && (uri || pages > asked || (page > 0 && asked > 1)))
		return err_set(e, ERR_REMOTE, "impact.com answered with page %lld in place of page %lld",
		    (long long)page, (long long)asked);
	*next = pages > asked || (uri && pages == 0) ? asked + 1 : 0;
	return true;
}

/* Of "utm_source=x&im_ref={clickid}" the name before the click id. */
static struct str click_parameter(struct str template)
{
	struct str pair, name;

	while (str_cut(&template, '&', &pair)) {
		if (str_starts(pair, STR("?")))
			pair = str_slice(pair, 1, pair.n);
		if (str_cut(&pair, '=', &name) && str_eq_nocase(pair, STR("{clickid}")) && name.n <= 64)
			return name;
	}
	return STR("");
}

static void
read_program(struct arena *a, const struct json *j, struct impact_program *out)
{
	const struct json *gateway = json_get_nocase(j, "GatewayTrackingSettings");

	out->id = wire_text(a, j, "Id");
	out->name = wire_text(a, j, "Name");
	out->state = str_upper(a, wire_text(a, j, "State"));
	out->click_parameter = click_parameter(wire_text(a, gateway, "CampaignTrackingTemplate"));
	if (out->click_parameter.n == 0)
		out->click_parameter = click_parameter(wire_text(a, gateway, "MediaPartnerTrackingTemplate"));
}

bool
impact_read_programs(struct arena *a, const struct http_answer *answer, struct impact_program **out, size_t *n,
    int64_t *next, struct err *e)
{
	const struct json *list;
	struct json *body = NULL;

	*out = NULL;
	*n = 0;
	*next = 0;
	if (!body_of(a, answer, &body, e))
		return false;
	list = json_get_nocase(body, "Campaigns");
	*out = arena_array(a, wire_list_length(list), sizeof(**out));
	for (size_t i = 0; i < wire_list_length(list); i++) {
		read_program(a, wire_list_at(list, i), &(*out)[*n]);
		if ((*out)[*n].id.n > 0)
			(*n)++;
	}
	*next = next_page(a, body);
	return true;
}

bool
impact_read_program(struct arena *a, const struct http_answer *answer, struct impact_program *out, struct err *e)
{
	struct json *body = NULL;

	*out = (struct impact_program){ 0 };
	if (!body_of(a, answer, &body, e))
		return false;
	read_program(a, body, out);
	if (out->id.n == 0)
		return err_set(e, ERR_REMOTE, "impact.com answered %d without a program", answer->status);
	return true;
}

/* An id that may stand in a path: letters, digits, dot, dash, underscore, not only dots. */
static bool
plain_id(struct str s)
{
	bool other = false;

	if (s.n == 0 || s.n > ID_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
		        c == '_' || c == '.'))
			return false;
		other = other || c != '.';
	}
	return other;
}

/* The id behind "/<collection>/" at the end of a relative or absolute URI; empty when it is another one. */
static struct str
uri_id(struct str uri, struct str name)
{
	size_t end = uri.n;
	size_t slash;
	struct str before;
	struct str id;

	for (slash = end; slash > 0 && uri.p[slash - 1] != '/'; slash--)
		;
	id = str_slice(uri, slash, end);
	if (slash == 0 || !plain_id(id))
		return (struct str){ 0 };
	before = str_slice(uri, 0, slash - 1);
	if (!str_ends(before, name) || before.n == name.n || before.p[before.n - name.n - 1] != '/')
		return (struct str){ 0 };
	return id;
}

/* 1000.2000.3000 */
static bool
is_action_id(struct str s)
{
	size_t dots = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '.')
			dots++;
		else if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		if (s.p[i] == '.' && (i == 0 || i + 1 == s.n || s.p[i - 1] == '.'))
			return false;
	}
	return dots == 2 && s.n <= ID_MAX;
}

static void
read_ids(struct arena *a, const struct json *body, struct impact_receipt *out)
{
	static const char *const keys[] = { "QueuedUri", "ActionUri", "Uri" };
	struct str action = wire_text(a, body, "ActionId");

	if (is_action_id(action))
		out->action_id = action;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct str uri = wire_text(a, body, keys[i]);
		struct str batch_id = uri_id(uri, STR("APISubmissions"));
		struct str action_id = uri_id(uri, STR("Actions"));

		if (out->uri.n == 0 && (batch_id.n > 0 || action_id.n > 0))
			out->uri = uri;
		if (out->batch_id.n == 0)
			out->batch_id = batch_id;
		if (out->action_id.n == 0)
			out->action_id = action_id;
	}
}

bool
impact_read_receipt(struct arena *a, const struct http_answer *answer, struct impact_receipt *out, struct err *e)
{
	struct json *body = NULL;

	*out = (struct impact_receipt){ 0 };
	if (body_of(a, answer, &body, e)) {
		read_ids(a, body, out);
		if (out->batch_id.n > 0 || out->action_id.n > 0)
			return true;
		return err_set(e, ERR_REMOTE, "impact.com answered %d without an id", answer->status);
	}
	if (answer->outcome != HTTP_ANSWERED || answer->status < 300 || answer->status > 499)
		return false;
	out->refusal = complaint(a, wire_error_body(a, answer));
	if (out->refusal.n == 0)
		out->refusal = str_from(e->text);
	out->refusal = str_copy(a, out->refusal);
	return true;
}

bool
impact_read_submission(struct arena *a, const struct http_answer *answer, struct impact_submission_info *out,
    struct err *e)
{
	struct json *body = NULL;
	struct str status;

	*out = (struct impact_submission_info){ 0 };
	if (!body_of(a, answer, &body, e))
		return false;
	status = wire_text(a, body, "Status");
	out->batch_id = wire_text(a, body, "BatchId");
	if (status.n == 0 || out->batch_id.n == 0)
		return err_set(e, ERR_REMOTE, "impact.com answered %d without a submission", answer->status);
	out->complete = str_eq_nocase(status, STR("Complete"));
	out->order_id = wire_text(a, body, "OrderId");
	out->error_type = wire_text(a, body, "ErrorType");
	out->error_reason = wire_text(a, body, "ErrorReason");
	out->partner_id = wire_text(a, body, "MediaPartnerId");
	return true;
}

/* Decimal text as it came, or empty when it is no decimal number. */
static struct str
money(struct arena *a, const struct json *j, const char *key)
{
	struct str text = wire_text(a, j, key);
	struct decimal d = { 0 };
	struct err e = { 0 };

	return decimal_parse(text, &d, &e) ? text : (struct str){ 0 };
}

static void
read_action(struct arena *a, const struct json *j, struct impact_action_info *out)
{
	out->id = wire_text(a, j, "Id");
	out->order_id = wire_text(a, j, "Oid");
	out->event_type_id = wire_text(a, j, "ActionTrackerId");
	out->event_code = wire_text(a, j, "EventCode");
	out->partner_id = wire_text(a, j, "MediaPartnerId");
	out->partner_name = wire_text(a, j, "MediaPartnerName");
	out->program_name = wire_text(a, j, "CampaignName");
	out->state = str_upper(a, wire_text(a, j, "State"));
	out->state_detail = wire_text(a, j, "StateDetail");
	out->amount = money(a, j, "Amount");
	out->payout = money(a, j, "Payout");
	out->currency = wire_text(a, j, "Currency");
	out->locking_ms = wire_time(a, j, "LockingDate");
	out->cleared_ms = wire_time(a, j, "ClearedDate");
	out->event_ms = wire_time(a, j, "EventDate");
	out->referring_ms = wire_time(a, j, "ReferringDate");
}

bool
impact_read_actions(struct arena *a, const struct http_answer *answer, int64_t page, struct impact_action_info **out,
    size_t *n, int64_t *next, struct err *e)
{
	const struct json *list;
	struct json *body = NULL;

	*out = NULL;
	*n = 0;
	*next = 0;
	if (!body_of(a, answer, &body, e))
		return false;
	list = json_get_nocase(body, "Actions");
	/* A conversion that is "not there" is sent again: an answer without a list must not look like an empty one. */
	if (list == NULL)
		return err_set(e, ERR_REMOTE, "impact.com answered %d without actions", answer->status);
	if (!page_behind(a, body, page, next, e))
		return false;
	*out = arena_array(a, wire_list_length(list), sizeof(**out));
	for (size_t i = 0; i < wire_list_length(list); i++) {
		read_action(a, wire_list_at(list, i), &(*out)[*n]);
		if ((*out)[*n].id.n > 0)
			(*n)++;
	}
	return true;
}

bool
impact_read_action(struct arena *a, const struct http_answer *answer, struct impact_action_info *out, struct err *e)
{
	struct json *body = NULL;

	*out = (struct impact_action_info){ 0 };
	if (!body_of(a, answer, &body, e))
		return false;
	read_action(a, body, out);
	if (out->id.n == 0)
		return err_set(e, ERR_REMOTE, "impact.com answered %d without an action", answer->status);
	return true;
}

/* The first of these headers that holds a whole number, or -1. */
static int64_t
header_number(const struct http_answer *answer, const char *const *names, size_t n)
{
	int64_t value = -1;

	for (size_t i = 0; i < n; i++) {
		struct str text = str_trim(http_answer_header(answer, str_from(names[i])));

		if (str_to_int(text, 0, INT64_MAX / 1000, &value))
			return value;
	}
	return -1;
}

struct impact_limit
impact_read_limit(const struct http_answer *answer, int64_t now_ms)
{
	static const char *const limits[] = { "x-ratelimit-limit", "x-ratelimit-limit-hour" };
	static const char *const lefts[] = { "x-ratelimit-remaining", "x-ratelimit-remaining-hour" };
	static const char *const resets[] = { "x-ratelimit-reset", "ratelimit-reset", "retry-after" };
	struct impact_limit out = { .limit = header_number(answer, limits, 2),
		.remaining = header_number(answer, lefts, 2),
		.reset_in_ms = -1 };
	int64_t reset = header_number(answer, resets, 3);

	if (reset < 0)
		return out;
	out.reset_in_ms = reset > EPOCH_FROM ? reset * 1000 - now_ms : reset * 1000;
	if (out.reset_in_ms < 0)
		out.reset_in_ms = 0;
	return out;
}
