/*
 * step.h - how work waits: a step never does.
 *
 * A step function takes rows and the answers so far, and leaves either requests to send or rows written.
 * work/ runs hundreds of steps at once over one multi handle; web/live runs one to its end with a
 * deadline.  The road goes on only where a request meets its answer: in the runner.
 *
 *   struct step *s = ...;              the flow's own struct begins with a struct step
 *   s->next = read_records;            what to do when every request is answered
 *   step_request(s, &request);         any number
 *   return true;                       no requests: the work is done
 */
#ifndef FLOW_STEP_H
#define FLOW_STEP_H

#include "base/http_message.h"
#include "base/settings.h"
#include "core/catalogue.h"
#include "core/retry.h"
#include "store/lease.h"
#include "store/vault.h"

#define STEP_REQUESTS_MAX 64

/* What every step may use.  Made once in main. */
struct parts {
	const struct settings *settings;
	struct db *db;
	const struct vault *vault;
	const struct catalogue *catalogue; /* impact.com's fields */
	struct str scopes, optional_scopes; /* of the app file, space separated; for OAuth */
	struct str worker;                  /* this process, in leases: "host:pid:start" */
};

struct step;
/* True: send what was requested, or done when nothing was.  False: failed with *e; the runner logs it. */
typedef bool step_fn(struct step *s, struct err *e);
/*
 * Called with the requests that were answered in one turn of the loop, before `next`: for rows that must not wait for
 * the answers that are still on their way.  Inside a transaction; called again when that one had to be rolled back.
 */
typedef bool step_answered(struct step *s, const size_t *which, size_t n, struct err *e);

struct step {
	struct arena *arena; /* lives as long as the step */
	const struct parts *parts;
	int64_t tenant_id;
	step_fn *next;
	step_answered *answered; /* may be NULL */
	struct http_request requests[STEP_REQUESTS_MAX];
	struct http_answer answers[STEP_REQUESTS_MAX];
	size_t n;         /* requests that this call of next wants sent; step_next() begins with none */
	uint32_t probing; /* a bit for each enum breaker_to whose probe this step holds */
	size_t n_answers; /* of the requests of the call before: answers[0..n_answers) */
	/*
	 * Not 0: the call budget is used up; `next` is called again after this, its requests kept unsent, or not made
	 * yet.
	 */
	int64_t pause_ms;
	/* What the step has in hand is nowhere else: its pause is not cut short to make room, or to stop sooner. */
	bool holds;
	int64_t token_version; /* of HubSpot's token that flow/access.h gave last */
	/*
	 * Not NULL: the lease's last holder died (store/lease.h).  What the next call works on is written down before;
	 * `item` names it, empty: several things.
	 */
	struct lease *careful;
	struct str item;
	/* When the work wants to be looked at again, in ms from now; -1: only when its queue says so. */
	int64_t again_in_ms;
};

/* A copy of the request's struct; what it points to must live in the step's arena.  Its index. */
size_t step_request(struct step *s, const struct http_request *request);

/* retry_next_ms() of an answer that came now, with chance. */
int64_t step_retry_ms(const struct step *s, enum retry_destination to, enum retry_class c,
    const struct http_answer *answer, int64_t tries);
/*
 * A careful step goes on with that piece of work alone, and its next calls do so until it names another.  False: the
 * lease is lost.
 */
bool step_work_on(struct step *s, struct str item, struct err *e) CC_MUST_USE;
/* Whether that was the work of enough holders that died: it is to be taken out of the queue, untouched. */
bool step_is_poison(const struct step *s, struct str item);
/* What was begun with step_work_on() is done, or out of the queue. */
bool step_worked(struct step *s, struct err *e) CC_MUST_USE;
/* Of n pieces of due work the one to go on with: the suspect, or the first.  `key` gives the name of the i-th. */
size_t step_first(const struct step *s, const void *list, size_t n,
    struct str (*key)(struct arena *, const void *list, size_t i));

/* Counts what became of a call of the step (base/tally.h), by far end and result.  Runners call it for each answer. */
void step_count_call(const struct step *s, size_t i, const struct http_answer *answer);
/* Calls `next`.  Runners go by it, so that no step can send again what was answered. */
bool step_next(struct step *s, struct err *e) CC_MUST_USE;

/* What was answered of one step and is not written yet. */
struct step_news {
	struct step *step;
	struct str name; /* for the log */
	const size_t *which;
	size_t n;
	bool settled; /* set by step_keep(): nothing of it is left to write */
};
/*
 * Has the steps write their answers, all in one transaction, or each by itself when they are in each other's way.
 * False: the database is away (*e), and what is not settled must be given again when it is back; a step may then be
 * asked to write what it has written before.  So no answer that we have is lost.
 */
bool step_keep(struct step_news *news, size_t n, struct err *e) CC_MUST_USE;

#endif
