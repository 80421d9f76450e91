/* account.c - who is logged in, into which account; and logging out. */
#include "base/arena.h"
#include "store/config.h"
#include "store/credential.h"
#include "store/session.h"
#include "store/tenant.h"
#include "web/cookie.h"
#include "web/handlers.h"
#include "web/set_up.h"
#include "web/trouble.h"

static struct json *
words(struct arena *a, struct str list)
{
	struct json *out = json_array(a);
	struct str word;

	while (str_cut(&list, ' ', &word))
		if (word.n > 0)
			json_push_str(out, word);
	return out;
}

/* What the log-in page tells before anybody is logged in. */
static struct json *
app_json(const struct web_request *rq)
{
	struct json *out = json_object(rq->arena);

	json_set(out, "scopes", words(rq->arena, rq->parts->scopes));
	json_set(out, "optional_scopes", words(rq->arena, rq->parts->optional_scopes));
	json_set_bool(out, "mail", rq->parts->settings->smtp_url.n > 0);
	return out;
}

/* Whether a first conversion can be made and sent; Overview's checklist tells what is missing. */
static bool
is_set_up(const struct web_request *rq, bool *out, struct err *e)
{
	struct config_document document;
	struct credential_facts token;
	struct config_revision now;
	struct config_fault *faults;
	struct set_up rules;
	size_t n;

	*out = false;
	if (!config_current(rq->parts->db, rq->arena, rq->tenant_id, &now, e))
		return false;
	/* Of another version of the program, say: every page stands in this frame, also the one that mends it. */
	if (!config_document_parse(rq->arena, now.document, &document, &faults, &n, e)) {
		*e = (struct err){ .code = ERR_NONE };
		return true;
	}
	if (!credential_facts(rq->parts->db, rq->arena, rq->tenant_id, STR("impact.auth_token"), &token, e))
		return false;
	set_up_load(rq->arena, &document, rq->parts->catalogue, &rules);
	*out = token.set && document.account_sid.n > 0 && document.program_id.n > 0 && rules.rules;
	return true;
}

bool
session_show(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	const struct person *p = &rq->session.person;
	struct json *person, *tenant;
	const char *trouble;
	bool set_up = false;
	struct tenant t;

	if (!web_query(rq, NULL, 0, NULL, e))
		return false;
	rp->json = json_object(rq->arena);
	json_set(rp->json, "app", app_json(rq));
	if (rq->tenant_id == 0) {
		json_set_bool(rp->json, "signed_in", false);
		return true;
	}
	if (!tenant_load(rq->parts->db, rq->arena, rq->tenant_id, &t, e) || !is_set_up(rq, &set_up, e) ||
	    !trouble_load(rq->parts->db, rq->arena, rq->tenant_id, &trouble, e))
		return false;
	person = json_object(rq->arena);
	json_set_int(person, "id", p->person_id);
	json_set_str(person, "email", p->email);
	json_set_str(person, "role", str_from(person_role_name(p->role)));
	tenant = json_object(rq->arena);
	json_set_int(tenant, "id", t.tenant_id);
	json_set_int(tenant, "portal_id", t.portal_id);
	json_set_str(tenant, "name", t.hub_domain);
	json_set_str(tenant, "state", str_from(tenant_state_name(t.state)));
	json_set_bool(tenant, "sending", t.sending);
	json_set_bool(tenant, "set_up", set_up);
	json_set_str(tenant, "trouble", str_from(trouble));
	json_set_bool(rp->json, "signed_in", true);
	json_set(rp->json, "person", person);
	json_set(rp->json, "tenant", tenant);
	json_set_str(rp->json, "csrf_token", rq->session.csrf_token);
	json_set_str(rp->json, "public_url", rq->parts->settings->public_url);
	json_set_str(rp->json, "ui_domain", t.ui_domain);
	return true;
}

bool
session_logout(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct str url = rq->parts->settings->public_url, cookie;

	if (!web_members(rq->body, NULL, 0, e))
		return false;
	if (cookie_value(rq->wire->cookie, cookie_name(rq->arena, url, COOKIE_SESSION), &cookie) &&
	    !session_close(rq->parts->db, rq->arena, cookie, e))
		return false;
	web_cookie(rp, cookie_set(rq->arena, url, COOKIE_SESSION, STR(""), 0));
	rp->status = 204;
	return true;
}
