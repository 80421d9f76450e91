/* metrics.c - see metrics.h. */
#include "task/metrics.h"

#include "base/arena.h"
#include "base/buf.h"
#include "store/census.h"
#include "store/counter.h"
#include "store/disk.h"
#include "store/hubspot_calls.h"
#include "store/pulse.h"

#define PAGE_MAX ((size_t)16 * 1024 * 1024)
#define PREFIX   "connector_"

struct page {
	struct buf text;
	struct arena *arena;
	const struct parts *parts;
	struct str metric; /* whose head was written last */
};

/* Gauges that store/census counts, and what they mean. */
static const struct {
	const char *metric, *help;
} gauges[] = {
	{ "tenants", "connected HubSpot accounts, by state" },
	{ "conversions_open", "conversions that are not ended or wait for a person, by state" },
	{ "quarantined", "what came in and could not be read; connectorctl quarantine shows it" },
	{ "tokens", "HubSpot tokens of the accounts, by state" },
	{ "connections_troubled",
	    "HubSpot connections by what troubles them; client: the connector's own client id or secret is refused" },
	{ "alarms", "what a person of an account has to mend at its connections, by kind" },
	{ "token_soonest_expiry_seconds",
	    "until the first of the connected accounts' tokens expires; below 0 refreshing fails" },
	{ "budget_used_max", "calls in the present window of the account that has used most" },
	{ "budget_blocked", "accounts that the far end told to wait" },
	{ "breakers_open", "accounts whose far end fails or refuses as a rule and is only probed; impact_actions and "
	                   "_submissions: scopes" },
	{ "budget_limit", "calls that an account may make in a window: of 10 s at HubSpot, of an hour at impact.com" },
	{ "disk_free_min_bytes", "with less free space than this nothing is taken in" },
};

/* "# HELP" and "# TYPE", once for a metric. */
static void
head(struct page *p, struct str metric, const char *type, const char *help)
{
	if (str_eq(metric, p->metric))
		return;
	p->metric = metric;
	buf_addf(&p->text, "# HELP " PREFIX STR_FMT " %s\n# TYPE " PREFIX STR_FMT " %s\n", STR_ARG(metric), help,
	    STR_ARG(metric), type);
}

static void
line(struct page *p, struct str metric, struct str labels, int64_t value)
{
	if (labels.n == 0)
		buf_addf(&p->text, PREFIX STR_FMT " %lld\n", STR_ARG(metric), (long long)value);
	else
		buf_addf(&p->text, PREFIX STR_FMT "{" STR_FMT "} %lld\n", STR_ARG(metric), STR_ARG(labels),
		    (long long)value);
}

static void
gauge(struct page *p, const char *metric, const char *help, struct str labels, int64_t value)
{
	head(p, str_from(metric), "gauge", help);
	line(p, str_from(metric), labels, value);
}

static bool
counters(struct page *p, struct err *e)
{
	int64_t counted[TALLY__COUNT];

	if (!counter_read(p->parts->db, p->arena, counted, e))
		return false;
	for (unsigned i = 0; i < TALLY__COUNT; i++) {
		struct str metric = str_from(tally_table[i].metric);

		head(p, metric, "counter", tally_table[i].help);
		line(p, metric, str_from(tally_table[i].labels), counted[i]);
	}
	return true;
}

static bool
queues(struct page *p, struct err *e)
{
	struct census_row q[CENSUS_QUEUES];
	struct str labels[CENSUS_QUEUES];

	if (!census_totals(p->parts->db, p->arena, q, e))
		return false;
	for (size_t i = 0; i < CENSUS_QUEUES; i++)
		labels[i] = str_printf(p->arena, "queue=\"" STR_FMT "\"", STR_ARG(q[i].queue));
	for (size_t i = 0; i < CENSUS_QUEUES; i++)
		gauge(p, "queue_rows", "what waits, its time come or not; 100000 means as many or more", labels[i],
		    q[i].rows);
	for (size_t i = 0; i < CENSUS_QUEUES; i++)
		gauge(p, "queue_due", "of that, what could be worked on now", labels[i], q[i].due);
	for (size_t i = 0; i < CENSUS_QUEUES; i++)
		gauge(p, "queue_wait_seconds", "for how long the first of those has been due", labels[i], q[i].waits_s);
	return true;
}

