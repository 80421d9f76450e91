/* underway.c - what is on its way of an object, told before its mapping is changed. */
#include "store/underway.h"

#include "task/catalogue.h"
#include "web/handlers.h"

bool
underway_show(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct underway u;
	struct str object;

	if (!web_query(rq, WEB_NAMES("object"), &object, e))
		return false;
	if (!catalogue_known_object(object))
		return err_set(e, ERR_INVALID, "object must be contacts, companies or deals");
	if (!underway_count(rq->parts->db, rq->arena, rq->tenant_id, object, &u, e))
		return false;
	rp->json = json_object(rq->arena);
	json_set_int(rp->json, "waiting", u.waiting);
	json_set_int(rp->json, "ready", u.ready);
	json_set_int(rp->json, "parked", u.parked);
	json_set_int(rp->json, "held_back", u.held_back);
	json_set_int(rp->json, "unknown", u.unknown);
	json_set_int(rp->json, "rejected", u.rejected);
	return true;
}
