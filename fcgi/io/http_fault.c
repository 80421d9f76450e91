/* http_fault.c - see http_fault.h. */
#include "io/http_fault.h"

#ifdef CONNECTOR_FAULTS

#include "base/fault.h"

static struct str
name_of(CURL *easy)
{
	char *url = NULL;
	struct str s;
	size_t from = 0;

	(void)curl_easy_getinfo(easy, CURLINFO_EFFECTIVE_URL, &url);
	s = str_from(url);
	if (str_starts(s, STR("smtp")))
		return STR("mail");
	s = str_slice(s, 0, str_find_char(s, '?'));
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '/')
			from = i + 1;
	return str_slice(s, from, s.n);
}

void
http_fault(const char *point, CURL *easy)
{
	fault_point(point, name_of(easy));
}

void
http_fault_sent(CURL *easy, bool *passed)
{
	long request = 0;
	curl_off_t body = 0, sent = 0;

	(void)curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &request);
	(void)curl_easy_getinfo(easy, CURLINFO_CONTENT_LENGTH_UPLOAD_T, &body);
	(void)curl_easy_getinfo(easy, CURLINFO_SIZE_UPLOAD_T, &sent);
	if (*passed || request == 0 || sent < body)
		return;
	*passed = true;
	http_fault("http.sent", easy);
}

#else

/* ISO C wants something in a file. */
typedef int http_fault_none;

#endif
