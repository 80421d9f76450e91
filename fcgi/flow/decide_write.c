/* decide_write.c - the writing half of a decide round: one decision per event, all in one transaction. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "core/effect.h"
#include "core/record_name.h"
#include "core/verdict.h"
#include "flow/decide_round.h"
#include "store/conversion.h"
#include "store/decision.h"
#include "store/transaction.h"

/* A record that was just created may not be readable yet; after this many looks it is gone. */
#define GONE_LOOKS 3

/* How one event was judged, before anything is written. */
struct judged {
	const struct decide_item *item;
	const struct config_trigger *trigger; /* that answers for it, or NULL */
	enum decision_outcome outcome;
	bool no_decision; /* no rule looks at it: nothing to tell */
	struct str code, detail, contact_id, name;
	struct build_output built;
	struct conversion conversion; /* when the outcome is a conversion */
};

/* Decision C-16: the contact labelled primary, else the one with a click id, else the one created first. */
static const struct hubspot_record *
choose_contact(const struct decide_round *r, const struct event *ev, const char **why)
{
	const struct hubspot_association *links;
	size_t n = records_linked(r->records, r->step.arena, ev->object_type, ev->object_id, STR("contacts"), &links);
	const struct hubspot_record *first = NULL;
	const struct hubspot_record *clicked = NULL;

	for (size_t i = 0; i < n; i++) {
		const struct hubspot_record *c = records_find(r->records, STR("contacts"), links[i].to_id);
		struct str click = { .n = 0 };

		if (c == NULL)
			continue;
		if (links[i].primary) {
			*why = "primary";
			return c;
		}
		json_string(json_get(c->properties, "custom_impact_click_id"), &click);
		if (click.n > 0 && (clicked == NULL || c->created_ms < clicked->created_ms))
			clicked = c;
		if (first == NULL || c->created_ms < first->created_ms)
			first = c;
	}
	*why = clicked != NULL ? "click_id" : "created_first";
	return clicked != NULL ? clicked : first;
}

static struct build_record
as_build(const struct hubspot_record *record)
{
	return record == NULL ? (struct build_record){ .properties = NULL }
	                      : (struct build_record){ .id = record->id, .properties = record->properties };
}

static void
gather_items(const struct decide_round *r, const struct event *ev, struct build_input *in)
{
	const struct hubspot_association *links;
	size_t n = records_linked(r->records, r->step.arena, ev->object_type, ev->object_id, STR("line_items"), &links);
	struct build_record *items = arena_array(r->step.arena, n, sizeof(*items));

	for (size_t i = 0; i < n; i++) {
		const struct hubspot_record *item = records_find(r->records, STR("line_items"), links[i].to_id);

		if (item != NULL)
			items[in->n_items++] = as_build(item);
	}
	in->items = items;
}

/* The primary one, else the first. */
static const struct hubspot_record *
choose_company(const struct decide_round *r, const struct event *ev)
{
	const struct hubspot_association *links;
	const struct hubspot_record *first = NULL;
	size_t n = records_linked(r->records, r->step.arena, ev->object_type, ev->object_id, STR("companies"), &links);

	for (size_t i = 0; i < n; i++) {
		const struct hubspot_record *company = records_find(r->records, STR("companies"), links[i].to_id);

		if (company != NULL && links[i].primary)
			return company;
		if (first == NULL)
			first = company;
	}
	return first;
}

/* What the trace shows: which contact and why, when it was read, what is missing. */
static struct str
write_detail(const struct decide_round *r, const struct hubspot_record *contact, const char *why,
    const struct catalogue_fault *list, size_t n)
{
	struct arena *a = r->step.arena;
	struct json *detail = json_object(a);
	struct json *faults = json_array(a);

	if (contact != NULL) {
		json_set_str(detail, "contact_id", contact->id);
		json_set_str(detail, "contact_why", str_from(why));
	}
	json_set_int(detail, "read_at_ms", r->read_at_ms);
	for (size_t i = 0; i < n; i++) {
		struct json *fault = json_object(a);

		json_set_str(fault, "field", list[i].field);
		json_set_str(fault, "code", list[i].code);
		json_set_str(fault, "message", list[i].message);
		json_push(faults, fault);
	}
	json_set(detail, "faults", faults);
	return json_write(a, detail);
}

static struct str
write_fields(struct arena *a, const struct build_output *built)
{
	struct json *list = json_array(a);

	for (size_t i = 0; i < built->n_fields; i++) {
		struct json *field = json_object(a);

		json_set_str(field, "name", built->fields[i].name);
		json_set_str(field, "value", built->fields[i].value);
		json_set_str(field, "expression", built->fields[i].expression);
		json_set_str(field, "from", built->fields[i].from_event ? STR("event") : STR("record"));
		json_push(list, field);
	}
	return json_write(a, list);
}

