/* ids_look.c - what a page of records says about ids; see ids.h. */
#include "base/arena.h"
#include "core/config_document.h"
#include "flow/choose.h"
#include "flow/ids.h"
#include "store/config.h"
#include "store/record_update.h"

#define NAMES_MAX 64

/* ---- the mapping */

static struct lang *
source_of(struct arena *a, const struct config_object *o, struct str field)
{
	struct err ignored = { 0 };
	struct lang *l = NULL;

	for (size_t i = 0; o != NULL && i < o->n_rows; i++)
		if (o->rows[i].active && str_eq(o->rows[i].field, field) &&
		    lang_parse(a, o->rows[i].expression, &l, NULL, &ignored))
			return l;
	return NULL;
}

bool
ids_sources(struct ids_walk *w, struct err *e)
{
	struct step *s = &w->step;
	struct config_revision current;
	struct config_document document;
	struct config_fault *faults;
	size_t n;
	const struct {
		struct ids_source *to;
		struct str type;
	} all[] = { { &w->contacts, STR("contacts") }, { &w->companies, STR("companies") },
		{ &w->deals, STR("deals") } };

	if (!config_current(s->parts->db, s->arena, s->tenant_id, &current, e) ||
	    !config_document_parse(s->arena, current.document, &document, &faults, &n, e))
		return false;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		const struct config_object *o = config_document_object(&document, all[i].type);

		all[i].to->customer = source_of(s->arena, o, STR("CustomerId"));
		all[i].to->click = source_of(s->arena, o, STR("ClickId"));
	}
	return true;
}

static void
add_name(struct str *set, size_t *n, struct str name)
{
	size_t i = 0;

	while (i < *n && !str_eq(set[i], name))
		i++;
	if (i == *n && *n < NAMES_MAX)
		set[(*n)++] = name;
}

/* Of an expression the names without a dot, or those behind "contact.". */
static void
add_fields(struct str *set, size_t *n, const struct lang *l, bool of_contact)
{
	struct str prefix = STR("contact.");
	const struct str *fields;
	size_t count = l == NULL ? 0 : lang_fields(l, &fields);

	for (size_t i = 0; i < count; i++) {
		if (of_contact && str_starts(fields[i], prefix))
			add_name(set, n, str_slice(fields[i], prefix.n, fields[i].n));
		else if (!of_contact && str_find_char(fields[i], '.') == fields[i].n)
			add_name(set, n, fields[i]);
	}
}

static const struct ids_source *
source(struct ids_walk *w, struct str type)
{
	return str_eq(type, STR("contacts"))    ? &w->contacts
	       : str_eq(type, STR("companies")) ? &w->companies
	                                        : &w->deals;
}

struct str_list
ids_properties(struct ids_walk *w, struct str type, bool as_contact)
{
	const struct ids_source *from = source(w, type);
	struct str *set = arena_array(w->step.arena, NAMES_MAX, sizeof(*set));
	size_t n = 0;

	if (as_contact || str_eq(type, STR("contacts"))) {
		add_name(set, &n, STR("email"));
		add_name(set, &n, STR(IDS_CLICK));
	} else if (str_eq(type, STR("deals"))) {
		add_name(set, &n, STR(IDS_CUSTOMER));
		add_name(set, &n, STR(IDS_CLICK));
	}
	add_fields(set, &n, from->customer, as_contact);
	add_fields(set, &n, from->click, as_contact);
	return (struct str_list){ .v = set, .n = n };
}

/* ---- one record */

struct subject {
	struct arena *arena;
	const struct hubspot_record *record, *contact; /* contact NULL: none */
};

static struct str
value(struct arena *a, const struct hubspot_record *r, struct str name)
{
	if (r == NULL)
		return STR("");
	if (str_eq(name, STR("hs_object_id")))
		return r->id;
	return json_text_at(a, r->properties, str_c(a, name));
}

/* Names of other records, of the event or computed ones say nothing here: they are empty. */
static bool
lookup(void *arg, struct str field, size_t item, struct str *out, struct err *e)
{
	struct subject *s = arg;
	struct str prefix = STR("contact.");

	(void)item;
	(void)e;
	if (str_starts(field, prefix))
		*out = value(s->arena, s->contact, str_slice(field, prefix.n, field.n));
	else
		*out = value(s->arena, s->record, field);
	return true;
}

static struct str
evaluated(const struct lang *l, struct subject *s)
{
	struct err ignored = { 0 };
	struct str out = STR("");

	if (l == NULL || !lang_eval(l, s->arena, lookup, s, 0, &out, &ignored))
		return STR("");
	return str_trim(out);
}

/* Something, an @, something with a dot: an address where an id should be. */
static bool
looks_like_email(struct str s)
{
	size_t at = str_find_char(s, '@');

	return at > 0 && at < s.n && str_find_char(str_slice(s, at, s.n), '.') < s.n - at - 1;
}

