/*
 * token.h - a HubSpot access token that holds, for tasks; and its refresh, by one process of all (reliability.md 3.6).
 *
 * A task that reads HubSpot begins with a struct token and asks token_get() first.  What the answer to a refresh means:
 *
 *   tokens                     stored; a refresh token that came along replaces the old one
 *   refresh token refused      tried once more after token_second_try_s, then the connection has ended
 *   client refused             the operator's mistake: every account waits, none is disconnected, and all go on by
 *                              themselves when it is mended
 *   anything else              tried again, ever more rarely, up to every token_retry_s
 *
 * A process may die between HubSpot's answer and the row.  With a refresh token that stays the same, which is what
 * HubSpot does, the next process refreshes again.  Should HubSpot change it at each use and take the old one back at
 * once, then the new one died with the process: the next refresh is refused twice, the account is paused, its owners
 * are told, what comes in is kept, and connecting again sends it.  So the answer is stored before anything else is
 * done, and a database that is away just then is waited for.
 */
#ifndef TASK_TOKEN_H
#define TASK_TOKEN_H

#include "flow/step.h"
#include "store/install.h"

struct token {
	struct step step;       /* first */
	struct install install; /* with a token that holds, when `then` runs */
	step_fn *then;
	bool refreshed;
	bool scheduled; /* nobody waits for it: a failure is recorded, no more, and again_in_ms set */
	/* of a refresh under way */
	int64_t begun_mono_ms, wait_until_mono_ms;
	struct install_tokens fresh;
};

void token_init(struct token *t, struct arena *a, const struct parts *parts, int64_t tenant_id);
/* Goes on with `then` once there is a token.  ERR_DENIED: HubSpot is not connected, a log-in is needed. */
bool token_get(struct token *t, step_fn *then, struct err *e) CC_MUST_USE;
/* HubSpot answered 401: one refresh, then `then`.  ERR_DENIED when that was done already. */
bool token_again(struct token *t, step_fn *then, struct err *e) CC_MUST_USE;
/*
 * Refreshes t->install, which was just loaded, whatever its age.  A scheduled one ends without calling `then` when
 * that does not work out now.
 */
bool token_renew(struct token *t, step_fn *then, struct err *e) CC_MUST_USE;

#endif
