/* decide.c - the reading half of a decide round; see decide.h. */
#include "flow/decide.h"

#include "base/arena.h"
#include "base/clock.h"
#include "flow/access.h"
#include "flow/decide_round.h"
#include "store/cache.h"
#include "store/config.h"
#include "store/hold.h"
#include "store/merged.h"

/* Events looked at in one round; most of a burst concern no rule and cost nothing but this. */
#define EVENTS_MAX 1000
/* Records of one round: three full calls; what they are associated with then fills calls, too (design 12). */
#define RECORDS_MAX (3 * HUBSPOT_BATCH_READ_MAX)
/* What HubSpot puts in place of the value of a sensitive property (hubspot.md 2.2). */
#define REDACTED "REDACTED"
/* The longest wait that a person is asked for: a whole window of HubSpot's. */
#define LIVE_WAIT_MS 10000

static struct str
plural(struct str type)
{
	/* Stable names: records keep them by reference. */
	return event_object_type(type);
}

bool
decide_load(struct decide_round *r, struct str text, struct err *e)
{
	struct step *s = &r->step;
	struct config_document document;
	struct config_fault *faults;
	struct str labels;
	int64_t fetched_ms;
	size_t n;

	if (!tenant_load(s->parts->db, s->arena, s->tenant_id, &r->tenant, e) ||
	    !config_document_parse(s->arena, text, &document, &faults, &n, e) ||
	    !hold_list(s->parts->db, s->arena, s->tenant_id, &r->held, &r->n_held, e) ||
	    !event_type_all_same(s->parts->db, s->arena, s->tenant_id, &r->same, &r->n_same, e) ||
	    !merged_any(s->parts->db, s->arena, s->tenant_id, &r->any_merged, e))
		return false;
	ruleset_compile(s->arena, &document, s->parts->catalogue, &r->rules, &faults, &n);
	if (!document.computed_label)
		return true;
	if (cache_get(s->parts->db, s->arena, s->tenant_id, STR("hubspot.stage_labels"), &labels, &fetched_ms, e))
		return json_parse(s->arena, labels, &json_limits_answer, &r->stage_labels, e);
	if (e->code != ERR_NOT_FOUND)
		return false;
	*e = (struct err){ .code = ERR_NONE };
	return true;
}

static bool
load_rules(struct decide_round *r, struct err *e)
{
	struct config_revision current;

	if (!config_current(r->step.parts->db, r->step.arena, r->step.tenant_id, &current, e))
		return false;
	r->revision = current.revision;
	return decide_load(r, current.document, e);
}

/* The best match whatever the hidden value is: that is looked at when the record is read. */
static enum ruleset_match
match_redacted(const struct ruleset *rules, const struct event *ev, const struct config_trigger **trigger)
{
	const struct ruleset_object *o = ruleset_object(rules, ev->object_type);
	enum ruleset_match best = RULESET_NOT_CONCERNED;

	*trigger = NULL;
	for (size_t i = 0; o != NULL && i < o->config->n_triggers; i++) {
		const struct config_trigger *t = &o->config->triggers[i];
		struct event any = *ev;
		enum ruleset_match m;

		if (t->n_becomes > 0)
			any.value = t->becomes[0];
		m = ruleset_match_trigger(o, i, &any);
		if (m > best) {
			best = m;
			*trigger = t;
		}
	}
	return best;
}

/* Wants the record of an event that a rule matches; false when it is one too many. */
static bool
take_record(struct decide_round *r, struct decide_item *item)
{
	const struct pending *p = item->pending;
	struct str type = plural(item->event.object_type);
	bool known = records_wanted(r->records, type, item->event.object_id);

	if (!known && r->n_records == r->most_records)
		return false;
	r->n_records += !known;
	item->object = ruleset_object(&r->rules, type);
	records_want(r->records, type, item->event.object_id);
	if (p->looks > 0 || p->waiting_ms > r->oldest_ms)
		r->oldest_ms = p->looks > 0 ? INT64_MAX : p->waiting_ms;
	return true;
}

/* Takes an event into the round, unless it is of one record too many: that one stays due for the next. */
static bool
take_event(struct decide_round *r, const struct pending *p, struct err *e)
{
	struct step *s = &r->step;
	struct decide_item item = { .pending = p, .event = p->event };

	item.redacted = p->event.kind == EVENT_CHANGED && str_eq(p->event.value, STR(REDACTED));
	item.match = item.redacted ? match_redacted(&r->rules, &p->event, &item.trigger)
	                           : ruleset_match_event(&r->rules, &p->event, &item.trigger);
	if (item.match == RULESET_MATCHED && r->any_merged &&
	    !merged_survivor(s->parts->db, s->arena, s->tenant_id, p->event.object_type, p->event.object_id,
	        &item.event.object_id, e))
		return false;
	if (item.match != RULESET_MATCHED || take_record(r, &item))
		r->items[r->n_items++] = item;
	return true;
}

