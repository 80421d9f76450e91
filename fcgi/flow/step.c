/* step.c - see step.h. */
#include "flow/step.h"

#include <assert.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/tally.h"
#include "store/transaction.h"

/* How often answers are written when somebody else is in the way, and over a connection that broke. */
#define KEEP_TRIES   10
#define BROKEN_TRIES 2

size_t
step_request(struct step *s, const struct http_request *request)
{
	assert(s->n < STEP_REQUESTS_MAX);
	s->requests[s->n] = *request;
	return s->n++;
}

bool
step_next(struct step *s, struct err *e)
{
	s->n_answers = s->n;
	s->n = 0;
	return s->next(s, e);
}

int64_t
step_retry_ms(const struct step *s, enum retry_destination to, enum retry_class c, const struct http_answer *answer,
    int64_t tries)
{
	const struct retry_moment now = { .settings = s->parts->settings,
		.now_ms = clock_wall_ms(),
		.random = crypto_random_below(RETRY_RANDOM),
		.tries = tries };

	return retry_next_ms(to, c, answer, &now, s->arena);
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
	if (s->requests[i].mail_to.n > 0)
		return;
	/* impact.com is called with the account's name and token, HubSpot never. */
	bool impact = s->requests[i].auth == HTTP_AUTH_BASIC;

	tally_add(tally_of(impact ? TALLY_IMPACT_OK : TALLY_HUBSPOT_OK, result_of(answer)), 1);
}

static bool
write_all(struct step_news *news, size_t n, struct err *e)
{
	bool ok = true;

	for (size_t i = 0; i < n && ok; i++) {
		log_context(news[i].step->tenant_id, news[i].name);
		ok = news[i].step->answered(news[i].step, news[i].which, news[i].n, e);
		log_context(0, STR(""));
	}
	return ok;
}

/* The first time that the database does not answer may be the end of an old connection, or a COMMIT's answer lost. */
static bool
keep(struct step_news *news, size_t n, int tries, struct err *e)
{
	struct db *db = news->step->parts->db;
	int broken = 0;

	for (int try = 1;; try++) {
		*e = (struct err){ .code = ERR_NONE };
		if (transaction_begin(db, e) && transaction_end(db, write_all(news, n, e), "writing answers", e))
			break;
		if (transaction_away(e) ? ++broken == BROKEN_TRIES : e->code != ERR_CONFLICT || try >= tries)
			return false;
	}
	for (size_t i = 0; i < n; i++)
		news[i].settled = true;
	return true;
}

bool
step_keep(struct step_news *news, size_t n, struct err *e)
{
	if (n == 0 || (n > 1 && keep(news, n, 1, e)))
		return true;
	for (size_t i = 0; i < n; i++) {
		if (news[i].settled || keep(&news[i], 1, KEEP_TRIES, e))
			continue;
		if (transaction_away(e))
			return false;
		/* Its row stays SENDING; the next owner makes it UNKNOWN and looks for it. */
		log_event(LOG_ERROR, "step.answers_lost", LOG_I("tenant", news[i].step->tenant_id),
		    LOG_I("answers", (int64_t)news[i].n), LOG_C("why", e->text));
		news[i].settled = true;
	}
	return true;
}
