/* job.h - one step under way in the worker, with the lease or schedule row it holds. */
#ifndef WORK_JOB_H
#define WORK_JOB_H

#include "flow/step.h"
#include "io/http.h"
#include "store/lease.h"
#include "store/schedule.h"

struct job {
	struct job *next_job;
	struct arena *arena;
	struct step *step;
	bool leased; /* else: scheduled */
	struct lease lease;
	struct schedule schedule;
	size_t waiting; /* requests without an answer, */
	int64_t asked_mono_ms; /* since then */
	bool runnable;  /* its step can be called */
	int64_t renewed_mono_ms; /* its lease: when it was claimed or renewed */
	int64_t resume_mono_ms;  /* not 0: it can be called from then on */
	struct job_slot *slots;
	size_t *fresh, n_fresh; /* answered, and not yet written by the step */
	/* Over: the row is to be given back, due again after this. */
	bool over, failed;
	int64_t rest_ms;
};

/* The job for a claimed lease or schedule row. */
struct job *job_lease(const struct parts *parts, const struct lease *l);
struct job *job_schedule(const struct parts *parts, const struct schedule *s);
void job_free(struct job *j);

enum job_turn {
	JOB_GOES_ON,
	JOB_OVER, /* its row was given back, or is lost: the lease ends by itself */
	JOB_AWAY  /* it is over, but the database is away: to be called again when it is back, to give the row back */
};

/* Calls the step once and submits what it asks for. */
enum job_turn job_run(struct job *j, struct http *http);
/* What was answered and is not written yet; false when there is nothing that the step wants to know. */
bool job_news(struct job *j, struct step_news *news);
/* All of that is written. */
void job_settled(struct job *j);
/* Gives the row of an idle job back, due when its pause ends: the work is begun anew then, by whoever is free. */
void job_drop(struct job *j);

#endif
