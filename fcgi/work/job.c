/* job.c - see job.h. */
#include "work/job.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/tally.h"
#include "flow/decide.h"
#include "flow/follow.h"
#include "flow/ids.h"
#include "flow/send.h"
#include "flow/split.h"
#include "flow/update.h"
#include "store/transaction.h"
#include "task/erase.h"
#include "task/housekeeping.h"
#include "task/hubspot_watch.h"
#include "task/impact_watch.h"
#include "task/mail_send.h"

#define ARENA_MAX (512UL * 1024 * 1024)
/* After a failure: soon when somebody was faster, later when something is broken. */
#define CONFLICT_MS    50
#define FAILURE_MS     2000
#define FAILURE_CAP_MS (5LL * 60 * 1000)

struct job_slot {
	struct job *job;
	size_t i;
};

typedef struct step *lease_flow(struct arena *, const struct parts *, const struct lease *);

static lease_flow *const flows[LEASE__COUNT] = {
	[LEASE_SPLIT] = split_new,
	[LEASE_DECIDE] = decide_new,
	[LEASE_SEND] = send_new,
	[LEASE_FOLLOW] = follow_new,
	[LEASE_UPDATE] = update_new,
	[LEASE_SCAN] = ids_new,
};

static struct job *
job_new(void)
{
	struct arena *a = arena_new(ARENA_MAX);
	struct job *j = arena_alloc(a, sizeof(*j));

	j->arena = a;
	j->runnable = true;
	j->renewed_mono_ms = clock_mono_ms();
	j->slots = arena_array(a, STEP_REQUESTS_MAX, sizeof(*j->slots));
	for (size_t i = 0; i < STEP_REQUESTS_MAX; i++)
		j->slots[i] = (struct job_slot){ .job = j, .i = i };
	j->fresh = arena_array(a, STEP_REQUESTS_MAX, sizeof(*j->fresh));
	return j;
}

struct job *
job_lease(const struct parts *parts, const struct lease *l)
{
	struct job *j = job_new();

	j->leased = true;
	j->lease = *l;
	j->lease.owner = str_copy(j->arena, l->owner);
	j->lease.suspect = str_copy(j->arena, l->suspect);
	j->step = flows[l->stage](j->arena, parts, &j->lease);
	if (l->careful) {
		j->step->careful = &j->lease;
		log_event(LOG_WARN, "job.taken_over", LOG_S("from", l->left_by), LOG_I("deaths", l->deaths));
	}
	return j;
}

struct job *
job_schedule(const struct parts *parts, const struct schedule *s)
{
	struct job *j = job_new();

	j->schedule = *s;
	j->schedule.owner = str_copy(j->arena, s->owner);
	switch (s->kind) {
	case SCHEDULE_TOKEN:
		j->step = hubspot_watch_new(j->arena, parts, s->tenant_id);
		break;
	case SCHEDULE_ERASE:
		j->step = erase_new(j->arena, parts, s->tenant_id);
		break;
	case SCHEDULE_MAIL:
		j->step = mail_send_new(j->arena, parts);
		break;
	case SCHEDULE_IMPACT:
		j->step = impact_watch_new(j->arena, parts, s->tenant_id);
		break;
	case SCHEDULE_HOUSEKEEPING:
	case SCHEDULE__COUNT:
		j->step = housekeeping_new(j->arena, parts);
		break;
	}
	return j;
}

void
job_free(struct job *j)
{
	arena_free(j->arena);
}

static const char *
job_name(const struct job *j)
{
	return j->leased ? lease_stage_name(j->lease.stage) : schedule_kind_name(j->schedule.kind);
}

static void
in_context(const struct job *j)
{
	log_context(j->leased ? j->lease.tenant_id : j->schedule.tenant_id, str_from(job_name(j)));
}

/* Called by the HTTP client, inside http_step(). */
static void
on_answer(void *arg, const struct http_answer *answer)
{
	struct job_slot *slot = arg;
	struct job *j = slot->job;

	step_count_call(j->step, slot->i, answer);
	j->fresh[j->n_fresh++] = slot->i;
	if (--j->waiting == 0)
		j->runnable = true;
}

