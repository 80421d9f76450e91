/* reply.c - see reply.h. */
#include "web/reply.h"

#include <assert.h>

#include "base/arena.h"
#include "base/buf.h"
#include "core/date.h"

#define HEADERS_MAX   16384
#define RETRY_AFTER_S 5
#define FILE_NAME_MAX 100

/* clang-format off */
static const int statuses[ERR__COUNT] = {
	[ERR_NONE]      = 500,
	[ERR_INVALID]   = 400,
	[ERR_DENIED]    = 403,
	[ERR_NOT_FOUND] = 404,
	[ERR_EXISTS]    = 409,
	[ERR_CONFLICT]  = 409,
	[ERR_LIMIT]     = 413,
	[ERR_TIMEOUT]   = 503,
	[ERR_REMOTE]    = 502,
	[ERR_IO]        = 502,
	[ERR_DB]        = 503,
	[ERR_FAULT]     = 500,
};

static const struct {
	int status;
	const char *code;
} codes[] = {
	{ 400, "invalid" },
	{ 401, "unauthenticated" },
	{ 403, "forbidden" },
	{ 404, "not_found" },
	{ 405, "method_not_allowed" },
	{ 409, "conflict" },
	{ 413, "too_large" },
	{ 415, "unsupported_type" },
	{ 429, "too_many" },
	{ 422, "invalid" },
	{ 502, "remote" },
	{ 503, "unavailable" },
};
/* clang-format on */

void
web_set_time(struct arena *a, struct json *object, const char *key, int64_t ms)
{
	if (ms > 0)
		json_set_str(object, key, date_iso_ms(a, ms));
	else
		json_set(object, key, NULL);
}

int
web_status(enum err_code code)
{
	return statuses[code];
}

const char *
web_code(int status)
{
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i].status == status)
			return codes[i].code;
	return "failed";
}

/* Our own trouble is told in general words; the log has the particulars. */
static struct str
message(int status, const struct err *e)
{
	if (status == 503 && e->code != ERR_LIMIT)
		return STR("The connector cannot reach its database right now. Try again in a moment.");
	if (status == 500)
		return STR("Something went wrong in the connector. Its log has the particulars.");
	return str_from(e->text);
}

/* Texts are written for the middle of a line; on a page they are a sentence. */
static struct str
sentence(struct arena *a, struct str text)
{
	bool lower = text.n > 0 && text.p[0] >= 'a' && text.p[0] <= 'z';
	bool ended = text.n > 0 && strchr(".!?", text.p[text.n - 1]) != NULL;

	if (text.n == 0)
		return text;
	return str_printf(a, "%c" STR_FMT "%s", lower ? text.p[0] - 'a' + 'A' : text.p[0],
	    STR_ARG(str_slice(text, 1, text.n)), ended ? "" : ".");
}

void
web_fail(struct arena *a, struct web_reply *rp, const struct err *e)
{
	struct json *error = json_object(a), *doc = rp->beside == NULL ? json_object(a) : rp->beside;

	if (rp->status < 400)
		rp->status = web_status(e->code);
	if (rp->status == 503 && rp->retry_after_s == 0)
		rp->retry_after_s = RETRY_AFTER_S;
	json_set_str(error, "code", str_from(web_code(rp->status)));
	json_set_str(error, "message", sentence(a, message(rp->status, e)));
	if (rp->fields != NULL)
		json_set(error, "fields", rp->fields);
	json_set(doc, "error", error);
	rp->json = doc;
	rp->file = NULL;
	rp->location = STR("");
}

bool
web_own_path(struct str path)
{
	if (path.n == 0 || path.p[0] != '/' || path.n > 2048)
		return false;
	for (size_t i = 0; i < path.n; i++)
		if (path.p[i] <= ' ' || path.p[i] > '~' || path.p[i] == '\\')
			return false;
	/* "//host", and "/%2f" and "/%5c", which some reader may decode before it looks. */
	return !(path.n > 1 && path.p[1] == '/') && !(path.n > 1 && path.p[1] == '%');
}

void
web_see_other(struct web_reply *rp, struct str path)
{
	rp->status = 303;
	rp->location = web_own_path(path) ? path : STR("/");
}

void
web_cookie(struct web_reply *rp, struct str value)
{
	assert(rp->n_cookies < WEB_COOKIES_MAX);
	rp->cookies[rp->n_cookies++] = value;
}

/* A file's name that means the same to every browser and system, and is no path and no hidden file. */
static struct str
safe_name(struct arena *a, struct str name)
{
	char *p = str_c(a, str_slice(name, 0, FILE_NAME_MAX));

	for (size_t i = 0; p[i] != '\0'; i++) {
		bool plain = (p[i] >= 'a' && p[i] <= 'z') || (p[i] >= 'A' && p[i] <= 'Z') ||
		             (p[i] >= '0' && p[i] <= '9') || p[i] == '_' || (p[i] == '.' && i > 0);

		if (!plain)
			p[i] = '-';
	}
	return str_from(p);
}

static const char *
content_type(const struct web_reply *rp)
{
	if (rp->file != NULL)
		return rp->file->content_type;
	return rp->json == NULL && rp->content_type != NULL ? rp->content_type : "application/json";
}

void
web_render(struct arena *a, const struct web_reply *rp, struct str *headers, struct str *body)
{
	struct err e = { 0 };
	struct buf b;

	*body = rp->json != NULL ? json_write(a, rp->json) : rp->text;
	buf_init(&b, a, HEADERS_MAX);
	if (body->n > 0 || rp->file != NULL)
		buf_addf(&b, "Content-Type: %s\r\n", content_type(rp));
	if (rp->file != NULL)
		buf_addf(&b, "Content-Disposition: attachment; filename=\"" STR_FMT "\"\r\n",
		    STR_ARG(safe_name(a, rp->file->name)));
	buf_add(&b, STR("Cache-Control: no-store\r\n"));
	if (rp->location.n > 0)
		buf_addf(&b, "Location: " STR_FMT "\r\n", STR_ARG(rp->location));
	for (size_t i = 0; i < rp->n_cookies; i++)
		buf_addf(&b, "Set-Cookie: " STR_FMT "\r\n", STR_ARG(rp->cookies[i]));
	if (rp->retry_after_s > 0)
		buf_addf(&b, "Retry-After: %lld\r\n", (long long)rp->retry_after_s);
	if (rp->allow.n > 0)
		buf_addf(&b, "Allow: " STR_FMT "\r\n", STR_ARG(rp->allow));
	if (!buf_done(&b, headers, &e))
		*headers = STR("Cache-Control: no-store\r\n");
}
