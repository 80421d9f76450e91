/*
 * preview_notes.c - what is to be said about the fields of a conversion before it is sent: what the rules of
 * impact.com's fields refuse, what it would take and still not credit, and what the ledger knows of this effect.
 */
#include "base/arena.h"
#include "base/clock.h"
#include "core/catalogue.h"
#include "core/date.h"
#include "core/decimal.h"
#include "core/effect.h"
#include "core/verdict.h"
#include "store/standing.h"
#include "task/preview_round.h"

/* Older ones impact.com may date anew, or not take (impact.md 2.8: told of file uploads, assumed of the API). */
#define OLD_MS (88LL * 24 * 3600 * 1000)
/* A date that lies further ahead is a mistake. */
#define AHEAD_MS (24LL * 3600 * 1000)

static const char *const level_names[] = { "ok", "warn", "bad" };

const char *
preview_level_name(enum preview_level level)
{
	return level_names[level];
}

void
preview_note(struct preview_record *r, struct preview_note note)
{
	if (r->n_notes < PREVIEW_NOTES_MAX)
		r->notes[r->n_notes++] = note;
}

static void
remark(struct preview_record *r, struct str field, enum preview_level level, const char *code, struct str sentence,
    const char *advice, const char *fix)
{
	preview_note(r, (struct preview_note){ .field = field,
	                    .level = level,
	                    .code = str_from(code),
	                    .sentence = sentence,
	                    .advice = str_from(advice),
	                    .fix = str_from(fix) });
}

static struct str
value_of(const struct preview_record *r, const char *name)
{
	for (size_t i = 0; i < r->built.n_fields; i++)
		if (str_eq(r->built.fields[i].name, str_from(name)))
			return r->built.fields[i].value;
	return (struct str){ .n = 0 };
}

/* What build_conversion() found. */
static void
note_faults(struct preview_record *r)
{
	for (size_t i = 0; i < r->built.n_faults; i++) {
		const struct catalogue_fault *f = &r->built.faults[i];
		const struct verdict *v = verdict_find(f->code);

		preview_note(r, (struct preview_note){ .field = f->field,
		                    .level = PREVIEW_BAD,
		                    .code = f->code,
		                    .sentence = f->message,
		                    .advice = str_from(v->advice),
		                    .fix = str_from(v->fix) });
	}
}

static void
note_date(struct preview_record *r)
{
	struct err ignored = { .code = ERR_NONE };
	int64_t ms, now = clock_wall_ms();

	if (!date_parse(value_of(r, "EventDate"), &ms, &ignored))
		return;
	if (now - ms > OLD_MS)
		remark(r, STR("EventDate"), PREVIEW_WARN, "event_old",
		    STR("The event date is more than 88 days ago: impact.com may replace it by today's, or not take "
		        "it."),
		    "Use the time of the event, {event.occurredAt}, unless the older date is meant.", "mappings");
	else if (ms - now > AHEAD_MS)
		remark(r, STR("EventDate"), PREVIEW_WARN, "event_ahead",
		    STR("The event date lies in the future: impact.com counts what has happened."),
		    "Map the date on which it happened, or use the time of the event, {event.occurredAt}.", "mappings");
}

static void
note_money(const struct catalogue *catalogue, struct preview_record *r)
{
	struct err ignored = { .code = ERR_NONE };
	struct decimal d;

	for (size_t i = 0; i < r->built.n_fields; i++) {
		const struct build_field *f = &r->built.fields[i];
		const struct catalogue_field *type = catalogue_find(catalogue, f->name);

		if (type == NULL || !type->money || !decimal_parse(f->value, &d, &ignored) || d.units != 0)
			continue;
		if (str_find(f->name, STR("Discount")) < f->name.n || str_find(f->name, STR("Tax")) < f->name.n ||
		    str_find(f->name, STR("Shipping")) < f->name.n)
			continue;
		remark(r, f->name, PREVIEW_WARN, "amount_zero",
		    STR("The amount is zero: a commission in percent of it is zero, too."),
		    "Fill in the amount in HubSpot before the trigger fires, or map another property.", "hubspot");
	}
}

static void
note_hash(struct preview_record *r, bool sha256)
{
	struct str email = value_of(r, "CustomerEmail");

	if (email.n == 40 || email.n == 64)
		remark(r, STR("CustomerEmail"), PREVIEW_OK, "email_hashed",
		    sha256 && email.n == 64 ? STR("Sent as a hash (SHA-256): the address itself never leaves.")
		                            : STR("Sent as a hash: the address itself never leaves."),
		    "", "");
}

/* Whether a partner could be found: by a click or another key, else by an earlier conversion of this customer. */
static bool
note_credit(struct preview *p, struct preview_record *r, int64_t event_type_id, struct err *e)
{
	const struct step *s = &p->round.step;
	const struct catalogue *c = s->parts->catalogue;
	struct str customer = value_of(r, "CustomerId"), lane;
	bool parent = false;

	for (size_t i = 0; i < c->n_attribution_keys; i++) {
		struct str key = c->attribution_keys[i];

		if (!str_eq(key, STR("CustomerId")) && !str_eq(key, STR("CustomProfileId")) &&
		    value_of(r, str_c(s->arena, key)).n > 0)
			return true;
	}
	/* With no key at all it is not sent: that is a fault already. */
	if (customer.n == 0)
		return true;
	lane = effect_lane(s->arena, customer, p->ask.object, r->id);
	if (!standing_parent(s->parts->db, s->arena, s->tenant_id, lane, event_type_id, &parent, e))
		return false;
	if (!parent)
		remark(r, STR("ClickId"), PREVIEW_WARN, "no_click",
		    STR("No click id, and no earlier conversion of this customer was sent from here: impact.com can "
		        "credit "
		        "it only if it knows the customer otherwise."),
		    "Store the click id of the landing page in a contact property and map it to ClickId.", "mappings");
	return true;
}

