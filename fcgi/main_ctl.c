/* connectorctl: the operator's command line.  connectorctl -c FILE COMMAND */
#include "ctl/command.h"
#include "program.h"

static const struct command {
	const char *name;
	ctl_command *run;
	const char *help;
} commands[] = {
	{ "migrate", ctl_migrate, "bring the schema up to date" },
	{ "check", ctl_check, "is everything in order? one sentence for each thing, and what to do" },
	{ "tenants", ctl_tenants, "the HubSpot accounts of this installation" },
	{ "queues", ctl_queues, "what waits, how much of it is due, since when" },
	{ "calls", ctl_calls, "how many calls to HubSpot succeeded in 30 days, as it measures apps" },
	{ "export", ctl_export, "TENANT  an account's configuration as a file, no secrets" },
	{ "import", ctl_import,
	    "TENANT FILE [--check] [--impact]  check a configuration, and save it; --impact: Account SID and Program "
	    "ID "
	    "too" },
	{ "quarantine", ctl_quarantine, "[show|retry|drop ID]  what came in and could not be read" },
	{ "hubspot-app", ctl_hubspot_app,
	    "[DIR] [+deals.priority ...]  write the HubSpot app's definition with the properties that triggers look "
	    "at" },
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
run(struct program *p, const char *name, int argc, char **argv)
{
	struct ctl c = { .arena = p->arena, .db = p->db, .installation = &p->installation, .argc = argc, .argv = argv };
	struct err e = { .code = ERR_NONE };

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (!str_eq(str_from(name), str_from(commands[i].name)))
			continue;
		if (commands[i].run(&c, &e))
			return 0;
		(void)fflush(stdout);
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
		code = run(&p, "check", 0, NULL);
	else
		code = p.rest_argc >= 1 ? run(&p, p.rest_argv[0], p.rest_argc - 1, p.rest_argv + 1) : usage();
	program_close(&p);
	return code;
}
