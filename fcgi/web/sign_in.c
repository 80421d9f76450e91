/*
 * sign_in.c - coming in by a mailed link, and going from one account to another.
 *
 * Opening a link changes nothing, because mail scanners open links too: the page shows a button, which posts.
 */
#include "base/arena.h"
#include "base/log.h"
#include "core/date.h"
#include "core/email.h"
#include "store/tenant.h"
#include "task/link.h"
#include "web/cookie.h"
#include "web/enter.h"
#include "web/accounts.h"
#include "web/handlers.h"

#define TOKEN_MAX 200

static bool
read_token(const struct web_request *rq, struct str *out, struct err *e)
{
	if (!web_members(rq->body, WEB_NAMES("token"), e) || !web_string(rq->body, "token", out, e))
		return false;
	return out->n <= TOKEN_MAX || err_set(e, ERR_NOT_FOUND, "This is no link of ours.");
}

static bool
too_many(struct web_reply *rp, const struct err *e)
{
	if (e->code == ERR_LIMIT) {
		rp->status = 429;
		rp->retry_after_s = 60;
	}
	return false;
}

/* The answer is the same for an address that nobody has. */
bool
sign_in_link(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct str typed, email;

	if (!web_members(rq->body, WEB_NAMES("email"), e) || !web_string(rq->body, "email", &typed, e))
		return false;
	if (rq->parts->settings->smtp_url.n == 0) {
		rp->status = 409;
		return err_set(e, ERR_CONFLICT, "This installation cannot send e-mail. Log in with HubSpot.");
	}
	if (!email_normal(rq->arena, typed, &email, e)) {
		rp->status = 422;
		rp->fields = json_object(rq->arena);
		json_set_str(rp->fields, "email", str_copy(rq->arena, str_from(e->text)));
		return false;
	}
	if (!sign_in_ask(rq->parts->db, rq->arena, email, rq->parts->settings->sign_in_link_s, e))
		return too_many(rp, e);
	rp->status = 202;
	rp->json = json_object(rq->arena);
	json_set_int(rp->json, "valid_minutes", rq->parts->settings->sign_in_link_s / 60);
	return true;
}

static void
log_in_done(const struct person *who, const char *how)
{
	log_context(who->tenant_id, STR("sign-in"));
	log_event(LOG_INFO, "login.done", LOG_I("person", who->person_id), LOG_C("by", how));
	log_context(0, STR(""));
}

bool
sign_in_use(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	const struct parts *p = rq->parts;
	struct person_account *accounts;
	struct sign_in link;
	struct str token;
	size_t n;

	if (!read_token(rq, &token, e))
		return false;
	if (!link_find_sign_in(p->db, rq->arena, p->vault, token, p->settings->sign_in_link_s, &link, e) ||
	    !sign_in_take(p->db, &link, e))
		return e->code == ERR_NOT_FOUND
		           ? err_set(e, ERR_NOT_FOUND,
		                 "This link was used already, or it is too old. Ask for a new one.")
		           : false;
	if (!person_accounts_of_email(p->db, rq->arena, link.email, &accounts, &n, e))
		return false;
	if (n == 0)
		return err_set(e, ERR_DENIED,
		    "You no longer belong to an account here. Ask an owner for an invitation.");
	if (!enter(rq, rp, &accounts[0].person, SESSION_EMAIL, e))
		return false;
	log_in_done(&accounts[0].person, "link");
	rp->json = json_object(rq->arena);
	json_set_int(rp->json, "accounts", (int64_t)n);
	return true;
}

