/* overview_attention.c - what needs a person: each problem once, in a sentence, with the one place that mends it. */
#include "base/arena.h"
#include "base/buf.h"
#include "core/verdict.h"
#include "store/disk.h"
#include "task/catalogue.h"
#include "task/connect.h"
#include "web/activity_json.h"
#include "web/overview.h"
#include "web/reply.h"
#include "web/trouble.h"

#define NAMES_MAX 2048

struct attention {
	struct arena *a;
	struct json *list;
};

static struct json *
push(struct attention *t, const char *code, struct str sentence, const char *advice, const char *page)
{
	struct json *row = json_object(t->a);

	json_set_str(row, "code", str_from(code));
	json_set_str(row, "sentence", sentence);
	json_set_str(row, "advice", str_from(advice));
	json_set_str(row, "page", str_from(page));
	json_set_str(row, "object", STR(""));
	json_set_str(row, "outcome", STR(""));
	json_push(t->list, row);
	return row;
}

/* "a, b, c" */
static void
add_name(struct buf *b, struct str name)
{
	buf_addf(b, "%s" STR_FMT, b->n > 0 ? ", " : "", STR_ARG(str_slice(name, 0, 128)));
}

static struct str
names_of(struct buf *b)
{
	struct err ignored = { .code = ERR_NONE };
	struct str out = { 0 };

	return buf_done(b, &out, &ignored) ? out : STR("several");
}

/* ---- the connection */

static void
push_ended(struct attention *t, const struct overview *o)
{
	static const char *const how[INSTALL_TROUBLE__COUNT] = {
		[INSTALL_REMOVED] = "The app was removed in HubSpot.",
		[INSTALL_REFUSED] = "HubSpot no longer accepts the connection: its access was withdrawn there.",
		[INSTALL_ACCOUNT_GONE] = "HubSpot says that this account no longer exists.",
	};
	const char *what = how[o->install.trouble];
	bool paused = o->tenant.state == TENANT_PAUSED;

	if (what == NULL)
		what = paused ? "The app was removed in HubSpot, or its access was withdrawn."
		              : "HubSpot is disconnected.";
	push(t, paused ? "paused" : "disconnected", str_from(what),
	    "Connect to HubSpot again; the settings are kept, and what waited is sent then.", "hubspot");
}

/* Connected, and HubSpot does not let us work. */
static void
push_waits(struct attention *t, const struct overview *o)
{
	static const struct {
		const char *code, *sentence, *advice, *page;
	} words[] = {
		{ "client", "HubSpot refuses the connector itself, not this account.",
		    "Whoever runs the connector must correct the app's client id and secret. What waits goes on by "
		    "itself "
		    "after that.",
		    "" },
		{ "denied", "HubSpot refuses the connector's calls.",
		    "It is tried again by itself. If this stays, connect to HubSpot again.", "hubspot" },
		{ "unreachable", "HubSpot gives the connector no access right now.",
		    "Nothing: what waits goes on by itself as soon as HubSpot answers.", "" },
	};
	struct str trouble = str_from(trouble_of(&o->install, NULL, 0));

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (str_eq(trouble, str_from(words[i].code)))
			push(t, words[i].code, str_from(words[i].sentence), words[i].advice, words[i].page);
}

static void
push_impact(struct attention *t, const struct overview *o)
{
	const struct alarm *scopes = trouble_alarm(o->impact.alarms, o->impact.n_alarms, ALARM_IMPACT_SCOPES);

	if (trouble_alarm(o->impact.alarms, o->impact.n_alarms, ALARM_IMPACT_REFUSED) != NULL)
		push(t, "impact_refused", STR("impact.com no longer accepts the Account SID and Auth Token."),
		    "Enter them anew; conversions wait, and go out then.", "settings");
	else if (scopes != NULL)
		push(t, "impact_scopes",
		    str_printf(t->a, "The impact.com token may not read " STR_FMT ".", STR_ARG(scopes->detail)),
		    "Allow it for the token in impact.com, or enter another token: until then nobody learns what "
		    "becomes "
		    "of conversions.",
		    "settings");
}

