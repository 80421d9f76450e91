/* split.c - see split.h. */
#include "flow/split.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/tally.h"
#include "base/zip.h"
#include "remote/hubspot_webhook.h"
#include "store/event.h"
#include "store/inbox.h"
#include "store/tenant.h"

struct split {
	struct step step;
	struct lease lease;
	struct event_row *events;
	size_t n_events, cap_events;
	struct event_quarantined *quarantine;
	size_t n_quarantine, cap_quarantine;
	/* the last portal looked up, found or not */
	int64_t portal_id, portal_tenant;
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

/* The tenant of a portal, 0 when there is none: asked of the database, never of a cache alone. */
static bool
find_tenant(struct split *s, int64_t portal_id, struct err *e)
{
	struct tenant t;

	if (portal_id == s->portal_id)
		return true;
	s->portal_id = portal_id;
	s->portal_tenant = 0;
	if (tenant_by_portal(s->step.parts->db, s->step.arena, portal_id, &t, e)) {
		s->portal_tenant = t.state == TENANT_DELETING ? 0 : t.tenant_id;
		return true;
	}
	if (e->code != ERR_NOT_FOUND)
		return false;
	*e = (struct err){ .code = ERR_NONE };
	return true;
}

static void
add_event(struct split *s, const struct event *ev, int64_t received_ms)
{
	if (s->n_events == s->cap_events) {
		size_t cap = s->cap_events * 2 + 64;
		struct event_row *grown = arena_array(s->step.arena, cap, sizeof(*grown));

		if (s->n_events > 0)
			memcpy(grown, s->events, s->n_events * sizeof(*grown));
		s->events = grown;
		s->cap_events = cap;
	}
	s->events[s->n_events++] = (struct event_row){ .tenant_id = s->portal_tenant,
		.key = event_key(s->step.arena, ev),
		.event = *ev,
		.received_ms = received_ms,
		.echo = hubspot_webhook_is_echo(ev, s->step.parts->settings->hubspot_app_id) };
}

static bool
take_item(struct split *s, const struct inbox_row *row, const struct hubspot_webhook_item *item, struct err *e)
{
	if (item->ignore)
		return true;
	if (!item->ok) {
		quarantine(s, 0, row, item->reason, item->raw);
		return true;
	}
	if (!find_tenant(s, item->event.portal_id, e))
		return false;
	if (s->portal_tenant == 0) {
		s->unknown_portal++;
		return true;
	}
	add_event(s, &item->event, row->received_ms);
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

static bool
split_round(struct step *step, struct err *e)
{
	struct split *s = (struct split *)step;
	struct db *db = step->parts->db;
	struct inbox_row *rows;
	int64_t n_new;
	size_t n;

	if (!inbox_lowest(db, step->arena, s->lease.shard, &rows, &n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!take_row(s, &rows[i], e))
			return false;
	if (n == 0)
		return true;
	struct event_batch batch = { .lease = &s->lease,
		.inbox = rows,
		.n_inbox = n,
		.events = s->events,
		.n_events = s->n_events,
		.quarantine = s->quarantine,
		.n_quarantine = s->n_quarantine };
	if (!event_commit(db, step->arena, &batch, &n_new, e))
		return false;
	tally_add(TALLY_EVENT_NEW, n_new);
	tally_add(TALLY_EVENT_AGAIN, (int64_t)s->n_events - n_new);
	tally_add(TALLY_EVENT_UNREADABLE, (int64_t)s->n_quarantine);
	tally_add(TALLY_EVENT_UNKNOWN_PORTAL, s->unknown_portal);
	log_event(LOG_INFO, "split.done", LOG_I("batches", n), LOG_I("events", s->n_events), LOG_I("new", n_new),
	    LOG_I("unknown_portal", s->unknown_portal), LOG_I("quarantined", s->n_quarantine));
	return true;
}

struct step *
split_new(struct arena *a, const struct parts *parts, const struct lease *l)
{
	struct split *s = arena_alloc(a, sizeof(*s));

	s->step = (struct step){ .arena = a, .parts = parts, .next = split_round, .again_in_ms = 0 };
	s->lease = *l;
	return &s->step;
}
