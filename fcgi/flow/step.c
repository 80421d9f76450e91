/* step.c - see step.h. */
#include "flow/step.h"

#include <assert.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/tally.h"
#include "flow/gate.h"
#include "store/hubspot_calls.h"
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
step_work_on(struct step *s, struct str item, struct err *e)
{
	s->item = item;
	return lease_work(s->parts->db, s->careful, item.n > 0 ? item : STR(LEASE_ANY), e);
}

bool
step_is_poison(const struct step *s, struct str item)
{
	return s->careful != NULL && s->careful->deaths >= s->parts->settings->poison_after &&
	       str_eq(s->careful->suspect, item);
}

bool
step_worked(struct step *s, struct err *e)
{
	bool suspect = str_eq(s->item, s->careful->suspect);

	s->item = STR("");
	return !suspect || lease_absolve(s->parts->db, s->careful, e);
}

size_t
step_first(const struct step *s, const void *list, size_t n,
    struct str (*key)(struct arena *, const void *list, size_t i))
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(key(s->arena, list, i), s->careful->suspect))
			return i;
	return 0;
}

/* Between two calls others work in this process: their death is not this one's. */
static bool
at_rest(struct step *s, bool ok, struct err *e)
{
	struct err why = { .code = ERR_NONE };

	if (!ok && !lease_work(s->parts->db, s->careful, STR(""), &why))
		log_event(LOG_INFO, "step.not_at_rest", LOG_C("why", why.text));
	if (!ok)
		return false;
	/* The suspect is worked on from its first call to its last. */
	return (s->n == 0 && s->pause_ms == 0) || lease_work(s->parts->db, s->careful, STR(""), e);
}

bool
step_next(struct step *s, struct err *e)
{
	s->n_answers = s->n;
	s->n = 0;
	if (s->careful == NULL)
		return s->next(s, e);
	return step_work_on(s, s->item, e) && at_rest(s, s->next(s, e), e);
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
	/* impact.com is called with the account's name and token, HubSpot never. */
	bool impact = s->requests[i].auth == HTTP_AUTH_BASIC;

	if (s->requests[i].mail_to.n > 0)
		return;
	gate_saw(s, impact ? BREAKER_IMPACT : BREAKER_HUBSPOT, answer);
	tally_add(tally_of(impact ? TALLY_IMPACT_OK : TALLY_HUBSPOT_OK, result_of(answer)), 1);
	if (!impact && answer->outcome != HTTP_NOT_SENT)
		hubspot_calls_count(s->tenant_id, answer->outcome == HTTP_ANSWERED ? answer->status : 0);
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

/* The answers of a careful step by themselves: they may be what kills.  They are facts, whoever has the lease. */
static bool
keep_careful(struct step_news *news, struct err *e)
{
	struct step *s = news->step;
	struct err why = { .code = ERR_NONE };
	bool marked = step_work_on(s, s->item, &why);
	bool kept = keep(news, 1, KEEP_TRIES, e);

	if (marked && !lease_work(s->parts->db, s->careful, STR(""), &why))
		log_event(LOG_INFO, "step.not_at_rest", LOG_C("why", why.text));
	return kept;
}

static bool
keep_one(struct step_news *news, struct err *e)
{
	return news->step->careful != NULL ? keep_careful(news, e) : keep(news, 1, KEEP_TRIES, e);
}

static bool
any_careful(const struct step_news *news, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (news[i].step->careful != NULL)
			return true;
	return false;
}

bool
step_keep(struct step_news *news, size_t n, struct err *e)
{
	if (n == 0 || (n > 1 && !any_careful(news, n) && keep(news, n, 1, e)))
		return true;
	for (size_t i = 0; i < n; i++) {
		if (news[i].settled || keep_one(&news[i], e))
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
