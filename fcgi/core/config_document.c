#include "core/config_document.h"

#include "base/arena.h"

#define ID_MAX         32
#define PROPERTY_MAX   255
#define VALUE_MAX      255
#define VALUES_MAX     100
#define SID_MAX        128
#define PROGRAM_MAX    16
#define FIELD_MAX      64
#define EXPRESSION_MAX 4096
#define FAULTS_MAX     200

static const struct json_limits limits = { .max_depth = 16, .max_tokens = 200000 };

static const char *const object_types[CONFIG_OBJECTS] = {
	[CONFIG_CONTACTS] = "contacts",
	[CONFIG_COMPANIES] = "companies",
	[CONFIG_DEALS] = "deals",
};

/* What one reading of a document carries along. */
struct reader {
	struct arena *arena;
	struct config_fault *faults;
	size_t n_faults;
	struct str ids[CONFIG_TRIGGERS_MAX + CONFIG_ROWS_MAX];
	size_t n_ids;
	size_t n_triggers, n_rows;
};

static bool
fault(struct reader *r, struct str path, const char *message)
{
	if (r->n_faults < FAULTS_MAX)
		r->faults[r->n_faults++] = (struct config_fault){ .path = path, .message = str_from(message) };
	return false;
}

static struct str
join(struct reader *r, struct str path, const char *name)
{
	if (path.n == 0)
		return str_from(name);
	return str_printf(r->arena, STR_FMT ".%s", STR_ARG(path), name);
}

static bool
in_list(struct str word, const char *list)
{
	struct str rest = str_from(list);
	struct str head;

	while (str_cut(&rest, ' ', &head)) {
		if (str_eq(head, word))
			return true;
	}
	return false;
}

/* An object with no members but those in `known`. */
static bool
check_object(struct reader *r, const struct json *j, struct str path, const char *known)
{
	struct json_walk w;

	if (json_type(j) != JSON_OBJECT)
		return fault(r, path, "must be an object");
	w = json_walk(j);
	while (json_next(&w)) {
		if (!in_list(w.key, known))
			fault(r,
			    str_printf(r->arena, STR_FMT "%s" STR_FMT, STR_ARG(path), path.n > 0 ? "." : "",
			        STR_ARG(w.key)),
			    "is not known here");
	}
	return true;
}

static bool
is_plain(struct str s, const char *more)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

		if (!plain && (c == '\0' || strchr(more, c) == NULL))
			return false;
	}
	return true;
}

static void
read_text(struct reader *r, const struct json *object, struct str path, const char *name, size_t max, struct str *out)
{
	const struct json *j = json_get(object, name);

	if (!json_string(j, out))
		fault(r, join(r, path, name), j == NULL ? "is missing" : "must be a text");
	else if (out->n > max)
		fault(r, join(r, path, name), "is too long");
}

static void
read_bool(struct reader *r, const struct json *object, struct str path, const char *name, bool *out)
{
	const struct json *j = json_get(object, name);

	if (!json_bool(j, out))
		fault(r, join(r, path, name), j == NULL ? "is missing" : "must be true or false");
}

/* One of two words; the first when the member is not there. */
static void
read_choice(struct reader *r, const struct json *object, struct str path, const char *name, const char *first,
    const char *second, bool *is_second)
{
	const struct json *j = json_get(object, name);
	struct str word;

	*is_second = false;
	if (j == NULL)
		return;
	if (!json_string(j, &word) || (!str_eq(word, str_from(first)) && !str_eq(word, str_from(second))))
		fault(r, join(r, path, name), str_printf(r->arena, "must be \"%s\" or \"%s\"", first, second).p);
	else
		*is_second = str_eq(word, str_from(second));
}

/* Ids are unique within the document; the path of a thing with a good id names it, else its place does. */
static struct str
read_id(struct reader *r, const struct json *j, struct str path, size_t place, struct str *id)
{
	struct str by_place = str_printf(r->arena, STR_FMT ".%zu", STR_ARG(path), place);

	if (!json_string(json_get(j, "id"), id) || id->n == 0 || id->n > ID_MAX || !is_plain(*id, "_-")) {
		fault(r, join(r, by_place, "id"), "must be 1 to 32 letters, digits, _ or -");
		return by_place;
	}
	for (size_t i = 0; i < r->n_ids; i++) {
		if (str_eq(r->ids[i], *id)) {
			fault(r, join(r, by_place, "id"), "is used twice in this document");
			return by_place;
		}
	}
	r->ids[r->n_ids++] = *id;
	return str_printf(r->arena, STR_FMT "." STR_FMT, STR_ARG(path), STR_ARG(*id));
}

