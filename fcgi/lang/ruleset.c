#include "lang/ruleset.h"

#include "base/arena.h"
#include "core/computed.h"
#include "lang/scope.h"

#define FAULTS_MAX 200

/* Names collected without duplicates. */
struct names {
	struct str *p;
	size_t n, cap;
};

struct compiler {
	struct arena *arena;
	const struct catalogue *catalogue;
	struct config_fault *faults;
	size_t n_faults;
	struct names own, contact, company, item;
};

static void
fault(struct compiler *c, struct str path, struct str message)
{
	if (c->n_faults < FAULTS_MAX)
		c->faults[c->n_faults++] = (struct config_fault){ .path = path, .message = message };
}

static bool
names_add(struct compiler *c, struct names *names, struct str name)
{
	struct str *bigger;

	for (size_t i = 0; i < names->n; i++) {
		if (str_eq(names->p[i], name))
			return true;
	}
	if (names->n >= RULESET_PROPERTIES_MAX)
		return false;
	if (names->n == names->cap) {
		names->cap = names->cap == 0 ? 16 : names->cap * 2;
		bigger = arena_array(c->arena, names->cap, sizeof(*bigger));
		for (size_t i = 0; i < names->n; i++)
			bigger[i] = names->p[i];
		names->p = bigger;
	}
	names->p[names->n++] = name;
	return true;
}

/* Notes what a field needs to be read; false with a fault when there is no such field. */
static bool
need_field(struct compiler *c, struct ruleset_object *o, struct str field, struct str path)
{
	struct scope s;
	struct err e = { 0 };
	bool room = true;

	if (!scope_resolve(o->config->type, field, &s, &e)) {
		fault(c, path, str_copy(c->arena, str_from(e.text)));
		return false;
	}
	switch (s.kind) {
	case SCOPE_OWN:
		room = names_add(c, &c->own, s.name);
		break;
	case SCOPE_CONTACT:
		o->needs_contact = true;
		room = names_add(c, &c->contact, s.name);
		break;
	case SCOPE_COMPANY:
		o->needs_company = true;
		room = names_add(c, &c->company, s.name);
		break;
	case SCOPE_ITEM:
		o->needs_items = true;
		room = names_add(c, &c->item, s.name);
		break;
	case SCOPE_ACCOUNT:
		o->needs_account = true;
		break;
	case SCOPE_COMPUTED:
		room = names_add(c, &c->own, str_from(computed_table[s.computed].property));
		break;
	case SCOPE_EVENT:
	case SCOPE_INDEX:
		break;
	}
	if (!room)
		fault(c, path,
		    str_printf(c->arena, "The mapping reads more than %d properties.", RULESET_PROPERTIES_MAX));
	return room;
}

static bool
need_fields(struct compiler *c, struct ruleset_object *o, const struct str *fields, size_t n, struct str path)
{
	bool ok = true;

	for (size_t i = 0; i < n; i++)
		ok = need_field(c, o, fields[i], path) && ok;
	return ok;
}

static bool
per_item(const struct str *fields, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (scope_per_item(fields[i]))
			return true;
	}
	return false;
}

static bool
parse_row(struct compiler *c, struct ruleset_row *out, struct str path)
{
	struct lang_fault at = { 0 };
	struct err e = { 0 };
	struct lang *l;
	struct lang_when *w;
	bool ok = true;

	if (!lang_parse(c->arena, out->row->expression, &l, &at, &e)) {
		fault(c, str_printf(c->arena, STR_FMT ".expression", STR_ARG(path)),
		    str_printf(c->arena, STR_FMT ": column %zu: " STR_FMT ".", STR_ARG(out->row->field), at.column,
		        STR_ARG(at.message)));
		ok = false;
	}
	if (!lang_when_parse(c->arena, out->row->when, &w, &at, &e)) {
		fault(c, str_printf(c->arena, STR_FMT ".when", STR_ARG(path)),
		    str_printf(c->arena, STR_FMT ": column %zu of the condition: " STR_FMT ".",
		        STR_ARG(out->row->field), at.column, STR_ARG(at.message)));
		ok = false;
	}
	if (!ok)
		return false;
	out->expression = l;
	out->when = w;
	return true;
}