/* Takes events until the records that rules match are so many. */
static bool
take_events(struct decide_round *r, const struct pending *due, size_t n, size_t most, struct err *e)
{
	r->items = arena_array(r->step.arena, n, sizeof(*r->items));
	r->records = records_new(r->step.arena);
	r->n_items = r->n_records = 0;
	r->oldest_ms = 0;
	r->most_records = most;
	for (size_t i = 0; i < n; i++)
		if (!take_event(r, &due[i], e))
			return false;
	return true;
}

static struct str
key_of(struct arena *a, const void *list, size_t i)
{
	const struct pending *due = list;

	(void)a;
	return due[i].key;
}

/*
 * After somebody's death: when that was over one event, or twice over answers about several, one event after the other
 * is looked at, that one first.  Once over several was most likely a kill from outside, and single reads cost a
 * hundred times the calls.
 */
static bool
take_one(struct decide_round *r, struct pending **due, size_t *n, struct err *e)
{
	struct step *s = &r->step;
	size_t first;

	if (s->careful == NULL || s->careful->suspect.n == 0 || *n == 0)
		return true;
	if (str_eq(s->careful->suspect, STR(LEASE_ANY)) && s->careful->deaths < 2)
		return true;
	first = step_first(s, *due, *n, key_of);
	if (!str_eq(s->careful->suspect, STR(LEASE_ANY)) && !str_eq((*due)[first].key, s->careful->suspect))
		return lease_absolve(s->parts->db, s->careful, e); /* it is no longer due */
	*due += first;
	*n = 1;
	return step_work_on(s, (*due)->key, e);
}

/* Loads the due events and wants the records of those that a rule matches. */
static bool
load_events(struct decide_round *r, struct err *e)
{
	struct step *s = &r->step;
	size_t rest;

	if (!pending_due(s->parts->db, s->arena, s->tenant_id, r->lease.shard, EVENTS_MAX, &r->due, &r->n_due, e) ||
	    !take_one(r, &r->due, &r->n_due, e))
		return false;
	if (r->n_due == 1 && step_is_poison(s, r->due->key)) {
		r->poison = r->due;
		return true;
	}
	if (!take_events(r, r->due, r->n_due, RECORDS_MAX, e))
		return false;
	rest = r->n_records % HUBSPOT_BATCH_READ_MAX;
	/*
	 * While more of a burst may come, only full calls are made; the rest stays due and fills one with what comes.
	 */
	return rest == r->n_records || rest == 0 || s->careful != NULL ||
	       r->oldest_ms >= s->parts->settings->decide_linger_ms ||
	       take_events(r, r->due, r->n_due, r->n_records - rest, e);
}

/*
 * A few records are not read at once: within decide_linger_ms more of a burst may come, and HubSpot counts
 * calls, not records.
 */
static bool
linger(struct decide_round *r)
{
	int64_t left_ms = r->step.parts->settings->decide_linger_ms - r->oldest_ms;

	if (r->n_records == 0 || r->n_records >= HUBSPOT_BATCH_READ_MAX || left_ms <= 0 || r->step.careful != NULL)
		return false;
	r->step.again_in_ms = left_ms;
	return true;
}

const struct str decide_object_types[CONFIG_OBJECTS] = { { "contacts", 8 }, { "companies", 9 }, { "deals", 5 } };

static bool take_answers(struct step *s, struct err *e);

/* A person waits seconds for a call, not for somebody to log in. */
static bool
live_waits(const struct access *access, struct err *e)
{
	if (access->wait_ms <= LIVE_WAIT_MS)
		return true;
	if (str_eq(access->why, STR("disconnected")))
		return err_set(e, ERR_DENIED, "HubSpot is not connected; log in through HubSpot again");
	if (str_eq(access->why, STR("far_end_away")))
		return err_set(e, ERR_REMOTE, "HubSpot does not answer just now; try again in a few minutes");
	return err_set(e, ERR_REMOTE, "HubSpot asks to slow down; try again in a moment");
}

/*
 * Takes the next calls from the budget, as many of them as it gives, or waits for it: what the round has read is not
 * thrown away.
 */
static bool
pay(struct step *s, struct err *e)
{
	struct decide_round *r = (struct decide_round *)s;
	size_t want = decide_calls(r) < STEP_REQUESTS_MAX ? decide_calls(r) : STEP_REQUESTS_MAX;
	struct access access;
	struct secret token;
	int64_t granted;

	if (!access_hubspot(s, (int64_t)want, &token, &granted, &access, e))
		return false;
	if (!access.ready) {
		if (r->live && !live_waits(&access, e))
			return false;
		s->pause_ms = access.wait_ms > 0 ? access.wait_ms : DECIDE_RETRY_MS;
		decide_pauses(r, &access, s->pause_ms);
		s->next = pay;
		return true;
	}
	decide_request(r, (size_t)granted, &token);
	s->next = take_answers;
	return true;
}