static void
read_values(struct reader *r, const struct json *j, struct str path, struct config_trigger *out)
{
	size_t n = json_length(j);
	struct str *values;

	if (j == NULL)
		return;
	if (json_type(j) != JSON_ARRAY || n > VALUES_MAX) {
		fault(r, path, "must be a list of at most 100 texts");
		return;
	}
	values = arena_array(r->arena, n, sizeof(*values));
	for (size_t i = 0; i < n; i++) {
		if (!json_string(json_at(j, i), &values[i]) || values[i].n > VALUE_MAX)
			fault(r, path, "must be a list of texts of at most 255 bytes");
	}
	out->becomes = values;
	out->n_becomes = n;
}

static void
read_trigger(struct reader *r, const struct json *j, struct str path, size_t place, struct config_trigger *out)
{
	bool changed = false;
	bool has_property = json_get(j, "property") != NULL;
	struct str mode = { 0 };

	path = read_id(r, j, path, place, &out->id);
	if (!check_object(r, j, path, "id on property becomes when mode"))
		return;
	if (json_get(j, "on") == NULL)
		fault(r, join(r, path, "on"), "is missing");
	read_choice(r, j, path, "on", "created", "changed", &changed);
	out->created = !changed;
	if (changed || has_property)
		read_text(r, j, path, "property", PROPERTY_MAX, &out->property);
	if (changed && (out->property.n == 0 || !is_plain(out->property, "_-. []")))
		fault(r, join(r, path, "property"), "must be the internal name of a property");
	if (!changed && out->property.n > 0)
		fault(r, join(r, path, "property"), "has no meaning when a record is created");
	read_values(r, json_get(j, "becomes"), join(r, path, "becomes"), out);
	if (!changed && out->n_becomes > 0)
		fault(r, join(r, path, "becomes"), "has no meaning when a record is created");
	if (json_get(j, "when") != NULL)
		read_text(r, j, path, "when", EXPRESSION_MAX, &out->when);
	read_text(r, j, path, "mode", PROPERTY_MAX, &mode);
	if (mode.n > 0 && !str_eq(mode, STR("live")) && !str_eq(mode, STR("off")))
		fault(r, join(r, path, "mode"), "must be \"off\" or \"live\"");
	out->live = str_eq(mode, STR("live"));
}

static void
read_row(struct reader *r, const struct json *j, struct str path, size_t place, struct config_row *out)
{
	path = read_id(r, j, path, place, &out->id);
	out->active = true;
	if (!check_object(r, j, path, "id field expression when active"))
		return;
	read_text(r, j, path, "field", FIELD_MAX, &out->field);
	read_text(r, j, path, "expression", EXPRESSION_MAX, &out->expression);
	if (json_get(j, "when") != NULL)
		read_text(r, j, path, "when", EXPRESSION_MAX, &out->when);
	if (json_get(j, "active") != NULL)
		read_bool(r, j, path, "active", &out->active);
}

static void
read_triggers(struct reader *r, const struct json *j, struct str path, struct config_object *out)
{
	size_t n = json_length(j);
	struct config_trigger *triggers;

	if (json_type(j) != JSON_ARRAY) {
		fault(r, path, "must be a list");
		return;
	}
	if (n > CONFIG_TRIGGERS_MAX - r->n_triggers) {
		fault(r, path, "has too many triggers (100 in all)");
		return;
	}
	triggers = arena_array(r->arena, n, sizeof(*triggers));
	for (size_t i = 0; i < n; i++)
		read_trigger(r, json_at(j, i), path, i, &triggers[i]);
	r->n_triggers += n;
	out->triggers = triggers;
	out->n_triggers = n;
}

static void
read_rows(struct reader *r, const struct json *j, struct str path, struct config_object *out)
{
	size_t n = json_length(j);
	struct config_row *rows;

	if (json_type(j) != JSON_ARRAY) {
		fault(r, path, "must be a list");
		return;
	}
	if (n > CONFIG_ROWS_MAX - r->n_rows) {
		fault(r, path, "has too many rows (2000 in all)");
		return;
	}
	rows = arena_array(r->arena, n, sizeof(*rows));
	for (size_t i = 0; i < n; i++)
		read_row(r, json_at(j, i), path, i, &rows[i]);
	r->n_rows += n;
	out->rows = rows;
	out->n_rows = n;
}

