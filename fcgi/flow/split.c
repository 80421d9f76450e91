/* split.c - see split.h. */
#include "flow/split.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/tally.h"
#include "base/zip.h"
#include "core/config_document.h"
#include "remote/hubspot_webhook.h"
#include "store/config.h"
#include "store/event.h"
#include "store/inbox.h"
#include "store/tenant.h"

/* A HubSpot account that events of this round come from. */
struct portal {
	struct portal *next;
	int64_t portal_id, tenant_id; /* tenant 0: nobody's here */
	const struct config_document *rules; /* NULL when they could not be read */
};

struct split {
	struct step step;
	struct lease lease;
	struct event_row *events;
	size_t n_events, cap_events;
	struct event_quarantined *quarantine;
	size_t n_quarantine, cap_quarantine;
	struct portal *portals; /* of this round, the newest first */
	int64_t unknown_portal;
};

/* A body that unpacks to more than this was never taken in. */
#define BODY_MAX (16UL * 1024 * 1024)

static void
quarantine(struct split *s, int64_t tenant_id, const struct inbox_row *row, struct str reason, struct str body)
{
	if (s->n_quarantine == s->cap_quarantine) {
		size_t cap = s->cap_quarantine * 2 + 8;
		struct event_quarantined *grown = arena_array(s->step.arena, cap, sizeof(*grown));

		if (s->n_quarantine > 0)
			memcpy(grown, s->quarantine, s->n_quarantine * sizeof(*grown));
		s->quarantine = grown;
		s->cap_quarantine = cap;
	}
	s->quarantine[s->n_quarantine++] = (struct event_quarantined){ .tenant_id = tenant_id,
		.reason = str_slice(reason, 0, 400),
		.body = body,
		.received_ms = row->received_ms };
	log_event(LOG_WARN, "split.quarantined", LOG_S("reason", reason));
}

/* Without rules that can be read every event is decide's matter. */
static bool
load_rules(struct split *s, struct portal *p, struct err *e)
{
	struct step *step = &s->step;
	struct config_document *document = arena_alloc(step->arena, sizeof(*document));
	struct config_revision current;
	struct config_fault *faults;
	struct err why = { .code = ERR_NONE };
	size_t n;

	if (!config_current(step->parts->db, step->arena, p->tenant_id, &current, e)) {
		if (e->code != ERR_NOT_FOUND)
			return false;
		*e = (struct err){ .code = ERR_NONE };
		return true;
	}
	if (config_document_parse(step->arena, current.document, document, &faults, &n, &why))
		p->rules = document;
	return true;
}

/* What is known of a portal: asked of the database in every round, never of a cache alone. */
static bool
find_portal(struct split *s, int64_t portal_id, const struct portal **out, struct err *e)
{
	struct step *step = &s->step;
	struct portal *p = s->portals;
	struct tenant t;

	while (p != NULL && p->portal_id != portal_id)
		p = p->next;
	*out = p;
	if (p != NULL)
		return true;
	p = arena_alloc(step->arena, sizeof(*p));
	*p = (struct portal){ .next = s->portals, .portal_id = portal_id };
	if (tenant_by_portal(step->parts->db, step->arena, portal_id, &t, e)) {
		p->tenant_id = t.state == TENANT_DELETING ? 0 : t.tenant_id;
		if (p->tenant_id != 0 && !load_rules(s, p, e))
			return false;
	} else if (e->code != ERR_NOT_FOUND) {
		return false;
	}
	*e = (struct err){ .code = ERR_NONE };
	*out = s->portals = p;
	return true;
}

static void
add_event(struct split *s, const struct portal *p, const struct event *ev, int64_t received_ms)
{
	if (s->n_events == s->cap_events) {
		size_t cap = s->cap_events * 2 + 64;
		struct event_row *grown = arena_array(s->step.arena, cap, sizeof(*grown));

		if (s->n_events > 0)
			memcpy(grown, s->events, s->n_events * sizeof(*grown));
		s->events = grown;
		s->cap_events = cap;
	}
	s->events[s->n_events++] = (struct event_row){ .tenant_id = p->tenant_id,
		.key = event_key(s->step.arena, ev),
		.event = *ev,
		.received_ms = received_ms,
		.echo = hubspot_webhook_is_echo(ev, s->step.parts->settings->hubspot_app_id),
		.unruled = p->rules != NULL && !config_document_concerns(p->rules, ev) };
}

