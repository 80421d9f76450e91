/* hubspot_oauth.c - HubSpot's OAuth requests and answers; see hubspot_oauth.h. */
#include "remote/hubspot_oauth.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/enc.h"
#include "base/json.h"
#include "core/retry.h"
#include "remote/wire.h"

#define OAUTH_FORM_MAX    65536
#define OAUTH_ANSWER_MAX  262144
#define OAUTH_TIMEOUT_MS  10000
#define OAUTH_SCOPES_MAX  16384
#define OAUTH_CODE_MAX    48
#define OAUTH_EXPIRES_MAX 31536000

/* The two keys of an error body, HubSpot's older one first: it is the finer of the two. */
struct refusal {
	const char *key, *value;
	enum hubspot_oauth_result result;
};

/* clang-format off */
static const struct refusal refusals[] = {
	{ "status", "BAD_REFRESH_TOKEN",      HUBSPOT_OAUTH_DISCONNECTED  },
	{ "status", "BAD_HUB",                HUBSPOT_OAUTH_ACCOUNT_GONE  },
	{ "status", "BAD_AUTH_CODE",          HUBSPOT_OAUTH_CODE_REFUSED  },
	{ "status", "BAD_CODE_VERIFIER",      HUBSPOT_OAUTH_CODE_REFUSED  },
	{ "status", "BAD_REDIRECT_URI",       HUBSPOT_OAUTH_MISCONFIGURED },
	{ "status", "BAD_CLIENT_ID",          HUBSPOT_OAUTH_MISCONFIGURED },
	{ "status", "BAD_CLIENT_SECRET",      HUBSPOT_OAUTH_MISCONFIGURED },
	{ "status", "BAD_GRANT_TYPE",         HUBSPOT_OAUTH_MISCONFIGURED },
	{ "status", "BAD_SCOPES",             HUBSPOT_OAUTH_MISCONFIGURED },
	{ "error",  "invalid_grant",          HUBSPOT_OAUTH_DISCONNECTED  },
	{ "error",  "access_denied",          HUBSPOT_OAUTH_ACCOUNT_GONE  },
	{ "error",  "invalid_client",         HUBSPOT_OAUTH_MISCONFIGURED },
	{ "error",  "invalid_request",        HUBSPOT_OAUTH_MISCONFIGURED },
	{ "error",  "unsupported_grant_type", HUBSPOT_OAUTH_MISCONFIGURED },
	{ "error",  "invalid_scope",          HUBSPOT_OAUTH_MISCONFIGURED },
};
/* clang-format on */

/* The finished form, wiped with the arena; the buffer that it grew in is wiped at once. */
static struct str
form_end(struct arena *a, struct buf *b)
{
	struct str form = { 0 };
	struct secret kept = { 0 };
	struct err e = { 0 };

	if (!buf_done(b, &form, &e))
		return (struct str){ 0 };
	kept = secret_copy(a, form);
	secret_wipe(b->p, b->n);
	return secret_reveal(&kept);
}

static void
form_begin(struct arena *a, const struct settings *s, struct buf *b)
{
	buf_init(b, a, OAUTH_FORM_MAX);
	enc_form_add(b, STR("client_id"), s->hubspot_client_id);
	enc_form_add(b, STR("client_secret"), secret_reveal(&s->hubspot_client_secret));
}

static void
form_request(struct http_request *out, struct str url, struct str form)
{
	*out = (struct http_request){ .method = HTTP_POST,
		.url = url,
		.body = form,
		.content_type = STR("application/x-www-form-urlencoded"),
		.once = true,
		.timeout_ms = OAUTH_TIMEOUT_MS,
		.max_answer_bytes = OAUTH_ANSWER_MAX };
	http_request_header(out, STR("Accept"), STR("application/json"));
}

static struct str
token_url(struct arena *a, const struct settings *s)
{
	return WIRE_URL(a, s->hubspot_api_url, STR(""), STR("oauth"), s->hubspot_oauth_version, STR("token"));
}

struct str
hubspot_oauth_authorize_url(struct arena *a, const struct settings *s, struct str redirect_uri, struct str scopes,
    struct str optional_scopes, struct str state, int64_t portal_id)
{
	struct str base = s->hubspot_authorize_url;
	struct str query = { 0 };
	struct err e = { 0 };
	struct buf b;