static bool
find_invitation(struct web_request *rq, struct invitation *i, struct tenant *t, struct err *e)
{
	const struct parts *p = rq->parts;
	struct str token;

	if (!read_token(rq, &token, e) || !link_find_invitation(p->db, rq->arena, p->vault, token, i, e) ||
	    !tenant_load(p->db, rq->arena, i->tenant_id, t, e)) {
		if (e->code == ERR_NOT_FOUND)
			return err_set(e, ERR_NOT_FOUND,
			    "This invitation was used already, or an owner took it back. Ask for a new one.");
		return false;
	}
	if (t->state == TENANT_DELETING)
		return err_set(e, ERR_NOT_FOUND, "This account is being deleted.");
	return !i->expired || err_set(e, ERR_NOT_FOUND, "This invitation has expired. Ask for a new one.");
}

bool
invitation_look(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct invitation i = { .tenant_id = 0 };
	struct tenant t = { .tenant_id = 0 };

	if (!find_invitation(rq, &i, &t, e))
		return false;
	rp->json = json_object(rq->arena);
	json_set_str(rp->json, "email", i.email);
	json_set_str(rp->json, "role", str_from(person_role_name(i.role)));
	json_set_str(rp->json, "account", t.hub_domain);
	json_set_int(rp->json, "portal_id", t.portal_id);
	json_set_str(rp->json, "invited_by", i.invited_by);
	json_set_str(rp->json, "expires_at", date_iso_ms(rq->arena, i.expires_ms));
	return true;
}

bool
invitation_use(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct invitation i = { .tenant_id = 0 };
	struct person who;
	struct tenant t = { .tenant_id = 0 };

	if (!find_invitation(rq, &i, &t, e) || !invitation_accept(rq->parts->db, rq->arena, &i, &who, e) ||
	    !enter(rq, rp, &who, SESSION_INVITATION, e))
		return false;
	log_in_done(&who, "invitation");
	rp->json = json_object(rq->arena);
	json_set_str(rp->json, "role", str_from(person_role_name(who.role)));
	return true;
}

bool
web_accounts(struct web_request *rq, struct person_account **out, size_t *n, struct err *e)
{
	const struct person *me = &rq->session.person;
	struct arena *a = rq->arena;

	if (rq->session.proof == SESSION_HUBSPOT && me->hub_user_id != 0)
		return person_accounts_of_user(rq->parts->db, a, me->hub_user_id, out, n, e);
	if (rq->session.proof == SESSION_EMAIL && me->email.n > 0)
		return person_accounts_of_email(rq->parts->db, a, me->email, out, n, e);
	*n = 0;
	return true;
}

bool
accounts_show(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct json *list = json_array(rq->arena);
	struct person_account *accounts = NULL;
	size_t n;

	if (!web_query(rq, NULL, 0, NULL, e) || !web_accounts(rq, &accounts, &n, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct json *row = json_object(rq->arena);

		json_set_int(row, "id", accounts[i].person.tenant_id);
		json_set_int(row, "portal_id", accounts[i].portal_id);
		json_set_str(row, "name", accounts[i].name);
		json_set_str(row, "role", str_from(person_role_name(accounts[i].person.role)));
		json_set_str(row, "state", accounts[i].state);
		json_set_bool(row, "current", accounts[i].person.tenant_id == rq->tenant_id);
		json_push(list, row);
	}
	rp->json = json_object(rq->arena);
	json_set(rp->json, "accounts", list);
	return true;
}

bool
accounts_switch(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct person_account *accounts = NULL;
	struct str old, cookie;
	int64_t id;
	size_t n, i;

	if (!web_members(rq->body, WEB_NAMES("id"), e))
		return false;
	if (!json_int(json_get(rq->body, "id"), &id))
		return err_set(e, ERR_INVALID, "id must be a number");
	if (!web_accounts(rq, &accounts, &n, e))
		return false;
	for (i = 0; i < n && accounts[i].person.tenant_id != id; i++)
		;
	if (i == n || !enter_cookie(rq, &old))
		return err_set(e, ERR_NOT_FOUND, "You do not belong to such an account.");
	if (!session_move(rq->parts->db, rq->arena, old, &accounts[i].person, &cookie, e))
		return false;
	enter_set_cookie(rq, rp, cookie);
	rp->status = 204;
	return true;
}
