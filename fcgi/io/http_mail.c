/* http_mail.c - see http_mail.h. */
#include "io/http_mail.h"

#include "base/arena.h"

#define ADDRESS_MAX 254

static bool
is_address(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 0x7f || s.p[i] == '<' || s.p[i] == '>')
			return false;
	return s.n > 0 && s.n <= ADDRESS_MAX && str_find_char(s, '@') < s.n;
}

bool
http_mail_check(const struct http_request *rq, struct err *e)
{
	if (!str_starts(rq->url, STR("smtps://")) && !str_starts(rq->url, STR("smtp://")))
		return err_set(e, ERR_INVALID, "e-mail needs a relay's address");
	return (is_address(rq->mail_from) && is_address(rq->mail_to)) ||
	       err_set(e, ERR_INVALID, "not an e-mail address");
}

static size_t
on_read(char *out, size_t size, size_t count, void *arg)
{
	struct http_mail *m = arg;
	size_t n = size * count < m->rest.n ? size * count : m->rest.n;

	if (n > 0)
		memcpy(out, m->rest.p, n);
	m->rest = str_slice(m->rest, n, m->rest.n);
	return n;
}

void
http_mail_set(CURL *easy, struct http_mail *m, struct arena *a, const struct http_request *rq)
{
	m->rest = rq->body;
	m->to = curl_slist_append(NULL, str_c(a, str_printf(a, "<" STR_FMT ">", STR_ARG(rq->mail_to))));
	if (m->to == NULL)
		abort();
	(void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	(void)curl_easy_setopt(easy, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
	(void)curl_easy_setopt(easy, CURLOPT_URL, str_c(a, rq->url));
	(void)curl_easy_setopt(easy, CURLOPT_MAIL_FROM,
	    str_c(a, str_printf(a, "<" STR_FMT ">", STR_ARG(rq->mail_from))));
	(void)curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, m->to);
	(void)curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
	(void)curl_easy_setopt(easy, CURLOPT_READDATA, m);
	(void)curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	if (rq->auth == HTTP_AUTH_BASIC) {
		(void)curl_easy_setopt(easy, CURLOPT_USERNAME, str_c(a, rq->user));
		(void)curl_easy_setopt(easy, CURLOPT_PASSWORD, str_c(a, secret_reveal(&rq->secret)));
	}
}

void
http_mail_fini(struct http_mail *m)
{
	curl_slist_free_all(m->to);
	m->to = NULL;
}

int
http_mail_status(CURL *easy, CURLcode result)
{
	long status = 0;

	(void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	/*
	 * The last line that the relay said: a transfer that ended well is one that it took, whatever it said to QUIT.
	 */
	if (result == CURLE_OK)
		return 250;
	return status >= 400 ? (int)status : 0;
}
