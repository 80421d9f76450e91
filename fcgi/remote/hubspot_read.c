/* hubspot_read.c - the bodies of CRM answers as typed rows; see hubspot_crm.h. */
#include "remote/hubspot_crm.h"

#include "base/arena.h"
#include "core/decimal.h"
#include "remote/wire.h"

#define OPTIONS_MAX     500
#define STAGES_MAX      1000 /* HubSpot's own bound is 100 */
#define LABEL_MAX       200
#define DESCRIPTION_MAX 400
#define VALUE_MAX       255
#define WORDS_MAX       240

/* Result of a 2xx answer, or why it has none. */
static bool
results_of(struct arena *a, const struct http_answer *answer, const struct json **out, struct json **body,
    struct err *e)
{
	if (!wire_json(a, answer, "HubSpot", body, e))
		return false;
	*out = json_get_nocase(*body, "results");
	if (json_type(*out) != JSON_ARRAY && json_type(*out) != JSON_OBJECT)
		return err_set(e, ERR_REMOTE, "HubSpot answered %d without results", answer->status);
	return true;
}

static bool
in_list(struct str s, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (str_eq_nocase(s, str_from(names[i])))
			return true;
	}
	return false;
}

/* What the categories of errors in a batch mean for the ids they name (hubspot.md 4.3); others are refusals. */
static enum retry_class
error_result(struct arena *a, const struct json *row)
{
	static const struct {
		const char *category;
		enum retry_class result;
	} categories[] = {
		{ "OBJECT_NOT_FOUND", RETRY_OK },
		{ "NOT_FOUND", RETRY_OK },
		{ "RATE_LIMITS", RETRY_WAIT },
		{ "RATE_LIMIT", RETRY_WAIT },
		{ "MISSING_SCOPES", RETRY_FORBIDDEN },
		{ "BLOCKED", RETRY_FORBIDDEN },
		{ "INVALID_AUTHENTICATION", RETRY_SIGN_IN },
		{ "EXPIRED_AUTHENTICATION", RETRY_SIGN_IN },
		{ "INTERNAL_ERROR", RETRY_AGAIN },
	};
	struct str category = wire_text(a, row, "category");
	struct str sub = wire_text(a, row, "subCategory");
	struct str none = STR("NO_ASSOCIATIONS_FOUND");

	if (str_find(category, none) < category.n || str_find(sub, none) < sub.n)
		return RETRY_OK;
	for (size_t i = 0; i < sizeof(categories) / sizeof(categories[0]); i++)
		if (str_eq_nocase(category, str_from(categories[i].category)))
			return categories[i].result;
	return RETRY_REFUSED;
}

/* Ids stand in context.ids, context.id or context.fromObjectId, each a list or one, or in the row's own id. */
static void
error_ids(struct arena *a, const struct json *row, struct hubspot_batch_error *out)
{
	static const char *const keys[] = { "ids", "id", "fromObjectId" };
	const struct json *context = json_get_nocase(row, "context");
	struct str own = wire_text(a, row, "id");
	size_t room = 1;

	for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++)
		room += wire_list_length(json_get_nocase(context, keys[k]));
	out->ids = arena_array(a, room, sizeof(*out->ids));
	for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
		const struct json *list = json_get_nocase(context, keys[k]);

		for (size_t i = 0; i < wire_list_length(list); i++)
			out->ids[out->n_ids++] = str_trim(json_text(a, wire_list_at(list, i)));
	}
	if (own.n > 0)
		out->ids[out->n_ids++] = own;
}

void
hubspot_crm_read_errors(struct arena *a, const struct http_answer *answer, struct hubspot_batch_error **out, size_t *n)
{
	const struct json *errors;
	struct err ignored = { 0 };
	struct json *body = NULL;

	*out = NULL;
	*n = 0;
	if (!wire_json(a, answer, "HubSpot", &body, &ignored))
		return;
	errors = json_get_nocase(body, "errors");
	*n = wire_list_length(errors);
	*out = arena_array(a, *n, sizeof(**out));
	for (size_t i = 0; i < *n; i++) {
		const struct json *row = wire_list_at(errors, i);

		(*out)[i].result = error_result(a, row);
		(*out)[i].words = wire_cut(a, wire_text(a, row, "message"), WORDS_MAX);
		error_ids(a, row, &(*out)[i]);
	}
}

bool
hubspot_crm_read_records(struct arena *a, const struct http_answer *answer, struct hubspot_record **out, size_t *n,
    struct err *e)
{
	const struct json *results = NULL;
	struct json *body = NULL;
	size_t length;
	size_t count = 0;

