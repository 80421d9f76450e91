/* hubspot_crm.c - requests to HubSpot's CRM and what an answer of it means; hubspot_read.c reads the bodies. */
#include "remote/hubspot_crm.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/enc.h"
#include "remote/wire.h"

#define MESSAGE_MAX        240
#define CORRELATION_MAX    64
#define ASSOCIATIONS_LIMIT "500"

static void
request(struct http_request *out, enum http_method method, struct str url, const struct secret *token)
{
	*out = (struct http_request){ .method = method, .url = url, .auth = HTTP_AUTH_BEARER, .secret = *token };
	http_request_header(out, STR("Accept"), STR("application/json"));
}

static struct json *
id_inputs(struct arena *a, const struct str *ids, size_t n)
{
	struct json *inputs = json_array(a);

	for (size_t i = 0; i < n; i++) {
		struct json *input = json_object(a);

		json_set_str(input, "id", ids[i]);
		json_push(inputs, input);
	}
	return inputs;
}

static void
json_body(struct arena *a, const struct json *body, struct http_request *out)
{
	out->body = json_write(a, body);
	out->content_type = STR("application/json");
}

void
hubspot_crm_batch_read(struct arena *a, const struct settings *s, const struct secret *token, struct str object_type,
    struct str_list ids, struct str_list properties, struct http_request *out)
{
	struct json *body = json_object(a);
	struct json *names = json_array(a);

	for (size_t i = 0; i < properties.n; i++)
		json_push_str(names, properties.v[i]);
	json_set(body, "properties", names);
	json_set(body, "inputs", id_inputs(a, ids.v, ids.n));
	request(out, HTTP_POST,
	    WIRE_URL(a, s->hubspot_api_url, STR(""), STR("crm"), STR("objects"), s->hubspot_api_version, object_type,
	        STR("batch"), STR("read")),
	    token);
	json_body(a, body, out);
}

void
hubspot_crm_associations_read(struct arena *a, const struct settings *s, const struct secret *token,
    struct str from_type, struct str to_type, const struct str *ids, size_t n_ids, struct http_request *out)
{
	struct json *body = json_object(a);

	json_set(body, "inputs", id_inputs(a, ids, n_ids));
	request(out, HTTP_POST,
	    WIRE_URL(a, s->hubspot_api_url, STR(""), STR("crm"), STR("associations"), s->hubspot_api_version, from_type,
	        to_type, STR("batch"), STR("read")),
	    token);
	json_body(a, body, out);
}

void
hubspot_crm_associations_more(struct arena *a, const struct settings *s, const struct secret *token,
    struct str from_type, struct str to_type, struct str id, struct str after, struct http_request *out)
{
	struct str query = str_printf(a, "limit=" ASSOCIATIONS_LIMIT "&after=" STR_FMT, STR_ARG(enc_percent(a, after)));

	request(out, HTTP_GET,
	    WIRE_URL(a, s->hubspot_api_url, query, STR("crm"), STR("objects"), s->hubspot_api_version, from_type, id,
	        STR("associations"), to_type),
	    token);
}

void
hubspot_crm_properties(struct arena *a, const struct settings *s, const struct secret *token, struct str object_type,
    struct http_request *out)
{
	request(out, HTTP_GET,
	    WIRE_URL(a, s->hubspot_api_url, STR("archived=false"), STR("crm"), STR("properties"),
	        s->hubspot_api_version, object_type),
	    token);
}

void
hubspot_crm_pipelines(struct arena *a, const struct settings *s, const struct secret *token, struct str object_type,
    struct http_request *out)
{
	request(out, HTTP_GET,
	    WIRE_URL(a, s->hubspot_api_url, STR(""), STR("crm"), STR("pipelines"), s->hubspot_api_version, object_type),
	    token);
}

/* The words of an error answer: HubSpot's message when the body is JSON and has one, and the correlation id. */
static void
say(struct arena *a, const struct http_answer *answer, struct err *e)
{
	const struct json *body = wire_error_body(a, answer);
	struct str message = wire_cut(a, wire_text(a, body, "message"), MESSAGE_MAX);
	struct str id = wire_text(a, body, "correlationId");

	if (id.n == 0)
		id = http_answer_header(answer, STR("x-hubspot-correlation-id"));
	id = wire_cut(a, id, CORRELATION_MAX);
	err_set(e, wire_code(answer->status), "HubSpot answered %d%s" STR_FMT "%s" STR_FMT "%s", answer->status,
	    message.n > 0 ? ": " : "", STR_ARG(message), id.n > 0 ? " (correlation id " : "", STR_ARG(id),
	    id.n > 0 ? ")" : "");
}

/* Edge servers answer 200 with an HTML page at times; the readers look closer. */
static bool
looks_like_json(struct str body)
{
	struct str s = str_trim(body);

	return s.n == 0 || s.p[0] == '{' || s.p[0] == '[';
}

enum retry_class
hubspot_classify(struct arena *a, enum retry_destination to, const struct http_answer *answer, struct err *e)
{
	enum retry_class c = retry_classify(to, answer);

	if (answer->outcome != HTTP_ANSWERED) {
		*e = answer->err;
		if (e->code == ERR_NONE)
			err_set(e, ERR_IO, "no answer from HubSpot");
		return c;
	}
	if (c == RETRY_OK && !looks_like_json(answer->body)) {
		err_set(e, ERR_REMOTE, "HubSpot answered %d with something that is not JSON", answer->status);
		return retry_unreadable(to);
	}
	if (c != RETRY_OK)
		say(a, answer, e);
	return c;
}
