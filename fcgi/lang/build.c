#include "lang/build.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/enc.h"
#include "core/date.h"
#include "core/decimal.h"
#include "lang/lookup.h"
#include "lang/normal.h"

#define FIELDS_MAX  20000
#define VALUES_MAX  (1024 * 1024)     /* bytes of all values together */
#define SHOWN_MAX   4096              /* bytes of one value: beyond every limit of impact.com */
#define BODY_MAX    (6 * 1024 * 1024) /* encoded: more than VALUES_MAX and the names can become */
#define SCRATCH_MAX (64 * 1024 * 1024)
#define FAULTS_MAX  500

/* One conversion in the making. */
struct builder {
	struct arena *arena;
	struct arena *scratch; /* of one expression */
	const struct build_input *in;
	struct build_output *out;
	struct build_field *fields;
	const struct ruleset_row **rows; /* of each field; NULL: CampaignId */
	size_t n, cap, bytes;
	struct catalogue_fault *faults;
	size_t n_faults;
	bool full;
};

static void
fault(struct builder *b, struct str field, const char *code, bool missing, struct str message)
{
	if (b->n_faults < FAULTS_MAX)
		b->faults[b->n_faults++] = (struct catalogue_fault){ .field = field,
			.code = str_from(code),
			.message = message,
			.missing = missing };
}

/* "ItemSku{i}" for item 3 is "ItemSku3". */
static struct str
numbered(struct builder *b, struct str field, size_t item)
{
	size_t at = str_find(field, STR("{i}"));

	if (item == 0 || at == field.n)
		return field;
	return str_printf(b->arena, STR_FMT "%zu" STR_FMT, STR_ARG(str_slice(field, 0, at)), item,
	    STR_ARG(str_slice(field, at + 3, field.n)));
}

static void
add_field(struct builder *b, const struct ruleset_row *row, struct build_field field)
{
	if (b->n == b->cap || b->bytes + field.value.n > VALUES_MAX) {
		b->full = true;
		return;
	}
	b->bytes += field.value.n;
	b->rows[b->n] = row;
	b->fields[b->n++] = field;
}

/* A row before it may have given this field already: rows with conditions share a field. */
static bool
given(const struct builder *b, const struct ruleset_row *row, struct str name, size_t from)
{
	for (size_t i = from; i < b->n; i++) {
		if (b->rows[i] != NULL && b->rows[i] != row && str_eq(b->fields[i].name, name))
			return true;
	}
	return false;
}

static void
build_row(struct builder *b, const struct ruleset_row *row, size_t item, size_t from)
{
	struct lookup look = { .arena = b->scratch, .in = b->in };
	struct build_field field = { .expression = row->row->expression };
	struct err e = { 0 };
	struct str value = { 0 };
	bool holds = true;

	field.name = numbered(b, row->row->field, item);
	if (given(b, row, field.name, from))
		return;
	if (!lang_when_eval(row->when, b->scratch, lookup_field, &look, item, &holds, &e)) {
		fault(b, field.name, "expression_failed", false,
		    str_printf(b->arena, STR_FMT ": %s.", STR_ARG(field.name), e.text));
	} else if (holds) {
		look.from_event = false;
		if (!lang_eval(row->expression, b->scratch, lookup_field, &look, item, &value, &e))
			fault(b, field.name, "expression_failed", false,
			    str_printf(b->arena, STR_FMT ": %s.", STR_ARG(field.name), e.text));
	}
	if (look.lead_status_empty && str_eq(field.name, STR("OrderId")))
		fault(b, field.name, "lead_status_empty", false,
		    STR("OrderId has no value: the contact's lead status is empty."));
	field.value = str_copy(b->arena, str_slice(value, 0, SHOWN_MAX));
	field.from_event = look.from_event;
	arena_reset(b->scratch);
	if (field.value.n > 0)
		add_field(b, row, field);
}

