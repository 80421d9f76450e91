/*
 * preview_snapshot.c - the records that a preview read, as JSON that goes to the browser and comes back:
 *
 *   {"read_at_ms": 1, "asked": {"deals": ["amount"]}, "linked": ["contacts"],
 *    "records": [{"type", "id", "created_ms", "properties": {}}], "links": [{"to_type", "from", "to", "primary"}]}
 *
 * It is as good as what the browser makes of it: it only feeds the preview that goes back to the same browser.
 */
#include "base/arena.h"
#include "task/preview_round.h"

static const char *const types[] = { "contacts", "companies", "deals", "line_items" };
static const char *const linked_types[] = { "contacts", "companies", "line_items" };

#define N_TYPES  (sizeof(types) / sizeof(types[0]))
#define N_LINKED (sizeof(linked_types) / sizeof(linked_types[0]))

static const struct ruleset_object *
object_of(const struct preview *p)
{
	return ruleset_object(&p->round.rules, p->ask.object);
}

/* Whether the rules read what records of the object are associated with; never records of its own type. */
static bool
reads(const struct preview *p, const char *type)
{
	const struct ruleset_object *o = object_of(p);

	if (str_eq(p->ask.object, str_from(type)))
		return false;
	if (str_eq(str_from(type), STR("contacts")))
		return o->needs_contact;
	if (str_eq(str_from(type), STR("companies")))
		return o->needs_company;
	return o->needs_items && str_eq(p->ask.object, STR("deals"));
}

/* ---- making one */

static void
push_record(struct arena *a, struct json *list, const char *type, const struct hubspot_record *record)
{
	struct json *row;

	if (record == NULL)
		return;
	row = json_object(a);
	json_set_str(row, "type", str_from(type));
	json_set_str(row, "id", record->id);
	json_set_int(row, "created_ms", record->created_ms);
	json_set_bool(row, "archived", record->archived);
	json_set(row, "properties", json_copy(a, record->properties));
	json_push(list, row);
}

/* False when something could not be read: the next ask tries again. */
static bool
push_links(const struct preview *p, const char *to_type, struct str id, struct json *records, struct json *links)
{
	const struct decide_round *r = &p->round;
	struct arena *a = r->step.arena;
	struct str to = str_from(to_type);
	const struct hubspot_association *found;
	size_t n;

	if (records_links_trouble(r->records, a, p->ask.object, id, to) != NULL)
		return false;
	n = records_linked(r->records, a, p->ask.object, id, to, &found);
	for (size_t i = 0; i < n; i++) {
		struct json *row = json_object(a);

		json_set_str(row, "to_type", to);
		json_set_str(row, "from", id);
		json_set_str(row, "to", found[i].to_id);
		json_set_bool(row, "primary", found[i].primary);
		json_push(links, row);
		push_record(a, records, to_type, records_find(r->records, to, found[i].to_id));
	}
	return true;
}

static struct json *
asked_json(const struct preview *p)
{
	struct arena *a = p->round.step.arena;
	struct json *out = json_object(a);

	for (size_t k = 0; k < N_TYPES; k++) {
		struct str_list names = decide_properties(&p->round, str_from(types[k]));
		struct json *list = json_array(a);

		for (size_t i = 0; i < names.n; i++)
			json_push_str(list, names.v[i]);
		json_set(out, types[k], list);
	}
	return out;
}

