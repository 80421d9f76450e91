/* config_check.c - see config_check.h. */
#include "task/config_check.h"

#include "base/arena.h"
#include "lang/ruleset.h"
#include "task/catalogue.h"

static struct config_fault
not_subscribed(struct arena *a, struct str object, const struct config_trigger *t)
{
	return (struct config_fault){ .path = str_printf(a, "objects." STR_FMT ".triggers." STR_FMT ".property",
		                          STR_ARG(object), STR_ARG(t->id)),
		.message = str_printf(a,
		    "HubSpot does not tell this app about changes of " STR_FMT
		    ". Choose another property, or ask whoever runs the connector to add it: "
		    "connectorctl hubspot-app +" STR_FMT "." STR_FMT,
		    STR_ARG(t->property), STR_ARG(object), STR_ARG(t->property)) };
}

/* Triggers on properties that the app's webhooks do not carry cannot fire yet. */
static void
check_subscriptions(struct arena *a, const struct installation *in, const struct config_document *doc,
    struct config_fault *list, size_t *n)
{
	for (size_t i = 0; i < CONFIG_OBJECTS; i++) {
		const struct config_object *o = &doc->objects[i];

		for (size_t k = 0; k < o->n_triggers; k++) {
			const struct config_trigger *t = &o->triggers[k];

			if (!t->created && !catalogue_subscribed(in->subscriptions, o->type, t->property))
				list[(*n)++] = not_subscribed(a, o->type, t);
		}
	}
}

bool
config_check(struct arena *a, const struct installation *in, struct str text, struct config_faults *out, struct err *e)
{
	struct config_document doc;
	struct config_fault *shape = NULL, *rules = NULL, *all;
	size_t n_shape = 0, n_rules;
	struct err why = { .code = ERR_NONE };

	*out = (struct config_faults){ 0 };
	if (!config_document_parse(a, text, &doc, &shape, &n_shape, &why)) {
		if (why.code != ERR_INVALID || n_shape == 0) {
			*e = why;
			return false;
		}
		*out = (struct config_faults){ .list = shape, .n = n_shape };
		return true;
	}
	n_rules = ruleset_check(a, &doc, &in->catalogue, &rules);
	all = arena_array(a, n_rules + (size_t)CONFIG_OBJECTS * CONFIG_TRIGGERS_MAX, sizeof(*all));
	if (n_rules > 0)
		memcpy(all, rules, n_rules * sizeof(*all));
	check_subscriptions(a, in, &doc, all, &n_rules);
	*out = (struct config_faults){ .list = all, .n = n_rules };
	return true;
}

struct json *
config_keep_impact(struct arena *a, const struct json *edited, const struct json *current)
{
	struct json *out = json_copy(a, edited);

	json_set(out, "impact", json_copy(a, json_get(current, "impact")));
	return out;
}
