/* impact.c - requests to impact.com's Brand API; impact_read.c reads the answers.  See impact.h. */
#include "remote/impact.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/enc.h"
#include "core/date.h"
#include "remote/wire.h"

#define IMPACT_VERSION     "14"
#define CAMPAIGNS_PAGESIZE "1000"
#define ACTIONS_PAGESIZE   "2000" /* the least that impact.com allows */
#define QUERY_MAX          4096

static void
request(struct http_request *out, enum http_method method, struct str url, const struct impact_account *account)
{
	*out = (struct http_request){ .method = method,
		.url = url,
		.auth = HTTP_AUTH_BASIC,
		.user = account->sid,
		.secret = account->token };
	/* Without it the answer is XML. */
	http_request_header(out, STR("Accept"), STR("application/json"));
	/* So that the shape does not depend on the version that the token was made with. */
	http_request_header(out, STR("IR-Version"), STR(IMPACT_VERSION));
}

static struct str
collection(struct arena *a, const struct settings *s, const struct impact_account *account, struct str name,
    struct str query)
{
	return WIRE_URL(a, s->impact_api_url, query, STR("Advertisers"), account->sid, name);
}

static struct str
member(struct arena *a, const struct settings *s, const struct impact_account *account, struct str name, struct str id)
{
	return WIRE_URL(a, s->impact_api_url, STR(""), STR("Advertisers"), account->sid, name, id);
}

void
impact_company(struct arena *a, const struct settings *s, const struct impact_account *account,
    struct http_request *out)
{
	request(out, HTTP_GET, collection(a, s, account, STR("CompanyInformation"), STR("")), account);
}

void
impact_campaigns(struct arena *a, const struct settings *s, const struct impact_account *account, int64_t page,
    struct http_request *out)
{
	struct str query = str_printf(a, "Page=%lld&PageSize=" CAMPAIGNS_PAGESIZE, (long long)page);

	request(out, HTTP_GET, collection(a, s, account, STR("Campaigns"), query), account);
}

void
impact_campaign(struct arena *a, const struct settings *s, const struct impact_account *account, struct str program_id,
    struct http_request *out)
{
	request(out, HTTP_GET, member(a, s, account, STR("Campaigns"), program_id), account);
}

void
impact_conversion(struct arena *a, const struct settings *s, const struct impact_account *account, struct str body,
    int64_t send_before_mono_ms, struct http_request *out)
{
	request(out, HTTP_POST, collection(a, s, account, STR("Conversions"), STR("")), account);
	out->body = body;
	out->content_type = STR("application/x-www-form-urlencoded");
	out->once = true;
	out->send_before_mono_ms = send_before_mono_ms;
}

void
impact_submission(struct arena *a, const struct settings *s, const struct impact_account *account, struct str batch_id,
    struct http_request *out)
{
	request(out, HTTP_GET, member(a, s, account, STR("APISubmissions"), batch_id), account);
}

void
impact_actions(struct arena *a, const struct settings *s, const struct impact_account *account, struct str program_id,
    int64_t event_from_ms, int64_t event_to_ms, int64_t page, struct http_request *out)
{
	struct str query = { 0 };
	struct err e = { 0 };
	struct buf b;

	buf_init(&b, a, QUERY_MAX);
	enc_form_add(&b, STR("CampaignId"), program_id);
	enc_form_add(&b, STR("ActionDateStart"), date_iso(a, event_from_ms));
	enc_form_add(&b, STR("ActionDateEnd"), date_iso(a, event_to_ms));
	buf_addf(&b, "&Page=%lld&PageSize=" ACTIONS_PAGESIZE, (long long)page);
	/* A program id of that length is none; without the required CampaignId impact.com answers 400. */
	if (!buf_done(&b, &query, &e))
		query = (struct str){ 0 };
	request(out, HTTP_GET, collection(a, s, account, STR("Actions"), query), account);
}

void
impact_action(struct arena *a, const struct settings *s, const struct impact_account *account, struct str action_id,
    struct http_request *out)
{
	request(out, HTTP_GET, member(a, s, account, STR("Actions"), action_id), account);
}

bool
impact_receipt_is_ours(struct arena *a, const struct settings *s, const struct impact_account *account,
    const struct impact_receipt *receipt)
{
	struct str uri = receipt->uri;
	struct str base = WIRE_URL(a, s->impact_api_url, STR(""), STR("Advertisers"), account->sid);
	struct str path = WIRE_URL(a, STR(""), STR(""), STR("Advertisers"), account->sid);

	if (uri.n == 0)
		return true;
	base = str_printf(a, STR_FMT "/", STR_ARG(base));
	path = str_printf(a, STR_FMT "/", STR_ARG(path));
	return str_starts(uri, base) || str_starts(uri, path);
}