static void
build_rows(struct builder *b)
{
	const struct ruleset_object *o = b->in->object;

	for (size_t i = 0; i < o->n_rows && !b->full; i++) {
		if (!o->rows[i].field->item)
			build_row(b, &o->rows[i], 0, 0);
	}
	for (size_t item = 1; item <= b->in->n_items && !b->full; item++) {
		size_t from = b->n;

		for (size_t i = 0; i < o->n_rows && !b->full; i++) {
			if (o->rows[i].field->item)
				build_row(b, &o->rows[i], item, from);
		}
	}
}

static struct str
value_of(const struct builder *b, struct str name)
{
	for (size_t i = 0; i < b->n; i++) {
		if (str_eq(b->fields[i].name, name))
			return b->fields[i].value;
	}
	return (struct str){ 0 };
}

/*
 * C-09: an e-mail address goes out as the id of the contact who has it, else as its hash, so that it can never
 * be read, and the same customer stays the same.
 */
static struct str
customer_id(struct builder *b, const struct normal_options *options, struct str value)
{
	const struct event *ev = b->in->event;
	struct str email = str_trim(json_text_at(b->arena, b->in->contact.properties, "email"));

	if (!normal_is_email(value))
		return value;
	if (ev->kind == EVENT_CHANGED && str_eq(ev->object_type, STR("contacts")) && str_eq(ev->property, STR("email")))
		email = str_trim(ev->value);
	if (str_eq_nocase(email, str_trim(value)) && b->in->contact.id.n > 0)
		return b->in->contact.id;
	return normal_email_hash(b->arena, options, value);
}

/* Dates, numbers, currency and e-mail in the form that is sent. */
static void
normalise(struct builder *b)
{
	struct normal_options options = {
		.email_sha256 = b->in->rules->document.email_sha256,
		.time_zone = b->in->account_time_zone,
	};

	for (size_t i = 0; i < b->n; i++) {
		if (str_eq(b->fields[i].name, STR("CurrencyCode"))) {
			b->fields[i].value = str_upper(b->arena, str_trim(b->fields[i].value));
			options.currency = b->fields[i].value;
		}
	}
	for (size_t i = 0; i < b->n; i++) {
		struct build_field *f = &b->fields[i];
		const struct catalogue_field *type = b->rows[i] == NULL ? NULL : b->rows[i]->field;
		struct err e = { 0 };

		if (type == NULL)
			continue;
		if (!normal_value(b->arena, type, &options, f->value, &f->value, &e))
			fault(b, f->name, "time_zone_unknown", false,
			    str_printf(b->arena, STR_FMT " is a date without a time zone, and %s.", STR_ARG(f->name),
			        e.text));
		if (str_eq(type->name, STR("CustomerId")))
			f->value = customer_id(b, &options, f->value);
		if (normal_has_email(f->value)) {
			fault(b, f->name, "email_as_id", false,
			    str_printf(b->arena, STR_FMT " holds an e-mail address, and those are never sent.",
			        STR_ARG(f->name)));
			f->value = STR("(e-mail address)");
		}
	}
}

/* Values that came out empty only after normalising are left out like all empty ones. */
static void
drop_empty(struct builder *b)
{
	size_t n = 0;

	for (size_t i = 0; i < b->n; i++) {
		if (b->fields[i].value.n == 0)
			continue;
		b->fields[n] = b->fields[i];
		b->rows[n++] = b->rows[i];
	}
	b->n = n;
}

static void
check_catalogue(struct builder *b)
{
	struct catalogue_value *values = arena_array(b->arena, b->n, sizeof(*values));
	struct catalogue_fault *found;
	size_t n;

	for (size_t i = 0; i < b->n; i++)
		values[i] = (struct catalogue_value){ .name = b->fields[i].name, .value = b->fields[i].value };
	n = catalogue_check(b->arena, b->in->catalogue, values, b->n, &found);
	for (size_t i = 0; i < n && b->n_faults < FAULTS_MAX; i++) {
		bool said = false;

		/* An order id that is too long, or a status that is empty, is told once, in its own words. */
		for (size_t k = 0; k < b->n_faults; k++)
			said = said || str_eq(b->faults[k].field, found[i].field);
		if (!said)
			b->faults[b->n_faults++] = found[i];
	}
}

