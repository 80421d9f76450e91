/* set_up.c - see set_up.h. */
#include "web/set_up.h"

#include "lang/ruleset.h"

bool
set_up_is_live(const struct config_object *o)
{
	for (size_t i = 0; i < o->n_triggers; i++)
		if (o->triggers[i].live)
			return true;
	return false;
}

bool
set_up_fault_of(const struct config_fault *fault, struct str object_type)
{
	struct str rest = fault->path;
	struct str part;

	return str_cut(&rest, '.', &part) && str_eq(part, STR("objects")) && str_cut(&rest, '.', &part) &&
	       str_eq(part, object_type);
}

bool
set_up_is_faulty(const struct set_up *s, const struct config_object *o)
{
	for (size_t i = 0; i < s->n_faults; i++)
		if (set_up_fault_of(&s->faults[i], o->type))
			return true;
	return false;
}

void
set_up_load(struct arena *a, const struct config_document *document, const struct catalogue *catalogue,
    struct set_up *out)
{
	bool any = false, of_live = false, faulty = false;

	*out = (struct set_up){ 0 };
	out->n_faults = ruleset_check(a, document, catalogue, &out->faults);
	for (size_t i = 0; i < CONFIG_OBJECTS; i++) {
		const struct config_object *o = &document->objects[i];
		bool lacks = set_up_is_faulty(out, o);

		any = any || o->consent;
		if (!set_up_is_live(o))
			continue;
		out->live = true;
		of_live = of_live || o->consent;
		faulty = faulty || lacks;
		out->rules = out->rules || (o->consent && !lacks);
	}
	out->consent = out->live ? of_live : any;
	out->mapping = out->live && !faulty;
}