void
ids_add(struct ids_walk *w, const char *name, int64_t n)
{
	int64_t before = 0;

	json_int(json_get(w->result, name), &before);
	json_set_int(w->result, name, before + n);
}

static void
found(struct ids_walk *w, const char *what, struct str id)
{
	struct json *examples = json_get(w->result, "examples");
	struct json *list;

	ids_add(w, what, 1);
	if (examples == NULL) {
		examples = json_object(w->step.arena);
		json_set(w->result, "examples", examples);
	}
	list = json_get(examples, what);
	if (list == NULL) {
		list = json_array(w->step.arena);
		json_set(examples, what, list);
	}
	if (json_length(list) < IDS_EXAMPLES)
		json_push_str(list, id);
}

static void
count(struct ids_walk *w, struct str type, const char *what, bool yes)
{
	ids_add(w, str_c(w->step.arena, str_printf(w->step.arena, STR_FMT "_%s", STR_ARG(type), what)), yes ? 1 : 0);
}

/* What any record type is asked for. */
static void
look_at_any(struct ids_walk *w, struct str type, struct subject *s)
{
	struct arena *a = w->step.arena;
	struct str customer = evaluated(source(w, type)->customer, s);
	const struct hubspot_record *who = str_eq(type, STR("contacts")) ? s->record : s->contact;

	count(w, type, "seen", true);
	count(w, type, "customer", customer.n > 0);
	count(w, type, "contact", s->contact != NULL);
	count(w, type, "seen_email", value(a, who, STR("email")).n > 0);
	count(w, type, "seen_click", value(a, who, STR(IDS_CLICK)).n > 0);
	if (looks_like_email(customer))
		found(w, str_c(a, str_printf(a, STR_FMT "_customer_email", STR_ARG(type))), s->record->id);
}

static void
look_at_deal(struct ids_walk *w, struct subject *s)
{
	struct arena *a = w->step.arena;
	struct str filled = value(a, s->record, STR(IDS_CUSTOMER));
	struct str own_click = evaluated(w->deals.click, s);
	struct str click = value(a, s->contact, STR(IDS_CLICK));

	if (w->deals.click == NULL)
		own_click = value(a, s->record, STR(IDS_CLICK));
	count(w, STR("deals"), "filled", filled.n > 0);
	if (s->contact == NULL) {
		found(w, "deals_no_contact", s->record->id);
		return;
	}
	if (click.n == 0)
		found(w, "deals_contact_no_click", s->record->id);
	if (filled.n > 0 && !str_eq(filled, s->contact->id))
		found(w, "deals_filled_other", s->record->id);
	if (own_click.n > 0 && click.n > 0 && !str_eq(own_click, click))
		found(w, "deals_click_other", s->record->id);
}

/* What a fill does about a deal; true when it is to be written. */
static bool
to_fill(struct ids_walk *w, struct subject *s, struct record_update *out)
{
	struct arena *a = w->step.arena;
	struct str has = value(a, s->record, STR(IDS_CUSTOMER));
	struct json *properties;

	count(w, STR("deals"), "seen", true);
	if (s->contact == NULL) {
		found(w, "deals_no_contact", s->record->id);
		return false;
	}
	if (str_eq(has, s->contact->id) || (has.n > 0 && !w->run.overwrite)) {
		count(w, STR("deals"), str_eq(has, s->contact->id) ? "filled" : "other", true);
		return false;
	}
	properties = json_object(a);
	json_set_str(properties, IDS_CUSTOMER, s->contact->id);
	*out = (struct record_update){ .object_type = STR("deals"),
		.object_id = s->record->id,
		.properties = json_write(a, properties),
		.overwrite = w->run.overwrite };
	return true;
}

bool
ids_look(struct ids_walk *w, struct err *e)
{
	struct step *step = &w->step;
	struct str type = w->page.type;
	struct record_update *plan = arena_array(step->arena, w->page.n, sizeof(*plan));
	size_t n = 0;

	for (size_t i = 0; i < w->page.n; i++) {
		const struct event ev = { .object_type = type, .object_id = w->page.records[i].id };
		struct subject s = { .arena = step->arena, .record = &w->page.records[i] };

		if (!str_eq(type, STR("contacts")))
			s.contact = choose_contact(w->records, step->arena, &ev).record;
		if (w->run.kind != ID_RUN_CHECK) {
			n += to_fill(w, &s, &plan[n]);
			continue;
		}
		look_at_any(w, type, &s);
		if (str_eq(type, STR("deals")))
			look_at_deal(w, &s);
	}
	ids_add(w, "planned", (int64_t)n);
	return record_update_plan(step->parts->db, step->tenant_id, w->run.run_id, plan, n, e);
}
