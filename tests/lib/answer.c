#include "lib/answer.h"

#include "base/arena.h"

struct http_answer
answer_of(int status, const char *body)
{
	return (struct http_answer){ .outcome = HTTP_ANSWERED, .status = status, .body = str_from(body) };
}

struct http_answer
answer_with(struct arena *a, int status, const char *body, const char *name, const char *value)
{
	struct http_answer answer = answer_of(status, body);
	struct http_header *header = arena_alloc(a, sizeof(*header));

	*header = (struct http_header){ .name = str_from(name), .value = str_from(value) };
	answer.headers = header;
	answer.n_headers = 1;
	return answer;
}

struct http_answer
answer_lost(enum http_outcome outcome)
{
	struct http_answer answer = { .outcome = outcome };

	if (outcome == HTTP_NOT_SENT)
		err_set(&answer.err, ERR_IO, "connection refused");
	else
		err_set(&answer.err, ERR_TIMEOUT, "no answer in time");
	return answer;
}

struct settings
answer_settings(struct arena *a)
{
	return (struct settings){
		.public_url = STR("https://connector.test"),
		.hubspot_client_id = STR("client-1"),
		.hubspot_client_secret = secret_copy(a, STR("hush")),
		.hubspot_app_id = 39522895,
		.hubspot_authorize_url = STR("https://hubspot.test/oauth/authorize"),
		.hubspot_api_url = STR("https://hubspot.test"),
		.hubspot_api_version = STR("2026-09"),
		.hubspot_oauth_version = STR("2026-09"),
		.impact_api_url = STR("https://impact.test"),
	};
}

struct str
answer_header_sent(const struct http_request *request, const char *name)
{
	for (size_t i = 0; i < request->n_headers; i++) {
		if (str_eq(request->headers[i].name, str_from(name)))
			return request->headers[i].value;
	}
	return (struct str){ 0 };
}
