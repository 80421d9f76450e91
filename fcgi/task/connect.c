/* connect.c - see connect.h. */
#include "task/connect.h"

#include "base/arena.h"
#include "store/audit.h"
#include "store/install.h"
#include "store/transaction.h"
#include "task/resume.h"

enum {
	ANSWER_IDENTITY,
	ANSWER_ACCOUNT
};

bool
connect_scopes_cover(struct str granted, struct str wanted)
{
	struct str want, have, rest;

	while (str_cut(&wanted, ' ', &want)) {
		bool found = want.n == 0;

		for (rest = granted; !found && str_cut(&rest, ' ', &have);)
			found = str_eq(have, want);
		if (!found)
			return false;
	}
	return true;
}

static bool
problem(struct connect *c, const char *word)
{
	c->problem = word;
	return false;
}

/* Logging in is no change; connecting is. */
static bool
record(struct connect *c, struct err *e)
{
	struct db *db = c->step.parts->db;

	if (!c->created && c->tenant.state == TENANT_ACTIVE)
		return true;
	return transaction_begin(db, e) &&
	       transaction_end(db,
	           audit_add(db, c->step.arena, &c->person, &(struct audit){ .action = "hubspot.connected" }, e),
	           "connecting", e);
}

/* Who asked for the erasing at this very moment had not seen the new install row, and we had not seen that. */
static bool
still_there(struct connect *c, struct err *e)
{
	struct tenant now;

	if (!tenant_load(c->step.parts->db, c->step.arena, c->tenant.tenant_id, &now, e)) {
		if (e->code != ERR_NOT_FOUND)
			return false;
		now.state = TENANT_DELETING;
	}
	if (now.state != TENANT_DELETING)
		return true;
	c->tenant.state = TENANT_DELETING;
	return err_set(e, ERR_DENIED, "this account's data is being deleted");
}

static bool
write_rows(struct connect *c, const struct hubspot_account *account, struct err *e)
{
	const struct parts *p = c->step.parts;
	const struct hubspot_oauth_identity *id = &c->identity;
	struct arena *a = c->step.arena;
	struct install install = { .hub_user_id = id->user_id,
		.scopes = id->scopes,
		.access_token = c->tokens.access_token,
		.refresh_token = c->tokens.refresh_token };

	if (!tenant_ensure(p->db, a, p->vault, id->hub_id, id->user_email, &c->tenant, &c->created, e))
		return false;
	if (c->tenant.state == TENANT_DELETING)
		return err_set(e, ERR_DENIED, "this account's data is being deleted");
	install.tenant_id = c->tenant.tenant_id;
	/* First, whether the person may come in at all: whom an owner has removed renews no connection. */
	if (!person_join(p->db, a, c->tenant.tenant_id, id->user_id, id->user_email, &c->person, e)) {
		if (e->code == ERR_DENIED)
			c->problem = "removed";
		return false;
	}
	if (!tenant_connected(p->db, c->tenant.tenant_id, id->hub_domain, account->ui_domain, account->time_zone,
	        account->company_currency, e) ||
	    !install_save(p->db, p->vault, a, &install, c->tokens.expires_in_s, e) || !still_there(c, e) ||
	    !record(c, e))
		return false;
	resume_hubspot(p->db, c->tenant.tenant_id);
	return true;
}

/* The account is being deleted: the app that this log-in has just installed anew goes with it. */
static bool
being_deleted(struct step *s, struct err *e)
{
	((struct connect *)s)->problem = "account_deleting";
	return err_set(e, ERR_DENIED, "this account's data is being deleted");
}

static bool
identified(struct step *s, struct err *e)
{
	struct connect *c = (struct connect *)s;
	struct hubspot_account account;
	struct http_request request;

	c->problem = "hubspot_unavailable";
	if (!hubspot_oauth_read_introspection(s->arena, &s->answers[ANSWER_IDENTITY], &c->identity, e) ||
	    !hubspot_oauth_read_account(s->arena, &s->answers[ANSWER_ACCOUNT], &account, e))
		return false;
	if (!c->identity.active || account.portal_id != c->identity.hub_id)
		return err_set(e, ERR_REMOTE, "HubSpot does not stand by the token that it has just given");
	if (c->portal_id != 0 && c->portal_id != c->identity.hub_id) {
		c->wrong_account = true;
		c->problem = NULL;
		return true;
	}
	if (!connect_scopes_cover(c->identity.scopes, s->parts->scopes)) {
		c->problem = "scopes_missing";
		return err_set(e, ERR_DENIED, "the account did not grant all scopes of the app");
	}
	c->problem = "database_unavailable";
	if (!write_rows(c, &account, e) && c->tenant.state == TENANT_DELETING) {
		*e = (struct err){ .code = ERR_NONE };
		hubspot_oauth_uninstall(s->arena, s->parts->settings, &c->tokens.access_token, &request);
		step_request(s, &request);
		s->next = being_deleted;
		return true;
	}
	if (e->code != ERR_NONE)
		return err_wrap(e, "connecting account %lld", (long long)c->identity.hub_id);
	c->problem = NULL;
	return true;
}

static bool
exchanged(struct step *s, struct err *e)
{
	struct connect *c = (struct connect *)s;
	struct http_request request;

	switch (hubspot_oauth_read_tokens(s->arena, &s->answers[0], &c->tokens, e)) {
	case HUBSPOT_OAUTH_OK:
		break;
	case HUBSPOT_OAUTH_DISCONNECTED:
	case HUBSPOT_OAUTH_ACCOUNT_GONE:
	case HUBSPOT_OAUTH_CODE_REFUSED:
		return problem(c, "code_refused");
	case HUBSPOT_OAUTH_MISCONFIGURED:
		return problem(c, "app_misconfigured");
	case HUBSPOT_OAUTH_RETRY:
		return problem(c, "hubspot_unavailable");
	}
	if (secret_empty(&c->tokens.refresh_token)) {
		c->problem = "hubspot_unavailable";
		return err_set(e, ERR_REMOTE, "HubSpot gave no refresh token");
	}
	/* Who it is comes from the token itself, never from the query (F-007). */
	hubspot_oauth_introspect(s->arena, s->parts->settings, &c->tokens.access_token, false, &request);
	step_request(s, &request);
	hubspot_oauth_account(s->arena, s->parts->settings, &c->tokens.access_token, &request);
	step_request(s, &request);
	s->next = identified;
	return true;
}

static bool
begin(struct step *s, struct err *e)
{
	struct connect *c = (struct connect *)s;
	struct http_request request;

	(void)e;
	hubspot_oauth_exchange(s->arena, s->parts->settings, c->redirect_uri, &c->code, &request);
	step_request(s, &request);
	s->next = exchanged;
	return true;
}

struct connect *
connect_new(struct arena *a, const struct parts *parts, struct str redirect_uri, struct str code)
{
	struct connect *c = arena_alloc(a, sizeof(*c));

	c->step.arena = a;
	c->step.parts = parts;
	c->step.next = begin;
	c->step.again_in_ms = -1;
	c->redirect_uri = redirect_uri;
	c->code = secret_copy(a, code);
	c->problem = "hubspot_unavailable";
	return c;
}
