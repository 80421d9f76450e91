#include "core/event.h"

#include "base/crypto.h"

static const char *const kind_names[EVENT__COUNT] = {
	[EVENT_CREATED] = "created",
	[EVENT_CHANGED] = "changed",
	[EVENT_DELETED] = "deleted",
	[EVENT_MERGED] = "merged",
	[EVENT_RESTORED] = "restored",
	[EVENT_ASSOCIATED] = "associated",
	[EVENT_DISSOCIATED] = "dissociated",
	[EVENT_PRIVACY_DELETED] = "privacy_deleted",
};

static const struct object_type {
	const char *plural, *singular, *id, *sentence;
} object_types[] = {
	{ "contacts", "contact", "0-1", "contact" },
	{ "companies", "company", "0-2", "company" },
	{ "deals", "deal", "0-3", "deal" },
	{ "line_items", "line_item", "0-8", "line item" },
};

static const struct object_type *
object_type_find(struct str name)
{
	for (size_t i = 0; i < sizeof(object_types) / sizeof(object_types[0]); i++) {
		const struct object_type *t = &object_types[i];

		if (str_eq_nocase(name, str_from(t->plural)) || str_eq_nocase(name, str_from(t->singular)) ||
		    str_eq(name, str_from(t->id)))
			return t;
	}
	return NULL;
}

struct str
event_key(struct arena *a, const struct event *ev)
{
	const struct str parts[] = {
		ev->source,
		str_printf(a, "%lld", (long long)ev->portal_id),
		str_from(event_kind_name(ev->kind)),
		ev->object_type,
		ev->object_id,
		ev->to_type,
		ev->to_id,
		ev->property,
		ev->value,
		str_printf(a, "%lld", (long long)ev->occurred_ms),
	};

	return crypto_sha256_parts(a, parts, sizeof(parts) / sizeof(parts[0]));
}

const char *
event_kind_name(enum event_kind kind)
{
	return (unsigned)kind < EVENT__COUNT ? kind_names[kind] : "";
}

bool
event_kind_parse(struct str name, enum event_kind *out)
{
	for (unsigned i = 0; i < EVENT__COUNT; i++) {
		if (str_eq(name, str_from(kind_names[i]))) {
			*out = (enum event_kind)i;
			return true;
		}
	}
	return false;
}

struct str
event_object_type(struct str name)
{
	const struct object_type *t = object_type_find(name);

	return t == NULL ? (struct str){ 0 } : str_from(t->plural);
}

struct str
event_object_type_id(struct str type)
{
	const struct object_type *t = object_type_find(type);

	return t == NULL ? (struct str){ 0 } : str_from(t->id);
}

struct str
event_object_singular(struct str type)
{
	const struct object_type *t = object_type_find(type);

	return t == NULL ? (struct str){ 0 } : str_from(t->sentence);
}
