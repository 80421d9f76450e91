/* ruleset_check() - all that keeps a document from working: unmapped, doubly mapped and exclusive fields (I-09). */
#include "base/arena.h"
#include "base/buf.h"
#include "lang/normal.h"
#include "lang/ruleset.h"

#define FAULTS_MAX   400
#define SENTENCE_MAX 1000

struct checker {
	struct arena *arena;
	const struct catalogue *catalogue;
	const struct ruleset_object *object;
	bool advocate;
	struct config_fault *faults;
	size_t n_faults;
};

static void
fault_at(struct checker *c, struct str path, struct str message)
{
	if (c->n_faults < FAULTS_MAX)
		c->faults[c->n_faults++] = (struct config_fault){ .path = path, .message = message };
}

static void
fault(struct checker *c, const char *row_id, struct str message)
{
	struct str type = c->object->config->type;

	fault_at(c,
	    row_id == NULL ? str_printf(c->arena, "objects." STR_FMT ".mapping", STR_ARG(type))
	                   : str_printf(c->arena, "objects." STR_FMT ".mapping.%s.field", STR_ARG(type), row_id),
	    message);
}

/*
 * Whether a row is meant to fill the field: one whose expression is faulty has its own fault and is not missing, too.
 */
static bool
is_mapped(const struct checker *c, struct str pattern)
{
	for (size_t i = 0; i < c->object->config->n_rows; i++) {
		const struct config_row *row = &c->object->config->rows[i];
		const struct catalogue_field *f = row->active ? catalogue_find(c->catalogue, row->field) : NULL;

		if (f != NULL && catalogue_means(pattern, f))
			return true;
	}
	return false;
}

static bool
any_mapped(const struct checker *c, const struct str *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (is_mapped(c, names[i]))
			return true;
	}
	return false;
}

/* "A, B or C", of the fields that can be mapped. */
static struct str
alternatives(const struct checker *c, const struct str *names, size_t n)
{
	struct buf b;
	struct err ignored = { 0 };
	struct str out = { 0 };
	struct str last = { 0 };

	buf_init(&b, c->arena, SENTENCE_MAX);
	for (size_t i = 0; i < n; i++) {
		const struct catalogue_field *f = catalogue_find(c->catalogue, names[i]);

		if (f == NULL || !f->selectable)
			continue;
		if (last.n > 0)
			buf_addf(&b, "%s" STR_FMT, b.n > 0 ? ", " : "", STR_ARG(last));
		last = names[i];
	}
	if (last.n > 0)
		buf_addf(&b, "%s" STR_FMT, b.n > 0 ? " or " : "", STR_ARG(last));
	return buf_done(&b, &out, &ignored) ? out : names[0];
}

static void
check_required(struct checker *c)
{
	const struct catalogue *cat = c->catalogue;

	for (size_t i = 0; i < cat->n_always; i++) {
		const struct catalogue_field *f = catalogue_find(cat, cat->always[i]);

		if (f != NULL && f->selectable && !is_mapped(c, cat->always[i]))
			fault(c, NULL, str_printf(c->arena, STR_FMT " is required and not mapped.", STR_ARG(f->name)));
	}
	if (!any_mapped(c, cat->event_identifiers, cat->n_event_identifiers))
		fault(c, NULL,
		    str_printf(c->arena, "EventTypeCode is required and not mapped: map " STR_FMT ".",
		        STR_ARG(alternatives(c, cat->event_identifiers, cat->n_event_identifiers))));
	if (!any_mapped(c, cat->attribution_keys, cat->n_attribution_keys))
		fault(c, NULL,
		    str_printf(c->arena,
		        "ClickId or CustomerId is required and not mapped: without it no partner can be credited. Map "
		        "one of " STR_FMT ".",
		        STR_ARG(alternatives(c, cat->attribution_keys, cat->n_attribution_keys))));
	if (c->advocate && !is_mapped(c, STR("CustomerEmail")))
		fault(c, NULL,
		    STR("CustomerEmail is required and not mapped, because Advocate is on: a participant is found by "
		        "the e-mail address, which is sent as a hash."));
}

static void
check_money(struct checker *c)
{
	if (is_mapped(c, STR("CurrencyCode")))
		return;
	for (size_t i = 0; i < c->object->n_rows; i++) {
		const struct ruleset_row *row = &c->object->rows[i];

		if (!row->field->money)
			continue;
		fault(c, NULL,
		    str_printf(c->arena, "CurrencyCode is required and not mapped, because " STR_FMT " is an amount.",
		        STR_ARG(row->row->field)));
		return;
	}
}

static void
check_items(struct checker *c)
{
	const struct catalogue *cat = c->catalogue;
	bool any = false;

	for (size_t i = 0; i < c->object->n_rows; i++)
		any = any || c->object->rows[i].field->item;
	if (!any)
		return;
	for (size_t i = 0; i < cat->n; i++) {
		if (cat->fields[i].item_required && cat->fields[i].item && !is_mapped(c, cat->fields[i].name))
			fault(c, NULL,
			    str_printf(c->arena, STR_FMT " is required with line items and not mapped.",
			        STR_ARG(cat->fields[i].name)));
	}
	if (!any_mapped(c, cat->item_amounts, cat->n_item_amounts))
		fault(c, NULL,
		    str_printf(c->arena, "ItemPrice{i} is required with line items and not mapped: map " STR_FMT ".",
		        STR_ARG(alternatives(c, cat->item_amounts, cat->n_item_amounts))));
}