	/* An account's number before the last part skips HubSpot's account chooser (hubspot.md 1.1). */
	if (portal_id != 0 && str_ends(base, STR("/authorize")))
		base = str_printf(a, STR_FMT "/%lld/authorize",
		    STR_ARG(str_slice(base, 0, base.n - STR("/authorize").n)), (long long)portal_id);
	buf_init(&b, a, OAUTH_FORM_MAX);
	enc_form_add(&b, STR("client_id"), s->hubspot_client_id);
	enc_form_add(&b, STR("redirect_uri"), redirect_uri);
	enc_form_add(&b, STR("scope"), scopes);
	if (optional_scopes.n > 0)
		enc_form_add(&b, STR("optional_scope"), optional_scopes);
	enc_form_add(&b, STR("state"), state);
	if (!buf_done(&b, &query, &e))
		return (struct str){ 0 };
	return str_printf(a, STR_FMT "%c" STR_FMT, STR_ARG(base), str_find_char(base, '?') < base.n ? '&' : '?',
	    STR_ARG(query));
}

void
hubspot_oauth_exchange(struct arena *a, const struct settings *s, struct str redirect_uri, const struct secret *code,
    struct http_request *out)
{
	struct buf b;

	form_begin(a, s, &b);
	enc_form_add(&b, STR("grant_type"), STR("authorization_code"));
	enc_form_add(&b, STR("redirect_uri"), redirect_uri);
	enc_form_add(&b, STR("code"), secret_reveal(code));
	form_request(out, token_url(a, s), form_end(a, &b));
}

void
hubspot_oauth_refresh(struct arena *a, const struct settings *s, const struct secret *refresh_token,
    struct http_request *out)
{
	struct buf b;

	form_begin(a, s, &b);
	enc_form_add(&b, STR("grant_type"), STR("refresh_token"));
	enc_form_add(&b, STR("refresh_token"), secret_reveal(refresh_token));
	form_request(out, token_url(a, s), form_end(a, &b));
}

static void
about_token(struct arena *a, const struct settings *s, struct str verb, const struct secret *token, struct str hint,
    struct http_request *out)
{
	struct buf b;

	form_begin(a, s, &b);
	enc_form_add(&b, STR("token"), secret_reveal(token));
	enc_form_add(&b, STR("token_type_hint"), hint);
	form_request(out,
	    WIRE_URL(a, s->hubspot_api_url, STR(""), STR("oauth"), s->hubspot_oauth_version, STR("token"), verb),
	    form_end(a, &b));
}

void
hubspot_oauth_introspect(struct arena *a, const struct settings *s, const struct secret *token, bool refresh_token,
    struct http_request *out)
{
	about_token(a, s, STR("introspect"), token, refresh_token ? STR("refresh_token") : STR("access_token"), out);
	/* Asking twice does no harm, so a kept connection will do. */
	out->once = false;
}

void
hubspot_oauth_revoke(struct arena *a, const struct settings *s, const struct secret *refresh_token,
    struct http_request *out)
{
	about_token(a, s, STR("revoke"), refresh_token, STR("refresh_token"), out);
}

void
hubspot_oauth_uninstall(struct arena *a, const struct settings *s, const struct secret *access_token,
    struct http_request *out)
{
	*out = (struct http_request){ .method = HTTP_DELETE,
		.url = WIRE_URL(a, s->hubspot_api_url, STR(""), STR("appinstalls"), s->hubspot_api_version,
		    STR("external-install")),
		.auth = HTTP_AUTH_BEARER,
		.secret = *access_token,
		.timeout_ms = OAUTH_TIMEOUT_MS,
		.max_answer_bytes = OAUTH_ANSWER_MAX };
	http_request_header(out, STR("Accept"), STR("application/json"));
}

void
hubspot_oauth_account(struct arena *a, const struct settings *s, const struct secret *access_token,
    struct http_request *out)
{
	*out = (struct http_request){ .method = HTTP_GET,
		.url = WIRE_URL(a, s->hubspot_api_url, STR(""), STR("account-info"), s->hubspot_api_version,
		    STR("details")),
		.auth = HTTP_AUTH_BEARER,
		.secret = *access_token,
		.timeout_ms = OAUTH_TIMEOUT_MS,
		.max_answer_bytes = OAUTH_ANSWER_MAX };
	http_request_header(out, STR("Accept"), STR("application/json"));
}

/* A code word as it stands, or "-": free text of the token endpoint may repeat what we sent, and is never told. */
static struct str
code_word(struct arena *a, const struct json *body, const char *key)
{
	struct str s = wire_text(a, body, key);

	if (s.n == 0 || s.n > OAUTH_CODE_MAX)
		return STR("-");
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'))
			return STR("-");
	}
	return s;
}

