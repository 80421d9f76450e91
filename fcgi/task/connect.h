/*
 * connect.h - what follows when HubSpot sends a person back with a code: tokens, who it is, which account,
 * the tenant, its install row, the person (C-22).  The session is the site's.
 */
#ifndef TASK_CONNECT_H
#define TASK_CONNECT_H

#include "flow/step.h"
#include "remote/hubspot_oauth.h"
#include "store/person.h"
#include "store/tenant.h"

struct connect {
	struct step step; /* first */
	struct str redirect_uri;
	struct secret code;
	int64_t portal_id; /* the account that is meant; 0: any.  Set after connect_new() */
	/* on the way */
	struct hubspot_oauth_tokens tokens;
	struct hubspot_oauth_identity identity;
	/* the result */
	struct tenant tenant;
	struct person person;
	bool created; /* the account's first log-in */
	bool wrong_account; /* another one than portal_id was chosen: nothing was written */
	/* Of a failure: the word that the log-in page has a sentence for.  Never NULL then. */
	const char *problem;
};

struct connect *connect_new(struct arena *a, const struct parts *parts, struct str redirect_uri, struct str code);

/* Whether each of `wanted` is in `granted`, both space separated. */
bool connect_scopes_cover(struct str granted, struct str wanted);

#endif
