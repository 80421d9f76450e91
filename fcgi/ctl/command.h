/*
 * command.h - the commands of connectorctl.
 *
 * A command writes what it has to say to standard output.  False: it could not, or found something wrong; the text of
 * *e goes to standard error and the program ends with 1.
 */
#ifndef CTL_COMMAND_H
#define CTL_COMMAND_H

#include "task/installation.h"

struct ctl {
	struct arena *arena;
	struct db *db;
	const struct installation *installation;
	int argc; /* what stands behind the command's name */
	char **argv;
};
typedef bool ctl_command(struct ctl *c, struct err *e);

/* check.c: one line for each thing that has to be in order, each with what to do when it is not */
ctl_command ctl_check;
/* schema.c */
ctl_command ctl_migrate;
/* census.c: who is connected, what waits, how HubSpot would measure the app */
ctl_command ctl_tenants, ctl_queues, ctl_calls;
/* config.c: TENANT; TENANT FILE [--check] [--impact] */
ctl_command ctl_export, ctl_import;
/* quarantine.c: [show|retry|drop ID] */
ctl_command ctl_quarantine;
/* hubspot_app.c: [DIR] [+object.property ...] */
ctl_command ctl_hubspot_app;

#endif
