/*
 * installation.h - what all programs share at run time, made once from the settings and the files of conf/.
 *
 * This layer does no I/O: main gives it the database and a function that reads files.
 */
#ifndef TASK_INSTALLATION_H
#define TASK_INSTALLATION_H

#include "flow/step.h"

struct installation {
	struct parts parts;
	/* The property changes that the app file subscribes to: "deals.dealstage contacts.email ..." */
	struct str subscriptions;
	/* Files of conf/ as they are, checked to be JSON: the site hands them out. */
	struct str impact_fields, presets, triggers;
	/* what `parts` points to */
	struct settings settings;
	struct vault vault;
	struct catalogue catalogue;
};

typedef bool installation_read(struct arena *a, const char *path, size_t max, struct str *out, struct err *e);

/*
 * Fills *out, whose settings and parts.db are there already.  `worker` names this process in leases; `master`
 * is the installation's key.  Everything lives in the arena.
 */
bool installation_load(struct arena *a, struct installation *out, const struct secret *master, struct str worker,
    installation_read *read, struct err *e) CC_MUST_USE;

/* The folder of the HubSpot app's definition. */
struct str installation_app_dir(struct arena *a, const struct settings *s);

#endif
