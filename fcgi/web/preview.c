/* preview.c - what would be sent of a record, before anything is (B-03): records found, previews, a test sent. */
#include "task/preview.h"

#include "base/arena.h"
#include "task/catalogue.h"
#include "task/test_conversion.h"
#include "web/handlers.h"
#include "web/live.h"

static bool
object_of(const struct web_request *rq, struct str *object, struct err *e)
{
	return web_string(rq->body, "object", object, e) &&
	       (catalogue_known_object(*object) ||
	           err_set(e, ERR_INVALID, "object must be contacts, companies or deals"));
}

/* Runs a step that asks HubSpot; its refusal is not the person's. */
static bool
run(const struct web_request *rq, struct step *s, struct err *e)
{
	if (live_run(rq->http, s, LIVE_DEADLINE_MS, e))
		return true;
	if (e->code == ERR_DENIED || e->code == ERR_CONFLICT)
		e->code = ERR_REMOTE;
	return false;
}

bool
records_find_live(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct str object, words = STR("");
	struct record_search *s;

	if (!web_members(rq->body, WEB_NAMES("object", "query"), e) || !object_of(rq, &object, e) ||
	    (json_get(rq->body, "query") != NULL && !web_string(rq->body, "query", &words, e)))
		return false;
	if (words.n > PREVIEW_WORDS_MAX)
		return err_set(e, ERR_INVALID, "query may have %d bytes", PREVIEW_WORDS_MAX);
	s = record_search_new(rq->arena, rq->parts, rq->tenant_id, object, words);
	if (!run(rq, record_search_step(s), e))
		return false;
	rp->json = json_object(rq->arena);
	json_set(rp->json, "records", record_search_answer(s));
	return true;
}

/* ids of records: whole numbers as text, each once. */
static bool
read_ids(const struct web_request *rq, struct str_list *out, struct err *e)
{
	const struct json *list = json_get(rq->body, "ids");
	struct str *ids = arena_array(rq->arena, PREVIEW_RECORDS_MAX, sizeof(*ids));
	size_t n = json_length(list);
	int64_t number;

	if (list != NULL && (json_type(list) != JSON_ARRAY || n == 0 || n > PREVIEW_RECORDS_MAX))
		return err_set(e, ERR_INVALID, "ids must be a list of 1 to %d record ids", PREVIEW_RECORDS_MAX);
	for (size_t i = 0; i < n; i++) {
		if (!json_string(json_at(list, i), &ids[i]) || !str_to_int(ids[i], 1, INT64_MAX, &number))
			return err_set(e, ERR_INVALID, "ids must hold record ids: whole numbers as text");
		for (size_t k = 0; k < i; k++)
			if (str_eq(ids[k], ids[i]))
				return err_set(e, ERR_INVALID, "ids must not hold a record twice");
	}
	*out = (struct str_list){ .v = ids, .n = n };
	return true;
}

/* {"kind":"created"} or {"kind":"changed","property":..,"value":..} */
static bool
read_event(const struct web_request *rq, struct preview_ask *ask, struct err *e)
{
	const struct json *event = json_get(rq->body, "event");
	struct str kind;

	if (json_type(event) == JSON_NULL)
		return true;
	if (json_type(event) != JSON_OBJECT)
		return err_set(e, ERR_INVALID, "event must be an object");
	if (!web_members(event, WEB_NAMES("kind", "property", "value"), e) || !web_string(event, "kind", &kind, e))
		return false;
	ask->has_event = true;
	ask->kind = EVENT_CREATED;
	if (str_eq(kind, STR("created")))
		return true;
	if (!str_eq(kind, STR("changed")))
		return err_set(e, ERR_INVALID, "event.kind must be created or changed");
	ask->kind = EVENT_CHANGED;
	return web_string(event, "property", &ask->property, e) && web_string(event, "value", &ask->value, e) &&
	       (ask->property.n > 0 || err_set(e, ERR_INVALID, "event.property must name a property"));
}

