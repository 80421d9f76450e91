/* hubspot_search.c - HubSpot's CRM search (hubspot.md 3.2): see hubspot_crm.h. */
#include "remote/hubspot_crm.h"

#include "base/arena.h"
#include "remote/wire.h"

static struct json *
filter_groups(struct arena *a, struct str property, struct str value)
{
	struct json *groups = json_array(a);
	struct json *group = json_object(a);
	struct json *filters = json_array(a);
	struct json *filter = json_object(a);

	json_set_str(filter, "propertyName", property);
	json_set_str(filter, "operator", STR("EQ"));
	json_set_str(filter, "value", value);
	json_push(filters, filter);
	json_set(group, "filters", filters);
	json_push(groups, group);
	return groups;
}

static struct json *
newest_first(struct arena *a, struct str type)
{
	struct json *sorts = json_array(a);
	struct json *sort = json_object(a);

	/* Contacts have another name for it than all others. */
	json_set_str(sort, "propertyName",
	    str_eq(type, STR("contacts")) ? STR("lastmodifieddate") : STR("hs_lastmodifieddate"));
	json_set_str(sort, "direction", STR("DESCENDING"));
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
	json_set(body, "filterGroups",
	    search->property.n > 0 ? filter_groups(a, search->property, search->value) : json_array(a));
	if (search->words.n > 0)
		json_set_str(body, "query", search->words);
	/* HubSpot puts what fits the words best first; without words the newest. */
	if (search->words.n == 0)
		json_set(body, "sorts", newest_first(a, search->type));
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