	*out = NULL;
	*n = 0;
	if (!results_of(a, answer, &results, &body, e))
		return false;
	length = wire_list_length(results);
	*out = arena_array(a, length, sizeof(**out));
	for (size_t i = 0; i < length; i++) {
		const struct json *row = wire_list_at(results, i);
		struct hubspot_record *record = &(*out)[count];

		record->id = wire_text(a, row, "id");
		if (record->id.n == 0)
			continue;
		record->properties = json_get_nocase(row, "properties");
		record->created_ms = wire_time(a, row, "createdAt");
		record->updated_ms = wire_time(a, row, "updatedAt");
		record->archived = wire_bool(a, row, "archived");
		count++;
	}
	*n = count;
	return true;
}

/* Labelled "Primary", or a type id that HubSpot defines as primary. */
static bool
is_primary(struct arena *a, const struct json *types)
{
	static const char *const ids[] = { "1", "2", "5", "6", "25", "26", "578" };

	for (size_t i = 0; i < wire_list_length(types); i++) {
		const struct json *type = wire_list_at(types, i);
		struct str category = wire_text(a, type, "category");

		if (str_eq_nocase(wire_text(a, type, "label"), STR("Primary")))
			return true;
		if (category.n > 0 && !str_eq_nocase(category, STR("HUBSPOT_DEFINED")))
			continue;
		if (in_list(wire_text(a, type, "typeId"), ids, sizeof(ids) / sizeof(ids[0])))
			return true;
	}
	return false;
}

/* One end of an association: {"id": "9"}, {"toObjectId": 9} or plain 9. */
static struct str
end_id(struct arena *a, const struct json *end)
{
	struct str id;

	if (json_type(end) != JSON_OBJECT)
		return str_trim(json_text(a, end));
	id = wire_text(a, end, "toObjectId");
	return id.n > 0 ? id : wire_text(a, end, "id");
}

/* Appends the ends of one record's list; rows without an id are left out. */
static void
read_ends(struct arena *a, struct str from_id, const struct json *list, struct hubspot_association *out, size_t *n)
{
	for (size_t i = 0; i < wire_list_length(list); i++) {
		const struct json *end = wire_list_at(list, i);
		struct str to = end_id(a, end);

		if (to.n == 0)
			continue;
		out[*n] = (struct hubspot_association){ .from_id = from_id,
			.to_id = to,
			.primary = is_primary(a, json_get_nocase(end, "associationTypes")) };
		(*n)++;
	}
}

static struct str
next_after(struct arena *a, const struct json *object)
{
	return wire_text(a, json_get_nocase(json_get_nocase(object, "paging"), "next"), "after");
}

bool
hubspot_crm_read_associations(struct arena *a, const struct http_answer *answer, struct hubspot_association **out,
    size_t *n, struct hubspot_association_more **more, size_t *n_more, struct err *e)
{
	const struct json *results = NULL;
	struct json *body = NULL;
	size_t length;
	size_t pairs = 0;

	*out = NULL;
	*more = NULL;
	*n = *n_more = 0;
	if (!results_of(a, answer, &results, &body, e))
		return false;
	length = wire_list_length(results);
	for (size_t i = 0; i < length; i++)
		pairs += wire_list_length(json_get_nocase(wire_list_at(results, i), "to"));
	*out = arena_array(a, pairs, sizeof(**out));
	*more = arena_array(a, length, sizeof(**more));
	for (size_t i = 0; i < length; i++) {
		const struct json *row = wire_list_at(results, i);
		struct str from = end_id(a, json_get_nocase(row, "from"));
		struct str after = next_after(a, row);

		if (from.n == 0)
			continue;
		read_ends(a, from, json_get_nocase(row, "to"), *out, n);
		if (after.n > 0)
			(*more)[(*n_more)++] = (struct hubspot_association_more){ .from_id = from, .after = after };
	}
	return true;
}

bool
hubspot_crm_read_associations_page(struct arena *a, struct str from_id, const struct http_answer *answer,
    struct hubspot_association **out, size_t *n, struct str *after, struct err *e)
{
	const struct json *results = NULL;
	struct json *body = NULL;

	*out = NULL;
	*n = 0;
	*after = (struct str){ 0 };
	if (!results_of(a, answer, &results, &body, e))
		return false;
	*out = arena_array(a, wire_list_length(results), sizeof(**out));
	read_ends(a, from_id, results, *out, n);
	*after = next_after(a, body);
	return true;
}

static struct json *
read_options(struct arena *a, const struct json *options)
{
	struct json *out = json_array(a);

	for (size_t i = 0; i < wire_list_length(options) && i < OPTIONS_MAX; i++) {
		const struct json *option = wire_list_at(options, i);
		/* Not trimmed: the value is compared with the record's, byte by byte. */
		struct str value = json_text_at(a, option, "value");
		struct json *row;

		if (value.n == 0 || value.n > VALUE_MAX)
			continue;
		row = json_object(a);
		json_set_str(row, "value", value);
		json_set_str(row, "label", wire_cut(a, wire_text(a, option, "label"), LABEL_MAX));
		json_push(out, row);
	}
	return out;
}