static bool
read_last(const struct web_request *rq, struct preview_ask *ask, struct err *e)
{
	const struct json *won = json_get(rq->body, "won");

	ask->last = PREVIEW_RECORDS_MAX;
	if (json_get(rq->body, "last") != NULL &&
	    (!json_int(json_get(rq->body, "last"), &ask->last) || ask->last < 1 || ask->last > PREVIEW_RECORDS_MAX))
		return err_set(e, ERR_INVALID, "last must be a number from 1 to %d", PREVIEW_RECORDS_MAX);
	if (won != NULL && !json_bool(won, &ask->won))
		return err_set(e, ERR_INVALID, "won must be true or false");
	if (ask->won && !str_eq(ask->object, STR("deals")))
		return err_set(e, ERR_INVALID, "only deals can be won");
	return true;
}

bool
preview_show(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	const struct json *document = json_get(rq->body, "document"), *snapshot = json_get(rq->body, "snapshot");
	struct preview_ask ask = { .snapshot = NULL };
	struct preview *p;

	if (!web_members(rq->body, WEB_NAMES("object", "ids", "last", "won", "document", "event", "snapshot"), e) ||
	    !object_of(rq, &ask.object, e) || !read_ids(rq, &ask.ids, e) || !read_event(rq, &ask, e) ||
	    !read_last(rq, &ask, e))
		return false;
	if (json_type(document) != JSON_NULL && json_type(document) != JSON_OBJECT)
		return err_set(e, ERR_INVALID, "document must be an object");
	if (json_type(snapshot) != JSON_NULL && json_type(snapshot) != JSON_OBJECT)
		return err_set(e, ERR_INVALID, "snapshot must be one that an answer held");
	if (json_type(document) == JSON_OBJECT)
		ask.document = json_write(rq->arena, document);
	if (json_type(snapshot) == JSON_OBJECT)
		ask.snapshot = snapshot;
	p = preview_new(rq->arena, rq->parts, rq->tenant_id, &ask);
	if (!run(rq, preview_step(p), e))
		return false;
	rp->json = preview_answer(p);
	return true;
}

bool
test_conversion_send(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct test_ask ask = { .by = rq->session.person };
	const struct test_sent *sent;
	struct test_conversion *t;
	int64_t number;

	if (!web_members(rq->body, WEB_NAMES("object", "id", "click_id"), e) || !object_of(rq, &ask.object, e) ||
	    !web_string(rq->body, "id", &ask.id, e) || !web_string(rq->body, "click_id", &ask.click_id, e))
		return false;
	if (!str_to_int(ask.id, 1, INT64_MAX, &number))
		return err_set(e, ERR_INVALID, "id must be a record id: a whole number as text");
	ask.click_id = str_trim(ask.click_id);
	if (ask.click_id.n == 0 || ask.click_id.n > TEST_CLICK_MAX ||
	    str_find_char(ask.click_id, ' ') < ask.click_id.n) {
		rp->status = 422;
		rp->fields = json_object(rq->arena);
		json_set_str(rp->fields, "click_id",
		    STR("Enter the click id of a test link: 1 to 64 characters without a blank."));
		return err_set(e, ERR_INVALID, "Not sent: the click id is missing or is none.");
	}
	t = test_conversion_new(rq->arena, rq->parts, rq->tenant_id, &ask);
	if (!run(rq, test_conversion_step(t), e))
		return false;
	sent = test_conversion_sent(t);
	if (sent->conversion_id == 0) {
		rp->status = 422;
		rp->beside = json_object(rq->arena);
		json_set_str(rp->beside, "fix", sent->fix);
		return err_set(e, ERR_INVALID, STR_FMT, STR_ARG(sent->why));
	}
	rp->json = json_object(rq->arena);
	json_set_int(rp->json, "decision_id", sent->decision_id);
	json_set_int(rp->json, "conversion_id", sent->conversion_id);
	json_set_str(rp->json, "order_id", sent->order_id);
	return true;
}