static bool
check_items(struct compiler *c, struct ruleset_object *o, const struct ruleset_row *row, struct str path)
{
	const struct str *fields;
	size_t n = lang_fields(row->expression, &fields);
	bool uses = per_item(fields, n);

	if (row->field->item && !str_eq(o->config->type, STR("deals"))) {
		fault(c, path,
		    str_printf(c->arena, STR_FMT ": line items belong to deals only.", STR_ARG(row->row->field)));
		return false;
	}
	n = lang_when_fields(row->when, &fields);
	if ((uses || per_item(fields, n)) && !row->field->item) {
		fault(c, path,
		    str_printf(c->arena, STR_FMT ": a line item's value needs a field with {i}, such as ItemSku{i}.",
		        STR_ARG(row->row->field)));
		return false;
	}
	o->needs_items = o->needs_items || row->field->item;
	return true;
}

/* A date that is written in a zone of its own must say which, or it would be read in the account's. */
static bool
check_date(struct compiler *c, const struct ruleset_row *row, struct str path)
{
	if (row->field->type != CATALOGUE_DATETIME || !lang_writes_local_date(row->expression))
		return true;
	fault(c, path,
	    str_printf(c->arena,
	        STR_FMT ": a date in a time zone of its own needs its offset: add %%z to the format, or leave the "
	                "format empty, as in {closedate|date:,Europe/Berlin}.",
	        STR_ARG(row->row->field)));
	return false;
}

static bool
compile_row(struct compiler *c, struct ruleset_object *o, const struct config_row *row, struct ruleset_row *out)
{
	struct str path =
	    str_printf(c->arena, "objects." STR_FMT ".mapping." STR_FMT, STR_ARG(o->config->type), STR_ARG(row->id));
	struct str where;
	const struct str *fields;
	size_t n;
	bool ok;

	*out = (struct ruleset_row){ .row = row, .field = catalogue_find(c->catalogue, row->field) };
	if (out->field == NULL || (out->field->item && catalogue_item(out->field, row->field) > 0)) {
		fault(c, str_printf(c->arena, STR_FMT ".field", STR_ARG(path)),
		    str_printf(c->arena, "\"" STR_FMT "\" is no field of impact.com.", STR_ARG(row->field)));
		return false;
	}
	if (!out->field->selectable) {
		fault(c, str_printf(c->arena, STR_FMT ".field", STR_ARG(path)),
		    str_printf(c->arena, STR_FMT " cannot be mapped.", STR_ARG(row->field)));
		return false;
	}
	if (!parse_row(c, out, path))
		return false;
	where = str_printf(c->arena, STR_FMT ".expression", STR_ARG(path));
	if (!check_items(c, o, out, where) || !check_date(c, out, where))
		return false;
	n = lang_fields(out->expression, &fields);
	ok = need_fields(c, o, fields, n, where);
	n = lang_when_fields(out->when, &fields);
	return need_fields(c, o, fields, n, str_printf(c->arena, STR_FMT ".when", STR_ARG(path))) && ok;
}

/* Whether CustomerId may turn out to be an e-mail address, which is then matched with the contact's (C-09). */
static bool
customer_may_be_email(const struct ruleset_object *o)
{
	for (size_t i = 0; i < o->n_rows; i++) {
		const struct str *fields;
		size_t n = lang_fields(o->rows[i].expression, &fields);

		for (size_t k = 0; str_eq(o->rows[i].field->name, STR("CustomerId")) && k < n; k++) {
			if (!str_ends(fields[k], STR("hs_object_id")))
				return true;
		}
	}
	return false;
}

static bool
reads_contact(const struct ruleset_object *o, const struct str *fields, size_t n)
{
	struct err ignored = { 0 };
	struct scope s;

	for (size_t i = 0; i < n; i++) {
		if (scope_resolve(o->config->type, fields[i], &s, &ignored) && s.kind == SCOPE_CONTACT)
			return true;
	}
	return false;
}

static void
compile_trigger(struct compiler *c, struct ruleset_object *o, struct ruleset_trigger *out)
{
	struct str path = str_printf(c->arena, "objects." STR_FMT ".triggers." STR_FMT ".when",
	    STR_ARG(o->config->type), STR_ARG(out->config->id));
	struct lang_fault at = { 0 };
	struct err e = { 0 };
	struct lang_when *when;
	const struct str *fields;
	size_t n;

	if (!lang_when_parse(c->arena, out->config->when, &when, &at, &e)) {
		fault(c, path,
		    str_printf(c->arena, "The condition, column %zu: " STR_FMT ".", at.column, STR_ARG(at.message)));
		return;
	}
	/* What is switched off makes nothing to be read. */
	if (!out->config->live)
		return;
	n = lang_when_fields(when, &fields);
	if (per_item(fields, n))
		fault(c, path,
		    STR("A trigger's condition reads one line item: write line_item1.name, not line_item{i}.name."));
	else if (need_fields(c, o, fields, n, path))
		out->when = when;
	out->needs_contact = reads_contact(o, fields, n);
}

