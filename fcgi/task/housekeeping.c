/* housekeeping.c - see housekeeping.h. */
#include "task/housekeeping.h"

#include "base/arena.h"
#include "base/log.h"
#include "store/alarm.h"
#include "store/conversion.h"
#include "store/erase.h"
#include "store/hold.h"
#include "store/hubspot_calls.h"
#include "store/invitation.h"
#include "store/mail.h"
#include "store/partition.h"
#include "store/pulse.h"
#include "store/session.h"
#include "store/sign_in.h"
#include "store/tenant.h"

/* Partitions are made 14 days ahead and sessions expire by themselves: an hour is soon enough. */
#define EVERY_MS (60LL * 60 * 1000)

/*
 * What was parked is looked at once an hour: send parks it again when it is still refused.  So nothing stays
 * behind that a passing refusal, or a change at the same moment, has parked.  Of a held event type one is tried.
 */
static bool
probe_parked(struct step *s, struct err *e)
{
	const struct parts *p = s->parts;
	struct tenant *tenants;
	int64_t count;
	size_t n;

	if (!tenant_list(p->db, s->arena, &tenants, &n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		if (tenants[i].state == TENANT_ACTIVE &&
		    (!conversion_unpark(p->db, tenants[i].tenant_id, STR(""), &count, e) ||
		        !hold_probe(p->db, s->arena, tenants[i].tenant_id, &count, e)))
			return false;
	return true;
}

static bool
keep_house(struct step *s, struct err *e)
{
	const struct parts *p = s->parts;
	struct partition_report report;
	const struct session_limits limits = { .idle_s = p->settings->session_idle_s,
		.absolute_s = p->settings->session_absolute_s };

	if (!partition_keep(p->db, s->arena, p->settings->event_keep_days, &report, e) ||
	    !session_sweep(p->db, &limits, p->settings->oauth_state_s, e))
		return false;
	if (!invitation_sweep(p->db, e) || !sign_in_sweep(p->db, e) || !mail_sweep(p->db, e) || !alarm_sweep(p->db, e))
		return false;
	if (!pulse_sweep(p->db, e) || !hubspot_calls_sweep(p->db, e) || !erase_sweep(p->db, e) || !probe_parked(s, e))
		return false;
	log_event(LOG_INFO, "housekeeping.done", LOG_I("partitions_made", report.made),
	    LOG_I("partitions_dropped", report.dropped));
	return true;
}

struct step *
housekeeping_new(struct arena *a, const struct parts *parts)
{
	struct step *s = arena_alloc(a, sizeof(*s));

	*s = (struct step){ .arena = a, .parts = parts, .next = keep_house, .again_in_ms = EVERY_MS };
	return s;
}
