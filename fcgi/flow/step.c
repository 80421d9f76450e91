/* step.c - see step.h. */
#include "flow/step.h"

#include <assert.h>

size_t
step_request(struct step *s, const struct http_request *request)
{
	assert(s->n < STEP_REQUESTS_MAX);
	s->requests[s->n] = *request;
	return s->n++;
}
