/* impact_watch.c - see impact_watch.h. */
#include "task/impact_watch.h"

#include "base/arena.h"
#include "base/crypto.h"
#include "base/log.h"
#include "core/config_document.h"
#include "flow/access.h"
#include "store/alarm.h"
#include "store/config.h"
#include "store/conversion.h"
#include "store/credential.h"
#include "store/transaction.h"
#include "task/impact_probe.h"
#include "task/resume.h"

/* A refusal is believed the second time. */
#define SECOND_MS 3000

enum {
	ANSWER_COMPANY,
	ANSWER_ACTIONS,
	ANSWER_SUBMISSIONS
};

struct impact_watch {
	struct step step; /* first */
	struct impact_account account;
	struct str program_id;
	bool refused_before;
};

/* Accounts do not all come at once. */
static bool
wait(struct impact_watch *w, int64_t seconds)
{
	w->step.again_in_ms = seconds * 900 + crypto_random_below(seconds * 200);
	return true;
}

/* What goes out again goes before the alarm ends, so that a crash in between has it done again. */
static bool
well(struct impact_watch *w, bool stood, struct err *e)
{
	int64_t n;

	if (stood)
		resume_impact(w->step.parts->db, w->step.tenant_id);
	/* A refusal that passed by itself before anybody looked. */
	else if (!conversion_unpark(w->step.parts->db, w->step.tenant_id, STR("credentials_refused"), &n, e))
		return false;
	return true;
}

static bool
set(struct impact_watch *w, enum alarm_kind kind, bool stands, struct str detail, struct err *e)
{
	const struct step *s = &w->step;

	return stands ? alarm_raise(s->parts->db, s->arena, s->tenant_id, kind, detail, e)
	              : alarm_end(s->parts->db, s->arena, s->tenant_id, kind, NULL, e);
}

static bool
conclude(struct impact_watch *w, bool refused, struct str forbidden, struct err *e)
{
	const struct settings *settings = w->step.parts->settings;
	struct db *db = w->step.parts->db;
	struct alarm *list;
	bool stood = false;
	size_t n;

	if (!alarm_list(db, w->step.arena, w->step.tenant_id, &list, &n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		stood = stood || list[i].kind == ALARM_IMPACT_REFUSED || list[i].kind == ALARM_IMPACT_SCOPES;
	if (!refused && forbidden.n == 0 && !well(w, stood, e))
		return false;
	if (!transaction_begin(db, e) ||
	    !transaction_end(db,
	        set(w, ALARM_IMPACT_REFUSED, refused, STR(""), e) &&
	            (refused || set(w, ALARM_IMPACT_SCOPES, forbidden.n > 0, forbidden, e)),
	        "alarms of impact.com", e))
		return false;
	return wait(w, refused || forbidden.n > 0 ? settings->impact_retry_s : settings->impact_look_s);
}

static bool ask(struct step *s, struct err *e);

static bool
answered(struct step *s, struct err *e)
{
	struct impact_watch *w = (struct impact_watch *)s;
	const struct http_answer *company = &s->answers[ANSWER_COMPANY];
	int status = company->outcome == HTTP_ANSWERED ? company->status : 0;
	enum impact_may actions = impact_probe_read(&s->answers[ANSWER_ACTIONS]);
	enum impact_may submissions = impact_probe_read(&s->answers[ANSWER_SUBMISSIONS]);

	if (!access_impact_told(s, NULL, s->n_answers, e))
		return false;
	if (status == 401 || status == 404) {
		if (w->refused_before)
			return conclude(w, true, STR(""), e);
		w->refused_before = true;
		s->pause_ms = SECOND_MS;
		s->next = ask;
		return true;
	}
	if ((status / 100 != 2 && status != 403) || actions == IMPACT_MAY_UNKNOWN ||
	    submissions == IMPACT_MAY_UNKNOWN) {
		log_event(LOG_INFO, "impact_watch.no_answer", LOG_I("status", status));
		return wait(w, s->parts->settings->impact_retry_s);
	}
	return conclude(w, false,
	    actions == IMPACT_MAY_NOT && submissions == IMPACT_MAY_NOT ? STR(ALARM_ACTIONS " and " ALARM_SUBMISSIONS)
	    : actions == IMPACT_MAY_NOT                                ? STR(ALARM_ACTIONS)
	    : submissions == IMPACT_MAY_NOT                            ? STR(ALARM_SUBMISSIONS)
	                                                               : STR(""),
	    e);
}

static bool
ask(struct step *s, struct err *e)
{
	struct impact_watch *w = (struct impact_watch *)s;
	struct http_request request;

	(void)e;
	impact_company(s->arena, s->parts->settings, &w->account, &request);
	step_request(s, &request);
	impact_probe(s, &w->account, w->program_id);
	s->next = answered;
	return true;
}

/* False without an error: there is nothing to try. */
static bool
load(struct impact_watch *w, struct err *e)
{
	const struct step *s = &w->step;
	const struct parts *p = s->parts;
	struct config_document document;
	struct config_revision now;
	struct config_fault *faults;
	size_t n;

	if (!config_current(p->db, s->arena, s->tenant_id, &now, e) ||
	    !config_document_parse(s->arena, now.document, &document, &faults, &n, e) ||
	    !credential_load(p->db, p->vault, s->arena, s->tenant_id, STR("impact.auth_token"), &w->account.token, e)) {
		if (e->code == ERR_NOT_FOUND)
			*e = (struct err){ .code = ERR_NONE };
		return false;
	}
	w->account.sid = document.account_sid;
	w->program_id = document.program_id;
	return w->account.sid.n > 0;
}

static bool
begin(struct step *s, struct err *e)
{
	if (!load((struct impact_watch *)s, e))
		return e->code == ERR_NONE; /* whoever enters credentials makes it due */
	return ask(s, e);
}

struct step *
impact_watch_new(struct arena *a, const struct parts *parts, int64_t tenant_id)
{
	struct impact_watch *w = arena_alloc(a, sizeof(*w));

	w->step = (struct step){ .arena = a, .parts = parts, .tenant_id = tenant_id, .next = begin, .again_in_ms = -1 };
	return &w->step;
}