/* One row of the property list, or NULL for one that nobody can use in a rule. */
static struct json *
read_property(struct arena *a, const struct json *p)
{
	struct str name = wire_text(a, p, "name");
	struct str type = wire_text(a, p, "type");
	struct json *row;

	if (name.n == 0 || name.n > VALUE_MAX || wire_bool(a, p, "hidden") || wire_bool(a, p, "archived"))
		return NULL;
	if (str_eq_nocase(type, STR("json")) || str_eq_nocase(type, STR("object_coordinates")))
		return NULL;
	row = json_object(a);
	json_set_str(row, "name", name);
	json_set_str(row, "label", wire_cut(a, wire_text(a, p, "label"), LABEL_MAX));
	json_set_str(row, "type", wire_cut(a, type, LABEL_MAX));
	json_set_str(row, "field_type", wire_cut(a, wire_text(a, p, "fieldType"), LABEL_MAX));
	json_set_str(row, "group", wire_cut(a, wire_text(a, p, "groupName"), LABEL_MAX));
	json_set_str(row, "description", wire_cut(a, wire_text(a, p, "description"), DESCRIPTION_MAX));
	json_set_bool(row, "hidden", false);
	json_set_bool(row, "calculated", wire_bool(a, p, "calculated"));
	json_set(row, "options", read_options(a, json_get_nocase(p, "options")));
	return row;
}

bool
hubspot_crm_read_properties(struct arena *a, const struct http_answer *answer, struct json **out, struct err *e)
{
	const struct json *results = NULL;
	struct json *body = NULL;

	*out = NULL;
	if (!results_of(a, answer, &results, &body, e))
		return false;
	*out = json_array(a);
	for (size_t i = 0; i < wire_list_length(results); i++) {
		struct json *row = read_property(a, wire_list_at(results, i));

		if (row != NULL)
			json_push(*out, row);
	}
	return true;
}

/* Pipelines or stages that are looked at. */
static size_t
stage_count(const struct json *list)
{
	size_t n = wire_list_length(list);

	return n < STAGES_MAX ? n : STAGES_MAX;
}

/* Indexes of a list in the order of "displayOrder"; equal ones keep their place. */
static size_t *
display_order(struct arena *a, const struct json *list)
{
	size_t n = stage_count(list);
	size_t *order = arena_array(a, n, sizeof(*order));
	int64_t *key = arena_array(a, n, sizeof(*key));

	for (size_t i = 0; i < n; i++) {
		int64_t own = wire_int(a, wire_list_at(list, i), "displayOrder");
		size_t at = i;

		for (; at > 0 && key[at - 1] > own; at--) {
			key[at] = key[at - 1];
			order[at] = order[at - 1];
		}
		key[at] = own;
		order[at] = i;
	}
	return order;
}

/* metadata.probability is text: "1.0" is won. */
static bool
is_certain(struct str probability)
{
	struct decimal p = { 0 };
	struct decimal one = { 0 };
	struct err e = { 0 };

	return decimal_parse(probability, &p, &e) && decimal_parse(STR("1"), &one, &e) && decimal_cmp(p, one) == 0;
}

static struct json *
read_stages(struct arena *a, const struct json *stages)
{
	size_t *order = display_order(a, stages);
	struct json *out = json_array(a);

	for (size_t i = 0; i < stage_count(stages); i++) {
		const struct json *stage = wire_list_at(stages, order[i]);
		const struct json *metadata = json_get_nocase(stage, "metadata");
		struct str id = wire_text(a, stage, "id");
		bool closed = wire_bool(a, metadata, "isClosed");
		struct json *row;

		if (id.n == 0 || wire_bool(a, stage, "archived"))
			continue;
		row = json_object(a);
		json_set_str(row, "id", id);
		json_set_str(row, "label", wire_cut(a, wire_text(a, stage, "label"), LABEL_MAX));
		json_set_bool(row, "closed", closed);
		json_set_bool(row, "won", closed && is_certain(wire_text(a, metadata, "probability")));
		json_push(out, row);
	}
	return out;
}

bool
hubspot_crm_read_pipelines(struct arena *a, const struct http_answer *answer, struct json **out, struct err *e)
{
	const struct json *results = NULL;
	struct json *body = NULL;
	size_t *order;

	*out = NULL;
	if (!results_of(a, answer, &results, &body, e))
		return false;
	*out = json_array(a);
	order = display_order(a, results);
	for (size_t i = 0; i < stage_count(results); i++) {
		const struct json *pipeline = wire_list_at(results, order[i]);
		struct str id = wire_text(a, pipeline, "id");
		struct json *row;

		if (id.n == 0 || wire_bool(a, pipeline, "archived"))
			continue;
		row = json_object(a);
		json_set_str(row, "id", id);
		json_set_str(row, "label", wire_cut(a, wire_text(a, pipeline, "label"), LABEL_MAX));
		json_set(row, "stages", read_stages(a, json_get_nocase(pipeline, "stages")));
		json_push(*out, row);
	}
	return true;
}
