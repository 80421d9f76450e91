/* test_conversion.c - see test_conversion.h. */
#include "task/test_conversion.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/enc.h"
#include "base/log.h"
#include "core/date.h"
#include "core/effect.h"
#include "core/record_name.h"
#include "core/verdict.h"
#include "store/audit.h"
#include "store/standing.h"
#include "store/transaction.h"
#include "task/preview_round.h"

#define BODY_MAX ((size_t)6 * 1024 * 1024)

struct test_conversion {
	struct preview preview; /* first */
	struct test_ask ask;
	struct test_sent sent;
	struct str id; /* "connector-test-..." */
	struct build_field *fields;
	size_t n_fields;
};

static struct arena *
arena_of(const struct test_conversion *t)
{
	return t->preview.round.step.arena;
}

/* ---- the fields */

/* What the test has of its own; NULL: it stays as it is built. */
static bool
own_value(const struct test_conversion *t, struct str name, struct str *value)
{
	if (str_eq(name, STR("OrderId")) || str_eq(name, STR("CustomerId")))
		*value = t->id;
	else if (str_eq(name, STR("ClickId")))
		*value = t->ask.click_id;
	else if (str_eq(name, STR("EventDate")))
		*value = date_iso(arena_of(t), clock_wall_ms());
	else
		return false;
	return true;
}

static bool
credits(const struct test_conversion *t, struct str name)
{
	const struct catalogue *c = t->preview.round.step.parts->catalogue;

	for (size_t i = 0; i < c->n_attribution_keys; i++)
		if (str_eq(c->attribution_keys[i], name))
			return true;
	/* Aliases of keys that the list of keys does not tell (impact.md 2.2). */
	return str_eq(name, STR("PromoCode")) || str_eq(name, STR("OrderPromoCode"));
}

static void
add(struct test_conversion *t, struct build_field field)
{
	t->fields[t->n_fields++] = field;
}

static void
make_fields(struct test_conversion *t, const struct build_output *built)
{
	static const char *const always[] = { "OrderId", "ClickId", "EventDate" };

	t->fields = arena_array(arena_of(t), built->n_fields + 3, sizeof(*t->fields));
	for (size_t i = 0; i < built->n_fields; i++) {
		struct build_field f = built->fields[i];
		struct str own;

		if (own_value(t, f.name, &own)) {
			f.value = f.expression = own;
			f.from_event = false;
		} else if (credits(t, f.name)) {
			continue;
		}
		add(t, f);
	}
	for (size_t k = 0; k < sizeof(always) / sizeof(always[0]); k++) {
		struct build_field f = { .name = str_from(always[k]) };
		bool there = false;

		for (size_t i = 0; i < t->n_fields; i++)
			there = there || str_eq(t->fields[i].name, f.name);
		if (!there && own_value(t, f.name, &f.value)) {
			f.expression = f.value;
			add(t, f);
		}
	}
}

static struct str
fields_json(const struct test_conversion *t)
{
	struct json *list = json_array(arena_of(t));

	for (size_t i = 0; i < t->n_fields; i++) {
		struct json *row = json_object(arena_of(t));

		json_set_str(row, "name", t->fields[i].name);
		json_set_str(row, "value", t->fields[i].value);
		json_set_str(row, "expression", t->fields[i].expression);
		json_set_str(row, "from", t->fields[i].from_event ? STR("event") : STR("record"));
		json_push(list, row);
	}
	return json_write(arena_of(t), list);
}

/* ---- what keeps it from being sent */

static bool
refuse(struct test_conversion *t, struct str why, const char *fix)
{
	t->sent.why = why;
	t->sent.fix = str_from(fix);
	return false;
}

static bool
may_send(struct test_conversion *t, const struct preview_record *r)
{
	const struct decide_round *d = &t->preview.round;

	if (!d->tenant.sending)
		return refuse(t, STR("All sending is stopped. Start it again, then send the test."), "settings");
	if (d->tenant.state != TENANT_ACTIVE)
		return refuse(t, STR("The connection is paused. Connect HubSpot again, then send the test."),
		    "hubspot");
	if (d->rules.document.program_id.n == 0 || d->rules.document.account_sid.n == 0)
		return refuse(t, STR("impact.com is not connected yet. Enter your account and program first."),
		    "settings");
	if (!r->item.object->config->consent)
		return refuse(t,
		    str_printf(arena_of(t), "No consent for " STR_FMT ": nothing of them is sent, tests neither.",
		        STR_ARG(t->ask.object)),
		    "triggers");
	if (r->record == NULL)
		return refuse(t, STR("HubSpot has no such record, or does not give it just now."), "hubspot");
	return true;
}

/* Whether impact.com would take these fields; what the test replaces is no trouble any more. */
static bool
complete(struct test_conversion *t, const struct build_output *built)
{
	const struct catalogue *c = t->preview.round.step.parts->catalogue;
	struct catalogue_value *values = arena_array(arena_of(t), t->n_fields, sizeof(*values));
	struct catalogue_fault *faults;
	struct str own;

	for (size_t i = 0; i < t->n_fields; i++)
		values[i] = (struct catalogue_value){ .name = t->fields[i].name, .value = t->fields[i].value };
	if (catalogue_check(arena_of(t), c, values, t->n_fields, &faults) > 0)
		return refuse(t, faults[0].message, verdict_find(faults[0].code)->fix);
	for (size_t i = 0; i < built->n_faults; i++)
		if (!built->faults[i].missing && !own_value(t, built->faults[i].field, &own) &&
		    !credits(t, built->faults[i].field))
			return refuse(t, built->faults[i].message, verdict_find(built->faults[i].code)->fix);
	return true;
}