static enum hubspot_oauth_result
refused(struct arena *a, const struct http_answer *answer, struct err *e)
{
	const struct json *body = wire_error_body(a, answer);
	struct str status = code_word(a, body, "status");
	struct str error = code_word(a, body, "error");
	enum retry_class c = retry_classify(RETRY_HUBSPOT_TOKEN, answer);

	err_set(e, wire_code(answer->status), "HubSpot's token service answered %d (" STR_FMT ", " STR_FMT ")",
	    answer->status, STR_ARG(status), STR_ARG(error));
	if (c == RETRY_AGAIN || c == RETRY_WAIT)
		return HUBSPOT_OAUTH_RETRY;
	if (answer->status < 400)
		return HUBSPOT_OAUTH_MISCONFIGURED;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		struct str found = refusals[i].key[0] == 's' ? status : error;

		if (str_eq_nocase(found, str_from(refusals[i].value)))
			return refusals[i].result;
	}
	return HUBSPOT_OAUTH_MISCONFIGURED;
}

enum hubspot_oauth_result
hubspot_oauth_read_tokens(struct arena *a, const struct http_answer *answer, struct hubspot_oauth_tokens *out,
    struct err *e)
{
	struct json *body = NULL;
	struct str access;

	*out = (struct hubspot_oauth_tokens){ 0 };
	if (answer->outcome == HTTP_ANSWERED && retry_classify(RETRY_HUBSPOT_TOKEN, answer) != RETRY_OK)
		return refused(a, answer, e);
	if (!wire_json(a, answer, "HubSpot's token service", &body, e))
		return HUBSPOT_OAUTH_RETRY;
	access = wire_text(a, body, "access_token");
	out->expires_in_s = wire_int(a, body, "expires_in");
	if (access.n == 0 || out->expires_in_s <= 0 || out->expires_in_s > OAUTH_EXPIRES_MAX) {
		*out = (struct hubspot_oauth_tokens){ 0 };
		err_set(e, ERR_REMOTE, "HubSpot's token service answered %d without a usable token", answer->status);
		return HUBSPOT_OAUTH_RETRY;
	}
	out->access_token = secret_copy(a, access);
	out->refresh_token = secret_copy(a, wire_text(a, body, "refresh_token"));
	out->hub_id = wire_int(a, body, "hub_id");
	out->user_id = wire_int(a, body, "user_id");
	return HUBSPOT_OAUTH_OK;
}

/* An array of names, or one text, as space separated text. */
static struct str
scope_text(struct arena *a, const struct json *scopes)
{
	struct str out = { 0 };
	struct err e = { 0 };
	struct buf b;

	if (json_type(scopes) != JSON_ARRAY)
		return str_copy(a, json_text(a, scopes));
	buf_init(&b, a, OAUTH_SCOPES_MAX);
	for (size_t i = 0; i < json_length(scopes); i++) {
		struct str name = json_text(a, json_at(scopes, i));

		if (name.n == 0)
			continue;
		if (b.n > 0)
			buf_addc(&b, ' ');
		buf_add(&b, name);
	}
	if (!buf_done(&b, &out, &e))
		return (struct str){ 0 };
	return out;
}

bool
hubspot_oauth_read_introspection(struct arena *a, const struct http_answer *answer, struct hubspot_oauth_identity *out,
    struct err *e)
{
	struct json *body = NULL;

	*out = (struct hubspot_oauth_identity){ 0 };
	if (!wire_json(a, answer, "HubSpot's token information", &body, e))
		return false;
	if (json_type(json_get_nocase(body, "active")) == JSON_NULL)
		return err_set(e, ERR_REMOTE, "HubSpot's token information does not say whether the token is active");
	out->active = wire_bool(a, body, "active");
	out->hub_id = wire_int(a, body, "hub_id");
	out->user_id = wire_int(a, body, "user_id");
	out->app_id = wire_int(a, body, "app_id");
	out->user_email = wire_text(a, body, "user");
	out->hub_domain = wire_text(a, body, "hub_domain");
	out->scopes = scope_text(a, json_get_nocase(body, "scopes"));
	if (out->active && out->hub_id == 0)
		return err_set(e, ERR_REMOTE, "HubSpot's token information names no account");
	return true;
}

bool
hubspot_oauth_read_account(struct arena *a, const struct http_answer *answer, struct hubspot_account *out,
    struct err *e)
{
	struct json *body = NULL;

	*out = (struct hubspot_account){ 0 };
	if (!wire_json(a, answer, "HubSpot's account details", &body, e))
		return false;
	out->portal_id = wire_int(a, body, "portalId");
	out->time_zone = wire_text(a, body, "timeZone");
	out->company_currency = wire_text(a, body, "companyCurrency");
	out->ui_domain = wire_text(a, body, "uiDomain");
	out->name = wire_text(a, body, "portalName");
	out->account_type = wire_text(a, body, "accountType");
	if (out->portal_id == 0)
		return err_set(e, ERR_REMOTE, "HubSpot's account details name no account");
	return true;
}
