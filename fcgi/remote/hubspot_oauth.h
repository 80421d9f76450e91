/* hubspot_oauth.h - HubSpot's OAuth requests and answers (hubspot.md 1).  Pure: builds requests, reads answers. */
#ifndef REMOTE_HUBSPOT_OAUTH_H
#define REMOTE_HUBSPOT_OAUTH_H

#include "base/http_message.h"
#include "base/settings.h"

/*
 * The page to send the browser to.  `scopes` and `optional_scopes` are space separated, as in the app file; portal_id
 * names the account that is meant, 0: the person chooses.
 */
struct str hubspot_oauth_authorize_url(struct arena *a, const struct settings *s, struct str redirect_uri,
    struct str scopes, struct str optional_scopes, struct str state, int64_t portal_id);

void hubspot_oauth_exchange(struct arena *a, const struct settings *s, struct str redirect_uri,
    const struct secret *code, struct http_request *out);
void hubspot_oauth_refresh(struct arena *a, const struct settings *s, const struct secret *refresh_token,
    struct http_request *out);
/* Of the access token, or of the refresh token: whether it is good, whose it is, and for which scopes. */
void hubspot_oauth_introspect(struct arena *a, const struct settings *s, const struct secret *token, bool refresh_token,
    struct http_request *out);
void hubspot_oauth_revoke(struct arena *a, const struct settings *s, const struct secret *refresh_token,
    struct http_request *out);
/*
 * Removes the app from the token's account (hubspot.md 1.5).  204: done.  401 with a fresh token, or a refresh token
 * that is refused: it was removed already.
 */
void hubspot_oauth_uninstall(struct arena *a, const struct settings *s, const struct secret *access_token,
    struct http_request *out);
void hubspot_oauth_account(struct arena *a, const struct settings *s, const struct secret *access_token,
    struct http_request *out);

/*
 * What a refusal of the token endpoint means (hubspot.md 1.3).  A bare "invalid_grant", without HubSpot's finer
 * key, is DISCONNECTED: right for a refresh; for an exchange the caller reads it as a refused code.  *e never
 * repeats the far end's own words here, because they may quote what was sent.
 */
enum hubspot_oauth_result {
	HUBSPOT_OAUTH_OK,
	HUBSPOT_OAUTH_DISCONNECTED, /* uninstalled, or revoked */
	HUBSPOT_OAUTH_ACCOUNT_GONE, /* the same, and there is no such account any more */
	HUBSPOT_OAUTH_CODE_REFUSED, /* this log-in failed; start again */
	HUBSPOT_OAUTH_MISCONFIGURED, /* our client id, secret, redirect or scopes: never disconnects anybody */
	HUBSPOT_OAUTH_RETRY         /* transient: keep the tokens, try again */
};

struct hubspot_oauth_tokens {
	struct secret access_token, refresh_token; /* refresh_token may be empty: keep the old one */
	int64_t expires_in_s;
	int64_t hub_id, user_id; /* 0 when the answer does not say */
};
enum hubspot_oauth_result hubspot_oauth_read_tokens(struct arena *a, const struct http_answer *answer,
    struct hubspot_oauth_tokens *out, struct err *e);

struct hubspot_oauth_identity {
	bool active;
	int64_t hub_id, user_id, app_id;
	struct str user_email, hub_domain, scopes; /* scopes space separated */
};
bool hubspot_oauth_read_introspection(struct arena *a, const struct http_answer *answer,
    struct hubspot_oauth_identity *out, struct err *e) CC_MUST_USE;

struct hubspot_account {
	int64_t portal_id;
	struct str time_zone, company_currency, ui_domain, name, account_type;
};
bool hubspot_oauth_read_account(struct arena *a, const struct http_answer *answer, struct hubspot_account *out,
    struct err *e) CC_MUST_USE;

#endif