static void
push_hubspot(struct attention *t, const struct overview *o, struct str wanted)
{
	struct str scope;
	struct buf b;

	if (!o->install.connected) {
		push_ended(t, o);
		return;
	}
	push_waits(t, o);
	if (connect_scopes_cover(o->install.scopes, wanted))
		return;
	buf_init(&b, t->a, NAMES_MAX);
	while (str_cut(&wanted, ' ', &scope))
		if (!connect_scopes_cover(o->install.scopes, scope))
			add_name(&b, scope);
	push(t, "hubspot_scopes",
	    str_printf(t->a, "HubSpot has not granted everything that this app needs: " STR_FMT ".",
	        STR_ARG(names_of(&b))),
	    "Log in through HubSpot again and allow it.", "hubspot");
}

/*
 * Far ends that are left alone, and calls that the token has no scope for: since when, and when they are tried again.
 */
static void
push_breakers(struct attention *t, const struct overview *o)
{
	static const struct {
		const char *code, *sentence, *advice, *page, *outcome;
	} words[BREAKER__COUNT] = {
		[BREAKER_HUBSPOT] = { "hubspot_away", "HubSpot does not answer.",
		    "Nothing is lost: what waits goes on by itself as soon as it answers.", "activity", "waiting" },
		[BREAKER_IMPACT] = { "impact_away", "impact.com does not answer.",
		    "Nothing is lost: what waits is sent by itself as soon as it answers.", "activity", "waiting" },
		[BREAKER_IMPACT_SUBMISSIONS] = { "no_submissions",
		    "The Auth Token may not read submissions, so what impact.com refuses is not seen here.",
		    "Allow Submissions for the token in impact.com, or enter another token in Settings.", "settings",
		    "" },
		[BREAKER_IMPACT_ACTIONS] = { "no_actions",
		    "The Auth Token may not read actions: verdicts are not seen, and conversions whose answer was lost "
		    "wait.",
		    "Allow Actions for the token in impact.com, or enter another token in Settings.", "settings", "" },
	};
	bool scopes = trouble_alarm(o->impact.alarms, o->impact.n_alarms, ALARM_IMPACT_SCOPES) != NULL;

	for (size_t i = 0; i < o->n_breakers; i++) {
		const struct breaker_row *b = &o->breakers[i];
		struct json *row;

		if (scopes && b->to != BREAKER_HUBSPOT && b->to != BREAKER_IMPACT)
			continue; /* push_impact has named them */
		row =
		    push(t, words[b->to].code, str_from(words[b->to].sentence), words[b->to].advice, words[b->to].page);
		json_set_str(row, "outcome", str_from(words[b->to].outcome));
		web_set_time(t->a, row, "since", b->since_ms);
		web_set_time(t->a, row, "again_at", b->until_ms);
	}
}

/* Of several event types with the same refusal one sentence. */
static void
push_held(struct attention *t, const struct overview *o)
{
	for (size_t i = 0; i < o->n_event_types; i++) {
		const struct summary_event_type *x = &o->event_types[i];
		const struct verdict *v = verdict_find(x->refusal);
		bool said = x->refusal.n == 0;
		struct buf b;

		for (size_t k = 0; k < i; k++)
			said = said || str_eq(o->event_types[k].refusal, x->refusal);
		if (said)
			continue;
		buf_init(&b, t->a, NAMES_MAX);
		for (size_t k = i; k < o->n_event_types; k++)
			if (str_eq(o->event_types[k].refusal, x->refusal))
				add_name(&b, o->event_types[k].name);
		push(t, str_c(t->a, x->refusal),
		    str_printf(t->a, "impact.com refuses the event type " STR_FMT ": %s Its conversions wait.",
		        STR_ARG(names_of(&b)), v->sentence),
		    v->advice, v->fix);
	}
}

