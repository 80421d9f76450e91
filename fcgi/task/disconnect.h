/*
 * disconnect.h - a person ends the connection to HubSpot from here: the app is removed from the account (uninstall.h),
 * our tokens are dropped, the tenant is DISCONNECTED.  The configuration stays; what comes later waits (I-58, I-59).
 */
#ifndef TASK_DISCONNECT_H
#define TASK_DISCONNECT_H

#include "store/person.h"
#include "task/uninstall.h"

struct disconnect {
	struct uninstall uninstall; /* first */
	const struct person *by;
};

/* A failed step (ERR_REMOTE): HubSpot did not remove the app, and everything is as it was. */
struct disconnect *disconnect_new(struct arena *a, const struct parts *parts, const struct person *by);

#endif
