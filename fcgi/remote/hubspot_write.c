/* hubspot_write.c - see hubspot_write.h. */
#include "remote/hubspot_write.h"

#include "base/arena.h"
#include "remote/wire.h"

#define WORDS_MAX 400
#define CODE_MAX  64

static void
post(struct arena *a, struct str url, const struct secret *token, const struct json *body, struct http_request *out)
{
	*out = (struct http_request){ .method = HTTP_POST,
		.url = url,
		.auth = HTTP_AUTH_BEARER,
		.secret = *token,
		.body = json_write(a, body),
		.content_type = STR("application/json") };
	http_request_header(out, STR("Accept"), STR("application/json"));
}

void
hubspot_crm_batch_update(struct arena *a, const struct settings *s, const struct secret *token, struct str object_type,
    const struct hubspot_change *changes, size_t n, struct http_request *out)
{
	struct json *body = json_object(a);
	struct json *inputs = json_array(a);

	for (size_t i = 0; i < n; i++) {
		struct json *input = json_object(a);

		json_set_str(input, "id", changes[i].id);
		json_set_str(input, "objectWriteTraceId", changes[i].trace);
		json_set(input, "properties", json_copy(a, changes[i].properties));
		json_push(inputs, input);
	}
	json_set(body, "inputs", inputs);
	post(a,
	    WIRE_URL(a, s->hubspot_api_url, STR(""), STR("crm"), STR("objects"), s->hubspot_api_version, object_type,
	        STR("batch"), STR("update")),
	    token, body, out);
	out->once = true; /* libcurl would repeat it where the answer was lost */
}

static bool
names(struct arena *a, const struct json *list, struct str wanted)
{
	for (size_t i = 0; i < wire_list_length(list); i++)
		if (str_eq(str_trim(json_text(a, wire_list_at(list, i))), wanted))
			return true;
	return false;
}

/* By the trace; an answer without traces tells the ids. */
static bool
is_about(struct arena *a, const struct json *row, const struct hubspot_change *c)
{
	const struct json *context = json_get_nocase(row, "context");

	return names(a, json_get_nocase(context, "objectWriteTraceId"), c->trace) ||
	       names(a, json_get_nocase(context, "ids"), c->id) || names(a, json_get_nocase(context, "id"), c->id);
}

/* The code of the first detail says more than the category. */
static void
read_refusal(struct arena *a, const struct json *row, struct hubspot_outcome *o)
{
	struct str code = wire_text(a, wire_list_at(json_get_nocase(row, "errors"), 0), "code");

	if (code.n == 0)
		code = wire_text(a, row, "category");
	*o = (struct hubspot_outcome){ .refused = true,
		.code = wire_cut(a, code, CODE_MAX),
		.words = wire_cut(a, wire_text(a, row, "message"), WORDS_MAX) };
}

bool
hubspot_crm_read_outcomes(struct arena *a, const struct http_answer *answer, const struct hubspot_change *changes,
    size_t n, struct hubspot_outcome *outcomes, struct err *e)
{
	const struct json *results;
	const struct json *errors;
	struct json *body = NULL;

	memset(outcomes, 0, n * sizeof(*outcomes));
	if (!wire_json(a, answer, "HubSpot", &body, e))
		return false;
	results = json_get_nocase(body, "results");
	errors = json_get_nocase(body, "errors");
	for (size_t r = 0; r < wire_list_length(results); r++) {
		struct str id = wire_text(a, wire_list_at(results, r), "id");

		for (size_t i = 0; i < n; i++)
			outcomes[i].written = outcomes[i].written || str_eq(id, changes[i].id);
	}
	for (size_t r = 0; r < wire_list_length(errors); r++) {
		const struct json *row = wire_list_at(errors, r);

		for (size_t i = 0; i < n; i++)
			if (!outcomes[i].written && is_about(a, row, &changes[i]))
				read_refusal(a, row, &outcomes[i]);
	}
	return true;
}

void
hubspot_crm_group_create(struct arena *a, const struct settings *s, const struct secret *token,
    const struct hubspot_property *p, struct http_request *out)
{
	struct json *body = json_object(a);

	json_set_str(body, "name", p->group);
	json_set_str(body, "label", p->group_label);
	json_set_int(body, "displayOrder", -1);
	post(a,
	    WIRE_URL(a, s->hubspot_api_url, STR(""), STR("crm"), STR("properties"), s->hubspot_api_version, p->type,
	        STR("groups")),
	    token, body, out);
}

void
hubspot_crm_property_create(struct arena *a, const struct settings *s, const struct secret *token,
    const struct hubspot_property *p, struct http_request *out)
{
	struct json *body = json_object(a);

	json_set_str(body, "name", p->name);
	json_set_str(body, "label", p->label);
	json_set_str(body, "description", p->description);
	json_set_str(body, "groupName", p->group);
	json_set_str(body, "type", STR("string"));
	json_set_str(body, "fieldType", STR("text"));
	json_set_bool(body, "hasUniqueValue", false);
	json_set_bool(body, "hidden", false);
	json_set_bool(body, "formField", true);
	json_set_int(body, "displayOrder", -1);
	post(a,
	    WIRE_URL(a, s->hubspot_api_url, STR(""), STR("crm"), STR("properties"), s->hubspot_api_version, p->type),
	    token, body, out);
}
