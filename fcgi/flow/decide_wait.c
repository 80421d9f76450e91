/* decide_wait.c - that HubSpot let events wait before they could be decided (T-40); see decide_round.h. */
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "flow/decide_round.h"

/* Calls that are used up for less than this are the ordinary pace of a burst, and told to nobody. */
#define TOLD_MS 1000

static bool
is_told(const struct pending_delay *w)
{
	return w->why.n > 0 && (w->ms >= TOLD_MS || !str_eq(w->why, STR("calls_used")));
}

struct pending_delay
decide_wait_of(enum retry_class result, const struct http_answer *answer)
{
	struct pending_delay w = { .why = STR("away") };

	if (answer->outcome == HTTP_ANSWERED)
		w.answer = answer->status;
	if (result == RETRY_WAIT)
		w.why = STR("slow_down");
	else if (result == RETRY_SIGN_IN)
		w.why = STR("token");
	return w;
}

void
decide_pauses(struct decide_round *r, const struct access *access, int64_t ms)
{
	struct pending_delay *w = &r->pause;

	/* What ails the connection itself is told where it is mended. */
	if (str_eq(access->why, STR("disconnected")))
		return;
	if (w->times++ == 0)
		w->since_ms = clock_wall_ms();
	w->ms += ms;
	if (str_eq(access->why, STR("far_end_away")))
		w->why = STR("away");
	else
		w->why = access->asked ? STR("slow_down") : STR("calls_used");
}

void
decide_held_up(const struct decide_round *r, const struct pending_delay *why)
{
	const struct step *s = &r->step;
	struct err e = { .code = ERR_NONE };

	if (r->live || r->n_due == 0 || !is_told(why))
		return;
	if (!pending_held_up(s->parts->db, s->tenant_id, r->lease.shard, r->due[r->n_due - 1].due_ms, why, &e))
		log_event(LOG_INFO, "decide.wait_not_kept", LOG_C("why", e.text));
}

void
decide_tell_delay(const struct decide_round *r, const struct judged *j)
{
	const struct pending_delay *before = &j->item->pending->waited, *w = before->times > 0 ? before : &r->pause;
	struct arena *a = r->step.arena;
	struct json *waited = json_object(a);

	if (r->live || !is_told(w))
		return;
	json_set_str(waited, "why", w->why);
	json_set_int(waited, "answer", w->answer);
	json_set_int(waited, "since_ms", w->since_ms);
	json_set_int(waited, "ms", before->ms + r->pause.ms);
	json_set_int(waited, "times", before->times + r->pause.times);
	json_set(j->told, "waited", waited);
}
