/* hubspot_search.c - HubSpot's CRM search (hubspot.md 3.2): see hubspot_crm.h. */
#include "remote/hubspot_crm.h"

#include "base/arena.h"
#include "base/enc.h"
#include "remote/wire.h"

static struct str
modified(struct str type)
{
	/* Contacts have another name for it than all others. */
	return str_eq(type, STR("contacts")) ? STR("lastmodifieddate") : STR("hs_lastmodifieddate");
}

static void
push_filter(struct arena *a, struct json *filters, struct str property, const char *operator, struct str value)
{
	struct json *filter;

	if (property.n == 0)
		return;
	filter = json_object(a);
	json_set_str(filter, "propertyName", property);
	json_set_str(filter, "operator", str_from(operator));
	if (value.n > 0)
		json_set_str(filter, "value", value);
	json_push(filters, filter);
}

/* All of them must hold. */
static struct json *
filter_groups(struct arena *a, const struct hubspot_search *search)
{
	struct json *groups = json_array(a);
	struct json *filters = json_array(a);
	struct json *group;

	push_filter(a, filters, search->property, "EQ", search->value);
	push_filter(a, filters, search->filled, "HAS_PROPERTY", STR(""));
	push_filter(a, filters, search->missing, "NOT_HAS_PROPERTY", STR(""));
	if (search->behind_id.n > 0)
		push_filter(a, filters, STR("hs_object_id"), "GT", search->behind_id);
	if (search->since_ms > 0)
		push_filter(a, filters, modified(search->type), "GTE",
		    str_printf(a, "%lld", (long long)search->since_ms));
	if (json_length(filters) == 0)
		return groups;
	group = json_object(a);
	json_set(group, "filters", filters);
	json_push(groups, group);
	return groups;
}

/* The newest first, or by id. */
static struct json *
sorted(struct arena *a, const struct hubspot_search *search)
{
	struct json *sorts = json_array(a);
	struct json *sort = json_object(a);
	bool by_id = search->behind_id.n > 0;

	json_set_str(sort, "propertyName", by_id ? STR("hs_object_id") : modified(search->type));
	json_set_str(sort, "direction", by_id ? STR("ASCENDING") : STR("DESCENDING"));
	json_push(sorts, sort);
	return sorts;
}

void
hubspot_crm_search(struct arena *a, const struct settings *s, const struct secret *token,
    const struct hubspot_search *search, struct http_request *out)
{
	struct json *body = json_object(a);
	struct json *names = json_array(a);

	for (size_t i = 0; i < search->properties.n; i++)
		json_push_str(names, search->properties.v[i]);
	json_set(body, "filterGroups", filter_groups(a, search));
	if (search->words.n > 0)
		json_set_str(body, "query", search->words);
	/* HubSpot puts what fits the words best first; without words the newest. */
	if (search->words.n == 0)
		json_set(body, "sorts", sorted(a, search));
	json_set(body, "properties", names);
	json_set_int(body, "limit", search->limit);
	*out = (struct http_request){ .method = HTTP_POST,
		.url = WIRE_URL(a, s->hubspot_api_url, STR(""), STR("crm"), STR("objects"), s->hubspot_api_version,
		    search->type, STR("search")),
		.auth = HTTP_AUTH_BEARER,
		.secret = *token,
		.body = json_write(a, body),
		.content_type = STR("application/json") };
	http_request_header(out, STR("Accept"), STR("application/json"));
}

bool
hubspot_crm_read_total(struct arena *a, const struct http_answer *answer, int64_t *total, struct err *e)
{
	struct json *body = NULL;

	if (!wire_json(a, answer, "HubSpot", &body, e))
		return false;
	*total = wire_int(a, body, "total");
	return true;
}

void
hubspot_crm_list(struct arena *a, const struct settings *s, const struct secret *token, struct str type,
    struct str_list properties, struct str after, struct http_request *out)
{
	struct str names = STR("");
	struct str query;

	for (size_t i = 0; i < properties.n; i++)
		names = str_printf(a, STR_FMT "%s" STR_FMT, STR_ARG(names), i > 0 ? "%2C" : "",
		    STR_ARG(enc_percent(a, properties.v[i])));
	query = str_printf(a, "archived=false&limit=%d", HUBSPOT_LIST_MAX);
	if (names.n > 0)
		query = str_printf(a, STR_FMT "&properties=" STR_FMT, STR_ARG(query), STR_ARG(names));
	if (after.n > 0)
		query = str_printf(a, STR_FMT "&after=" STR_FMT, STR_ARG(query), STR_ARG(enc_percent(a, after)));
	*out = (struct http_request){ .method = HTTP_GET,
		.url = WIRE_URL(a, s->hubspot_api_url, query, STR("crm"), STR("objects"), s->hubspot_api_version, type),
		.auth = HTTP_AUTH_BEARER,
		.secret = *token };
	http_request_header(out, STR("Accept"), STR("application/json"));
}

struct str
hubspot_crm_read_after(struct arena *a, const struct http_answer *answer)
{
	struct json *body = NULL;
	struct err ignored = { 0 };

	if (!wire_json(a, answer, "HubSpot", &body, &ignored))
		return (struct str){ .n = 0 };
	return wire_text(a, json_get_nocase(json_get_nocase(body, "paging"), "next"), "after");
}
