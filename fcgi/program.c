/* program.c - see program.h. */
#include "program.h"

#include <getopt.h>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "io/conf.h"
#include "store/statements.h"

#define ARENA_MAX (64UL * 1024 * 1024)
/* Memory of one round of work serves the next: giving it back costs a page fault for every page of every round. */
#define KEEP_FREE_BYTES (8 * 1024 * 1024)
#define MAP_FROM_BYTES  (4 * 1024 * 1024)

static bool
tell(const char *name, const struct str *faults, const struct err *e)
{
	if (faults != NULL && faults->n > 0)
		(void)fprintf(stderr, "%s: cannot start:\n" STR_FMT "\n", name, STR_ARG(*faults));
	else
		(void)fprintf(stderr, "%s: cannot start: %s\n", name, e->text);
	return false;
}

static bool
usage(const char *name)
{
	(void)fprintf(stderr, "usage: %s -c FILE [--check]\n", name);
	return false;
}

static bool
options(struct program *p, const char *name, int argc, char **argv, const char **conf)
{
	static const struct option longs[] = { { "check", no_argument, NULL, 'k' }, { NULL, 0, NULL, 0 } };
	int c;

	*conf = NULL;
	while ((c = getopt_long(argc, argv, "+c:", longs, NULL)) != -1) {
		if (c == 'c')
			*conf = optarg;
		else if (c == 'k')
			p->check = true;
		else
			return usage(name);
	}
	p->rest_argc = argc - optind;
	p->rest_argv = argv + optind;
	return *conf != NULL || usage(name);
}

/* This process in leases: no two are the same, on any number of machines. */
static struct str
worker_name(struct arena *a)
{
	char host[32] = "";

	if (gethostname(host, sizeof(host) - 1) != 0)
		host[0] = '\0';
	return str_printf(a, "%.20s:%d:%lld", host, (int)getpid(), (long long)clock_wall_ms());
}

static bool
open_parts(struct program *p, const char *name, int argc, char **argv)
{
	const struct rlimit no_core = { .rlim_cur = 0, .rlim_max = 0 };
	struct err e = { .code = ERR_NONE };
	struct str faults = { .n = 0 };
	struct secret master;
	const char *conf;

	*p = (struct program){ .arena = arena_new(ARENA_MAX) };
	setrlimit(RLIMIT_CORE, &no_core); /* a core would hold secrets */
	(void)mallopt(M_TRIM_THRESHOLD, KEEP_FREE_BYTES);
	(void)mallopt(M_MMAP_THRESHOLD, MAP_FROM_BYTES);
	log_open(name, LOG_INFO);
	if (!options(p, name, argc, argv, &conf))
		return false;
	struct settings *settings = &p->installation.settings;

	if (!conf_load(p->arena, conf, settings, &faults, &e))
		return tell(name, &faults, &e);
	log_open(name, (enum log_level)settings->log_level);
	if (!conf_master_key(p->arena, str_c(p->arena, settings->master_key_file), &master, &e))
		return tell(name, NULL, &e);
	p->db = db_new(settings);
	p->installation.parts.db = p->db;
	if (!installation_load(p->arena, &p->installation, &master, worker_name(p->arena), conf_read_file, &e))
		return tell(name, NULL, &e);
	return true;
}

bool
program_open(struct program *p, const char *name, int argc, char **argv)
{
	if (open_parts(p, name, argc, argv))
		return true;
	program_close(p);
	return false;
}

int
program_check(struct program *p)
{
	struct err e = { .code = ERR_NONE };

	if (!statements_check(p->db, &e)) {
		(void)fprintf(stderr, "check: %s\n", e.text);
		return 1;
	}
	(void)puts("configuration and statements are in order");
	return 0;
}

void
program_close(struct program *p)
{
	db_free(p->db);
	arena_free(p->arena);
}
