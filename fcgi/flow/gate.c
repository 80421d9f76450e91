/* gate.c - see gate.h. */
#include "flow/gate.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "core/breaker.h"

#define WHY_MAX  200
#define NEWS_MAX 256 /* of one turn; what does not fit is seen at the next failure */

/* What the answers of one turn make of breakers. */
struct news {
	int64_t tenant_id, since_ms_ago;
	enum breaker_to to;
	enum found {
		OPENS,
		PROBE_FAILED,
		PROBE_OK
	} what;
	char why[WHY_MAX];
};

/* A process is single-threaded, and counts for itself. */
static struct breaker counts;
static struct news news[NEWS_MAX];
static size_t n_news;

static uint32_t
bit(enum breaker_to to)
{
	return UINT32_C(1) << to;
}

static struct breaker_wait
wait_of(const struct settings *s, enum breaker_to to)
{
	if (to == BREAKER_HUBSPOT || to == BREAKER_IMPACT)
		return (struct breaker_wait){ s->breaker_open_s, s->breaker_cap_s };
	return (struct breaker_wait){ s->breaker_scope_s, s->breaker_scope_s };
}

bool
gate_may(struct step *s, enum breaker_to to, bool *probe, int64_t *wait_ms, struct err *e)
{
	if (!breaker_may(s->parts->db, s->arena, s->tenant_id, to, s->parts->settings->breaker_open_s, probe, wait_ms,
	        e))
		return false;
	s->probing &= ~bit(to);
	if (*probe)
		s->probing |= bit(to);
	return true;
}

static void
tell(const struct step *s, enum breaker_to to, const struct http_answer *answer, enum found what, int64_t since_ms_ago)
{
	struct news *x;

	if (n_news == NEWS_MAX)
		return;
	x = &news[n_news++];
	*x = (struct news){ .tenant_id = s->tenant_id, .to = to, .what = what, .since_ms_ago = since_ms_ago };
	if (answer->outcome == HTTP_ANSWERED)
		(void)snprintf(x->why, sizeof(x->why), "answer %d", answer->status);
	else
		(void)snprintf(x->why, sizeof(x->why), "%.*s", WHY_MAX - 1, answer->err.text);
}

void
gate_saw(const struct step *s, enum breaker_to to, const struct http_answer *answer)
{
	const struct settings *settings = s->parts->settings;
	const struct breaker_rule rule = { .calls = settings->breaker_calls,
		.percent = settings->breaker_percent,
		.window_ms = settings->breaker_window_s * 1000 };
	bool failed = retry_far_end_fails(answer);
	int64_t now = clock_mono_ms();
	int64_t since;

	if (s->tenant_id == 0)
		return;
	if (s->probing & bit(to))
		tell(s, to, answer, failed ? PROBE_FAILED : PROBE_OK, 0);
	else if (breaker_note(&counts, s->tenant_id, (int)to, failed, &rule, now, &since))
		tell(s, to, answer, OPENS, now - since);
}

static bool
opened(struct db *db, const struct news *x, const struct breaker_wait *wait, struct err *e)
{
	bool new;

	if (!breaker_open(db, x->tenant_id, x->to, x->since_ms_ago, wait, str_from(x->why), &new, e))
		return false;
	if (new)
		log_event(LOG_WARN, "breaker.opened", LOG_I("tenant", x->tenant_id), LOG_C("to", breaker_name(x->to)),
		    LOG_C("why", x->why));
	return true;
}

static bool
closed(struct db *db, int64_t tenant_id, enum breaker_to to, struct err *e)
{
	bool was_open;

	if (!breaker_close(db, tenant_id, to, &was_open, e))
		return false;
	if (was_open)
		log_event(LOG_INFO, "breaker.closed", LOG_I("tenant", tenant_id), LOG_C("to", breaker_name(to)));
	return true;
}

void
gate_settle(const struct parts *parts)
{
	for (size_t i = 0; i < n_news; i++) {
		const struct news *x = &news[i];
		const struct breaker_wait wait = wait_of(parts->settings, x->to);
		struct err e = { .code = ERR_NONE };
		bool ok = x->what == OPENS ? opened(parts->db, x, &wait, &e)
		          : x->what == PROBE_OK
		              ? closed(parts->db, x->tenant_id, x->to, &e)
		              : breaker_failed(parts->db, x->tenant_id, x->to, &wait, str_from(x->why), &e);

		/* The next failure, or the next probe, says it again. */
		if (!ok)
			log_event(LOG_WARN, "breaker.not_written", LOG_C("why", e.text));
	}
	n_news = 0;
}

bool
gate_refused(struct step *s, enum breaker_to to, struct str why, struct err *e)
{
	const struct breaker_wait wait = wait_of(s->parts->settings, to);
	bool new;

	if (s->probing & bit(to)) {
		s->probing &= ~bit(to);
		return breaker_failed(s->parts->db, s->tenant_id, to, &wait, why, e);
	}
	if (!breaker_open(s->parts->db, s->tenant_id, to, 0, &wait, why, &new, e))
		return false;
	if (new)
		log_event(LOG_WARN, "breaker.opened", LOG_C("to", breaker_name(to)), LOG_S("why", why));
	return true;
}

bool
gate_allowed(struct step *s, enum breaker_to to, struct err *e)
{
	if (!(s->probing & bit(to)))
		return true;
	s->probing &= ~bit(to);
	return closed(s->parts->db, s->tenant_id, to, e);
}

void
gate_lift(struct db *db, int64_t tenant_id, enum breaker_to first, enum breaker_to last)
{
	for (enum breaker_to to = first; to <= last; to++) {
		struct err e = { .code = ERR_NONE };

		if (!closed(db, tenant_id, to, &e))
			log_event(LOG_WARN, "breaker.not_lifted", LOG_C("why", e.text));
	}
}
