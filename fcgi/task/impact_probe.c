/* impact_probe.c - see impact_probe.h. */
#include "task/impact_probe.h"

#include "base/clock.h"

/* Actions of one second: the answer's size does not depend on the account's. */
#define AGO_MS    60000
#define WINDOW_MS 1000
/* Of a submission that is none; 404 for who may ask. */
#define NO_BATCH "A-00000000-0000-0000-0000-000000000000"

void
impact_probe(struct step *s, const struct impact_account *account, struct str program_id)
{
	int64_t from = clock_wall_ms() - AGO_MS;
	struct http_request request;

	impact_actions(s->arena, s->parts->settings, account, program_id, from, from + WINDOW_MS, 1, &request);
	step_request(s, &request);
	impact_submission(s->arena, s->parts->settings, account, STR(NO_BATCH), &request);
	step_request(s, &request);
}

enum impact_may
impact_probe_read(const struct http_answer *answer)
{
	int status = answer->outcome == HTTP_ANSWERED ? answer->status : 0;

	if (status == 401 || status == 403)
		return IMPACT_MAY_NOT;
	return status / 100 == 2 || status == 400 || status == 404 ? IMPACT_MAY : IMPACT_MAY_UNKNOWN;
}
