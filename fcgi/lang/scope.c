#include "lang/scope.h"

#include "core/event.h"

#define ITEMS_MAX 500

static const char *const event_fields[] = { "occurredAt", "property", "value", "kind", "objectId", "objectType" };
static const char *const account_fields[] = { "currency", "timeZone" };

bool
scope_per_item(struct str field)
{
	return str_eq(field, STR("i")) || str_starts(field, STR("line_item{i}."));
}

static bool
in_list(struct str name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (str_eq(name, str_from(list[i])))
			return true;
	}
	return false;
}

/* Both names mean the modification date that this object type has (decision C-03). */
static struct str
own_name(struct str object_type, struct str name)
{
	if (!str_eq(name, STR("lastmodifieddate")) && !str_eq(name, STR("hs_lastmodifieddate")))
		return name;
	return str_eq(object_type, STR("contacts")) ? STR("lastmodifieddate") : STR("hs_lastmodifieddate");
}

static bool
resolve_computed(struct str object_type, struct scope *out, struct err *e)
{
	out->kind = SCOPE_COMPUTED;
	if (!str_eq(object_type, str_from(computed_table[out->computed].object_type)))
		return err_set(e, ERR_INVALID, "%s is a field of %s only.", computed_table[out->computed].name,
		    computed_table[out->computed].object_type);
	return true;
}

/* "line_item{i}" and "line_item2". */
static bool
resolve_item(struct str object_type, struct str prefix, struct scope *out, struct err *e)
{
	struct str number = str_slice(prefix, STR("line_item").n, prefix.n);

	out->kind = SCOPE_ITEM;
	out->name = own_name(STR("line_items"), out->name);
	if (!str_eq(object_type, STR("deals")))
		return err_set(e, ERR_INVALID, "Line items belong to deals only.");
	if (str_eq(number, STR("{i}")))
		return true;
	return str_to_int(number, 1, ITEMS_MAX, &out->item) ||
	       err_set(e, ERR_INVALID, "A line item is written line_item{i}.name or line_item1.name.");
}

/* A record by its type's singular: itself, or an associated one. */
static bool
resolve_record(struct str object_type, struct str type, struct scope *out, struct err *e)
{
	out->name = own_name(type, out->name);
	if (str_eq(type, object_type))
		out->kind = SCOPE_OWN;
	else if (str_eq(type, STR("contacts")))
		out->kind = SCOPE_CONTACT;
	else if (str_eq(type, STR("companies")))
		out->kind = SCOPE_COMPANY;
	else
		return err_set(e, ERR_INVALID, "The deal's fields can be used for deals only.");
	return true;
}

bool
scope_resolve(struct str object_type, struct str field, struct scope *out, struct err *e)
{
	size_t dot = str_find_char(field, '.');
	struct str prefix = str_slice(field, 0, dot);

	*out = (struct scope){ .kind = SCOPE_OWN, .name = own_name(object_type, field) };
	out->computed = computed_find(field);
	if (out->computed != COMPUTED__COUNT)
		return resolve_computed(object_type, out, e);
	if (str_eq(field, STR("i"))) {
		out->kind = SCOPE_INDEX;
		return true;
	}
	if (dot == field.n)
		return true;
	out->name = str_slice(field, dot + 1, field.n);
	if (out->name.n == 0)
		return err_set(e, ERR_INVALID, "\"" STR_FMT "\" names no field.", STR_ARG(field));
	if (str_starts(prefix, STR("line_item")))
		return resolve_item(object_type, prefix, out, e);
	if (str_eq(prefix, STR("contact")) || str_eq(prefix, STR("company")) || str_eq(prefix, STR("deal")))
		return resolve_record(object_type, event_object_type(prefix), out, e);
	if (str_eq(prefix, STR("event")) &&
	    in_list(out->name, event_fields, sizeof(event_fields) / sizeof(event_fields[0]))) {
		out->kind = SCOPE_EVENT;
		return true;
	}
	if (str_eq(prefix, STR("account")) &&
	    in_list(out->name, account_fields, sizeof(account_fields) / sizeof(account_fields[0]))) {
		out->kind = SCOPE_ACCOUNT;
		return true;
	}
	return err_set(e, ERR_INVALID, "There is no field \"" STR_FMT "\".", STR_ARG(str_slice(field, 0, 80)));
}
