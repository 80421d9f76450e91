/*
 * uninstall.h - removes the app from a HubSpot account from our side (I-58, hubspot.md 1.5): a token that holds, the
 * call, then the refresh token revoked.  Nothing of ours is changed: the caller says what becomes of the account.
 */
#ifndef TASK_UNINSTALL_H
#define TASK_UNINSTALL_H

#include "task/token.h"

enum uninstall_result {
	UNINSTALL_UNDECIDED,
	UNINSTALL_DONE,
	UNINSTALL_ALREADY, /* it was removed before, or the account was never connected */
	UNINSTALL_UNREACHED /* HubSpot did not answer as it should: try again, or have it removed by hand */
};

struct uninstall {
	struct token token; /* first: it begins with the step */
	enum uninstall_result result;
	struct err why; /* of UNREACHED, for the log */
	step_fn *inner, *then;
};

/* For a tenant; `then` is called with the result, whatever it is, and may go on.  False only for trouble of ours. */
void uninstall_init(struct uninstall *u, struct arena *a, const struct parts *parts, int64_t tenant_id, step_fn *then);

#endif
