/* config_file.c - see config_file.h. */
#include "core/config_file.h"

#include "base/arena.h"

static const struct json_limits limits = { .max_depth = 16, .max_tokens = 200000 };

/* A copy of an object with these members first, in this order; the others follow as they stand. */
static struct json *
ordered(struct arena *a, const struct json *object, const char *const *names, size_t n)
{
	struct json *out = json_object(a);
	struct json_walk w = json_walk(object);

	for (size_t i = 0; i < n; i++)
		if (json_get(object, names[i]) != NULL)
			json_set(out, names[i], json_copy(a, json_get(object, names[i])));
	while (json_next(&w)) {
		char *name = str_c(a, w.key);

		if (json_get(out, name) == NULL)
			json_set(out, name, json_copy(a, w.value));
	}
	return out;
}

#define ORDERED(a, object, ...)                                                                                        \
	ordered(a, object, (const char *const[]){ __VA_ARGS__ },                                                       \
	    sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *))

static struct json *
object_part(struct arena *a, const struct json *object)
{
	struct json *out = ORDERED(a, object, "consent", "triggers", "mapping");
	struct json *triggers = json_array(a), *mapping = json_array(a);

	for (size_t i = 0; i < json_length(json_get(object, "triggers")); i++)
		json_push(triggers, ORDERED(a, json_at(json_get(object, "triggers"), i), "id", "mode", "on", "property",
		                        "becomes", "when"));
	for (size_t i = 0; i < json_length(json_get(object, "mapping")); i++)
		json_push(mapping,
		    ORDERED(a, json_at(json_get(object, "mapping"), i), "id", "field", "expression", "when", "active"));
	json_set(out, "triggers", triggers);
	json_set(out, "mapping", mapping);
	return out;
}

static struct json *
document_part(struct arena *a, const struct json *document)
{
	struct json *out = ORDERED(a, document, "impact", "options", "objects");
	struct json *objects = ORDERED(a, json_get(document, "objects"), "contacts", "companies", "deals");
	struct json_walk w = json_walk(json_get(document, "objects"));

	while (json_next(&w))
		json_set(objects, str_c(a, w.key), object_part(a, w.value));
	json_set(out, "impact", ORDERED(a, json_get(document, "impact"), "account_sid", "program_id"));
	json_set(out, "options",
	    ORDERED(a, json_get(document, "options"), "computed_prefix", "computed_value", "email_hash", "event_date",
	        "advocate"));
	json_set(out, "objects", objects);
	return out;
}

struct str
config_file_write(struct arena *a, const struct config_file *file)
{
	struct json *out = json_object(a), *account = json_object(a);

	json_set_int(account, "portal_id", file->portal_id);
	json_set_str(account, "name", file->name);
	json_set_int(out, "format", CONFIG_FILE_FORMAT);
	json_set_str(out, "product", STR("HubSpot to impact.com connector"));
	json_set(out, "account", account);
	json_set_int(out, "revision", file->revision);
	json_set_str(out, "author", file->author);
	json_set_str(out, "saved_at", file->saved_at);
	json_set(out, "configuration", document_part(a, file->document));
	return str_printf(a, STR_FMT "\n", STR_ARG(json_write_readable(a, out)));
}

static bool
read_head(struct arena *a, const struct json *j, struct config_file *out, struct err *e)
{
	const struct json *account = json_get(j, "account");
	int64_t format;

	if (!json_int(json_get(j, "format"), &format) || format != CONFIG_FILE_FORMAT)
		return err_set(e, ERR_INVALID, "its format is " STR_FMT "; this connector reads format %d",
		    STR_ARG(str_slice(json_text_at(a, j, "format"), 0, 20)), CONFIG_FILE_FORMAT);
	out->document = json_get(j, "configuration");
	if (json_type(out->document) != JSON_OBJECT)
		return err_set(e, ERR_INVALID, "its member \"configuration\" is missing");
	(void)json_int(json_get(j, "revision"), &out->revision);
	(void)json_int(json_get(account, "portal_id"), &out->portal_id);
	out->name = str_slice(json_text_at(a, account, "name"), 0, 255);
	return true;
}

bool
config_file_read(struct arena *a, struct str text, struct config_file *out, struct err *e)
{
	struct json *j;

	*out = (struct config_file){ .document = NULL };
	if (str_starts(text, STR("\xEF\xBB\xBF")))
		text = str_slice(text, 3, text.n);
	if (!json_parse(a, text, &limits, &j, e)) {
		e->code = ERR_INVALID;
		return err_wrap(e, "this is no readable JSON");
	}
	if (json_get(j, "format") != NULL)
		return read_head(a, j, out, e);
	out->document = j;
	return json_type(json_get(j, "objects")) == JSON_OBJECT ||
	       err_set(e, ERR_INVALID, "this is not a configuration: \"format\" and \"configuration\" are missing");
}
