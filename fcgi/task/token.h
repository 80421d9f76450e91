/*
 * token.h - a HubSpot access token that holds, for tasks; and the refresh before it expires.
 *
 * A task that reads HubSpot begins with a struct token and asks token_get() first.  Of all processes one
 * refreshes (store/install.h); a token that a clock or a 401 calls old is refreshed once.
 */
#ifndef TASK_TOKEN_H
#define TASK_TOKEN_H

#include "flow/step.h"
#include "store/install.h"

struct token {
	struct step step;       /* first */
	struct install install; /* with a token that holds, when `then` runs */
	step_fn *then;
	int64_t refused_version; /* HubSpot did not take this one; -1: none */
	bool refreshed, scheduled;
};

void token_init(struct token *t, struct arena *a, const struct parts *parts, int64_t tenant_id);
/* Goes on with `then` once there is a token.  ERR_DENIED: HubSpot is not connected, a log-in is needed. */
bool token_get(struct token *t, step_fn *then, struct err *e) CC_MUST_USE;
/* HubSpot answered 401: one refresh, then `then`.  ERR_DENIED when that was done already. */
bool token_again(struct token *t, step_fn *then, struct err *e) CC_MUST_USE;

/*
 * The scheduled refresh of one tenant.  When it ends, again_in_ms says when it is due next.  A refresh token
 * that HubSpot refuses twice, a minute apart, ends the connection; trouble with our own client id or secret
 * never does.
 */
struct step *token_refresh_new(struct arena *a, const struct parts *parts, int64_t tenant_id);

/* When a token of that life is to be refreshed, from now. */
int64_t token_due_ms(const struct settings *s, int64_t expires_in_s);

#endif