static bool
queues_of_tenants(struct page *p, struct err *e)
{
	struct census_row *q;
	size_t n;

	if (!p->parts->settings->metrics_per_tenant)
		return true;
	if (!census_queues(p->parts->db, p->arena, &q, &n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		gauge(p, "tenant_queue_rows", "what waits of one account",
		    str_printf(p->arena, "queue=\"" STR_FMT "\",tenant=\"%lld\"", STR_ARG(q[i].queue),
		        (long long)q[i].tenant_id),
		    q[i].rows);
	return true;
}

static bool
installation(struct page *p, struct err *e)
{
	struct census_gauge *list;
	size_t n;

	if (!census_gauges(p->parts->db, p->arena, p->parts->settings, &list, &n, e))
		return false;
	for (size_t g = 0; g < sizeof(gauges) / sizeof(gauges[0]); g++)
		for (size_t i = 0; i < n; i++)
			if (str_eq(list[i].metric, str_from(gauges[g].metric)))
				gauge(p, gauges[g].metric, gauges[g].help, list[i].labels, list[i].value);
	return true;
}

/* What HubSpot certifies apps by. */
static bool
hubspot(struct page *p, struct err *e)
{
	struct hubspot_calls *list;
	struct hubspot_calls sum;
	size_t n;

	if (!hubspot_calls_read(p->parts->db, p->arena, &list, &n, e))
		return false;
	sum = hubspot_calls_sum(list, n);
	gauge(p, "hubspot_calls_30d", "calls to HubSpot in the last 30 days", STR(""), sum.calls);
	head(p, STR("hubspot_success_ratio"), "gauge", "of those, how many succeeded; the goal is 0.995");
	buf_addf(&p->text, PREFIX "hubspot_success_ratio %.6f\n",
	    sum.calls == 0 ? 1.0 : (double)sum.successes / (double)sum.calls);
	gauge(p, "hubspot_refused_30d", "of those, refused or told to wait; the goal is less than 0.1 % each",
	    STR("status=\"401\""), sum.refused);
	gauge(p, "hubspot_refused_30d", "", STR("status=\"429\""), sum.limited);
	return true;
}

static bool
processes(struct page *p, struct err *e)
{
	struct pulse_program *list;
	struct str *labels;
	size_t n;

	if (!pulse_programs(p->parts->db, p->arena, &list, &n, e))
		return false;
	labels = arena_array(p->arena, n, sizeof(*labels));
	for (size_t i = 0; i < n; i++)
		labels[i] = str_printf(p->arena, "program=\"" STR_FMT "\"", STR_ARG(list[i].program));
	for (size_t i = 0; i < n; i++)
		gauge(p, "processes", "processes that were heard of in the last 30 seconds", labels[i],
		    list[i].processes);
	for (size_t i = 0; i < n; i++)
		gauge(p, "process_silent_seconds", "since the last of them was heard of", labels[i], list[i].silent_s);
	for (size_t i = 0; i < n; i++)
		gauge(p, "process_memory_max_bytes", "resident memory of the largest of them", labels[i],
		    list[i].memory_max_kb * 1024);
	return true;
}

/* The two that are not counted in the database. */
static bool
machine(struct page *p, struct err *e)
{
	int64_t free_mb, ahead_ms, full;

	if (!census_clock_ahead_ms(p->parts->db, p->arena, &ahead_ms, e))
		return false;
	gauge(p, "clock_ahead_milliseconds", "how far the database's clock is ahead of this machine's", STR(""),
	    ahead_ms);
	if (disk_free_mb(p->parts->db, p->arena, p->parts->settings, &free_mb, e))
		gauge(p, "disk_free_bytes", "free space on the database's disk", STR(""), free_mb * 1024 * 1024);
	else if (e->code != ERR_NOT_FOUND)
		return false;
	*e = (struct err){ .code = ERR_NONE };
	if (!disk_told_full(p->parts->db, p->arena, &full, e))
		return false;
	gauge(p, "disk_full", "processes that see too little room on the database's disk; nothing is taken in then",
	    STR(""), full);
	return true;
}

bool
metrics_page(struct arena *a, const struct parts *parts, struct str *out, struct err *e)
{
	struct page p = { .arena = a, .parts = parts };
	bool ok;

	buf_init(&p.text, a, PAGE_MAX);
	ok = counters(&p, e) && queues(&p, e) && queues_of_tenants(&p, e) && installation(&p, e) && hubspot(&p, e) &&
	     processes(&p, e) && machine(&p, e);
	if (!ok && e->code != ERR_DB)
		return false;
	if (!ok)
		buf_init(&p.text, a, PAGE_MAX);
	gauge(&p, "database_up", "1 when the database answers", STR(""), ok);
	return buf_done(&p.text, out, e);
}
