/* decide_write.c - the writing half of a decide round: one decision per event, all in one transaction. */
#include "base/arena.h"
#include "base/log.h"
#include "core/effect.h"
#include "flow/decide_round.h"
#include "store/again.h"
#include "store/config.h"
#include "store/hold.h"
#include "store/mail_hash.h"
#include "store/merged.h"
#include "store/second.h"
#include "store/transaction.h"

/* Rounds of one event under one lease; then the next tenant has its turn. */
#define ALONE_MAX 1000

/* What the judging of a round needs once, and has done. */
struct judging {
	struct secret key; /* the tenant's */
	bool have_key;
	size_t conversions;
};

/* The same effect under the other rows of its event type. */
static void
same_effects(const struct decide_round *r, struct conversion *c)
{
	const struct step *s = &r->step;
	struct str *keys = arena_array(s->arena, 2 * r->n_same, sizeof(*keys));

	c->same_effects.v = keys;
	for (size_t i = 0; i < 2 * r->n_same; i++) {
		int64_t id = i % 2 == 0 ? r->same[i / 2].event_type_id : r->same[i / 2].same_as;

		if (id != c->event_type_id && event_type_equal(r->same, r->n_same, id, c->event_type_id))
			keys[c->same_effects.n++] = effect_key(s->arena, s->tenant_id, c->program_id, id, c->order_id);
	}
}

/* What was decided before of that event, and a person let out beside another one, stays under its OrderId. */
static bool
keep_second(const struct step *s, struct judged *j, struct err *e)
{
	const struct pending *p = j->item->pending;
	struct second x;

	return p->looks == 0 || (second_find(s->parts->db, s->arena, s->tenant_id, p->key, &x, e) &&
	                            (!x.is || second_keep(s->arena, &x, &j->conversion, e)));
}

bool
decide_identify(const struct decide_round *r, struct judged *j, bool make, bool *known, struct err *e)
{
	const struct step *s = &r->step;
	struct conversion *c = &j->conversion;
	bool by_code = str_eq(j->built.event_identifier, STR("EventTypeCode"));

	*known = false;
	if (!keep_second(s, j, e))
		return false;
	if (make && !conversion_event_type(s->parts->db, s->arena, s->tenant_id, c->program_id, by_code, c->event_type,
	                &c->event_type_id, e))
		return false;
	if (!make && !conversion_known_event_type(s->parts->db, s->arena, s->tenant_id, c->program_id, by_code,
	                 c->event_type, &c->event_type_id, e)) {
		if (e->code != ERR_NOT_FOUND)
			return false;
		*e = (struct err){ .code = ERR_NONE };
		return true;
	}
	*known = true;
	if (r->any_merged &&
	    !merged_survivor(s->parts->db, s->arena, s->tenant_id, c->object_type, c->object_id, &c->survivor, e))
		return false;
	for (size_t i = 0; i < r->n_held; i++)
		c->type_held = c->type_held || r->held[i] == c->event_type_id;
	c->effect_key = effect_key(s->arena, s->tenant_id, c->program_id, c->event_type_id, c->order_id);
	same_effects(r, c);
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
		d->code = claimed.merged ? STR("held_merged") : STR("held_other_order");
		d->held_id = claimed.id;
		d->conversion_id = claimed.other; /* "already sent as": what a person has to compare */
		break;
	}
	return true;
}

/* Its conversion is as the present rules make it, or they make none: they need not look again. */
static bool
looked(const struct decide_round *r, const struct judged *j, struct err *e)
{
	const struct step *s = &r->step;

	return hold_looked(s->parts->db, s->tenant_id, j->item->pending->key, r->revision,
	    j->outcome == DECISION_CONVERSION ? j->conversion.body_hash : STR(""), e);
}

/* A person asked for the conversion of this event once more. */
static bool
once_more(const struct decide_round *r, const struct judged *j, const struct again *asked, struct err *e)
{
	const struct step *s = &r->step;
	const struct pending *p = j->item->pending;

	if (j->outcome == DECISION_WAITING)
		return pending_wait(s->parts->db, s->tenant_id, r->lease.shard, p,
		    settings_plan_ms(&s->parts->settings->wait_plan_s, p->looks), j->contact_id, e);
	return (j->outcome == DECISION_CONVERSION
	               ? again_take(s->parts->db, s->arena, s->tenant_id, asked, &j->conversion, e)
	               : again_refuse(s->parts->db, s->tenant_id, asked, j->code, e)) &&
	       looked(r, j, e) &&
	       (!j->conversion.type_held ||
	           hold_try(s->parts->db, s->arena, s->tenant_id, j->conversion.event_type_id, r->revision, e)) &&
	       pending_looked_again(s->parts->db, s->tenant_id, r->lease.shard, p, e);
}

