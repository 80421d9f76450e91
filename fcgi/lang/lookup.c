#include "lang/lookup.h"

#include "core/date.h"
#include "lang/scope.h"

static struct str
record_value(struct lookup *l, const struct build_record *record, struct str name)
{
	struct str value = json_text_at(l->arena, record->properties, str_c(l->arena, name));

	if (value.n == 0 && str_eq(name, STR("hs_object_id")))
		return record->id;
	return value;
}

/* The record overlaid with the event's own property and value. */
static struct str
own_value(struct lookup *l, struct str name)
{
	const struct event *ev = l->in->event;

	if (ev->kind == EVENT_CHANGED && str_eq(ev->property, name)) {
		l->from_event = true;
		return ev->value;
	}
	return record_value(l, &l->in->record, name);
}

static struct str
item_value(struct lookup *l, const struct scope *s, size_t item)
{
	size_t number = s->item > 0 ? (size_t)s->item : item;

	if (number == 0 || number > l->in->n_items)
		return (struct str){ 0 };
	return record_value(l, &l->in->items[number - 1], s->name);
}

static struct str
event_value(struct lookup *l, struct str name)
{
	const struct event *ev = l->in->event;

	l->from_event = true;
	if (str_eq(name, STR("occurredAt")))
		return date_iso_ms(l->arena, ev->occurred_ms);
	if (str_eq(name, STR("property")))
		return ev->property;
	if (str_eq(name, STR("value")))
		return ev->value;
	if (str_eq(name, STR("kind")))
		return str_from(event_kind_name(ev->kind));
	return str_eq(name, STR("objectId")) ? ev->object_id : ev->object_type;
}

static struct str
computed_field_value(struct lookup *l, enum computed_field field)
{
	const struct config_document *doc = &l->in->rules->document;
	struct computed_options options = { .prefix = doc->computed_prefix };
	struct str value = own_value(l, str_from(computed_table[field].property));

	if (field == COMPUTED_CONTACT_LEAD_STATUS_ID) {
		l->lead_status_empty = value.n == 0;
	} else if (doc->computed_label) {
		struct str label = json_text_at(l->arena, l->in->stage_labels, str_c(l->arena, value));

		value = label.n > 0 ? label : value;
	}
	return computed_value(l->arena, field, &options, value, l->in->record.id);
}

bool
lookup_field(void *arg, struct str field, size_t item, struct str *value, struct err *e)
{
	struct lookup *l = arg;
	const struct build_input *in = l->in;
	struct scope s;

	if (!scope_resolve(in->object->config->type, field, &s, e))
		return false;
	switch (s.kind) {
	case SCOPE_OWN:
		*value = own_value(l, s.name);
		break;
	case SCOPE_CONTACT:
		*value = record_value(l, &in->contact, s.name);
		break;
	case SCOPE_COMPANY:
		*value = record_value(l, &in->company, s.name);
		break;
	case SCOPE_ITEM:
		*value = item_value(l, &s, item);
		break;
	case SCOPE_EVENT:
		*value = event_value(l, s.name);
		break;
	case SCOPE_ACCOUNT:
		*value = str_eq(s.name, STR("currency")) ? in->account_currency : in->account_time_zone;
		break;
	case SCOPE_COMPUTED:
		*value = computed_field_value(l, s.computed);
		break;
	case SCOPE_INDEX:
		*value = item > 0 ? str_printf(l->arena, "%zu", item) : (struct str){ 0 };
		break;
	}
	return true;
}

bool
lookup_has_contact(const struct build_input *in)
{
	return in->contact.properties != NULL;
}
