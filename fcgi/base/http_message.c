#include "base/http_message.h"

#include <assert.h>

struct str
http_answer_header(const struct http_answer *answer, struct str name)
{
	for (size_t i = 0; i < answer->n_headers; i++)
		if (str_eq(answer->headers[i].name, name))
			return answer->headers[i].value;
	return STR("");
}

void
http_request_header(struct http_request *request, struct str name, struct str value)
{
	assert(request->n_headers < sizeof request->headers / sizeof request->headers[0]);
	request->headers[request->n_headers++] = (struct http_header){ .name = name, .value = value };
}