/* The conversion of an event that was decided before is held, or was when that was made due. */
static bool
make_anew(const struct decide_round *r, const struct judged *j, int64_t id, struct err *e)
{
	const struct step *s = &r->step;
	const struct pending *p = j->item->pending;
	const struct held x = { .conversion_id = id, .event_key = p->key, .rules = r->revision };

	if (id != 0 && j->outcome == DECISION_WAITING)
		return pending_wait(s->parts->db, s->tenant_id, r->lease.shard, p,
		    settings_plan_ms(&s->parts->settings->wait_plan_s, p->looks), j->contact_id, e);
	if (id != 0 && !(j->outcome == DECISION_CONVERSION
	                       ? hold_rebuild(s->parts->db, s->arena, s->tenant_id, &x, &j->conversion, e)
	                       : looked(r, j, e)))
		return false;
	return pending_looked_again(s->parts->db, s->tenant_id, r->lease.shard, p, e);
}

/*
 * An event that was decided before is here once more only for its held conversion, or because a person asked; what
 * else comes of it changes nothing.  False in *ordinary.  By rules that are no longer the present ones it is not looked
 * at: it stays due, and the next round has them.
 */
static bool
redo(const struct decide_round *r, const struct judged *j, bool *ordinary, struct err *e)
{
	const struct step *s = &r->step;
	const struct pending *p = j->item->pending;
	struct again asked = { .conversion_id = 0 };
	bool again = false;
	int64_t id = 0;

	/* Only what waits, or is here again, was looked at before. */
	if (p->looks > 0 && !hold_find(s->parts->db, s->arena, s->tenant_id, p->key, &again, &id, e))
		return false;
	*ordinary = !again;
	if (!again || j->pass_ms > 0 || r->present != r->revision)
		return true;
	if (p->looks > 0 && !again_find(s->parts->db, s->arena, s->tenant_id, p->key, &asked, e))
		return false;
	if (asked.conversion_id != 0)
		return once_more(r, j, &asked, e);
	return make_anew(r, j, id, e);
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
		.email_hash = j->email_hash,
		.event = &p->event,
		.received_ms = p->received_ms };
	bool ordinary;

	if (!redo(r, j, &ordinary, e))
		return false;
	if (j->pass_ms > 0)
		return pending_pass(s->parts->db, s->tenant_id, r->lease.shard, p, j->pass_ms, &j->passes, e);
	if (!ordinary)
		return true;
	if (j->no_decision && p->looks == 0)
		return pending_delete(s->parts->db, s->tenant_id, r->lease.shard, p, e);
	if (j->trigger != NULL)
		d.trigger_id = j->trigger->id;
	if (j->outcome == DECISION_CONVERSION && !claim(r, j, &d, e))
		return false;
	if (j->outcome == DECISION_WAITING && !j->endless)
		d.waits_until_ms = p->received_ms + settings->wait_give_up_s * 1000;
	if (!decision_put(s->parts->db, s->tenant_id, &d, e))
		return false;
	if (j->outcome != DECISION_WAITING)
		return pending_delete(s->parts->db, s->tenant_id, r->lease.shard, p, e);
	return pending_wait(s->parts->db, s->tenant_id, r->lease.shard, p,
	    settings_plan_ms(&settings->wait_plan_s, p->looks), j->contact_id, e);
}

/* The tenant's key is read once for a round, and only when an address was read. */
static bool
hash_addresses(const struct decide_round *r, struct judged *judged, size_t n, struct secret *key, bool *have,
    struct err *e)
{
	const struct step *s = &r->step;

	for (size_t i = 0; i < n; i++) {
		if (judged[i].email.n == 0)
			continue;
		if (!*have && !vault_data_key(s->parts->vault, s->parts->db, s->arena, s->tenant_id, key, e))
			return false;
		*have = true;
		judged[i].email_hash = mail_hash(s->arena, key, judged[i].email);
	}
	return true;
}

/* The rules that stand while this is written, if any of it was looked at before. */
static bool
pin(struct decide_round *r, const struct judged *judged, size_t n, struct err *e)
{
	r->present = r->revision;
	for (size_t i = 0; i < n; i++)
		if (judged[i].item->pending->looks > 0)
			return config_pin(r->step.parts->db, r->step.arena, r->step.tenant_id, &r->present, e);
	return true;
}