bool
job_news(struct job *j, struct step_news *news)
{
	if (j->step->answered == NULL)
		j->n_fresh = 0;
	*news =
	    (struct step_news){ .step = j->step, .name = str_from(job_name(j)), .which = j->fresh, .n = j->n_fresh };
	return news->n > 0;
}

void
job_settled(struct job *j)
{
	j->n_fresh = 0;
}

static void
submit(struct job *j, struct http *http)
{
	struct step *s = j->step;

	j->waiting = s->n;
	j->asked_mono_ms = clock_mono_ms();
	for (size_t i = 0; i < s->n; i++) {
		struct err e = { .code = ERR_NONE };

		s->answers[i] = (struct http_answer){ .outcome = HTTP_NOT_SENT };
		if (http_submit(http, s->arena, &s->requests[i], &s->answers[i], on_answer, &j->slots[i], &e))
			continue;
		s->answers[i] = (struct http_answer){ .outcome = HTTP_NOT_SENT, .err = e };
		on_answer(&j->slots[i], &s->answers[i]);
	}
}

/* How long a row rests after a failure: the more in a row, the longer. */
static int64_t
rest_ms(const struct job *j, const struct err *e)
{
	int64_t ms = FAILURE_MS;

	if (e->code == ERR_CONFLICT)
		return CONFLICT_MS + crypto_random_below(CONFLICT_MS);
	if (!j->leased)
		for (int64_t i = 0; i < j->schedule.tries && ms < FAILURE_CAP_MS; i++)
			ms *= 2;
	return ms;
}

/* False when the database is away. */
static bool
give_back(const struct job *j)
{
	struct db *db = j->step->parts->db;
	struct err e = { .code = ERR_NONE };

	FAULT_POINT_OF("job.done", str_from(job_name(j)));
	bool ok = j->leased ? lease_release(db, &j->lease, j->rest_ms, &e)
	                    : schedule_release(db, &j->schedule, j->rest_ms, j->failed ? j->schedule.tries + 1 : 0, &e);

	if (!ok && e.code != ERR_CONFLICT)
		log_event(LOG_WARN, "job.not_given_back", LOG_C("why", e.text));
	return ok || !transaction_away(&e);
}

static void
end(struct job *j, bool ok, const struct err *e)
{
	enum log_level level = e->code == ERR_CONFLICT ? LOG_INFO : transaction_away(e) ? LOG_WARN : LOG_ERROR;

	if (ok) { /* all that was due was worked on */
		j->lease.suspect = STR("");
		j->lease.deaths = 0;
	}
	j->over = true;
	j->failed = !ok;
	j->rest_ms = ok ? j->step->again_in_ms : rest_ms(j, e);
	if (!ok)
		log_event(level, "job.failed", LOG_C("code", err_name(e->code)), LOG_C("why", e->text));
	tally_add(ok ? TALLY_JOB_DONE : e->code == ERR_CONFLICT ? TALLY_JOB_REPEATED : TALLY_JOB_FAILED, 1);
}

/* True while it has something left to wait for. */
static bool
call(struct job *j, struct http *http)
{
	struct err e = { .code = ERR_NONE };
	bool ok = step_next(j->step, &e);

	if (ok && j->step->pause_ms > 0) {
		j->runnable = false;
		j->resume_mono_ms = clock_mono_ms() + j->step->pause_ms;
		j->step->pause_ms = 0;
		return true;
	}
	if (ok && j->step->n > 0) {
		j->runnable = false;
		submit(j, http);
		return true;
	}
	end(j, ok, &e);
	return false;
}

enum job_turn
job_run(struct job *j, struct http *http)
{
	enum job_turn turn = JOB_GOES_ON;

	in_context(j);
	if (j->over || !call(j, http))
		turn = give_back(j) ? JOB_OVER : JOB_AWAY;
	log_context(0, STR(""));
	return turn;
}

void
job_drop(struct job *j)
{
	int64_t left_ms = j->resume_mono_ms - clock_mono_ms();

	in_context(j);
	if (!j->over)
		j->rest_ms = left_ms > 0 ? left_ms : 0;
	(void)give_back(j);
	log_context(0, STR(""));
}
