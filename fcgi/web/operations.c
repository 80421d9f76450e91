/* operations.c - what a monitor asks; nginx lets only this machine ask it (nginx/operations.conf, F-175). */
#include "task/metrics.h"
#include "task/readiness.h"
#include "web/handlers.h"

bool
health_show(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	(void)e;
	rp->json = json_object(rq->arena);
	json_set_bool(rp->json, "alive", true);
	return true;
}

bool
ready_show(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct json *list = json_array(rq->arena);
	struct readiness r;

	(void)e;
	readiness_look(rq->arena, rq->parts, &r);
	for (size_t i = 0; i < r.n; i++) {
		struct json *check = json_object(rq->arena);

		json_set_str(check, "name", str_from(r.checks[i].name));
		json_set_bool(check, "ok", r.checks[i].ok);
		json_set_str(check, "message", r.checks[i].message);
		json_push(list, check);
	}
	rp->json = json_object(rq->arena);
	json_set_bool(rp->json, "ready", r.ready);
	json_set(rp->json, "checks", list);
	rp->status = r.ready ? 200 : 503;
	return true;
}

bool
metrics_show(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	rp->content_type = METRICS_CONTENT_TYPE;
	return metrics_page(rq->arena, rq->parts, &rp->text, e);
}