/* ---- the rules */

static void
push_mapping(struct attention *t, const struct overview *o, const struct config_object *c)
{
	const struct config_fault *first = NULL;
	size_t n = 0;

	for (size_t i = 0; i < o->set_up.n_faults; i++)
		if (set_up_fault_of(&o->set_up.faults[i], c->type)) {
			first = first == NULL ? &o->set_up.faults[i] : first;
			n++;
		}
	if (first == NULL)
		return;
	json_set_str(push(t, "mapping_incomplete",
	                 n == 1
	                     ? str_printf(t->a, "The mapping of " STR_FMT " is not complete: " STR_FMT,
	                           STR_ARG(c->type), STR_ARG(first->message))
	                     : str_printf(t->a, "The mapping of " STR_FMT " is not complete: " STR_FMT " And %zu more.",
	                           STR_ARG(c->type), STR_ARG(first->message), n - 1),
	                 "Complete it; until then its conversions fail or wait.", "mappings"),
	    "object", c->type);
}

/* The object's live triggers that HubSpot tells us nothing about. */
static void
add_unsubscribed(struct buf *b, struct attention *t, const struct config_object *c, struct str subscriptions)
{
	for (size_t i = 0; i < c->n_triggers; i++) {
		const struct config_trigger *x = &c->triggers[i];

		if (x->live && !x->created && !catalogue_subscribed(subscriptions, c->type, x->property))
			add_name(b, str_printf(t->a, STR_FMT "." STR_FMT, STR_ARG(c->type), STR_ARG(x->property)));
	}
}

static void
push_consent(struct attention *t, const struct config_object *c)
{
	struct str sentence =
	    str_printf(t->a, "Triggers of " STR_FMT " are live, but consent for them is off.", STR_ARG(c->type));

	if (!c->consent)
		json_set_str(push(t, "no_consent", sentence,
		                 "Give consent, or switch the triggers off; nothing of them is sent now.", "triggers"),
		    "object", c->type);
}

static void
push_rules(struct attention *t, const struct web_request *rq, const struct overview *o)
{
	struct buf b;

	buf_init(&b, t->a, NAMES_MAX);
	for (size_t i = 0; i < CONFIG_OBJECTS; i++) {
		const struct config_object *c = &o->impact.document.objects[i];

		if (!set_up_is_live(c))
			continue;
		push_mapping(t, o, c);
		push_consent(t, c);
		add_unsubscribed(&b, t, c, rq->installation->subscriptions);
	}
	if (b.n > 0)
		push(t, "not_subscribed",
		    str_printf(t->a, "Live triggers look at what HubSpot does not report to this app: " STR_FMT ".",
		        STR_ARG(names_of(&b))),
		    "Choose another property, or ask whoever runs the connector to add it "
		    "(connectorctl hubspot-app).",
		    "triggers");
}

/* ---- what happened */

static bool
one_of(struct str s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(s, str_from(list[i])))
			return true;
	return false;
}

/* Told already, by the state of a connection, of an event type or of a consent; or mended by itself. */
static bool
told_otherwise(const struct activity_problem *p, const struct verdict *v)
{
	static const char *const parked[] = { "stopped", "disconnected", "tenant_paused", "event_type_held",
		"no_consent", "trigger_off" };

	if (str_eq(p->state, STR("UNKNOWN")))
		return true;
	if (str_eq(p->state, STR("PARKED")))
		return one_of(p->code, parked, sizeof(parked) / sizeof(parked[0]));
	if (str_eq(p->state, STR("WAITING")))
		return one_of(p->code, parked, sizeof(parked) / sizeof(parked[0])) ||
		       str_eq(p->code, STR("rate_limited"));
	if (!str_eq(p->state, STR("REJECTED")))
		return false;
	/*
	 * A refusal asks for a person when its class says that a change mends it, here or at impact.com.  The others are
	 * outcomes: no partner, a click that does not count, the same order twice.
	 */
	return verdict_holds_event_type(verdict_code(p->code)) ||
	       (v->kind != VERDICT_CONFIGURATION && v->kind != VERDICT_CONTRACT);
}

