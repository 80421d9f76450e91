/* connectorctl: the operator's command line.  connectorctl -c FILE COMMAND */
#include "core/date.h"
#include "program.h"
#include "store/census.h"
#include "store/migrate.h"
#include "store/partition.h"
#include "store/tenant.h"

#define MIGRATE_WAIT_MS 60000

typedef bool command_fn(struct program *p, struct err *e);

static bool
migrate(struct program *p, struct err *e)
{
	const struct settings *s = &p->installation.settings;
	struct partition_report parts;
	struct migrate_report report;

	if (!migrate_run(p->db, p->arena, s->sql_dir, p->installation.parts.worker, MIGRATE_WAIT_MS, &report, e) ||
	    !partition_keep(p->db, p->arena, s->event_keep_days, &parts, e))
		return false;
	printf(
	    "schema is up to date: %lld files, %lld steps, %lld of them run now; %lld partitions made, %lld dropped\n",
	    (long long)report.files, (long long)report.steps, (long long)report.run, (long long)parts.made,
	    (long long)parts.dropped);
	return true;
}

static bool
check(struct program *p, struct err *e)
{
	return db_ping(p->db, e) && (program_check(p) == 0 || err_set(e, ERR_INVALID, "not in order"));
}

static bool
tenants(struct program *p, struct err *e)
{
	struct tenant *list;
	size_t n;

	if (!tenant_list(p->db, p->arena, &list, &n, e))
		return false;
	printf("%-8s %-12s %-13s %-8s %-9s %s\n", "tenant", "portal", "state", "sending", "revision", "domain");
	for (size_t i = 0; i < n; i++)
		printf("%-8lld %-12lld %-13s %-8s %-9lld " STR_FMT "\n", (long long)list[i].tenant_id,
		    (long long)list[i].portal_id, tenant_state_name(list[i].state), list[i].sending ? "yes" : "stopped",
		    (long long)list[i].config_revision, STR_ARG(list[i].hub_domain));
	return true;
}

static bool
queues(struct program *p, struct err *e)
{
	struct census_row *rows;
	size_t n;

	if (!census_queues(p->db, p->arena, &rows, &n, e))
		return false;
	printf("%-20s %-8s %10s %10s %10s\n", "queue", "tenant", "rows", "due", "waits s");
	for (size_t i = 0; i < n; i++)
		printf("%-20.*s %-8lld %10lld %10lld %10lld\n", STR_ARG(rows[i].queue), (long long)rows[i].tenant_id,
		    (long long)rows[i].rows, (long long)rows[i].due, (long long)rows[i].waits_s);
	return true;
}

static bool
quarantine(struct program *p, struct err *e)
{
	struct census_quarantine *rows;
	size_t n;

	if (!census_quarantine(p->db, p->arena, &rows, &n, e))
		return false;
	printf("%-8s %-8s %-26s %10s %s\n", "id", "tenant", "received", "bytes", "reason");
	for (size_t i = 0; i < n; i++)
		printf("%-8lld %-8lld %-26.*s %10lld " STR_FMT "\n", (long long)rows[i].id,
		    (long long)rows[i].tenant_id, STR_ARG(date_iso_ms(p->arena, rows[i].received_ms)),
		    (long long)rows[i].bytes, STR_ARG(rows[i].reason));
	return true;
}

static const struct command {
	const char *name;
	command_fn *run;
	const char *help;
} commands[] = {
	{ "migrate", migrate, "bring the schema up to date" },
	{ "check", check, "read the configuration, reach the database, prepare every statement" },
	{ "tenants", tenants, "the HubSpot accounts of this installation" },
	{ "queues", queues, "what waits, how much of it is due, since when" },
	{ "quarantine", quarantine, "what came in and could not be read" },
};

static int
usage(void)
{
	(void)fputs("usage: connectorctl -c FILE COMMAND\n", stderr);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		(void)fprintf(stderr, "  %-12s %s\n", commands[i].name, commands[i].help);
	return 64;
}

static int
run(struct program *p, const char *name)
{
	struct err e = { .code = ERR_NONE };

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (!str_eq(str_from(name), str_from(commands[i].name)))
			continue;
		if (commands[i].run(p, &e))
			return 0;
		(void)fprintf(stderr, "connectorctl %s: %s\n", name, e.text);
		return 1;
	}
	return usage();
}

int
main(int argc, char **argv)
{
	struct program p;
	int code;

	if (argc < 2)
		return usage();
	if (!program_open(&p, "connectorctl", argc, argv))
		return PROGRAM_EXIT_CONFIG;
	if (p.check)
		code = run(&p, "check");
	else
		code = p.rest_argc == 1 ? run(&p, p.rest_argv[0]) : usage();
	program_close(&p);
	return code;
}