/* A field may have several rows when each but the last has a condition: the first that gives a value is sent. */
static void
check_twice(struct checker *c)
{
	for (size_t i = 0; i < c->object->n_rows; i++) {
		const struct ruleset_row *row = &c->object->rows[i];

		for (size_t k = 0; k < i; k++) {
			const struct config_row *before = c->object->rows[k].row;

			if (!str_eq(before->field, row->row->field) || str_trim(before->when).n > 0)
				continue;
			fault(c, str_c(c->arena, row->row->id),
			    str_printf(c->arena, STR_FMT " is mapped twice.", STR_ARG(row->row->field)));
			break;
		}
	}
}

/* The first row without a condition; rows with one may take turns, and what they give is checked before sending. */
static const struct ruleset_row *
always_mapped(const struct checker *c, struct str pattern)
{
	for (size_t i = 0; i < c->object->n_rows; i++) {
		const struct ruleset_row *row = &c->object->rows[i];

		if (catalogue_means(pattern, row->field) && str_trim(row->row->when).n == 0)
			return row;
	}
	return NULL;
}

static void
check_exclusive(struct checker *c)
{
	for (size_t i = 0; i < c->catalogue->n_exclusive; i++) {
		const struct catalogue_pair *pair = &c->catalogue->exclusive[i];
		const struct ruleset_row *a = always_mapped(c, pair->a);
		const struct ruleset_row *b = always_mapped(c, pair->b);

		if (a == NULL || b == NULL)
			continue;
		fault(c, str_c(c->arena, b->row->id),
		    str_printf(c->arena, STR_FMT " and " STR_FMT " must not be sent together.", STR_ARG(a->row->field),
		        STR_ARG(b->row->field)));
	}
}

/* The value of an expression without fields; false when it reads the record. */
static bool
constant(const struct checker *c, const struct ruleset_row *row, struct str *value)
{
	struct normal_options options = { .time_zone = STR("UTC") };
	const struct str *fields;
	struct err e = { 0 };

	return lang_fields(row->expression, &fields) == 0 &&
	       lang_eval(row->expression, c->arena, NULL, NULL, 0, value, &e) &&
	       normal_value(c->arena, row->field, &options, *value, value, &e);
}

/* What can be told of a row by itself, before there is a record. */
static void
check_constants(struct checker *c)
{
	for (size_t i = 0; i < c->object->n_rows; i++) {
		const struct ruleset_row *row = &c->object->rows[i];
		struct str path = str_printf(c->arena, "objects." STR_FMT ".mapping." STR_FMT ".expression",
		    STR_ARG(c->object->config->type), STR_ARG(row->row->id));
		struct str name = row->row->field;
		struct str value = { 0 };
		struct catalogue_fault wrong;

		if (!constant(c, row, &value))
			continue;
		if (value.n == 0)
			fault_at(c, path,
			    str_printf(c->arena, STR_FMT ": choose a HubSpot property or write a text.",
			        STR_ARG(name)));
		else if (normal_has_email(value))
			fault_at(c, path,
			    str_printf(c->arena, STR_FMT " holds an e-mail address, and those are never sent.",
			        STR_ARG(name)));
		else if (str_eq(name, STR("OrderId")))
			fault_at(c, path,
			    STR("OrderId must differ from record to record: use a field, such as {hs_object_id}."));
		else if (!catalogue_check_value(c->arena, c->catalogue,
		             (struct catalogue_value){ .name = name, .value = value }, &wrong))
			fault_at(c, path, wrong.message);
	}
}

static bool
has_live_trigger(const struct config_object *o)
{
	for (size_t i = 0; i < o->n_triggers; i++) {
		if (o->triggers[i].live)
			return true;
	}
	return false;
}

size_t
ruleset_check(struct arena *a, const struct config_document *document, const struct catalogue *catalogue,
    struct config_fault **faults)
{
	struct ruleset *rules = arena_alloc(a, sizeof(*rules));
	struct checker c = { .arena = a, .catalogue = catalogue, .advocate = document->advocate };
	struct config_fault *compiled;
	size_t n;

	ruleset_compile(a, document, catalogue, rules, &compiled, &n);
	c.faults = arena_array(a, FAULTS_MAX, sizeof(*c.faults));
	for (size_t i = 0; i < n && i < FAULTS_MAX; i++)
		c.faults[c.n_faults++] = compiled[i];
	for (size_t i = 0; i < CONFIG_OBJECTS; i++) {
		c.object = &rules->objects[i];
		check_twice(&c);
		check_exclusive(&c);
		check_constants(&c);
		if (!has_live_trigger(c.object->config))
			continue;
		check_required(&c);
		check_money(&c);
		check_items(&c);
	}
	*faults = c.faults;
	return c.n_faults;
}
