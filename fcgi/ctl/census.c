/* census.c - connectorctl tenants and queues. */
#include "store/census.h"

#include <stdio.h>

#include "ctl/command.h"
#include "store/hubspot_calls.h"
#include "store/tenant.h"

bool
ctl_tenants(struct ctl *c, struct err *e)
{
	struct tenant *list;
	size_t n;

	if (c->argc > 0)
		return err_set(e, ERR_INVALID, "it takes no arguments");
	if (!tenant_list(c->db, c->arena, &list, &n, e))
		return false;
	printf("%-8s %-12s %-13s %-8s %-9s %s\n", "tenant", "portal", "state", "sending", "revision", "domain");
	for (size_t i = 0; i < n; i++)
		printf("%-8lld %-12lld %-13s %-8s %-9lld " STR_FMT "\n", (long long)list[i].tenant_id,
		    (long long)list[i].portal_id, tenant_state_name(list[i].state), list[i].sending ? "yes" : "stopped",
		    (long long)list[i].config_revision, STR_ARG(list[i].hub_domain));
	return true;
}

static void
print_row(const struct census_row *r, const char *tenant)
{
	printf("%-20.*s %-8s %10lld %10lld %10lld\n", STR_ARG(r->queue), tenant, (long long)r->rows, (long long)r->due,
	    (long long)r->waits_s);
}

bool
ctl_queues(struct ctl *c, struct err *e)
{
	struct census_row totals[CENSUS_QUEUES];
	struct census_row *rows;
	size_t n;

	if (c->argc > 0)
		return err_set(e, ERR_INVALID, "it takes no arguments");
	if (!census_queues(c->db, c->arena, &rows, &n, e) || !census_totals(c->db, c->arena, totals, e))
		return false;
	printf("%-20s %-8s %10s %10s %10s\n", "queue", "tenant", "rows", "due", "waits s");
	for (size_t i = 0; i < n; i++) {
		char tenant[24];

		(void)snprintf(tenant, sizeof(tenant), "%lld", (long long)rows[i].tenant_id);
		/* The inbox knows no tenants: it stands in the totals alone. */
		if (rows[i].tenant_id != 0)
			print_row(&rows[i], tenant);
	}
	/* Due and waits of the totals leave out accounts that are paused, disconnected or stopped. */
	for (size_t i = 0; i < CENSUS_QUEUES; i++)
		print_row(&totals[i], "all");
	return true;
}

static double
percent(int64_t part, int64_t calls)
{
	return calls == 0 ? 0.0 : (double)part * 100.0 / (double)calls;
}

static void
print_calls(const struct hubspot_calls *c, const char *tenant)
{
	printf("%-8s %12lld %10.3f %8.3f %8.3f  %s\n", tenant, (long long)c->calls, percent(c->successes, c->calls),
	    percent(c->refused, c->calls), percent(c->limited, c->calls),
	    hubspot_calls_good(c) ? "good" : "below the goal");
}

bool
ctl_calls(struct ctl *c, struct err *e)
{
	struct hubspot_calls *list;
	struct hubspot_calls sum;
	size_t n;

	if (c->argc > 0)
		return err_set(e, ERR_INVALID, "it takes no arguments");
	if (!hubspot_calls_read(c->db, c->arena, &list, &n, e))
		return false;
	printf("Calls to HubSpot in %d days; goal: 99.5 %% succeed, less than 0.1 %% each end with 401 and 429\n",
	    HUBSPOT_CALLS_DAYS);
	printf("%-8s %12s %10s %8s %8s\n", "tenant", "calls", "success %", "401 %", "429 %");
	for (size_t i = 0; i < n; i++) {
		char tenant[24];

		(void)snprintf(tenant, sizeof(tenant), "%lld", (long long)list[i].tenant_id);
		print_calls(&list[i], list[i].tenant_id == 0 ? "-" : tenant);
	}
	sum = hubspot_calls_sum(list, n);
	print_calls(&sum, "all");
	return true;
}
