/* live.c - see live.h. */
#include "web/live.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "flow/gate.h"

#define AGAIN_MS 200
#define LOOK_MS  50

static void
on_answer(void *arg, const struct http_answer *answer)
{
	size_t *waiting = arg;

	(void)answer; /* it was written into the step's own place */
	(*waiting)--;
}

/* A client that cannot even wait leaves transfers that write into our memory: the process is started anew. */
static void
step_client(struct http *http)
{
	struct err e = { .code = ERR_NONE };

	if (http_step(http, LOOK_MS, -1, &e))
		return;
	log_event(LOG_ERROR, "live.client_failed", LOG_C("problem", e.text));
	abort();
}

/* Sends what the step asked for and waits for all of it. */
static void
send_all(struct http *http, struct step *s, int64_t until_ms)
{
	size_t waiting = s->n;

	for (size_t i = 0; i < s->n; i++) {
		int64_t left = until_ms - clock_mono_ms();
		struct http_request *rq = &s->requests[i];
		struct err why = { .code = ERR_NONE };

		/* No transfer outlives this call: its deadline is ours at most. */
		if (rq->timeout_ms == 0 || rq->timeout_ms > left)
			rq->timeout_ms = left > 1 ? left : 1;
		s->answers[i] = (struct http_answer){ .outcome = HTTP_NOT_SENT };
		if (http_submit(http, s->arena, rq, &s->answers[i], on_answer, &waiting, &why))
			continue;
		s->answers[i] = (struct http_answer){ .outcome = HTTP_NOT_SENT, .err = why };
		waiting--;
	}
	while (waiting > 0)
		step_client(http);
	for (size_t i = 0; i < s->n; i++)
		step_count_call(s, i, &s->answers[i]);
	gate_settle(s->parts);
}

static void
wait_a_moment(int64_t ms)
{
	const struct timespec pause = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	nanosleep(&pause, NULL);
}

/* The step waits for its call budget. */
static bool
pause_step(struct step *s, int64_t until_ms, struct err *e)
{
	int64_t ms = s->pause_ms;

	if (clock_mono_ms() + ms >= until_ms)
		return err_set(e, ERR_REMOTE, "the calls that may be made for now are used up; try again in a moment");
	s->pause_ms = 0;
	wait_a_moment(ms);
	return true;
}

bool
live_run(struct http *http, struct step *s, int64_t deadline_ms, struct err *e)
{
	int64_t until = clock_mono_ms() + deadline_ms;

	for (;;) {
		if (step_next(s, e)) {
			if (s->n == 0 && s->pause_ms == 0)
				return true;
			if (s->pause_ms > 0 && !pause_step(s, until, e))
				return false;
			send_all(http, s, until);
		} else if (e->code == ERR_CONFLICT && clock_mono_ms() + AGAIN_MS < until) {
			*e = (struct err){ .code = ERR_NONE };
			wait_a_moment(AGAIN_MS);
		} else {
			return false;
		}
		if (clock_mono_ms() >= until)
			return err_set(e, ERR_REMOTE, "it took too long; try again in a moment");
	}
}