static void
note_event_type(const struct preview *p, struct preview_record *r, const struct standing_type *type)
{
	const struct decide_round *d = &p->round;
	struct str field = r->built.event_identifier;

	for (size_t i = 0; type->event_type_id != 0 && i < d->n_held; i++)
		if (d->held[i] == type->event_type_id) {
			const struct verdict *v = verdict_find(type->held_code);

			remark(r, field, PREVIEW_BAD, "event_type_held",
			    str_printf(d->step.arena, "impact.com refuses this event type: %s", v->sentence), v->advice,
			    v->fix);
			return;
		}
	if (field.n > 0 && !type->proved)
		remark(r, field, PREVIEW_WARN, "event_type_new",
		    str_printf(d->step.arena,
		        "impact.com has not credited a conversion of event type " STR_FMT
		        " yet, so nobody knows whether it exists.",
		        STR_ARG(r->built.event_type)),
		    "Compare it with Settings > Event Types > View/Edit > Codes in impact.com; capitals count. "
		    "Or send a test conversion.",
		    "impact");
}

static struct str
when_sent(struct arena *a, const struct preview_earlier *x)
{
	return str_slice(date_iso(a, x->created_ms), 0, 10);
}

/* The ledger has this effect, or one that stands in its way. */
static void
note_earlier(struct preview *p, struct preview_record *r)
{
	struct arena *a = p->round.step.arena;
	const struct preview_earlier *x = &r->earlier;
	bool own = str_eq(x->object_type, p->ask.object) && str_eq(x->object_id, r->id);
	struct str order = STR("OrderId"), day = when_sent(a, x);

	if (x->conversion_id == 0)
		return;
	if (x->same_order && !own)
		remark(r, order, PREVIEW_BAD, "duplicate_collision",
		    str_printf(a,
		        "The %s " STR_FMT " was sent with the same OrderId on " STR_FMT ", so this one would not be.",
		        str_c(a, event_object_singular(x->object_type)), STR_ARG(x->object_id), STR_ARG(day)),
		    verdict_find(STR("duplicate_collision"))->advice, "mappings");
	else if (x->same_order && x->revises)
		remark(r, order, PREVIEW_OK, "revision",
		    str_printf(a, "impact.com refused it on " STR_FMT "; with these fields it is sent as a new try.",
		        STR_ARG(day)),
		    "", "");
	else if (x->same_order)
		remark(r, order, PREVIEW_WARN, "duplicate_effect",
		    str_printf(a, "Sent already on " STR_FMT " under this OrderId: it is not sent a second time.",
		        STR_ARG(day)),
		    verdict_find(STR("duplicate_effect"))->advice, "mappings");
	else
		remark(r, order, PREVIEW_BAD, "held_other_order",
		    str_printf(a,
		        "Sent already on " STR_FMT " under another OrderId, " STR_FMT
		        ": it would be held for a decision.",
		        STR_ARG(day), STR_ARG(x->order_id)),
		    verdict_find(STR("held_other_order"))->advice, "");
}

/* What stands in the way in the ledger; only what may be sent has an effect at all. */
static bool
look_at_ledger(struct preview *p, struct preview_record *r, bool *known, struct err *e)
{
	const struct step *s = &p->round.step;
	struct conversion *c = &r->judged.conversion;
	struct standing_conversion x;
	int64_t id = 0;

	*known = false;
	if (r->judged.outcome != DECISION_CONVERSION)
		return true;
	if (!decide_identify(&p->round, &r->judged, false, known, e))
		return false;
	if (!*known)
		return true;
	if (!conversion_in_the_way(s->parts->db, s->arena, s->tenant_id, c, 0, &id, e))
		return false;
	if (id == 0)
		return true;
	if (!standing_conversion(s->parts->db, s->arena, s->tenant_id, id, &x, e))
		return false;
	r->earlier = (struct preview_earlier){ .conversion_id = id,
		.decision_id = x.decision_id,
		.state = x.state,
		.code = x.code,
		.order_id = x.order_id,
		.object_type = x.object_type,
		.object_id = x.object_id,
		.created_ms = x.created_ms,
		.same_order = str_eq(x.order_id, c->order_id),
		.revises = str_eq(x.state, STR("REJECTED")) && !str_eq(x.body_hash, c->body_hash) };
	return true;
}

bool
preview_notes(struct preview *p, struct preview_record *r, struct err *e)
{
	const struct step *s = &p->round.step;
	struct standing_type type = { .event_type_id = 0 };
	bool by_code = str_eq(r->built.event_identifier, STR("EventTypeCode"));
	bool ignored;

	if (r->record == NULL)
		return true;
	note_faults(r);
	note_date(r);
	note_money(s->parts->catalogue, r);
	note_hash(r, p->round.rules.document.email_sha256);
	if (r->built.event_type.n > 0) {
		if (!standing_type(s->parts->db, s->arena, s->tenant_id, p->round.rules.document.program_id, by_code,
		        r->built.event_type, &type, e))
			return false;
		note_event_type(p, r, &type);
	}
	if (!note_credit(p, r, type.event_type_id, e) || !look_at_ledger(p, r, &ignored, e))
		return false;
	note_earlier(p, r);
	return true;
}