static bool
take_item(struct split *s, const struct inbox_row *row, const struct hubspot_webhook_item *item, struct err *e)
{
	const struct portal *p;

	if (item->ignore)
		return true;
	/* It names no account: an operator's matter. */
	if (item->event.portal_id == 0) {
		quarantine(s, 0, row, item->reason, item->raw);
		return true;
	}
	FAULT_POINT_OF("split.event", item->event.object_id);
	if (!find_portal(s, item->event.portal_id, &p, e))
		return false;
	if (p->tenant_id == 0)
		s->unknown_portal++;
	else if (item->ok)
		add_event(s, p, &item->event, row->received_ms);
	else
		quarantine(s, p->tenant_id, row, item->reason, item->raw);
	return true;
}

static bool
take_row(struct split *s, const struct inbox_row *row, struct err *e)
{
	const struct settings *settings = s->step.parts->settings;
	struct hubspot_webhook_item *items;
	struct str body = row->body;
	struct err why = { .code = ERR_NONE };
	size_t n;

	if ((row->packed && !zip_inflate(s->step.arena, row->body, BODY_MAX, &body, &why)) ||
	    !hubspot_webhook_read(s->step.arena, body, clock_wall_ms(), settings->hubspot_app_id, &items, &n, &why)) {
		quarantine(s, 0, row, str_copy(s->step.arena, str_from(why.text)), body);
		return true;
	}
	for (size_t i = 0; i < n; i++)
		if (!take_item(s, row, &items[i], e))
			return false;
	return true;
}

/* Takes these rows out of the inbox, with what is in them, in one transaction. */
static bool
store(struct split *s, const struct inbox_row *rows, size_t n, struct err *e)
{
	struct event_batch batch = { .lease = &s->lease,
		.inbox = rows,
		.n_inbox = n,
		.events = s->events,
		.n_events = s->n_events,
		.quarantine = s->quarantine,
		.n_quarantine = s->n_quarantine };
	int64_t n_new;

	if (!event_commit(s->step.parts->db, s->step.arena, &batch, &n_new, e))
		return false;
	tally_add(TALLY_EVENT_NEW, n_new);
	tally_add(TALLY_EVENT_AGAIN, (int64_t)s->n_events - n_new);
	tally_add(TALLY_EVENT_UNREADABLE, (int64_t)s->n_quarantine);
	tally_add(TALLY_EVENT_UNKNOWN_PORTAL, s->unknown_portal);
	log_event(LOG_INFO, "split.done", LOG_I("batches", n), LOG_I("events", s->n_events), LOG_I("new", n_new),
	    LOG_I("unknown_portal", s->unknown_portal), LOG_I("quarantined", s->n_quarantine));
	s->n_events = s->n_quarantine = 0;
	s->unknown_portal = 0;
	return true;
}

/* What came in, to be kept; packed as it was when even unpacking killed. */
static struct str
as_it_came(const struct split *s, const struct inbox_row *row)
{
	const struct step *step = &s->step;
	struct err why = { .code = ERR_NONE };
	struct str body;

	if (row->packed && step->careful->deaths == step->parts->settings->poison_after &&
	    zip_inflate(step->arena, row->body, BODY_MAX, &body, &why))
		return body;
	return row->body;
}

/* After somebody's death: one row after the other.  The one that killed is not looked into. */
static bool
store_alone(struct split *s, const struct inbox_row *row, struct err *e)
{
	struct step *step = &s->step;
	struct str id = str_printf(step->arena, "%lld", (long long)row->id);

	if (!step_work_on(step, id, e))
		return false;
	if (step_is_poison(step, id))
		quarantine(s, 0, row,
		    STR("The process that read this batch died each time. Here is the batch as it came; try it again "
		        "after an update."),
		    as_it_came(s, row));
	else if (!take_row(s, row, e))
		return false;
	return store(s, row, 1, e) && step_worked(step, e);
}

static bool
split_round(struct step *step, struct err *e)
{
	struct split *s = (struct split *)step;
	struct inbox_row *rows;
	size_t n;

	if (!inbox_lowest(step->parts->db, step->arena, s->lease.shard, &rows, &n, e))
		return false;
	for (size_t i = 0; i < n && step->careful != NULL; i++)
		if (!store_alone(s, &rows[i], e))
			return false;
	if (n == 0 || step->careful != NULL)
		return true;
	for (size_t i = 0; i < n; i++)
		if (!take_row(s, &rows[i], e))
			return false;
	return store(s, rows, n, e);
}

struct step *
split_new(struct arena *a, const struct parts *parts, const struct lease *l)
{
	struct split *s = arena_alloc(a, sizeof(*s));

	s->step = (struct step){ .arena = a, .parts = parts, .next = split_round, .again_in_ms = 0 };
	s->lease = *l;
	return &s->step;
}