static struct str
problem_code(const struct activity_problem *p)
{
	if (p->code.n > 0)
		return verdict_code(p->code);
	return str_eq(p->state, STR("HELD")) ? STR("held_other_order") : STR("no_answer");
}

static const char *
problem_of(const struct activity_problem *p)
{
	static const char *const events[] = { "WAITING", "SUPPRESSED", "SKIPPED" };

	return one_of(p->state, events, sizeof(events) / sizeof(events[0])) ? "event" : "conversion";
}

/* The list of Activity in which they stand. */
static const char *
outcome_of(const struct activity_problem *p)
{
	if (str_eq(p->state, STR("REJECTED")) && verdict_is_direct(p->code))
		return "direct";
	if (str_eq(p->state, STR("REJECTED")) || str_eq(p->state, STR("DEAD")))
		return "failed";
	if (str_eq(p->state, STR("ACCEPTED")))
		return "sent";
	return str_eq(p->state, STR("SUPPRESSED")) || str_eq(p->state, STR("SKIPPED")) ? "skipped" : "waiting";
}

/* Conversions that wait for credentials, when these are told of already. */
static bool
told_by_impact(const struct overview *o, const struct activity_problem *p)
{
	return str_eq(p->code, STR("credentials_refused")) &&
	       trouble_alarm(o->impact.alarms, o->impact.n_alarms, ALARM_IMPACT_REFUSED) != NULL;
}

static void
push_problem(struct attention *t, const struct activity_problem *p)
{
	struct str code = problem_code(p);
	const struct verdict *v = verdict_find(code);
	bool lost = str_eq(p->state, STR("DEAD")) && str_eq(code, STR("no_answer"));
	bool refused = str_eq(p->state, STR("REJECTED"));
	/* What is mended record by record is looked at one by one. */
	bool each = str_eq(p->state, STR("HELD")) || str_eq(p->state, STR("DEAD")) || v->fix[0] == '\0' ||
	            (str_eq(str_from(v->fix), STR("hubspot")) && !str_starts(code, STR("hubspot_scope")));
	struct json *row;

	if (told_otherwise(p, v))
		return;
	row = push(t, str_c(t->a, code),
	    str_printf(t->a, "%lld %s%s%s: %s", (long long)p->n, problem_of(p), p->n == 1 ? "" : "s",
	        refused ? (p->n == 1 ? " was refused" : " were refused") : "",
	        lost ? "Sent twice without an answer; whether it arrived is not known." : v->sentence),
	    lost ? "Look for the OrderId in impact.com, and decide for each." : v->advice, each ? "activity" : v->fix);
	json_set_str(row, "outcome", str_from(outcome_of(p)));
}

struct json *
overview_attention(struct web_request *rq, const struct overview *o)
{
	struct attention t = { .a = rq->arena, .list = json_array(rq->arena) };

	if (rq->disk != NULL && disk_is_full(rq->disk))
		push(&t, "storage_full",
		    STR("New events are not taken in right now: the connector's storage is nearly full. Nothing is "
		        "lost: "
		        "HubSpot keeps what was not taken in and sends it again."),
		    "Whoever runs the connector makes room; then all goes on by itself.", "");
	push_hubspot(&t, o, rq->parts->scopes);
	push_impact(&t, o);
	if (!o->tenant.sending)
		push(&t, "stopped", STR("All sending is stopped."), "Allow sending again; what waited is sent then.",
		    "settings");
	push_breakers(&t, o);
	push_held(&t, o);
	push_rules(&t, rq, o);
	for (size_t i = 0; i < o->n_problems; i++)
		if (!told_by_impact(o, &o->problems[i]))
			push_problem(&t, &o->problems[i]);
	return t.list;
}