struct json *
preview_snapshot(const struct preview *p)
{
	const struct decide_round *r = &p->round;
	struct arena *a = r->step.arena;
	struct json *out = json_object(a), *records = json_array(a), *links = json_array(a), *linked = json_array(a);

	if (p->ask.ids.n == 0)
		return NULL;
	/* It may hold more than is wanted now, and that may be wanted again. */
	if (p->recalled)
		return json_copy(a, p->ask.snapshot);
	json_set_int(out, "read_at_ms", r->read_at_ms);
	for (size_t k = 0; k < N_LINKED; k++)
		if (reads(p, linked_types[k]))
			json_push_str(linked, str_from(linked_types[k]));
	for (size_t i = 0; i < p->ask.ids.n; i++) {
		struct str id = p->ask.ids.v[i];

		if (records_trouble(r->records, p->ask.object, id) != NULL)
			return NULL;
		push_record(a, records, str_c(a, p->ask.object), records_find(r->records, p->ask.object, id));
		for (size_t k = 0; k < N_LINKED; k++)
			if (reads(p, linked_types[k]) && !push_links(p, linked_types[k], id, records, links))
				return NULL;
	}
	json_set(out, "asked", asked_json(p));
	json_set(out, "linked", linked);
	json_set(out, "records", records);
	json_set(out, "links", links);
	return json_write(a, out).n > PREVIEW_SNAPSHOT_MAX ? NULL : out;
}

/* ---- taking one back */

static bool
holds(const struct json *list, struct str name)
{
	struct str other;

	for (size_t i = 0; i < json_length(list); i++)
		if (json_string(json_at(list, i), &other) && str_eq(other, name))
			return true;
	return false;
}

/* All that the rules want now was asked for then. */
static bool
suffices(const struct preview *p)
{
	const struct json *asked = json_get(p->ask.snapshot, "asked");

	for (size_t k = 0; k < N_LINKED; k++)
		if (reads(p, linked_types[k]) && !holds(json_get(p->ask.snapshot, "linked"), str_from(linked_types[k])))
			return false;
	for (size_t k = 0; k < N_TYPES; k++) {
		struct str_list names = decide_properties(&p->round, str_from(types[k]));

		if (!str_eq(p->ask.object, str_from(types[k])) && !reads(p, types[k]))
			continue;
		for (size_t i = 0; i < names.n; i++)
			if (!holds(json_get(asked, types[k]), names.v[i]))
				return false;
	}
	return true;
}

static void
recall_record(const struct preview *p, const struct json *row)
{
	struct hubspot_record record = { .properties = json_get(row, "properties") };
	struct str type;

	if (!json_string(json_get(row, "type"), &type) || !json_string(json_get(row, "id"), &record.id) ||
	    record.id.n == 0 || json_type(record.properties) != JSON_OBJECT)
		return;
	type = event_object_type(type);
	(void)json_int(json_get(row, "created_ms"), &record.created_ms);
	(void)json_bool(json_get(row, "archived"), &record.archived);
	if (type.n > 0)
		records_put(p->round.records, type, &record);
}

static void
recall_link(const struct preview *p, const struct json *row)
{
	struct hubspot_association x = { .primary = false };
	struct str type;

	if (!json_string(json_get(row, "to_type"), &type) || !json_string(json_get(row, "from"), &x.from_id) ||
	    !json_string(json_get(row, "to"), &x.to_id))
		return;
	type = event_object_type(type);
	(void)json_bool(json_get(row, "primary"), &x.primary);
	if (type.n > 0)
		records_link(p->round.records, p->ask.object, type, &x);
}

bool
preview_recall(struct preview *p)
{
	const struct json *snapshot = p->ask.snapshot;
	const struct json *records = json_get(snapshot, "records"), *links = json_get(snapshot, "links");
	int64_t read_at_ms;

	if (!json_int(json_get(snapshot, "read_at_ms"), &read_at_ms) || !suffices(p))
		return false;
	for (size_t i = 0; i < json_length(records); i++)
		recall_record(p, json_at(records, i));
	for (size_t i = 0; i < json_length(links); i++)
		recall_link(p, json_at(links, i));
	for (size_t i = 0; i < p->ask.ids.n; i++)
		if (records_find(p->round.records, p->ask.object, p->ask.ids.v[i]) == NULL)
			return false;
	p->round.read_at_ms = read_at_ms;
	p->recalled = true;
	return true;
}
