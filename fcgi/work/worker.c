/* worker.c - see worker.h. */
#include "work/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/tally.h"
#include "flow/gate.h"
#include "io/http.h"
#include "store/disk.h"
#include "store/pulse.h"
#include "store/transaction.h"
#include "work/job.h"

/* Steps under way at once; each may have up to STEP_REQUESTS_MAX requests. */
#define JOBS_MAX 64
/* Of them of one stage that reads, of senders, and of one stage that goes through whole accounts. */
#define STAGE_MAX 24
#define SENDS_MAX 40
#define WALKS_MAX 8
/* Places for what is taken in, and for the schedule. */
#define KEPT_FREE 8
/* A far end that needs longer is slow. */
#define SLOW_MS 2000
/* The schedule has nothing urgent: tokens are asked for early. */
#define SCHEDULE_MS 500
/* Steps that do not send run one after the other for so long; then answers are looked at, and what is to be sent. */
#define SLICE_MS 100
/* When the database is away: how often it is looked for. */
#define AWAY_MS 500

struct worker {
	const struct parts *parts;
	struct http *http;
	struct job *jobs;
	size_t n_jobs;
	int64_t next_look_ms, next_schedule_ms, next_renew_ms; /* monotonic */
	struct disk disk;
	struct pulse pulse;
	int64_t next_pulse_ms;
	/*
	 * The database is away.  Nothing is begun or given up meanwhile: what far ends answer is taken in and kept, so
	 * that it can be written when the database is back.
	 */
	bool away;
	int64_t away_since_ms, next_probe_ms; /* monotonic */
};

static int wake_pipe[2] = { -1, -1 };
static volatile sig_atomic_t stopping;

static void
on_signal(int number)
{
	int saved = errno;

	(void)number;
	stopping = 1;
	if (write(wake_pipe[1], "", 1) < 0)
		errno = saved; /* a full pipe wakes as well */
	errno = saved;
}