static void
check_own_rules(struct builder *b)
{
	struct str order = value_of(b, STR("OrderId"));

	if (b->in->object->mapping_needs_contact && !lookup_has_contact(b->in))
		fault(b, STR("CustomerId"), "no_contact", true,
		    str_printf(b->arena, "No contact on the " STR_FMT " yet.",
		        STR_ARG(event_object_singular(b->in->event->object_type))));
	if (order.n > 64)
		fault(b, STR("OrderId"), "order_id_too_long", false,
		    str_printf(b->arena, "OrderId is %zu bytes long; impact.com takes 64.", order.n));
	/* The ledger keeps these two as bytes. */
	if (value_of(b, STR("CustomerId")).n > 255)
		fault(b, STR("CustomerId"), "field_too_long", false, STR("CustomerId is longer than 255 bytes."));
	if (value_of(b, STR("EventTypeCode")).n > 128)
		fault(b, STR("EventTypeCode"), "field_too_long", false, STR("EventTypeCode is longer than 128 bytes."));
	if (b->full)
		fault(b, STR("ItemSku{i}"), "too_many_fields", false,
		    STR("The conversion has more line items or longer values than can be sent."));
}

static void
finish(struct builder *b)
{
	struct build_output *out = b->out;
	const struct catalogue *cat = b->in->catalogue;
	struct err ignored = { 0 };
	struct buf body;

	buf_init(&body, b->arena, BODY_MAX);
	for (size_t i = 0; i < b->n; i++)
		enc_form_add(&body, b->fields[i].name, b->fields[i].value);
	if (!buf_done(&body, &out->body, &ignored))
		fault(b, STR("ItemSku{i}"), "too_many_fields", false, STR("The conversion is too big to send."));
	out->fields = b->fields;
	out->n_fields = b->n;
	for (size_t i = 0; i < cat->n_event_identifiers && out->event_type.n == 0; i++) {
		out->event_identifier = cat->event_identifiers[i];
		out->event_type = value_of(b, cat->event_identifiers[i]);
	}
	if (out->event_type.n == 0)
		out->event_identifier = (struct str){ 0 };
	out->order_id = value_of(b, STR("OrderId"));
	out->customer_id = value_of(b, STR("CustomerId"));
	for (size_t i = 0; i < b->n; i++) {
		if (str_eq(b->fields[i].name, STR("OrderId")))
			out->order_expression = b->fields[i].expression;
	}
	if (!date_parse(value_of(b, STR("EventDate")), &out->event_date_ms, &ignored))
		out->event_date_ms = b->in->event->occurred_ms;
}

/* Missing ones first, else in the order they were found. */
static void
finish_faults(struct builder *b)
{
	struct catalogue_fault *sorted = arena_array(b->arena, b->n_faults, sizeof(*sorted));
	size_t n = 0;

	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < b->n_faults; i++) {
			if (b->faults[i].missing == (pass == 0))
				sorted[n++] = b->faults[i];
		}
	}
	b->out->faults = sorted;
	b->out->n_faults = n;
	b->out->missing_only = n > 0;
	for (size_t i = 0; i < n; i++)
		b->out->missing_only = b->out->missing_only && sorted[i].missing;
}

void
build_conversion(struct arena *a, const struct build_input *in, struct build_output *out)
{
	struct builder b = { .arena = a, .in = in, .out = out, .scratch = arena_new(SCRATCH_MAX) };
	size_t wanted = 1 + in->object->n_rows * (1 + in->n_items);

	*out = (struct build_output){ 0 };
	b.cap = wanted < FIELDS_MAX ? wanted : FIELDS_MAX;
	b.fields = arena_array(a, b.cap, sizeof(*b.fields));
	b.rows = arena_array(a, b.cap, sizeof(struct ruleset_row *));
	b.faults = arena_array(a, FAULTS_MAX, sizeof(*b.faults));
	if (in->rules->document.program_id.n > 0)
		add_field(&b, NULL,
		    (struct build_field){ .name = STR("CampaignId"), .value = in->rules->document.program_id });
	build_rows(&b);
	normalise(&b);
	drop_empty(&b);
	check_own_rules(&b);
	check_catalogue(&b);
	finish(&b);
	finish_faults(&b);
	arena_free(b.scratch);
}
