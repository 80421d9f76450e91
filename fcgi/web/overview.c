/* overview.c - how the connection stands, what is left to set up, what needs a person. */
#include "base/arena.h"
#include "core/date.h"
#include "core/verdict.h"
#include "lang/ruleset.h"
#include "store/activity.h"
#include "store/install.h"
#include "store/tenant.h"
#include "web/activity_json.h"
#include "web/handlers.h"
#include "web/impact_state.h"

struct overview {
	struct tenant tenant;
	struct install install;
	struct impact_state impact;
	struct activity_counters counters;
	struct activity_problem *problems;
	size_t n_problems;
	bool consent, trigger, mapping;
};

static void
set_time(struct arena *a, struct json *object, const char *key, int64_t ms)
{
	if (ms > 0)
		json_set_str(object, key, date_iso_ms(a, ms));
	else
		json_set(object, key, NULL);
}

/* Consent, a live trigger, and a mapping without faults, each of any object. */
static void
look_at_rules(struct web_request *rq, struct overview *o)
{
	const struct config_document *doc = &o->impact.document;
	struct config_fault *faults;
	bool rows = false;

	for (size_t i = 0; i < CONFIG_OBJECTS; i++) {
		const struct config_object *c = &doc->objects[i];

		o->consent = o->consent || c->consent;
		for (size_t k = 0; k < c->n_triggers; k++) {
			o->trigger = o->trigger || c->triggers[k].live;
			rows = rows || (c->triggers[k].live && c->n_rows > 0);
		}
	}
	o->mapping = rows && ruleset_check(rq->arena, doc, rq->parts->catalogue, &faults) == 0;
}

static bool
load(struct web_request *rq, struct overview *o, struct err *e)
{
	struct db *db = rq->parts->db;

	*o = (struct overview){ 0 };
	if (!tenant_load(db, rq->arena, rq->tenant_id, &o->tenant, e) ||
	    !install_facts(db, rq->arena, rq->tenant_id, &o->install, e) || !impact_state_load(rq, &o->impact, e) ||
	    !activity_count(db, rq->arena, rq->tenant_id, &o->counters, e) ||
	    !activity_problems(db, rq->arena, rq->tenant_id, &o->problems, &o->n_problems, e))
		return false;
	look_at_rules(rq, o);
	return true;
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
	json_set(out, "scopes", scopes);
	set_time(a, out, "token_expires_at", o->install.expires_ms);
	set_time(a, out, "last_ok_at", o->install.last_ok_ms);
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
	const struct impact_state *s = &o->impact;
	struct json *out = json_object(a);

	json_set_str(out, "state", str_from(impact_state_name(s)));
	json_set_str(out, "account_sid", s->document.account_sid);
	json_set_str(out, "program_id", s->document.program_id);
	json_set_str(out, "program_name", json_text_at(a, s->check, "program_name"));
	json_set_str(out, "company_name", json_text_at(a, s->check, "company_name"));
	if (s->check != NULL)
		json_set_str(out, "checked_at", json_text_at(a, s->check, "checked_at"));
	else
		json_set(out, "checked_at", NULL);
	json_set(out, "problem", s->refused.n > 0 ? problem_json(a, s->refused) : NULL);
	return out;
}

static void
push_check(struct arena *a, struct json *list, const char *id, bool done, const char *sentence, const char *page)
{
	struct json *row = json_object(a);

	json_set_str(row, "id", str_from(id));
	json_set_bool(row, "done", done);
	json_set_str(row, "sentence", str_from(sentence));
	json_set_str(row, "page", str_from(page));
	json_push(list, row);
}

static struct json *
checklist_json(struct arena *a, const struct overview *o)
{
	struct json *list = json_array(a);
	bool impact = str_eq(str_from(impact_state_name(&o->impact)), STR("connected"));

	push_check(a, list, "hubspot", o->install.connected, "Connect your HubSpot account.", "hubspot");
	push_check(a, list, "impact", impact, "Enter your impact.com account and program.", "settings");
	push_check(a, list, "consent", o->consent, "Allow an object type to report conversions.", "triggers");
	push_check(a, list, "trigger", o->trigger, "Switch on a trigger: the change that means money.", "triggers");
	push_check(a, list, "mapping", o->mapping, "Map the fields that impact.com requires.", "mappings");
	push_check(a, list, "first_conversion", o->impact.proved, "See the first conversion accepted by impact.com.",
	    "activity");
	return list;
}

static void
push_attention(struct arena *a, struct json *list, const char *code, struct str sentence, const char *advice,
    const char *page)
{
	struct json *row = json_object(a);

	json_set_str(row, "code", str_from(code));
	json_set_str(row, "sentence", sentence);
	json_set_str(row, "advice", str_from(advice));
	json_set_str(row, "page", str_from(page));
	json_push(list, row);
}

/* A refusal of impact.com asks for a person only when the set-up is to blame. */
static bool
needs_a_person(const struct activity_problem *p, const struct verdict *v)
{
	if (str_eq(p->state, STR("UNKNOWN")))
		return false;
	if (str_eq(p->state, STR("REJECTED")))
		return v->kind == VERDICT_CONFIGURATION || v->kind == VERDICT_CONTRACT;
	return true;
}

static struct str
problem_code(const struct activity_problem *p)
{
	if (p->code.n > 0)
		return verdict_first(p->code);
	return str_eq(p->state, STR("HELD")) ? STR("held_other_order") : STR("no_answer");
}

static const char *
problem_of(const struct activity_problem *p)
{
	return str_eq(p->state, STR("WAITING")) || str_eq(p->state, STR("SUPPRESSED")) ? "event" : "conversion";
}

static struct json *
attention_json(struct arena *a, const struct overview *o)
{
	struct json *list = json_array(a);

	if (!o->install.connected)
		push_attention(a, list, "disconnected", STR("HubSpot no longer accepts this connection."),
		    "Log in through HubSpot again; what waited is sent then.", "hubspot");
	if (!o->tenant.sending)
		push_attention(a, list, "stopped", STR("All sending is stopped."),
		    "Allow sending again; what waited is sent then.", "settings");
	for (size_t i = 0; i < o->n_problems; i++) {
		const struct activity_problem *p = &o->problems[i];
		struct str code = problem_code(p);
		const struct verdict *v = verdict_find(code);

		if (!needs_a_person(p, v))
			continue;
		push_attention(a, list, str_c(a, code),
		    str_printf(a, "%lld %s%s: %s", (long long)p->n, problem_of(p), p->n == 1 ? "" : "s", v->sentence),
		    v->advice, v->fix);
	}
	return list;
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
	json_set(rp->json, "checklist", checklist_json(a, &o));
	json_set(rp->json, "counters", activity_counters_json(a, &o.counters));
	json_set(rp->json, "attention", attention_json(a, &o));
	set_time(a, rp->json, "last_event_at", o.tenant.last_event_ms);
	return true;
}
