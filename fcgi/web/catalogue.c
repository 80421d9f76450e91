/* catalogue.c - what can be mapped to what: HubSpot's properties, impact.com's fields, presets, functions. */
#include "task/catalogue.h"

#include "base/arena.h"
#include "lang/lang.h"
#include "web/handlers.h"
#include "web/live.h"

static bool
view(struct web_request *rq, struct web_reply *rp, struct str object, struct err *e)
{
	return catalogue_view(rq->arena, rq->parts, rq->tenant_id, object, rq->installation->subscriptions, &rp->json,
	    e);
}

static bool
known(struct str object, struct err *e)
{
	return catalogue_known_object(object) || err_set(e, ERR_INVALID, "object must be contacts, companies or deals");
}

bool
catalogue_show(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct str object;

	return web_query(rq, WEB_NAMES("object"), &object, e) && known(object, e) && view(rq, rp, object, e);
}

bool
catalogue_renew(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct str object;

	if (!web_members(rq->body, WEB_NAMES("object"), e) || !web_string(rq->body, "object", &object, e) ||
	    !known(object, e))
		return false;
	if (!live_run(rq->http, catalogue_refresh_new(rq->arena, rq->parts, rq->tenant_id, object), LIVE_DEADLINE_MS,
	        e)) {
		/* HubSpot's refusal is not the person's. */
		if (e->code == ERR_DENIED || e->code == ERR_CONFLICT)
			e->code = ERR_REMOTE;
		return false;
	}
	return view(rq, rp, object, e);
}

static bool
file(struct web_request *rq, struct web_reply *rp, struct str text, struct err *e)
{
	rp->text = text;
	return web_query(rq, NULL, 0, NULL, e);
}

bool
impact_fields_show(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	return file(rq, rp, rq->installation->impact_fields, e);
}

bool
presets_show(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	return file(rq, rp, rq->installation->presets, e);
}

bool
triggers_show(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	return file(rq, rp, rq->installation->triggers, e);
}

bool
functions_show(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	const struct lang_function *table;
	size_t n = lang_functions(&table);
	struct json *list = json_array(rq->arena);

	if (!web_query(rq, NULL, 0, NULL, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct json *row = json_object(rq->arena);

		json_set_str(row, "name", str_from(table[i].name));
		json_set_str(row, "arguments", str_from(table[i].arguments));
		json_set_str(row, "help", str_from(table[i].help));
		json_set_str(row, "example", str_from(table[i].example));
		json_push(list, row);
	}
	rp->json = json_object(rq->arena);
	json_set(rp->json, "functions", list);
	return true;
}
