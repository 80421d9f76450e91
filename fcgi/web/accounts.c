/* accounts.c - the configurations of a person's other accounts, to be compared with this one.  They are only read. */
#include "base/arena.h"
#include "store/belonging.h"
#include "web/config_json.h"
#include "web/cookie.h"
#include "web/handlers.h"

static bool
mine(struct web_request *rq, struct belonging **list, size_t *n, struct err *e)
{
	struct str cookie;

	*n = 0;
	return !cookie_value(rq->wire->cookie, cookie_name(rq->arena, rq->parts->settings->public_url, COOKIE_SESSION),
	           &cookie) ||
	       belonging_list(rq->parts->db, rq->arena, cookie, list, n, e);
}

bool
config_accounts(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct json *accounts = json_array(rq->arena);
	struct belonging *list;
	size_t n;

	if (!web_query(rq, NULL, 0, NULL, e) || !mine(rq, &list, &n, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct json *row = json_object(rq->arena);

		json_set_int(row, "id", list[i].tenant_id);
		json_set_int(row, "portal_id", list[i].portal_id);
		json_set_str(row, "name", list[i].name);
		json_push(accounts, row);
	}
	rp->json = json_object(rq->arena);
	json_set(rp->json, "accounts", accounts);
	return true;
}

bool
config_of_account(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct config_revision now;
	struct belonging *list;
	int64_t id = 0;
	size_t n;

	if (!web_query(rq, NULL, 0, NULL, e) || !mine(rq, &list, &n, e))
		return false;
	if (!str_to_int(rq->params[0], 1, INT64_MAX, &id))
		n = 0;
	for (size_t i = 0; i < n; i++)
		if (list[i].tenant_id == id) {
			if (!config_current(rq->parts->db, rq->arena, id, &now, e) ||
			    !config_json(rq->arena, &now, &rp->json, e))
				return false;
			json_set_int(rp->json, "portal_id", list[i].portal_id);
			return true;
		}
	return err_set(e, ERR_NOT_FOUND, "There is no such account, or you do not belong to it.");
}