static void
read_objects(struct reader *r, const struct json *j, struct config_document *out)
{
	if (!check_object(r, j, STR("objects"), "contacts companies deals"))
		return;
	for (size_t i = 0; i < CONFIG_OBJECTS; i++) {
		const struct json *o = json_get(j, object_types[i]);
		struct str path = str_printf(r->arena, "objects.%s", object_types[i]);

		if (!check_object(r, o, path, "consent triggers mapping"))
			continue;
		read_bool(r, o, path, "consent", &out->objects[i].consent);
		read_triggers(r, json_get(o, "triggers"), join(r, path, "triggers"), &out->objects[i]);
		read_rows(r, json_get(o, "mapping"), join(r, path, "mapping"), &out->objects[i]);
	}
}

static void
read_settings(struct reader *r, const struct json *j, struct config_document *out)
{
	const struct json *impact = json_get(j, "impact");
	const struct json *options = json_get(j, "options");
	struct str path = STR("impact");

	if (check_object(r, impact, path, "account_sid program_id")) {
		read_text(r, impact, path, "account_sid", SID_MAX, &out->account_sid);
		read_text(r, impact, path, "program_id", PROGRAM_MAX, &out->program_id);
		if (!is_plain(out->account_sid, "_-."))
			fault(r, join(r, path, "account_sid"), "must be letters and digits");
		for (size_t i = 0; i < out->program_id.n; i++) {
			if (out->program_id.p[i] < '0' || out->program_id.p[i] > '9') {
				fault(r, join(r, path, "program_id"), "must be digits");
				break;
			}
		}
	}
	path = STR("options");
	if (check_object(r, options, path, "computed_prefix computed_value email_hash event_date advocate")) {
		if (json_get(options, "computed_prefix") != NULL)
			read_bool(r, options, path, "computed_prefix", &out->computed_prefix);
		read_choice(r, options, path, "computed_value", "internal", "label", &out->computed_label);
		read_choice(r, options, path, "email_hash", "sha1", "sha256", &out->email_sha256);
		read_choice(r, options, path, "event_date", "preset", "occurred", &out->event_date_occurred);
		if (json_get(options, "advocate") != NULL)
			read_bool(r, options, path, "advocate", &out->advocate);
	}
}

struct str
config_document_empty(struct arena *a)
{
	(void)a;
	return STR("{\"impact\":{\"account_sid\":\"\",\"program_id\":\"\"},"
	           "\"options\":{\"computed_prefix\":true,\"computed_value\":\"internal\",\"email_hash\":\"sha1\"},"
	           "\"objects\":{"
	           "\"contacts\":{\"consent\":false,\"triggers\":[],\"mapping\":[]},"
	           "\"companies\":{\"consent\":false,\"triggers\":[],\"mapping\":[]},"
	           "\"deals\":{\"consent\":false,\"triggers\":[],\"mapping\":[]}}}");
}

bool
config_document_parse(struct arena *a, struct str text, struct config_document *out, struct config_fault **faults,
    size_t *n_faults, struct err *e)
{
	struct reader *r = arena_alloc(a, sizeof(*r));
	struct json *j = NULL;

	r->arena = a;
	r->faults = arena_array(a, FAULTS_MAX, sizeof(*r->faults));
	*out = (struct config_document){ .computed_prefix = true };
	for (size_t i = 0; i < CONFIG_OBJECTS; i++)
		out->objects[i].type = str_from(object_types[i]);
	*faults = r->faults;
	*n_faults = 0;
	if (text.n > CONFIG_BYTES_MAX) {
		fault(r, STR(""), "the document is over 1 MB");
	} else if (!json_parse(a, text, &limits, &j, e)) {
		fault(r, STR(""), str_c(a, str_from(e->text)));
	} else if (check_object(r, j, STR(""), "impact options objects")) {
		read_settings(r, j, out);
		read_objects(r, json_get(j, "objects"), out);
	}
	*n_faults = r->n_faults;
	if (r->n_faults > 0)
		return err_set(e, ERR_INVALID, STR_FMT "%s" STR_FMT, STR_ARG(r->faults[0].path),
		    r->faults[0].path.n > 0 ? " " : "", STR_ARG(r->faults[0].message));
	return true;
}

const struct config_object *
config_document_object(const struct config_document *doc, struct str type)
{
	for (size_t i = 0; i < CONFIG_OBJECTS; i++) {
		if (str_eq(doc->objects[i].type, type))
			return &doc->objects[i];
	}
	return NULL;
}

bool
config_trigger_concerns(const struct config_trigger *t, const struct event *ev)
{
	return t->created ? ev->kind == EVENT_CREATED : ev->kind == EVENT_CHANGED && str_eq(t->property, ev->property);
}

bool
config_document_concerns(const struct config_document *document, const struct event *ev)
{
	const struct config_object *o = config_document_object(document, ev->object_type);

	for (size_t i = 0; o != NULL && i < o->n_triggers; i++)
		if (config_trigger_concerns(&o->triggers[i], ev))
			return true;
	return false;
}
