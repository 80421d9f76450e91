/* decide_judge.c - what the records that were read make of one event; see decide_round.h. */
#include "base/arena.h"
#include "base/crypto.h"
#include "base/fault.h"
#include "core/effect.h"
#include "core/record_name.h"
#include "flow/choose.h"
#include "flow/decide_round.h"

/* A record that was just created may not be readable yet; after this many looks it is gone. */
#define GONE_LOOKS 3
/* The longest wait of an event whose records cannot be read just now. */
#define PASS_MAX_MS 60000

/* What goes into the trace. */
struct trace {
	struct chosen contact;
	const struct catalogue_fault *faults;
	size_t n_faults;
};

static struct build_record
as_build(const struct hubspot_record *record)
{
	return record == NULL ? (struct build_record){ .properties = NULL }
	                      : (struct build_record){ .id = record->id, .properties = record->properties };
}

static void
gather_items(const struct decide_round *r, const struct event *ev, struct build_input *in)
{
	const struct hubspot_record **items;
	size_t n = choose_items(r->records, r->step.arena, ev, &items);
	struct build_record *list = arena_array(r->step.arena, n, sizeof(*list));

	for (size_t i = 0; i < n; i++)
		list[i] = as_build(items[i]);
	in->items = list;
	in->n_items = n;
}

/* What the trace shows: which contact and why, when it was read, what is missing. */
static struct json *
detail_of(const struct decide_round *r, const struct judged *j, const struct trace *t)
{
	struct arena *a = r->step.arena;
	struct json *detail = json_object(a);
	struct json *faults = json_array(a);

	if (t->contact.record != NULL) {
		json_set_str(detail, "contact_id", t->contact.record->id);
		json_set_str(detail, "contact_why", str_from(t->contact.why));
		json_set_int(detail, "contacts", (int64_t)t->contact.of);
		json_set_bool(detail, "contacts_cut", t->contact.of >= DECIDE_LINKS_MAX);
	}
	if (j->item->redacted)
		json_set_bool(detail, "redacted", true);
	json_set_int(detail, "read_at_ms", r->read_at_ms);
	for (size_t i = 0; i < t->n_faults; i++) {
		struct json *fault = json_object(a);

		json_set_str(fault, "field", t->faults[i].field);
		json_set_str(fault, "code", t->faults[i].code);
		json_set_str(fault, "message", t->faults[i].message);
		json_push(faults, fault);
	}
	json_set(detail, "faults", faults);
	return detail;
}

static struct str
write_fields(struct arena *a, const struct judged *j)
{
	const struct build_output *built = &j->built;
	struct json *list = json_array(a);

	for (size_t i = 0; i < built->n_fields; i++) {
		struct json *field = json_object(a);

		json_set_str(field, "name", built->fields[i].name);
		json_set_str(field, "value", built->fields[i].value);
		json_set_str(field, "expression", built->fields[i].expression);
		json_set_str(field, "from",
		    built->fields[i].from_event && !j->item->redacted ? STR("event") : STR("record"));
		json_push(list, field);
	}
	return json_write(a, list);
}