static bool
catch_signals(struct err *e)
{
	struct sigaction sa = { .sa_handler = on_signal };

	if (pipe2(wake_pipe, O_CLOEXEC | O_NONBLOCK) < 0 || sigaction(SIGTERM, &sa, NULL) < 0 ||
	    sigaction(SIGINT, &sa, NULL) < 0 || signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		return err_set(e, ERR_IO, "signals: %s", strerror(errno));
	return true;
}

/* The list is in the order in which the jobs come to their turn. */
static void
add(struct worker *w, struct job *j)
{
	struct job **end = &w->jobs;

	while (*end != NULL)
		end = &(*end)->next_job;
	j->next_job = NULL;
	*end = j;
	w->n_jobs++;
}

static void
database_is_away(struct worker *w, const struct err *e)
{
	int64_t now = clock_mono_ms();

	if (!w->away) {
		log_event(LOG_ERROR, "worker.database_away", LOG_I("jobs", w->n_jobs), LOG_C("why", e->text));
		w->away_since_ms = now;
	}
	w->away = true;
	w->next_probe_ms = now + AWAY_MS;
}

/* Whether a failure was the database's absence; then the rest can wait, too. */
static bool
away_now(struct worker *w, const struct err *e)
{
	if (transaction_away(e))
		database_is_away(w, e);
	return w->away;
}

/* Ends a paused job: what it has read is read again. */
static void
drop(struct worker *w, struct job **at)
{
	struct job *j = *at;

	*at = j->next_job;
	w->n_jobs--;
	job_drop(j);
	job_free(j);
}

/*
 * Whether one more job may begin besides fewer than `most`.  One that waits for its call budget, which may take an
 * hour, keeps nobody from working who has some: the one with the longest pause makes room.
 */
static bool
room(struct worker *w, size_t most)
{
	struct job **longest = NULL;

	if (w->n_jobs < most)
		return true;
	for (struct job **at = &w->jobs; *at != NULL; at = &(*at)->next_job)
		if (!(*at)->step->holds && (*at)->resume_mono_ms > (longest == NULL ? 0 : (*longest)->resume_mono_ms))
			longest = at;
	if (longest == NULL)
		return false;
	drop(w, longest);
	return true;
}

static bool
calls_impact(enum lease_stage stage)
{
	return stage == LEASE_SEND || stage == LEASE_FOLLOW;
}

/*
 * Whether a job for that lease may begin.  Those that wait for a far end which hangs leave room for the other stages,
 * and all of them for what is taken in and for tokens.  While a tenant waits for a far end that is slow to answer, it
 * gets no second place to wait for it.
 */
static bool
room_for(struct worker *w, const struct lease *l)
{
	enum lease_stage stage = l->stage;
	size_t most = stage == LEASE_SEND                            ? SENDS_MAX
	              : stage == LEASE_UPDATE || stage == LEASE_SCAN ? WALKS_MAX
	                                                             : STAGE_MAX;
	int64_t slow = clock_mono_ms() - SLOW_MS;
	size_t n = 0;

	if (stage == LEASE_SPLIT)
		return room(w, JOBS_MAX);
	for (const struct job *j = w->jobs; j != NULL; j = j->next_job) {
		if (!j->leased || j->lease.stage == LEASE_SPLIT || j->resume_mono_ms != 0)
			continue;
		n += j->lease.stage == stage;
		if (j->lease.tenant_id == l->tenant_id && j->waiting > 0 && j->asked_mono_ms < slow &&
		    calls_impact(j->lease.stage) == calls_impact(stage))
			return false;
	}
	return n < most && room(w, JOBS_MAX - KEPT_FREE);
}

/* Claims leases that have something to do, from a random place of the list, so that processes rarely meet. */
static void
look_for_leases(struct worker *w)
{
	const struct parts *p = w->parts;
	struct arena *a = arena_new(1024UL * 1024);
	struct err e = { .code = ERR_NONE };
	struct lease *list;
	size_t n;

	w->next_look_ms = clock_mono_ms() + p->settings->worker_poll_ms;
	if (!lease_candidates(p->db, a, disk_is_full(&w->disk), &list, &n, &e)) {
		if (!away_now(w, &e))
			log_event(LOG_ERROR, "worker.look", LOG_C("why", e.text));
		n = 0;
	}
	size_t from = n > 0 ? (size_t)crypto_random_below((int64_t)n) : 0;

	for (size_t i = 0; i < n && !w->away; i++) {
		struct lease *l = &list[(from + i) % n];

		if (!room_for(w, l))
			continue;
		e = (struct err){ .code = ERR_NONE };
		FAULT_POINT_OF("lease.found", str_from(lease_stage_name(l->stage)));
		if (lease_claim(p->db, l, p->worker, p->settings->lease_s, &e)) {
			FAULT_POINT_OF("lease.claimed", str_from(lease_stage_name(l->stage)));
			add(w, job_lease(p, l));
			tally_add(TALLY_CLAIM_WON, 1);
		} else if (e.code == ERR_CONFLICT) {
			tally_add(TALLY_CLAIM_MISSED, 1);
		} else if (!away_now(w, &e)) {
			log_event(LOG_WARN, "worker.claim", LOG_C("why", e.text));
		}
	}
	arena_free(a);
}

static void
look_for_schedules(struct worker *w)
{
	const struct parts *p = w->parts;
	struct arena *a = arena_new(1024UL * 1024);
	struct err e = { .code = ERR_NONE };
	struct schedule *list;
	size_t n;

	w->next_schedule_ms = clock_mono_ms() + SCHEDULE_MS;
	if (!schedule_candidates(p->db, a, &list, &n, &e)) {
		if (!away_now(w, &e))
			log_event(LOG_ERROR, "worker.look", LOG_C("why", e.text));
		n = 0;
	}
	for (size_t i = 0; i < n && !w->away && room(w, JOBS_MAX); i++) {
		e = (struct err){ .code = ERR_NONE };
		if (schedule_claim(p->db, &list[i], p->worker, p->settings->lease_s, &e)) {
			FAULT_POINT_OF("schedule.claimed", str_from(schedule_kind_name(list[i].kind)));
			add(w, job_schedule(p, &list[i]));
		} else if (e.code != ERR_CONFLICT && !away_now(w, &e)) {
			log_event(LOG_WARN, "worker.claim", LOG_C("why", e.text));
		}
	}
	arena_free(a);
}

static bool
sends(const struct job *j)
{
	return j->leased && j->lease.stage == LEASE_SEND;
}

/*
 * Whether the job's step can be called now: after what it was answered is written.  What is SENDING when the process
 * dies is UNKNOWN, even if it never left, so no more conversions are made SENDING than will leave at once.
 */
static bool
may_run(const struct worker *w, const struct job *j)
{
	return j->runnable && j->n_fresh == 0 && !w->away &&
	       (!sends(j) || j->over || http_unsent(w->http) < (size_t)w->parts->settings->worker_transfers);
}

/* Most jobs end long before; those that do not are renewed together, in the order of their keys. */
static void
renew(struct worker *w)
{
	const struct parts *p = w->parts;
	struct err e = { .code = ERR_NONE };
	struct lease *due[JOBS_MAX];
	int64_t now = clock_mono_ms();
	size_t n = 0;

	if (w->away || now < w->next_renew_ms)
		return;
	w->next_renew_ms = now + p->settings->lease_s * 1000 / 6;
	for (struct job *j = w->jobs; j != NULL; j = j->next_job) {
		if (!j->leased || j->renewed_mono_ms + p->settings->lease_s * 1000 / 3 > now)
			continue;
		j->renewed_mono_ms = now;
		due[n++] = &j->lease;
	}
	/* A lost lease is found out when its results are written; the others have time for another try. */
	if (n > 0 && !lease_renew(p->db, due, n, p->settings->lease_s, &e) && !away_now(w, &e))
		log_event(LOG_WARN, "worker.renew", LOG_I("leases", n), LOG_C("why", e.text));
}

/* What stands from there on comes to its turn next. */
static void
rotate(struct worker *w, struct job **from)
{
	struct job *first = *from, **end = from;

	if (first == NULL)
		return;
	while (*end != NULL)
		end = &(*end)->next_job;
	*from = NULL;
	*end = w->jobs;
	w->jobs = first;
}

/* A tenant that has just had the loop for long comes to its turn again after all others. */
static void
step_back(struct worker *w, int64_t tenant_id)
{
	struct job *own = NULL, **own_end = &own, **at = &w->jobs;

	while (*at != NULL) {
		struct job *j = *at;

		if (j->step->tenant_id != tenant_id) {
			at = &j->next_job;
			continue;
		}
		*at = j->next_job;
		j->next_job = NULL;
		*own_end = j;
		own_end = &j->next_job;
	}
	*at = own;
}

/*
 * Runs jobs whose step can be called, those that send or the others, until that moment; who has not come to his turn by
 * then is the first next time.  True when one of them ended: there may be new work.
 */
static bool
run_some(struct worker *w, bool sending, int64_t until_mono_ms)
{
	struct job **at = &w->jobs;
	bool ended = false;

	while (*at != NULL) {
		struct job *j = *at;
		enum job_turn said;
		int64_t tenant_id;

		if (sends(j) != sending || !may_run(w, j)) {
			at = &j->next_job;
			continue;
		}
		tenant_id = j->step->tenant_id;
		said = job_run(j, w->http);
		if (said == JOB_OVER) {
			*at = j->next_job;
			w->n_jobs--;
			job_free(j);
			ended = true;
		} else {
			at = &j->next_job;
		}
		if (said == JOB_AWAY)
			database_is_away(w, &(struct err){ .text = "a job could not be given back" });
		renew(w);
		if (clock_mono_ms() >= until_mono_ms) {
			rotate(w, at);
			step_back(w, tenant_id);
			break;
		}
	}
	return ended;
}

/*
 * A step that writes many rows takes its time, and there may be hundreds of them: no more than SLICE_MS of that at
 * once, so that one tenant's mountain of events delays nobody else's conversion.
 */
static bool
run_jobs(struct worker *w)
{
	bool ended = run_some(w, true, INT64_MAX);

	return run_some(w, false, clock_mono_ms() + SLICE_MS) || ended;
}

/* Jobs whose pause is over can go on; the next such moment, or `next` when it is sooner. */
static int64_t
end_pauses(struct worker *w, int64_t next)
{
	int64_t now = clock_mono_ms();

	for (struct job *j = w->jobs; j != NULL; j = j->next_job) {
		if (j->resume_mono_ms == 0)
			continue;
		if (j->resume_mono_ms <= now) {
			j->resume_mono_ms = 0;
			j->runnable = true;
		} else if (j->resume_mono_ms < next) {
			next = j->resume_mono_ms;
		}
	}
	return next;
}

static bool
any_runnable(const struct worker *w)
{
	for (const struct job *j = w->jobs; j != NULL; j = j->next_job)
		if (may_run(w, j))
			return true;
	return false;
}

static int
by_tenant(const void *x, const void *y)
{
	int64_t a = ((const struct step_news *)x)->step->tenant_id;
	int64_t b = ((const struct step_news *)y)->step->tenant_id;

	return a < b ? -1 : a > b;
}

/* Keeps what was answered, before anything else; tenant by tenant, as everybody takes their rows. */
static void
settle(struct worker *w)
{
	struct step_news news[JOBS_MAX];
	struct err e = { .code = ERR_NONE };
	size_t n = 0;

	for (struct job *j = w->jobs; j != NULL; j = j->next_job)
		if (job_news(j, &news[n]))
			n++;
	qsort(news, n, sizeof(news[0]), by_tenant);
	if (n > 0 && !w->away && !step_keep(news, n, &e))
		database_is_away(w, &e);
	for (struct job *j = w->jobs; j != NULL; j = j->next_job)
		for (size_t i = 0; i < n; i++)
			if (news[i].step == j->step && news[i].settled)
				job_settled(j);
}

/*
 * Looks whether the database is back.  Then the answers that came meanwhile are written first, and what is still ours
 * is held on to; who has claimed it meanwhile finds those answers in its rows.
 */
static void
probe(struct worker *w)
{
	struct err e = { .code = ERR_NONE };
	int64_t now = clock_mono_ms();

	if (!w->away || now < w->next_probe_ms)
		return;
	if (!db_ping(w->parts->db, &e)) {
		database_is_away(w, &e);
		return;
	}
	w->away = false;
	log_event(LOG_INFO, "worker.database_back", LOG_I("jobs", w->n_jobs), LOG_I("away_ms", now - w->away_since_ms));
	settle(w);
	w->next_renew_ms = w->next_look_ms = w->next_schedule_ms = w->next_pulse_ms = 0;
}

/* Until the next thing to do. */
static int64_t
idle_ms(struct worker *w)
{
	int64_t now = clock_mono_ms();
	int64_t next = w->next_look_ms < w->next_schedule_ms ? w->next_look_ms : w->next_schedule_ms;

	if (w->away)
		next = w->next_probe_ms;
	next = end_pauses(w, next);
	if (any_runnable(w))
		return 0;
	if (!w->away && w->n_jobs > 0 && w->next_renew_ms < next)
		next = w->next_renew_ms;
	return next > now ? next - now : 0;
}

static bool
turn(struct worker *w, int64_t wait_ms, struct err *e)
{
	bool ok;

	probe(w);
	renew(w);
	if (run_jobs(w))
		w->next_look_ms = 0; /* what one step wrote is the next one's work */
	ok = http_step(w->http, any_runnable(w) ? 0 : wait_ms, wake_pipe[0], e);
	settle(w);
	if (!w->away)
		gate_settle(w->parts);
	return ok;
}

/* A pause may last longer than a stop should, and a sender between two rounds would begin another one. */
static bool
is_idle(const struct job *j)
{
	return !j->step->holds && j->n_fresh == 0 && (j->resume_mono_ms != 0 || (sends(j) && j->runnable && !j->over));
}

static void
drop_idle(struct worker *w)
{
	struct job **at = &w->jobs;

	while (*at != NULL) {
		if (is_idle(*at))
			drop(w, at);
		else
			at = &(*at)->next_job;
	}
}

static bool
wind_down(struct worker *w, struct err *e)
{
	int64_t until = clock_mono_ms() + w->parts->settings->http_total_ms;

	log_event(LOG_INFO, "worker.stopping", LOG_I("jobs", w->n_jobs));
	while (w->n_jobs > 0 && clock_mono_ms() < until) {
		char drained[16];

		while (read(wake_pipe[0], drained, sizeof(drained)) > 0)
			;
		drop_idle(w);
		if (!turn(w, 100, e))
			return false;
	}
	return true;
}

/* A disk that becomes full, or has room again, is told at once. */
static void
beat(struct worker *w, int64_t now)
{
	bool before = w->disk.full;
	bool changed = disk_is_full(&w->disk) != before;

	if (!changed && now < w->next_pulse_ms)
		return;
	pulse_beat(&w->pulse);
	w->next_pulse_ms = now + PULSE_MS;
}

static bool
loop(struct worker *w, struct err *e)
{
	while (!stopping) {
		int64_t now = clock_mono_ms();

		if (!w->away)
			beat(w, now);
		if (!w->away && now >= w->next_look_ms)
			look_for_leases(w);
		if (!w->away && now >= w->next_schedule_ms)
			look_for_schedules(w);
		if (!turn(w, idle_ms(w), e))
			return false;
	}
	return wind_down(w, e);
}

bool
worker_run(const struct parts *parts, struct err *e)
{
	struct worker w = { .parts = parts,
		.http = http_new(parts->settings),
		.disk = disk_of(parts->settings, parts->db),
		.pulse = { .db = parts->db, .program = STR("connector-worker"), .process = parts->worker } };
	bool ok = catch_signals(e);

	w.disk.weighs = true;
	w.pulse.disk = &w.disk;

	if (ok) {
		log_event(LOG_INFO, "worker.started", LOG_S("worker", parts->worker));
		ok = loop(&w, e);
	}
	http_free(w.http); /* answers whatever is still under way, so that its rows are written */
	settle(&w);
	while (w.jobs != NULL) {
		struct job *j = w.jobs;

		w.jobs = j->next_job;
		job_free(j);
	}
	pulse_end(&w.pulse);
	log_event(LOG_INFO, "worker.stopped", LOG_I("ok", ok ? 1 : 0));
	return ok;
}