static bool
write_all(struct decide_round *r, struct judged *judged, size_t n, size_t *conversions, struct err *e)
{
	struct db *db = r->step.parts->db;

	*conversions = 0;
	if (!pin(r, judged, n, e) || !lease_hold(db, &r->lease, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!write_one(r, &judged[i], e))
			return false;
		*conversions += judged[i].pass_ms == 0 && judged[i].outcome == DECISION_CONVERSION;
	}
	return *conversions == 0 || lease_wake(db, r->step.tenant_id, LEASE_SEND, 0, 0, e);
}

/* Judges these events and writes what comes of them, in one transaction. */
static bool
decide_some(struct decide_round *r, const struct decide_item *items, size_t n, struct judging *j, struct err *e)
{
	struct step *s = &r->step;
	struct judged *judged = arena_array(s->arena, n, sizeof(*judged));
	size_t conversions = 0;
	bool known;

	for (size_t i = 0; i < n; i++) {
		decide_judge(r, &items[i], &judged[i]);
		/* Made before the transaction, harmless when that is then rolled back. */
		if (judged[i].outcome == DECISION_CONVERSION && !decide_identify(r, &judged[i], true, &known, e))
			return false;
	}
	if (!hash_addresses(r, judged, n, &j->key, &j->have_key, e))
		return false;
	if (n > 0 &&
	    (!transaction_begin(s->parts->db, e) ||
	        !transaction_end(s->parts->db, write_all(r, judged, n, &conversions, e), "writing decisions", e)))
		return false;
	j->conversions += conversions;
	return true;
}

/* After somebody's death each event is written down before it is judged, so that the one that kills is known. */
static bool
decide_each(struct decide_round *r, struct judging *j, struct err *e)
{
	struct str alone = r->step.item;

	for (size_t i = 0; i < r->n_items; i++)
		if (!step_work_on(&r->step, r->items[i].pending->key, e) || !decide_some(r, &r->items[i], 1, j, e))
			return false;
	r->step.item = alone;
	return true;
}

/* The end of a round of one event: the next one, while any is due. */
static bool
go_on(struct decide_round *r, struct err *e)
{
	struct step *s = &r->step;

	if (!step_worked(s, e))
		return false;
	r->poison = NULL;
	r->n_items = r->first_call = r->n_calls = r->n_line_items = r->splits = 0;
	r->items_of = STR("");
	r->pause = (struct pending_delay){ .times = 0 };
	r->items_wait = false;
	s->next = decide_begin;
	s->pause_ms = 1;
	return true;
}

bool
decide_write(struct decide_round *r, struct err *e)
{
	struct step *s = &r->step;
	struct judging j = { .conversions = 0 };

	if (!(s->careful != NULL ? decide_each(r, &j, e) : decide_some(r, r->items, r->n_items, &j, e)))
		return false;
	log_event(LOG_INFO, "decide.done", LOG_I("events", r->n_items), LOG_I("conversions", j.conversions));
	if (s->item.n > 0 && ++r->alone < ALONE_MAX)
		return go_on(r, e);
	return pending_next_ms(s->parts->db, s->arena, s->tenant_id, r->lease.shard, &s->again_in_ms, e);
}

static bool
take_out(const struct decide_round *r, struct err *e)
{
	const struct step *s = &r->step;
	const struct pending *p = r->poison;
	const struct decision d = { .event_key = p->key,
		.revision = r->revision,
		.outcome = DECISION_SKIPPED,
		.code = STR("poison"),
		.detail = STR("{}"),
		.event = &p->event,
		.received_ms = p->received_ms };
	struct again asked = { .conversion_id = 0 };

	/* What was decided before stays so, and is only no longer asked for. */
	return lease_hold(s->parts->db, &r->lease, e) && decision_put(s->parts->db, s->tenant_id, &d, e) &&
	       again_find(s->parts->db, s->arena, s->tenant_id, p->key, &asked, e) &&
	       (asked.conversion_id == 0 || again_refuse(s->parts->db, s->tenant_id, &asked, STR("poison"), e)) &&
	       (p->looks == 0 || hold_looked(s->parts->db, s->tenant_id, p->key, r->revision, STR(""), e)) &&
	       pending_looked_again(s->parts->db, s->tenant_id, r->lease.shard, p, e);
}

bool
decide_quarantine(struct decide_round *r, struct err *e)
{
	log_event(LOG_ERROR, "decide.poison", LOG_S("object", r->poison->event.object_id));
	return transaction_begin(r->step.parts->db, e) &&
	       transaction_end(r->step.parts->db, take_out(r, e), "taking out what kills", e) && go_on(r, e);
}