/* Everything that is wanted now and was not asked for: another turn, until nothing is left. */
static bool
take_answers(struct step *s, struct err *e)
{
	struct decide_round *r = (struct decide_round *)s;
	size_t n = s->n_answers;
	bool go_on;

	if (!decide_take(r, n, &go_on, e))
		return false;
	if (!go_on)
		return !r->live || err_set(e, ERR_REMOTE, "HubSpot cannot be asked just now; try again in a moment");
	r->read_at_ms = clock_wall_ms();
	decide_want_records(r);
	return decide_calls(r) == 0 ? r->done(r, e) : pay(s, e);
}

bool
decide_read_all(struct decide_round *r, struct err *e)
{
	decide_want_records(r);
	for (int k = 0; k < CONFIG_OBJECTS; k++) {
		const struct ruleset_object *o = &r->rules.objects[k];

		if (o->needs_contact && k != CONFIG_CONTACTS)
			decide_want_links(r, decide_object_types[k], STR("contacts"));
		if (o->needs_company && k != CONFIG_COMPANIES)
			decide_want_links(r, decide_object_types[k], STR("companies"));
		if (o->needs_items && k == CONFIG_DEALS)
			decide_want_links(r, decide_object_types[k], STR("line_items"));
	}
	return decide_calls(r) == 0 ? r->done(r, e) : pay(&r->step, e);
}

/*
 * Nothing may be read now, and nothing was: what needs no record is decided all the same, the rest stays due, and
 * somebody else may have the shard meanwhile.
 */
static bool
decide_unread(struct decide_round *r, struct err *e)
{
	struct step *s = &r->step;
	int64_t wait_ms = s->pause_ms;
	size_t n = 0;

	s->pause_ms = 0;
	for (size_t i = 0; i < r->n_items; i++)
		if (r->items[i].match != RULESET_MATCHED)
			r->items[n++] = r->items[i];
	r->n_items = n;
	if (n > 0 && !decide_write(r, e))
		return false;
	decide_held_up(r, &r->pause);
	s->again_in_ms = wait_ms;
	return true;
}

bool
decide_begin(struct step *s, struct err *e)
{
	struct decide_round *r = (struct decide_round *)s;

	if (!load_rules(r, e) || !load_events(r, e))
		return false;
	if (r->poison != NULL)
		return decide_quarantine(r, e);
	if (linger(r))
		return true;
	if (r->n_records == 0)
		return decide_write(r, e);
	if (!decide_read_all(r, e))
		return false;
	/* Of one that is looked at with care nothing else is taken up meanwhile. */
	return s->n > 0 || s->careful != NULL || decide_unread(r, e);
}

/* Whether the ledger lets the next revision out as it was judged (store/again.h). */
static bool
look_at_ledger(const struct decide_round *r, struct judged *j, struct err *e)
{
	const struct step *s = &r->step;
	int64_t id = r->look->conversion_id, other = 0;
	bool known;

	if (j->outcome != DECISION_CONVERSION)
		return true;
	if (!decide_identify(r, j, false, &known, e) ||
	    (known && id != 0 &&
	        !conversion_in_the_way(s->parts->db, s->arena, s->tenant_id, &j->conversion, id, &other, e)))
		return false;
	if (other != 0) {
		j->outcome = DECISION_SUPPRESSED;
		j->code = STR("duplicate_effect");
	}
	return true;
}

/* What is known now makes of the one event, for a person to see. */
static bool
tell(struct decide_round *r, struct err *e)
{
	struct judged j;

	decide_judge(r, &r->items[0], &j);
	if (!look_at_ledger(r, &j, e))
		return false;
	*r->look = (struct decide_look){ .done = j.pass_ms == 0,
		.sends = j.outcome == DECISION_CONVERSION,
		.waits = j.outcome == DECISION_WAITING,
		.code = j.code,
		.detail = j.detail,
		.fields = j.conversion.fields,
		.body_hash = j.conversion.body_hash };
	return true;
}

static bool
look(struct step *s, struct err *e)
{
	struct decide_round *r = (struct decide_round *)s;

	if (!load_rules(r, e) || !take_events(r, r->look->event, 1, RECORDS_MAX, e))
		return false;
	return r->n_records == 0 ? tell(r, e) : decide_read_all(r, e);
}

struct step *
decide_look_new(struct arena *a, const struct parts *parts, int64_t tenant_id, struct decide_look *look_at)
{
	struct decide_round *r = arena_alloc(a, sizeof(*r));

	r->step = (struct step){ .arena = a, .parts = parts, .tenant_id = tenant_id, .next = look, .again_in_ms = -1 };
	r->done = tell;
	r->live = true;
	r->look = look_at;
	return &r->step;
}

struct step *
decide_new(struct arena *a, const struct parts *parts, const struct lease *l)
{
	struct decide_round *r = arena_alloc(a, sizeof(*r));

	r->step = (struct step){ .arena = a,
		.parts = parts,
		.tenant_id = l->tenant_id,
		.next = decide_begin,
		.again_in_ms = -1 };
	r->done = decide_write;
	r->lease = *l;
	return &r->step;
}