static void
make_conversion(const struct decide_round *r, struct judged *j)
{
	struct arena *a = r->step.arena;
	const struct event *ev = &j->event;
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
		.fields = write_fields(a, j),
		.event_date_ms = b->event_date_ms,
		.occurred_ms = ev->occurred_ms,
		.received_ms = j->item->pending->received_ms,
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

/* What keeps the records of an event from being known, or NULL: its own, and those its rule reads. */
static const struct records_trouble *
trouble_of(const struct decide_round *r, const struct decide_item *item)
{
	const struct ruleset_object *o = item->object;
	const struct event *ev = &item->event;
	const struct records_trouble *t = records_trouble(r->records, ev->object_type, ev->object_id);
	struct arena *a = r->step.arena;

	if (t == NULL && o->needs_contact)
		t = records_links_trouble(r->records, a, ev->object_type, ev->object_id, STR("contacts"));
	if (t == NULL && o->needs_company)
		t = records_links_trouble(r->records, a, ev->object_type, ev->object_id, STR("companies"));
	if (t == NULL && o->needs_items)
		t = records_links_trouble(r->records, a, ev->object_type, ev->object_id, STR("line_items"));
	return t;
}

/* Nothing is decided over a record that could not be read: that is no missing data, and there is no end to waiting. */
static void
judge_trouble(const struct decide_round *r, struct judged *j, const struct records_trouble *t)
{
	struct catalogue_fault fault = { .code = t->code, .message = t->words };
	const struct trace trace = { .faults = &fault, .n_faults = 1 };

	if (t->kind == RECORDS_PASSES) {
		int64_t wait_ms = j->item->pending->waiting_ms / 4;

		/* The longer it lasts, the more rarely it is tried: calls are for what can be read. */
		wait_ms = wait_ms < PASS_MAX_MS ? wait_ms : PASS_MAX_MS;
		j->pass_ms = wait_ms > t->wait_ms ? wait_ms : t->wait_ms;
		j->passes = (struct pending_delay){ .why = t->waits, .answer = t->answer };
		return;
	}
	j->outcome = t->kind == RECORDS_REFUSED ? DECISION_WAITING : DECISION_SKIPPED;
	j->endless = true;
	j->code = t->code;
	j->told = detail_of(r, j, &trace);
}

/* The record is not there, or no longer.  Events of it make looks come fast: the time must have passed, too. */
static void
judge_gone(const struct decide_round *r, struct judged *j)
{
	const struct pending *p = j->item->pending;

	wait_or_skip(r, j, STR("record_gone"));
	if (p->looks >= GONE_LOOKS && p->waiting_ms >= gone_ms(r))
		j->outcome = DECISION_SKIPPED;
}

/* The value that HubSpot hid in the event is the record's; false when that ends the matter. */
static bool
reveal(const struct decide_round *r, struct judged *j, const struct hubspot_record *record)
{
	const struct trace none = { .n_faults = 0 };
	struct str value = { .n = 0 };

	j->told = detail_of(r, j, &none);
	if (!json_string(json_get(record->properties, str_c(r->step.arena, j->event.property)), &value)) {
		wait_or_skip(r, j, STR("value_hidden"));
		return false;
	}
	j->event.value = value;
	if (ruleset_match_event(&r->rules, &j->event, &j->trigger) == RULESET_MATCHED)
		return true;
	j->code = STR("trigger_other_value");
	return false;
}

static void
judge_built(const struct decide_round *r, struct judged *j, bool has_contact)
{
	if (j->item->object->mapping_needs_contact && !has_contact) {
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

void
decide_gather(const struct decide_round *r, const struct decide_item *item, const struct event *ev,
    const struct hubspot_record *record, struct build_input *in, struct chosen *contact)
{
	struct arena *a = r->step.arena;

	*contact = (struct chosen){ .record = record, .why = "", .of = 1 };
	if (!str_eq(ev->object_type, STR("contacts")))
		*contact = choose_contact(r->records, a, ev);
	*in = (struct build_input){ .rules = &r->rules,
		.object = item->object,
		.catalogue = r->step.parts->catalogue,
		.event = ev,
		.record = as_build(record),
		.contact = as_build(contact->record),
		.account_currency = r->tenant.currency,
		.account_time_zone = r->tenant.time_zone,
		.stage_labels = r->stage_labels,
		.read_at_ms = r->read_at_ms };
	in->company =
	    as_build(str_eq(ev->object_type, STR("companies")) ? record : choose_company(r->records, a, ev).record);
	gather_items(r, ev, in);
}

static void
judge_record(const struct decide_round *r, struct judged *j, const struct hubspot_record *record)
{
	struct arena *a = r->step.arena;
	struct trace trace = { .n_faults = 0 };
	struct catalogue_fault unwanted;
	enum build_wanted wanted;
	struct build_input in;

	decide_gather(r, j->item, &j->event, record, &in, &trace.contact);
	j->contact_id = in.contact.id;
	j->email = in.contact.properties == NULL ? STR("") : json_text_at(a, in.contact.properties, "email");
	wanted = build_wanted(a, &in, &j->trigger, &unwanted);
	if (wanted != BUILD_WANTED) {
		trace.faults = &unwanted;
		trace.n_faults = 1;
		j->told = detail_of(r, j, &trace);
		j->code = unwanted.code;
		if (wanted == BUILD_NO_CONTACT)
			wait_or_skip(r, j, unwanted.code);
		return;
	}
	build_conversion(a, &in, &j->built);
	trace.faults = j->built.faults;
	trace.n_faults = j->built.n_faults;
	j->told = detail_of(r, j, &trace);
	judge_built(r, j, trace.contact.record != NULL);
}

static void
judge_matched(const struct decide_round *r, struct judged *j)
{
	const struct event *ev = &j->event;
	const struct hubspot_record *record = records_find(r->records, ev->object_type, ev->object_id);
	const struct records_trouble *t = trouble_of(r, j->item);

	if (record != NULL)
		j->name = record_name(r->step.arena, ev->object_type, record->properties);
	if (t != NULL)
		judge_trouble(r, j, t);
	else if (record == NULL || record->archived)
		judge_gone(r, j);
	else if (!j->item->redacted || reveal(r, j, record))
		judge_record(r, j, record);
}

void
decide_judge(const struct decide_round *r, const struct decide_item *item, struct judged *j)
{
	FAULT_POINT_OF("decide.judge", item->event.object_id);
	*j = (struct judged){ .item = item,
		.event = item->event,
		.trigger = item->trigger,
		.outcome = DECISION_SKIPPED,
		.detail = STR("{}") };
	switch (item->match) {
	case RULESET_NOT_CONCERNED:
		j->no_decision = true;
		j->code = STR("not_concerned"); /* of an event that waited, or is decided again */
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
		j->told = json_object(r->step.arena);
		judge_matched(r, j);
		decide_tell_delay(r, j);
		j->detail = json_write(r->step.arena, j->told);
		break;
	}
}
