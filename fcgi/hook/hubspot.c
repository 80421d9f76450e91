/* hubspot.c - see hubspot.h. */
#include "hook/hubspot.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/zip.h"
#include "core/signature.h"
#include "io/fcgi.h"
#include "store/inbox.h"

/* Smaller bodies gain nothing from packing. */
#define PACK_MIN 512

static struct hubspot_answer
answer(int status, const char *text)
{
	return (struct hubspot_answer){ .status = status, .text = str_from(text) };
}

static struct hubspot_answer
refuse(int status, const char *text, const struct err *e)
{
	log_event(LOG_WARN, "hook.refused", LOG_I("status", status), LOG_C("why", e->text));
	return answer(status, text);
}

/* A header that was given twice, or joined by a proxy, could mean two things: it means none. */
static bool
given_once(const struct fcgi *f)
{
	static const char *const names[] = { "HTTP_X_HUBSPOT_SIGNATURE_V3", "HTTP_X_HUBSPOT_REQUEST_TIMESTAMP",
		"HTTP_X_HUBSPOT_SIGNATURE", "HTTP_X_HUBSPOT_SIGNATURE_VERSION" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct str value = fcgi_param(f, names[i]);

		if (fcgi_param_count(f, names[i]) > 1 || str_find_char(value, ',') < value.n)
			return false;
	}
	return true;
}

static bool
signed_by_hubspot(const struct fcgi *f, struct arena *a, const struct settings *settings, struct str body,
    struct err *e)
{
	struct str target = fcgi_param(f, "REQUEST_URI");
	const struct signature_input in = { .method = fcgi_param(f, "REQUEST_METHOD"),
		.url = str_printf(a, STR_FMT STR_FMT, STR_ARG(settings->public_url), STR_ARG(target)),
		.body = body,
		.v3 = fcgi_param(f, "HTTP_X_HUBSPOT_SIGNATURE_V3"),
		.timestamp = fcgi_param(f, "HTTP_X_HUBSPOT_REQUEST_TIMESTAMP"),
		.old = fcgi_param(f, "HTTP_X_HUBSPOT_SIGNATURE"),
		.version = fcgi_param(f, "HTTP_X_HUBSPOT_SIGNATURE_VERSION") };
	const struct signature_rules rules = { .secret = &settings->hubspot_client_secret,
		.previous = secret_empty(&settings->hubspot_client_secret_previous)
		                ? NULL
		                : &settings->hubspot_client_secret_previous,
		.versions = settings->hubspot_signature_versions,
		.window_ms = settings->webhook_window_ms };

	return signature_check(&in, &rules, clock_wall_ms(), a, e);
}

bool
hubspot_receive(struct fcgi *f, struct arena *a, const struct settings *settings, struct inbox_new *row,
    struct hubspot_answer *refusal)
{
	struct err e = { .code = ERR_NONE };
	struct str body;
	bool packed;

	*refusal = answer(405, "Only POST is taken here.\n");
	if (!str_eq(fcgi_param(f, "REQUEST_METHOD"), STR("POST")))
		return false;
	if (!fcgi_body(f, a, (size_t)settings->webhook_max_bytes, &body, &e)) {
		*refusal = e.code == ERR_LIMIT ? refuse(413, "The batch is too large.\n", &e)
		                               : refuse(400, "The body is not as long as announced.\n", &e);
		return false;
	}
	*refusal = answer(400, "A signature header was given more than once.\n");
	if (!given_once(f))
		return false;
	if (!signed_by_hubspot(f, a, settings, body, &e)) {
		*refusal = refuse(401, "The signature does not prove that HubSpot sent this.\n", &e);
		return false;
	}
	packed = settings->inbox_compress && body.n >= PACK_MIN;
	*row = (struct inbox_new){ .shard = crypto_random_below(INBOX_SHARDS),
		.packed = packed,
		.body = packed ? zip_deflate(a, body) : body };
	return true;
}
