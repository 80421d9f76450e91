/* step.c - see step.h. */
#include "flow/step.h"

#include <assert.h>

#include "base/tally.h"

size_t
step_request(struct step *s, const struct http_request *request)
{
	assert(s->n < STEP_REQUESTS_MAX);
	s->requests[s->n] = *request;
	return s->n++;
}

/* The rows of a far end in base/tally.h stand in one order. */
static unsigned
result_of(const struct http_answer *answer)
{
	if (answer->outcome == HTTP_NOT_SENT)
		return TALLY_HUBSPOT_NOT_SENT - TALLY_HUBSPOT_OK;
	if (answer->outcome == HTTP_UNKNOWN)
		return TALLY_HUBSPOT_NO_ANSWER - TALLY_HUBSPOT_OK;
	if (answer->status < 400)
		return 0;
	if (answer->status == 401)
		return TALLY_HUBSPOT_401 - TALLY_HUBSPOT_OK;
	if (answer->status == 429)
		return TALLY_HUBSPOT_429 - TALLY_HUBSPOT_OK;
	return (answer->status < 500 ? TALLY_HUBSPOT_4XX : TALLY_HUBSPOT_5XX) - TALLY_HUBSPOT_OK;
}

void
step_count_call(const struct step *s, size_t i, const struct http_answer *answer)
{
	/* impact.com is called with the account's name and token, HubSpot never. */
	bool impact = s->requests[i].auth == HTTP_AUTH_BASIC;

	tally_add(tally_of(impact ? TALLY_IMPACT_OK : TALLY_HUBSPOT_OK, result_of(answer)), 1);
}