static void
make_conversion(const struct decide_round *r, struct judged *j)
{
	struct arena *a = r->step.arena;
	const struct event *ev = &j->item->pending->event;
	const struct build_output *b = &j->built;

	j->outcome = DECISION_CONVERSION;
	j->conversion = (struct conversion){ .program_id = r->rules.document.program_id,
		.event_type = b->event_type,
		.order_id = b->order_id,
		.customer_id = b->customer_id,
		.object_type = ev->object_type,
		.object_id = ev->object_id,
		.trigger_id = j->trigger->id,
		.trigger_value = str_slice(ev->value, 0, 255),
		.order_expression = b->order_expression,
		.body = b->body,
		.body_hash = crypto_sha256(a, b->body),
		.fields = write_fields(a, b),
		.event_date_ms = b->event_date_ms,
		.occurred_ms = ev->occurred_ms,
		.lane = effect_lane(a, b->customer_id, ev->object_type, ev->object_id) };
}

/* The first waits of the plan, one after the other. */
static int64_t
gone_ms(const struct decide_round *r)
{
	int64_t ms = 0;

	for (int64_t look = 0; look < GONE_LOOKS; look++)
		ms += settings_plan_ms(&r->step.parts->settings->wait_plan_s, look);
	return ms;
}

/* Data is missing: wait, until the time for that is over. */
static void
wait_or_skip(const struct decide_round *r, struct judged *j, struct str code)
{
	bool over = j->item->pending->waiting_ms >= r->step.parts->settings->wait_give_up_s * 1000;

	j->outcome = over ? DECISION_SKIPPED : DECISION_WAITING;
	j->code = code;
}

/* Events of the record itself make looks come fast: the time must have passed, too. */
static void
judge_gone(const struct decide_round *r, struct judged *j)
{
	const struct pending *p = j->item->pending;

	wait_or_skip(r, j, STR("record_gone"));
	if (p->looks >= GONE_LOOKS && p->waiting_ms >= gone_ms(r))
		j->outcome = DECISION_SKIPPED;
}

static void
judge_matched(const struct decide_round *r, struct judged *j)
{
	const struct event *ev = &j->item->pending->event;
	const struct ruleset_object *object = j->item->object;
	const struct hubspot_record *record = records_find(r->records, ev->object_type, ev->object_id);
	const struct hubspot_record *contact = NULL;
	const char *why = "";
	enum build_wanted wanted;
	struct catalogue_fault unwanted;
	struct build_input in = { .rules = &r->rules,
		.object = object,
		.catalogue = r->step.parts->catalogue,
		.event = ev,
		.record = as_build(record),
		.account_currency = r->tenant.currency,
		.account_time_zone = r->tenant.time_zone,
		.stage_labels = r->stage_labels,
		.read_at_ms = r->read_at_ms };

	if (record == NULL || record->archived) {
		judge_gone(r, j);
		return;
	}
	j->name = record_name(r->step.arena, ev->object_type, record->properties);
	contact = str_eq(ev->object_type, STR("contacts")) ? record : choose_contact(r, ev, &why);
	in.contact = as_build(contact);
	in.company = as_build(str_eq(ev->object_type, STR("companies")) ? record : choose_company(r, ev));
	gather_items(r, ev, &in);
	j->contact_id = contact == NULL ? (struct str){ .n = 0 } : contact->id;
	wanted = build_wanted(r->step.arena, &in, &j->trigger, &unwanted);
	if (wanted != BUILD_WANTED) {
		j->detail = write_detail(r, contact, why, &unwanted, 1);
		j->code = unwanted.code;
		if (wanted == BUILD_NO_CONTACT)
			wait_or_skip(r, j, unwanted.code);
		return;
	}
	build_conversion(r->step.arena, &in, &j->built);
	j->detail = write_detail(r, contact, why, j->built.faults, j->built.n_faults);
	if (object->mapping_needs_contact && contact == NULL) {
		wait_or_skip(r, j, STR("no_contact"));
	} else if (j->built.n_faults == 0) {
		make_conversion(r, j);
	} else if (j->built.missing_only) {
		wait_or_skip(r, j, j->built.faults[0].code);
	} else {
		j->outcome = DECISION_SKIPPED;
		for (size_t i = 0; i < j->built.n_faults && j->code.n == 0; i++)
			if (!j->built.faults[i].missing)
				j->code = j->built.faults[i].code;
	}
}

