/* settings.c - impact.com's credentials, and the switch that stops all sending. */
#include "base/arena.h"
#include "core/config_document.h"
#include "core/date.h"
#include "core/zone.h"
#include "store/audit.h"
#include "store/conversion.h"
#include "store/tenant.h"
#include "store/transaction.h"
#include "task/credentials.h"
#include "task/disconnect.h"
#include "web/handlers.h"
#include "web/impact_state.h"
#include "web/live.h"

static struct json *
token_json(struct arena *a, const struct credential_facts *facts)
{
	struct json *out = json_object(a);

	json_set_bool(out, "set", facts->set);
	if (facts->set) {
		json_set_str(out, "last4", facts->last4);
		json_set_str(out, "set_at", date_iso_ms(a, facts->set_ms));
	}
	return out;
}

static struct json *
impact_account_json(struct arena *a, const struct json *check)
{
	static const char *const names[] = { "company_name", "currency", "time_zone", "program_name", "program_state" };
	struct json *out = json_object(a);

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		json_set_str(out, names[i], json_text_at(a, check, names[i]));
	return out;
}

bool
settings_show(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct arena *a = rq->arena;
	struct err no_zone = { .code = ERR_NONE };
	const struct zone *zone;
	struct impact_state impact;
	struct json *account;
	struct tenant t;

	if (!web_query(rq, NULL, 0, NULL, e) || !tenant_load(rq->parts->db, a, rq->tenant_id, &t, e) ||
	    !impact_state_load(rq, &impact, e))
		return false;
	account = json_object(a);
	json_set_str(account, "currency", t.currency);
	json_set_str(account, "time_zone", t.time_zone);
	json_set_bool(account, "time_zone_known", zone_find(t.time_zone, &zone, &no_zone));
	rp->json = json_object(a);
	json_set_str(rp->json, "account_sid", impact.document.account_sid);
	json_set(rp->json, "auth_token", token_json(a, &impact.token));
	json_set_str(rp->json, "program_id", impact.document.program_id);
	json_set(rp->json, "checks", impact_state_checks(a, &impact));
	json_set(rp->json, "programs", impact.check == NULL ? NULL : json_copy(a, json_get(impact.check, "programs")));
	json_set(rp->json, "account", account);
	json_set(rp->json, "impact_account", impact.check == NULL ? NULL : impact_account_json(a, impact.check));
	json_set_str(rp->json, "webhook_url",
	    str_printf(a, STR_FMT "/webhooks/hubspot", STR_ARG(rq->parts->settings->public_url)));
	return true;
}

static bool
faultless(const struct credentials *c)
{
	struct json_walk w = json_walk(c->fields);

	return !json_next(&w);
}

static bool
refuse(struct web_request *rq, struct web_reply *rp, const struct credentials *c, struct err *e)
{
	rp->status = 422;
	rp->fields = c->fields;
	rp->beside = json_object(rq->arena);
	json_set(rp->beside, "checks", c->checks);
	json_set(rp->beside, "programs", c->programs);
	return err_set(e, ERR_INVALID, "Not saved: correct what is marked.");
}

bool
impact_connect(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct str sid, program, token = STR("");
	struct credentials *c;
	struct json *open;

	if (!web_members(rq->body, WEB_NAMES("account_sid", "auth_token", "program_id", "confirm"), e) ||
	    !web_string(rq->body, "account_sid", &sid, e) || !web_string(rq->body, "program_id", &program, e) ||
	    (json_get(rq->body, "auth_token") != NULL && !web_string(rq->body, "auth_token", &token, e)) ||
	    !impact_state_move(rq, sid, program, &open, e))
		return false;
	c = credentials_new(rq->arena, rq->parts, &rq->session.person, sid, token, program);
	c->check_only = open != NULL;
	if (!live_run(rq->http, &c->step, LIVE_DEADLINE_MS, e))
		return false;
	if (open != NULL && faultless(c))
		return impact_state_ask(rp, rq->arena, open, e);
	if (!c->saved)
		return refuse(rq, rp, c, e);
	rp->json = json_object(rq->arena);
	json_set_bool(rp->json, "saved", true);
	json_set_int(rp->json, "revision", c->revision);
	json_set(rp->json, "checks", c->checks);
	json_set(rp->json, "programs", c->programs);
	json_set_str(rp->json, "company_name", c->company.name);
	return true;
}

static struct json *
sending_json(struct arena *a, bool on)
{
	struct json *out = json_object(a);

	json_set_bool(out, "sending", on);
	return out;
}

static bool
switch_sending(struct web_request *rq, bool on, struct err *e)
{
	struct db *db = rq->parts->db;
	struct arena *a = rq->arena;
	struct tenant t = { 0 };
	bool ok;

	if (!transaction_begin(db, e))
		return false;
	ok = tenant_load(db, a, rq->tenant_id, &t, e) && tenant_set_sending(db, rq->tenant_id, on, e) &&
	     (t.sending == on || audit_add(db, a, &rq->session.person,
	                             &(struct audit){ .action = "sending.switched",
	                                 .before = sending_json(a, t.sending),
	                                 .after = sending_json(a, on) },
	                             e));
	return transaction_end(db, ok, "switching the sending", e);
}

bool
hubspot_disconnect(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct disconnect *d = disconnect_new(rq->arena, rq->parts, &rq->session.person);

	if (!web_members(rq->body, NULL, 0, e) || !live_run(rq->http, &d->uninstall.token.step, LIVE_DEADLINE_MS, e))
		return false;
	rp->json = json_object(rq->arena);
	json_set_bool(rp->json, "disconnected", true);
	json_set_bool(rp->json, "already", d->uninstall.result == UNINSTALL_ALREADY);
	return true;
}

bool
sending_switch(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	int64_t n;
	bool on;

	if (!web_members(rq->body, WEB_NAMES("on"), e))
		return false;
	if (!json_bool(json_get(rq->body, "on"), &on))
		return err_set(e, ERR_INVALID, "on must be true or false");
	if (!switch_sending(rq, on, e))
		return false;
	/* What was stopped on its way goes on now. */
	if (on && !conversion_unpark(rq->parts->db, rq->tenant_id, STR("stopped"), &n, e))
		return false;
	rp->json = sending_json(rq->arena, on);
	return true;
}
