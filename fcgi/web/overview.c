/* overview.c - how the connection stands, what is left to set up, what needs a person. */
#include "web/overview.h"

#include "base/arena.h"
#include "base/clock.h"
#include "core/verdict.h"
#include "flow/access.h"
#include "store/delivery.h"
#include "web/handlers.h"

/* Whether what waits is sent by itself: else the line that says why not is the one that counts. */
static bool
sends(const struct overview *o)
{
	return o->tenant.state == TENANT_ACTIVE && o->tenant.sending &&
	       str_eq(str_from(impact_state_name(&o->impact)), STR("connected"));
}

static bool
load_queue(struct web_request *rq, struct overview *o, struct err *e)
{
	const struct budget_limit limit = access_impact_limit(rq->parts->settings, ACCESS_SEND);
	int64_t n;

	if (!sends(o))
		return true;
	if (!delivery_waiting(rq->parts->db, rq->arena, rq->tenant_id, &n, e) ||
	    !budget_outlook(rq->parts->db, rq->arena, rq->tenant_id, BUDGET_IMPACT, n, &limit, &o->outlook, e))
		return false;
	o->waiting = o->outlook.drain_ms > 0 ? n : 0;
	return true;
}

/* What HubSpot reported while it cannot be read: counted nowhere else, as nothing is decided about it yet. */
static bool
load_unread(struct web_request *rq, struct overview *o, struct err *e)
{
	bool away = !o->install.connected || o->install.trouble != INSTALL_NO_TROUBLE;

	for (size_t i = 0; i < o->n_breakers; i++)
		away = away || o->breakers[i].to == BREAKER_HUBSPOT;
	return !away || summary_unread(rq->parts->db, rq->arena, rq->tenant_id, &o->unread, e);
}

static bool
load(struct web_request *rq, struct overview *o, struct err *e)
{
	struct db *db = rq->parts->db;
	struct arena *a = rq->arena;
	int64_t id = rq->tenant_id;

	*o = (struct overview){ 0 };
	if (!tenant_load(db, a, id, &o->tenant, e) || !install_facts(db, a, id, &o->install, e) ||
	    !impact_state_load(rq, &o->impact, e) || !activity_problems(db, a, id, &o->problems, &o->n_problems, e) ||
	    !breaker_list(db, a, id, &o->breakers, &o->n_breakers, e) ||
	    !summary_event_types(db, a, id, o->impact.document.program_id, &o->event_types, &o->n_event_types, e) ||
	    !summary_calls(db, a, id, &o->calls, e))
		return false;
	if (!load_queue(rq, o, e) || !load_unread(rq, o, e))
		return false;
	set_up_load(a, &o->impact.document, rq->parts->catalogue, &o->set_up);
	return true;
}

static int64_t
later(int64_t x, int64_t y)
{
	return x > y ? x : y;
}

static struct json *
hubspot_json(struct arena *a, const struct overview *o)
{
	struct json *out = json_object(a), *scopes = json_array(a);
	struct str rest = o->install.scopes, scope;

	while (str_cut(&rest, ' ', &scope))
		if (scope.n > 0)
			json_push_str(scopes, scope);
	json_set_str(out, "state", o->install.connected ? STR("connected") : STR("disconnected"));
	json_set_int(out, "portal_id", o->tenant.portal_id);
	json_set_str(out, "name", o->tenant.hub_domain);
	json_set(out, "scopes", scopes);
	web_set_time(a, out, "since", o->install.since_ms);
	web_set_time(a, out, "token_expires_at", o->install.expires_ms);
	web_set_time(a, out, "last_ok_at", later(o->install.last_ok_ms, o->calls.hubspot_ms));
	return out;
}

static struct json *
problem_json(struct arena *a, struct str code)
{
	const struct verdict *v = verdict_find(code);
	struct json *out = json_object(a);

	json_set_str(out, "code", code);
	json_set_str(out, "sentence", str_from(v->sentence));
	json_set_str(out, "advice", str_from(v->advice));
	return out;
}

static struct json *
impact_json(struct arena *a, const struct overview *o)
{
	static const char *const told[] = { "program_name", "program_state", "company_name" };
	const struct impact_state *s = &o->impact;
	struct json *out = json_object(a);

	json_set_str(out, "state", str_from(impact_state_name(s)));
	json_set_str(out, "account_sid", s->document.account_sid);
	json_set_str(out, "program_id", s->document.program_id);
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
		json_set_str(out, told[i], json_text_at(a, s->check, told[i]));
	web_set_time(a, out, "since", s->token.set ? s->token.set_ms : 0);
	if (s->check != NULL)
		json_set_str(out, "checked_at", json_text_at(a, s->check, "checked_at"));
	else
		json_set(out, "checked_at", NULL);
	web_set_time(a, out, "last_accepted_at", o->calls.impact_ms);
	json_set(out, "problem", s->refused.n > 0 ? problem_json(a, s->refused) : NULL);
	return out;
}

static struct json *
queue_json(struct arena *a, const struct overview *o)
{
	struct json *out;

	if (o->waiting == 0)
		return NULL;
	out = json_object(a);
	json_set_int(out, "waiting", o->waiting);
	json_set_int(out, "calls_per_hour", o->outlook.limit);
	web_set_time(a, out, "sent_by", clock_wall_ms() + o->outlook.drain_ms);
	return out;
}

bool
overview_show(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct arena *a = rq->arena;
	struct overview o;

	if (!web_query(rq, NULL, 0, NULL, e) || !load(rq, &o, e))
		return false;
	rp->json = json_object(a);
	json_set(rp->json, "hubspot", hubspot_json(a, &o));
	json_set(rp->json, "impact", impact_json(a, &o));
	json_set(rp->json, "queue", queue_json(a, &o));
	json_set_int(rp->json, "unread", o.unread);
	json_set(rp->json, "checklist", overview_checklist(a, &o));
	json_set(rp->json, "attention", overview_attention(rq, &o));
	web_set_time(a, rp->json, "last_event_at", o.tenant.last_event_ms);
	return true;
}
