/* impact_state.c - see impact_state.h. */
#include "web/impact_state.h"

#include "store/activity.h"
#include "store/cache.h"
#include "store/config.h"
#include "task/move.h"
#include "web/trouble.h"

static bool
load_document(const struct web_request *rq, struct config_document *out, struct err *e)
{
	struct config_revision now;
	struct config_fault *faults;
	size_t n;

	return config_current(rq->parts->db, rq->arena, rq->tenant_id, &now, e) &&
	       config_document_parse(rq->arena, now.document, out, &faults, &n, e);
}

static bool
load_check(const struct web_request *rq, const struct json **out, struct err *e)
{
	struct json *doc = NULL;
	struct str text;
	int64_t fetched_ms;

	*out = NULL;
	if (!cache_get(rq->parts->db, rq->arena, rq->tenant_id, STR("impact.check"), &text, &fetched_ms, e)) {
		if (e->code != ERR_NOT_FOUND)
			return false;
		*e = (struct err){ .code = ERR_NONE };
		return true;
	}
	if (!json_parse(rq->arena, text, &json_limits_answer, &doc, e))
		return false;
	*out = doc;
	return true;
}

/* A look found the credentials refused, or they parked conversions. */
static bool
load_refusal(const struct web_request *rq, const struct impact_state *s, struct str *out, struct err *e)
{
	struct activity_problem *list;
	size_t n;

	*out = STR("");
	if (trouble_alarm(s->alarms, s->n_alarms, ALARM_IMPACT_REFUSED) != NULL) {
		*out = STR("credentials_refused");
		return true;
	}
	if (!activity_problems(rq->parts->db, rq->arena, rq->tenant_id, &list, &n, e))
		return false;
	for (size_t i = 0; i < n && out->n == 0; i++)
		if (str_eq(list[i].state, STR("PARKED")) &&
		    (str_eq(list[i].code, STR("credentials_refused")) || str_eq(list[i].code, STR("scope_missing"))))
			*out = list[i].code;
	return true;
}

bool
impact_state_load(const struct web_request *rq, struct impact_state *out, struct err *e)
{
	*out = (struct impact_state){ 0 };
	return load_document(rq, &out->document, e) &&
	       credential_facts(rq->parts->db, rq->arena, rq->tenant_id, STR("impact.auth_token"), &out->token, e) &&
	       load_check(rq, &out->check, e) &&
	       activity_proved(rq->parts->db, rq->arena, rq->tenant_id, out->document.program_id, &out->proved, e) &&
	       alarm_list(rq->parts->db, rq->arena, rq->tenant_id, &out->alarms, &out->n_alarms, e) &&
	       load_refusal(rq, out, &out->refused, e);
}

const char *
impact_state_name(const struct impact_state *s)
{
	if (s->document.account_sid.n == 0 || !s->token.set)
		return "not_set";
	return s->refused.n > 0 ? "failed" : "connected";
}

static void
say(struct json *row, const char *state, const char *sentence, const char *advice)
{
	json_set_str(row, "state", str_from(state));
	json_set_str(row, "sentence", str_from(sentence));
	json_set_str(row, "advice", str_from(advice));
}

/* The last try by the clock found that the token may not read it any more. */
static bool
lost_scope(const struct impact_state *s, struct str what)
{
	const struct alarm *alarm = trouble_alarm(s->alarms, s->n_alarms, ALARM_IMPACT_SCOPES);

	return alarm != NULL && str_find(alarm->detail, what) < alarm->detail.n;
}

/* What was found since the last good check. */
static void
check_since(struct json *row, struct str id, const struct impact_state *s)
{
	if (str_eq(id, STR("company")) && str_eq(s->refused, STR("credentials_refused")))
		say(row, "failed", "impact.com no longer accepts this Account SID and Auth Token.",
		    "Enter them anew. Conversions wait, and go out then.");
	if (str_eq(id, STR("actions")) && lost_scope(s, STR(ALARM_ACTIONS)))
		say(row, "no_scope", "The token may no longer read " ALARM_ACTIONS ".",
		    "Allow " ALARM_ACTIONS " for the token in impact.com, or enter another token.");
	if (str_eq(id, STR("submissions")) && lost_scope(s, STR(ALARM_SUBMISSIONS)))
		say(row, "no_scope", "The token may no longer read " ALARM_SUBMISSIONS ".",
		    "Allow " ALARM_SUBMISSIONS " for the token in impact.com, or enter another token.");
	if (!str_eq(id, STR("conversions")))
		return;
	if (str_eq(s->refused, STR("scope_missing")))
		say(row, "failed", "impact.com refused a conversion: the token may not submit any.",
		    "Allow Conversions for the token in impact.com, or enter another token.");
	else if (s->proved)
		say(row, "ok", "impact.com has accepted conversions with this connection.", "");
}

struct json *
impact_state_checks(struct arena *a, const struct impact_state *s)
{
	struct json *list;

	if (s->check == NULL)
		return NULL;
	list = json_copy(a, json_get(s->check, "checks"));
	for (size_t i = 0; i < json_length(list); i++) {
		struct json *row = json_at(list, i);

		check_since(row, json_text_at(a, row, "id"), s);
	}
	return list;
}

static struct json *
open_json(struct arena *a, const struct move *m)
{
	struct json *out = json_object(a);

	json_set_bool(out, "account_changes", m->account);
	json_set_bool(out, "program_changes", m->program);
	json_set_int(out, "waiting", m->open.waiting);
	json_set_int(out, "in_doubt", m->open.in_doubt);
	json_set_int(out, "accepted", m->open.accepted);
	return out;
}

bool
impact_state_move(const struct web_request *rq, struct str account_sid, struct str program_id, struct json **open,
    struct err *e)
{
	bool confirmed = false;
	struct move m;

	*open = NULL;
	if (json_get(rq->body, "confirm") != NULL && !json_bool(json_get(rq->body, "confirm"), &confirmed))
		return err_set(e, ERR_INVALID, "confirm must be true or false");
	if (confirmed)
		return true;
	if (!move_look(rq->parts->db, rq->arena, rq->tenant_id, account_sid, program_id, &m, e))
		return false;
	if (m.asks)
		*open = open_json(rq->arena, &m);
	return true;
}

bool
impact_state_ask(struct web_reply *rp, struct arena *a, struct json *open, struct err *e)
{
	rp->status = 409;
	rp->beside = json_object(a);
	json_set(rp->beside, "open", open);
	return err_set(e, ERR_CONFLICT, "Not saved: conversions are not finished yet. Say that you want the change.");
}
