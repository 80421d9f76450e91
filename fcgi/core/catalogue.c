#include "core/catalogue.h"

#include "base/arena.h"

#define GENERAL_SCALE 2
#define ITEM_MAX      100000

static const struct json_limits limits = { .max_depth = 8, .max_tokens = 20000 };

static const char *const type_names[] = {
	[CATALOGUE_STRING] = "string",
	[CATALOGUE_INTEGER] = "integer",
	[CATALOGUE_DECIMAL] = "decimal",
	[CATALOGUE_DATETIME] = "datetime",
	[CATALOGUE_BOOLEAN] = "boolean",
};

static bool
read_type(struct str name, enum catalogue_type *out)
{
	for (unsigned i = 0; i < sizeof(type_names) / sizeof(type_names[0]); i++) {
		if (str_eq(name, str_from(type_names[i]))) {
			*out = (enum catalogue_type)i;
			return true;
		}
	}
	return false;
}

static bool
read_field(const struct json *j, struct catalogue_field *f, struct err *e)
{
	const struct json *range = json_get(j, "range");
	struct str type = { 0 };
	struct str required = { 0 };
	int64_t scale = GENERAL_SCALE;

	if (!json_string(json_get(j, "name"), &f->name) || f->name.n == 0 || !json_string(json_get(j, "type"), &type) ||
	    !read_type(type, &f->type))
		return err_set(e, ERR_INVALID, "a field has no name or no known type");
	(void)json_string(json_get(j, "required"), &required);
	(void)json_int(json_get(j, "max_length"), &f->max_length);
	(void)json_bool(json_get(j, "selectable"), &f->selectable);
	(void)json_bool(json_get(j, "money"), &f->money);
	(void)json_int(json_get(json_get(j, "decimal"), "scale"), &scale);
	f->item = str_find(f->name, STR("{i}")) < f->name.n;
	f->item_required = str_eq(required, STR("if:any_item_field"));
	f->scale = f->type == CATALOGUE_DECIMAL ? (int)scale : -1;
	if (range != NULL &&
	    (!json_int(json_at(range, 0), &f->first_slot) || !json_int(json_at(range, 1), &f->last_slot)))
		return err_set(e, ERR_INVALID, "the range of " STR_FMT " is not two numbers", STR_ARG(f->name));
	return true;
}

static bool
read_names(struct arena *a, const struct json *rules, const char *rule, const struct str **out, size_t *n,
    struct err *e)
{
	const struct json *list = json_get(rules, rule);
	struct str *names = arena_array(a, json_length(list), sizeof(*names));

	*n = json_length(list);
	*out = names;
	for (size_t i = 0; i < *n; i++) {
		if (!json_string(json_at(list, i), &names[i]))
			return err_set(e, ERR_INVALID, "the rule %s is no list of names", rule);
	}
	return *n > 0 || err_set(e, ERR_INVALID, "the rule %s is missing", rule);
}

static bool
read_pairs(struct arena *a, const struct json *list, struct catalogue *out, struct err *e)
{
	struct catalogue_pair *pairs = arena_array(a, json_length(list), sizeof(*pairs));

	out->exclusive = pairs;
	out->n_exclusive = json_length(list);
	for (size_t i = 0; i < out->n_exclusive; i++) {
		const struct json *pair = json_at(list, i);

		if (!json_string(json_at(pair, 0), &pairs[i].a) || !json_string(json_at(pair, 1), &pairs[i].b))
			return err_set(e, ERR_INVALID, "the rule mutually_exclusive is no list of pairs");
	}
	return true;
}

bool
catalogue_load(struct arena *a, struct str json_text, struct catalogue *out, struct err *e)
{
	struct json *j;
	const struct json *rules;
	const struct json *list;
	struct catalogue_field *fields;

	*out = (struct catalogue){ 0 };
	if (!json_parse(a, json_text, &limits, &j, e))
		return err_wrap(e, "impact-fields.json");
	rules = json_get(j, "rules");
	list = json_get(j, "fields");
	fields = arena_array(a, json_length(list), sizeof(*fields));
	out->fields = fields;
	out->n = json_length(list);
	if (out->n == 0)
		return err_set(e, ERR_INVALID, "impact-fields.json has no fields");
	for (size_t i = 0; i < out->n; i++) {
		if (!read_field(json_at(list, i), &fields[i], e))
			return err_wrap(e, "impact-fields.json, field %zu", i + 1);
	}
	if (!read_names(a, rules, "always", &out->always, &out->n_always, e) ||
	    !read_names(a, rules, "event_identifier", &out->event_identifiers, &out->n_event_identifiers, e) ||
	    !read_names(a, rules, "attribution_key", &out->attribution_keys, &out->n_attribution_keys, e) ||
	    !read_names(a, rules, "item_amount", &out->item_amounts, &out->n_item_amounts, e) ||
	    !read_pairs(a, json_get(rules, "mutually_exclusive"), out, e))
		return err_wrap(e, "impact-fields.json");
	return true;
}

/* A number without zeros in front at *at: the item or the slot. */
static bool
take_index(struct str s, size_t *at, int64_t min, int64_t max, int64_t *out)
{
	size_t end = *at;

	while (end < s.n && s.p[end] >= '0' && s.p[end] <= '9')
		end++;
	if (end == *at || s.p[*at] == '0' || !str_to_int(str_slice(s, *at, end), min, max, out))
		return false;
	*at = end;
	return true;
}

/* Whether `target` is an instance of the field's pattern; the item number it has (0: "{i}" itself). */
static bool
match(const struct catalogue_field *f, struct str target, int64_t *item)
{
	size_t at = 0;
	int64_t slot;

	*item = 0;
	for (size_t i = 0; i < f->name.n;) {
		struct str rest = str_slice(f->name, i, f->name.n);

		if (str_starts(rest, STR("{i}"))) {
			if (str_starts(str_slice(target, at, target.n), STR("{i}")))
				at += 3;
			else if (!take_index(target, &at, 1, ITEM_MAX, item))
				return false;
			i += 3;
		} else if (str_starts(rest, STR("{n}"))) {
			if (!take_index(target, &at, f->first_slot, f->last_slot, &slot))
				return false;
			i += 3;
		} else {
			if (at >= target.n || target.p[at] != f->name.p[i])
				return false;
			at++;
			i++;
		}
	}
	return at == target.n;
}

const struct catalogue_field *
catalogue_find(const struct catalogue *c, struct str target)
{
	int64_t item;

	for (size_t i = 0; i < c->n; i++) {
		if (match(&c->fields[i], target, &item))
			return &c->fields[i];
	}
	return NULL;
}

int64_t
catalogue_item(const struct catalogue_field *field, struct str name)
{
	int64_t item;

	return match(field, name, &item) ? item : 0;
}

bool
catalogue_means(struct str pattern, const struct catalogue_field *field)
{
	return str_eq(pattern, STR("Item*{i}")) ? field->item : str_eq(pattern, field->name);
}
