/* http_mail.c - see http_mail.h. */
#include "io/http_mail.h"

#include "base/arena.h"
#include "io/http_fault.h"

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

/* Called when the connection, TLS included, is ready and before the first byte of the message. */
static int
on_connected(void *arg, char *remote_ip, char *local_ip, int remote_port, int local_port)
{
	struct http_mail *m = arg;

	(void)remote_ip, (void)local_ip, (void)remote_port, (void)local_port;
	m->connected = true;
	http_fault("http.connected", STR("smtp"));
	return CURL_PREREQFUNC_OK;
}

static size_t
on_nothing(char *p, size_t size, size_t count, void *arg)
{
	(void)p, (void)arg;
	return size * count;
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
	(void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_nothing);
	(void)curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_connected);
	(void)curl_easy_setopt(easy, CURLOPT_PREREQDATA, m);
	(void)curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 100L);
	(void)curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, 10L);
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

void
http_mail_answer(const struct http_mail *m, CURL *easy, CURLcode result, struct http_answer *answer)
{
	long status = 0, request_bytes = 0;
	curl_off_t uploaded = 0;

	(void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	(void)curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &request_bytes);
	(void)curl_easy_getinfo(easy, CURLINFO_SIZE_UPLOAD_T, &uploaded);
	answer->outcome = m->connected || request_bytes > 0 || uploaded > 0 ? HTTP_UNKNOWN : HTTP_NOT_SENT;
	/* The last line that the relay said: a transfer that ended well is one that it took, whatever it said to QUIT. */
	if (result == CURLE_OK)
		status = 250;
	if (result != CURLE_OK && status < 400)
		return;
	answer->outcome = HTTP_ANSWERED;
	answer->status = (int)status;
}
