/*
 * erase.c - deleting an account: asked for by an owner who types its number, then followed by a receipt, because
 * nobody of the account is logged in any more.  The worker does it (task/erase.h).
 */
#include "store/erase.h"

#include "base/arena.h"
#include "base/log.h"
#include "core/date.h"
#include "store/session.h"
#include "store/tenant.h"
#include "web/cookie.h"
#include "web/handlers.h"

bool
account_erase(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct str typed, receipt;
	struct tenant t;

	if (!web_members(rq->body, WEB_NAMES("confirm"), e) || !web_string(rq->body, "confirm", &typed, e) ||
	    !tenant_load(rq->parts->db, rq->arena, rq->tenant_id, &t, e))
		return false;
	if (!str_eq(str_trim(typed), str_printf(rq->arena, "%lld", (long long)t.portal_id))) {
		rp->status = 422;
		rp->fields = json_object(rq->arena);
		json_set_str(rp->fields, "confirm",
		    str_printf(rq->arena, "Type the number of this HubSpot account, %lld.", (long long)t.portal_id));
		return err_set(e, ERR_INVALID, "Nothing was deleted.");
	}
	if (!erase_begin(rq->parts->db, rq->arena, rq->tenant_id, &receipt, e))
		return false;
	log_context(rq->tenant_id, STR("erase"));
	log_event(LOG_INFO, "erase.asked", LOG_I("person", rq->session.person.person_id));
	log_context(0, STR(""));
	web_cookie(rp, cookie_set(rq->arena, rq->parts->settings->public_url, COOKIE_SESSION, STR(""), 0));
	rp->json = json_object(rq->arena);
	json_set_str(rp->json, "receipt", receipt);
	return true;
}

bool
account_erasure(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct erasure now;
	struct str v[1];

	if (!web_query(rq, WEB_NAMES("receipt"), v, e))
		return false;
	if (v[0].n != SESSION_ID_LENGTH || !erase_follow(rq->parts->db, rq->arena, v[0], &now, e)) {
		if (e->code != ERR_NONE && e->code != ERR_NOT_FOUND)
			return false;
		return err_set(e, ERR_NOT_FOUND, "This receipt is not known, or it is older than a week.");
	}
	rp->json = json_object(rq->arena);
	json_set_str(rp->json, "state", now.ended_ms > 0 ? STR("done") : STR("erasing"));
	json_set_str(rp->json, "uninstall", now.uninstall);
	json_set_int(rp->json, "erased", now.erased);
	json_set_str(rp->json, "began_at", date_iso_ms(rq->arena, now.began_ms));
	json_set(rp->json, "ended_at", NULL);
	if (now.ended_ms > 0)
		json_set_str(rp->json, "ended_at", date_iso_ms(rq->arena, now.ended_ms));
	return true;
}