/* ---- writing it */

static bool
make_conversion(struct test_conversion *t, const struct preview_record *r, struct conversion *c, struct err *e)
{
	struct step *s = &t->preview.round.step;
	struct arena *a = s->arena;
	struct buf body;
	bool by_code = str_eq(r->built.event_identifier, STR("EventTypeCode"));
	bool has_customer = false;

	*c = (struct conversion){ .program_id = t->preview.round.rules.document.program_id,
		.event_type = r->built.event_type,
		.order_id = t->id,
		.object_type = t->preview.ask.object,
		.object_id = r->id,
		.trigger_id = STR(EFFECT_TEST_TRIGGER),
		.trigger_value = t->id,
		.order_expression = t->id,
		.event_date_ms = clock_wall_ms(),
		.occurred_ms = clock_wall_ms() };
	c->received_ms = c->occurred_ms;
	buf_init(&body, a, BODY_MAX);
	for (size_t i = 0; i < t->n_fields; i++) {
		enc_form_add(&body, t->fields[i].name, t->fields[i].value);
		has_customer = has_customer || str_eq(t->fields[i].name, STR("CustomerId"));
	}
	if (!buf_done(&body, &c->body, e) || !conversion_event_type(s->parts->db, a, s->tenant_id, c->program_id,
	                                         by_code, c->event_type, &c->event_type_id, e))
		return false;
	c->customer_id = has_customer ? t->id : STR("");
	c->body_hash = crypto_sha256(a, c->body);
	c->fields = fields_json(t);
	c->lane = effect_lane(a, t->id, c->object_type, c->object_id);
	c->effect_key = effect_key(a, s->tenant_id, c->program_id, c->event_type_id, c->order_id);
	return true;
}

static bool
write_all(struct test_conversion *t, const struct preview_record *r, const struct conversion *c, struct err *e)
{
	struct step *s = &t->preview.round.step;
	struct db *db = s->parts->db;
	struct json *detail = json_object(s->arena), *after = json_object(s->arena);
	struct conversion_claimed claimed;
	struct decision d = { .event_key = crypto_sha256(s->arena, t->id),
		.trigger_id = c->trigger_id,
		.revision = t->preview.round.revision,
		.outcome = DECISION_CONVERSION,
		.name = record_name(s->arena, c->object_type, r->record->properties),
		.event = &r->item.event,
		.received_ms = c->received_ms };

	json_set_bool(detail, "test", true);
	json_set_int(detail, "read_at_ms", t->preview.round.read_at_ms);
	d.detail = json_write(s->arena, detail);
	json_set_str(after, "object", c->object_type);
	json_set_str(after, "record", c->object_id);
	json_set_str(after, "order_id", c->order_id);
	json_set_str(after, "event_type", c->event_type);
	if (!conversion_claim(db, s->arena, s->tenant_id, c, &claimed, e))
		return false;
	if (claimed.result != CONVERSION_NEW)
		return err_set(e, ERR_CONFLICT, "a test conversion met another one");
	d.conversion_id = t->sent.conversion_id = claimed.id;
	return decision_put(db, s->tenant_id, &d, e) &&
	       audit_add(db, s->arena, &t->ask.by,
	           &(struct audit){ .action = "test.sent", .subject = c->order_id, .after = after }, e) &&
	       lease_wake(db, s->tenant_id, LEASE_SEND, 0, 0, e);
}

static bool
send(struct preview *p, struct err *e)
{
	struct test_conversion *t = (struct test_conversion *)p;
	struct db *db = p->round.step.parts->db;
	struct standing_conversion made;
	struct preview_record r;
	struct conversion c;

	preview_judge(p, t->ask.id, &r);
	if (!may_send(t, &r))
		return true;
	make_fields(t, &r.built);
	if (!complete(t, &r.built))
		return true;
	if (!make_conversion(t, &r, &c, e) || !transaction_begin(db, e) ||
	    !transaction_end(db, write_all(t, &r, &c, e), "writing a test conversion", e)) {
		t->sent.conversion_id = 0;
		return false;
	}
	log_event(LOG_INFO, "test.sent", LOG_I("conversion", t->sent.conversion_id));
	t->sent.order_id = t->id;
	if (!standing_conversion(db, arena_of(t), p->round.step.tenant_id, t->sent.conversion_id, &made, e))
		return false;
	t->sent.decision_id = made.decision_id;
	return true;
}

struct test_conversion *
test_conversion_new(struct arena *a, const struct parts *parts, int64_t tenant_id, const struct test_ask *ask)
{
	struct test_conversion *t = arena_alloc(a, sizeof(*t));
	struct str *id = arena_alloc(a, sizeof(*id));

	*id = ask->id;
	preview_init(&t->preview, a, parts, tenant_id,
	    &(struct preview_ask){ .object = ask->object, .ids = { id, 1 } });
	t->preview.then = send;
	t->ask = *ask;
	t->ask.by.tenant_id = tenant_id;
	t->id = str_printf(a, EFFECT_TEST_PREFIX STR_FMT, STR_ARG(enc_hex(a, crypto_random(a, 8))));
	return t;
}

struct step *
test_conversion_step(struct test_conversion *t)
{
	return &t->preview.round.step;
}

const struct test_sent *
test_conversion_sent(const struct test_conversion *t)
{
	return &t->sent;
}