static void
compile_object(struct compiler *c, const struct config_object *config, struct ruleset_object *o)
{
	struct ruleset_row *rows = arena_array(c->arena, config->n_rows, sizeof(*rows));
	struct ruleset_trigger *triggers = arena_array(c->arena, config->n_triggers, sizeof(*triggers));

	*o = (struct ruleset_object){ .config = config, .triggers = triggers, .rows = rows };
	c->own = c->contact = c->company = c->item = (struct names){ 0 };
	for (size_t i = 0; i < config->n_rows; i++) {
		if (config->rows[i].active && compile_row(c, o, &config->rows[i], &rows[o->n_rows]))
			o->n_rows++;
	}
	o->mapping_needs_contact = o->needs_contact;
	for (size_t i = 0; i < config->n_triggers; i++) {
		triggers[i].config = &config->triggers[i];
		compile_trigger(c, o, &triggers[i]);
	}
	if (customer_may_be_email(o)) {
		bool own = str_eq(config->type, STR("contacts"));

		(void)names_add(c, own ? &c->own : &c->contact, STR("email"));
		o->needs_contact = o->needs_contact || !own;
	}
	if (o->needs_contact) {
		(void)names_add(c, &c->contact, STR("custom_impact_click_id"));
		(void)names_add(c, &c->contact, STR("createdate"));
	}
	o->properties = c->own.p;
	o->n_properties = c->own.n;
	o->contact_properties = c->contact.p;
	o->n_contact_properties = c->contact.n;
	o->company_properties = c->company.p;
	o->n_company_properties = c->company.n;
	o->item_properties = c->item.p;
	o->n_item_properties = c->item.n;
}

void
ruleset_compile(struct arena *a, const struct config_document *document, const struct catalogue *catalogue,
    struct ruleset *out, struct config_fault **faults, size_t *n_faults)
{
	struct compiler c = { .arena = a, .catalogue = catalogue };

	c.faults = arena_array(a, FAULTS_MAX, sizeof(*c.faults));
	out->document = *document;
	for (size_t i = 0; i < CONFIG_OBJECTS; i++)
		compile_object(&c, &out->document.objects[i], &out->objects[i]);
	*faults = c.faults;
	*n_faults = c.n_faults;
}

enum ruleset_match
ruleset_match_trigger(const struct ruleset_object *o, size_t i, const struct event *ev)
{
	const struct config_trigger *t = &o->config->triggers[i];
	bool value_fits = t->n_becomes == 0;

	if (!config_trigger_concerns(t, ev))
		return RULESET_NOT_CONCERNED;
	for (size_t k = 0; k < t->n_becomes && !value_fits; k++)
		value_fits = str_eq(t->becomes[k], ev->value);
	if (!value_fits)
		return RULESET_OTHER_VALUE;
	if (!t->live)
		return RULESET_OFF;
	return o->config->consent ? RULESET_MATCHED : RULESET_NO_CONSENT;
}

enum ruleset_match
ruleset_match_event(const struct ruleset *rules, const struct event *ev, const struct config_trigger **trigger)
{
	const struct ruleset_object *o = ruleset_object(rules, ev->object_type);
	enum ruleset_match best = RULESET_NOT_CONCERNED;

	*trigger = NULL;
	for (size_t i = 0; o != NULL && i < o->config->n_triggers; i++) {
		enum ruleset_match m = ruleset_match_trigger(o, i, ev);

		if (m > best) {
			best = m;
			*trigger = &o->config->triggers[i];
		}
	}
	return best;
}

const struct ruleset_object *
ruleset_object(const struct ruleset *rules, struct str type)
{
	for (size_t i = 0; i < CONFIG_OBJECTS; i++) {
		if (str_eq(rules->objects[i].config->type, type))
			return &rules->objects[i];
	}
	return NULL;
}