static void
judge(const struct decide_round *r, const struct decide_item *item, struct judged *j)
{
	*j =
	    (struct judged){ .item = item, .trigger = item->trigger, .outcome = DECISION_SKIPPED, .detail = STR("{}") };
	switch (item->match) {
	case RULESET_NOT_CONCERNED:
		j->no_decision = true;
		break;
	case RULESET_OTHER_VALUE:
		j->code = STR("trigger_other_value");
		break;
	case RULESET_OFF:
		j->code = STR("trigger_off");
		break;
	case RULESET_NO_CONSENT:
		j->code = STR("no_consent");
		break;
	case RULESET_MATCHED:
		judge_matched(r, j);
		break;
	}
}

/* Event type rows and effect keys: made before the transaction, harmless when it is then rolled back. */
static bool
prepare(const struct decide_round *r, struct judged *j, struct err *e)
{
	const struct step *s = &r->step;
	struct conversion *c = &j->conversion;
	bool by_code = str_eq(j->built.event_identifier, STR("EventTypeCode"));

	if (j->outcome != DECISION_CONVERSION)
		return true;
	if (!conversion_event_type(s->parts->db, s->arena, s->tenant_id, c->program_id, by_code, c->event_type,
	        &c->event_type_id, e))
		return false;
	c->effect_key = effect_key(s->arena, s->tenant_id, c->program_id, c->event_type_id, c->order_id);
	return true;
}

static bool
claim(const struct decide_round *r, struct judged *j, struct decision *d, struct err *e)
{
	const struct step *s = &r->step;
	struct conversion_claimed claimed;

	if (!conversion_claim(s->parts->db, s->arena, s->tenant_id, &j->conversion, &claimed, e))
		return false;
	d->conversion_id = claimed.id;
	switch (claimed.result) {
	case CONVERSION_NEW:
	case CONVERSION_REVISED:
		break;
	case CONVERSION_DUPLICATE:
		d->outcome = DECISION_SUPPRESSED;
		d->code = claimed.collision ? STR("duplicate_collision") : STR("duplicate_effect");
		break;
	case CONVERSION_HELD:
		d->outcome = DECISION_HELD;
		d->code = STR("held_other_order");
		d->conversion_id = claimed.other; /* "already sent as": what a person has to compare */
		break;
	}
	return true;
}

static bool
write_one(const struct decide_round *r, struct judged *j, struct err *e)
{
	const struct step *s = &r->step;
	const struct pending *p = j->item->pending;
	const struct settings *settings = s->parts->settings;
	struct decision d = { .event_key = p->key,
		.revision = r->revision,
		.outcome = j->outcome,
		.code = j->code,
		.detail = j->detail,
		.name = j->name,
		.event = &p->event,
		.received_ms = p->received_ms };

	if (j->no_decision)
		return pending_delete(s->parts->db, s->tenant_id, r->lease.shard, p->key, e);
	if (j->trigger != NULL)
		d.trigger_id = j->trigger->id;
	if (j->outcome == DECISION_CONVERSION && !claim(r, j, &d, e))
		return false;
	if (j->outcome == DECISION_WAITING)
		d.waits_until_ms = p->received_ms + settings->wait_give_up_s * 1000;
	if (!decision_put(s->parts->db, s->tenant_id, &d, e))
		return false;
	if (j->outcome != DECISION_WAITING)
		return pending_delete(s->parts->db, s->tenant_id, r->lease.shard, p->key, e);
	return pending_wait(s->parts->db, s->tenant_id, r->lease.shard, p->key,
	    settings_plan_ms(&settings->wait_plan_s, p->looks), j->contact_id, e);
}

static bool
write_all(const struct decide_round *r, struct judged *judged, size_t *conversions, struct err *e)
{
	struct db *db = r->step.parts->db;

	*conversions = 0;
	if (!lease_hold(db, &r->lease, e))
		return false;
	for (size_t i = 0; i < r->n_items; i++) {
		if (!write_one(r, &judged[i], e))
			return false;
		*conversions += judged[i].outcome == DECISION_CONVERSION;
	}
	return *conversions == 0 || lease_wake(db, r->step.tenant_id, LEASE_SEND, 0, 0, e);
}

bool
decide_write(struct decide_round *r, struct err *e)
{
	struct step *s = &r->step;
	struct judged *judged = arena_array(s->arena, r->n_items, sizeof(*judged));
	size_t conversions = 0;

	for (size_t i = 0; i < r->n_items; i++) {
		judge(r, &r->items[i], &judged[i]);
		if (!prepare(r, &judged[i], e))
			return false;
	}
	if (r->n_items > 0 &&
	    (!transaction_begin(s->parts->db, e) ||
	        !transaction_end(s->parts->db, write_all(r, judged, &conversions, e), "writing decisions", e)))
		return false;
	log_event(LOG_INFO, "decide.done", LOG_I("events", r->n_items), LOG_I("conversions", conversions));
	return pending_next_ms(s->parts->db, s->arena, s->tenant_id, r->lease.shard, &s->again_in_ms, e);
}
