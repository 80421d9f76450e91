/* schema.c - connectorctl migrate: the schema, and the partitions of the events. */
#include <stdio.h>

#include "ctl/command.h"
#include "io/db.h"
#include "store/migrate.h"
#include "store/partition.h"

#define MIGRATE_WAIT_MS 60000

bool
ctl_migrate(struct ctl *c, struct err *e)
{
	const struct settings *s = &c->installation->settings;
	struct partition_report parts;
	struct migrate_report report;

	if (c->argc > 0)
		return err_set(e, ERR_INVALID, "it takes no arguments");
	db_set_wait(c->db, 0); /* changing a large table takes as long as it takes */
	if (!migrate_run(c->db, c->arena, s->sql_dir, c->installation->parts.worker, MIGRATE_WAIT_MS, &report, e) ||
	    !partition_keep(c->db, c->arena, s->event_keep_days, &parts, e))
		return false;
	printf(
	    "schema is up to date: %lld files, %lld steps, %lld of them run now; %lld partitions made, %lld dropped\n",
	    (long long)report.files, (long long)report.steps, (long long)report.run, (long long)parts.made,
	    (long long)parts.dropped);
	return true;
}
