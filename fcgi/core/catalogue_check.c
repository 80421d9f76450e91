/* catalogue_check() - what was built, held against the rules of the fields. */
#include "core/catalogue.h"

#include "base/arena.h"
#include "core/date.h"
#include "core/decimal.h"

#define GENERAL_TEXT    255
#define GENERAL_INTEGER 16
#define FAULTS_MAX      200

/* One check: the values with their fields, and the faults so far. */
struct check {
	struct arena *arena;
	const struct catalogue *catalogue;
	const struct catalogue_value *values;
	const struct catalogue_field **fields; /* of each value; NULL: none */
	int64_t *items;                 /* of each value; 0: none */
	size_t n;
	struct catalogue_fault *faults;
	size_t n_faults;
};

static void
add(struct check *c, struct str field, const char *code, bool missing, struct str message)
{
	if (c->n_faults < FAULTS_MAX)
		c->faults[c->n_faults++] = (struct catalogue_fault){ .field = field,
			.code = str_from(code),
			.message = message,
			.missing = missing };
}

static int64_t
characters(struct str s)
{
	int64_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}

static bool
is_integer(struct str s)
{
	size_t from = s.n > 0 && s.p[0] == '-' ? 1 : 0;

	for (size_t i = from; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	}
	return s.n > from;
}

/* What is sent of an e-mail address: 40 or 64 hexadecimal digits. */
static bool
is_hash(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if ((s.p[i] < '0' || s.p[i] > '9') && (s.p[i] < 'a' || s.p[i] > 'f'))
			return false;
	}
	return s.n == 40 || s.n == 64;
}

static bool
is_url(struct str s)
{
	return (str_starts(s, STR("https://")) && s.n > 8) || (str_starts(s, STR("http://")) && s.n > 7);
}

/* NULL when the value is of the field's type; else what it must be. */
static const char *
wrong_type(const struct catalogue_field *f, struct str value)
{
	struct decimal d;
	struct err ignored = { 0 };
	int64_t ms;

	switch (f->type) {
	case CATALOGUE_STRING:
		return str_is_utf8(value) ? NULL : "must be readable text";
	case CATALOGUE_INTEGER:
		return is_integer(value) ? NULL : "must be a whole number";
	case CATALOGUE_DECIMAL:
		return decimal_parse(value, &d, &ignored) ? NULL : "must be a plain number such as 1234.50";
	case CATALOGUE_DATETIME:
		return date_parse(value, &ms, &ignored) ? NULL : "must be a date";
	case CATALOGUE_BOOLEAN:
		return str_eq(value, STR("true")) || str_eq(value, STR("false")) ? NULL : "must be true or false";
	}
	return NULL;
}

/* The same for the three fields that have a form of their own; *has says whether this is one. */
static const char *
wrong_form(struct str name, struct str value, bool *has)
{
	*has = true;
	if (str_eq(name, STR("CurrencyCode")))
		return decimal_currency_places(value) >= 0 ? NULL : "must be a currency code of three capital letters";
	if (str_eq(name, STR("CustomerEmail")))
		return is_hash(value) ? NULL : "must be an e-mail address, or its SHA-1 or SHA-256 hash";
	if (str_eq(name, STR("UniqueUrl")))
		return is_url(value) ? NULL : "must be a web address such as https://example.com/a";
	*has = false;
	return NULL;
}

bool
catalogue_check_value(struct arena *a, const struct catalogue *c, struct catalogue_value v, struct catalogue_fault *out)
{
	const struct catalogue_field *f = catalogue_find(c, v.name);
	const char *must;
	bool own_form;
	int64_t max;

	*out = (struct catalogue_fault){ .field = v.name, .code = STR("field_type") };
	if (f == NULL) {
		out->message = str_printf(a, STR_FMT " is no field of impact.com.", STR_ARG(v.name));
		return false;
	}
	must = wrong_form(f->name, v.value, &own_form);
	if (!own_form)
		must = wrong_type(f, v.value);
	if (must != NULL) {
		out->message = str_printf(a, STR_FMT " %s.", STR_ARG(v.name), must);
		return false;
	}
	if (f->type != CATALOGUE_STRING && f->type != CATALOGUE_INTEGER)
		return true;
	max = f->max_length > 0 ? f->max_length : f->type == CATALOGUE_STRING ? GENERAL_TEXT : GENERAL_INTEGER;
	out->code = STR("field_too_long");
	out->message = str_printf(a, STR_FMT " is %lld characters long; impact.com takes %lld.", STR_ARG(v.name),
	    (long long)characters(v.value), (long long)max);
	return characters(v.value) <= max;
}

/* The index of a value of that field, item included; c->n when there is none. */
static size_t
find_value(const struct check *c, struct str pattern, int64_t item)
{
	size_t i;

	for (i = 0; i < c->n; i++) {
		if (c->fields[i] != NULL && catalogue_means(pattern, c->fields[i]) &&
		    (item == 0 || c->items[i] == 0 || c->items[i] == item))
			break;
	}
	return i;
}

static bool
has_any(const struct check *c, const struct str *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (find_value(c, names[i], 0) < c->n)
			return true;
	}
	return false;
}

static void
check_required(struct check *c)
{
	const struct catalogue *cat = c->catalogue;
	size_t money = c->n;

	for (size_t i = 0; i < cat->n_always; i++) {
		if (!has_any(c, &cat->always[i], 1))
			add(c, cat->always[i], "field_missing", true,
			    str_printf(c->arena, STR_FMT " is required and has no value.", STR_ARG(cat->always[i])));
	}
	if (!has_any(c, cat->event_identifiers, cat->n_event_identifiers))
		add(c, STR("EventTypeCode"), "field_missing", true,
		    STR("EventTypeCode has no value: without it impact.com does not know which event this is."));
	if (!has_any(c, cat->attribution_keys, cat->n_attribution_keys))
		add(c, STR("ClickId"), "field_missing", true,
		    STR("ClickId and CustomerId have no value: without one of them no partner can be credited."));
	for (size_t i = 0; i < c->n && money == c->n; i++) {
		if (c->fields[i] != NULL && c->fields[i]->money)
			money = i;
	}
	if (money < c->n && find_value(c, STR("CurrencyCode"), 0) == c->n)
		add(c, STR("CurrencyCode"), "field_missing", true,
		    str_printf(c->arena, "CurrencyCode has no value, and " STR_FMT " is an amount.",
		        STR_ARG(c->values[money].name)));
}

static struct str
with_item(struct check *c, struct str pattern, int64_t item)
{
	size_t at = str_find(pattern, STR("{i}"));

	if (at == pattern.n)
		return pattern;
	return str_printf(c->arena, STR_FMT "%lld" STR_FMT, STR_ARG(str_slice(pattern, 0, at)), (long long)item,
	    STR_ARG(str_slice(pattern, at + 3, pattern.n)));
}

/* The values of one item stand together, from `first` up to `end`. */
static void
check_item(struct check *c, size_t first, size_t end, bool order_amount)
{
	const struct catalogue *cat = c->catalogue;
	int64_t item = c->items[first];
	bool amount = order_amount;

	for (size_t k = 0; k < cat->n; k++) {
		bool found = !cat->fields[k].item_required || !cat->fields[k].item;

		for (size_t i = first; i < end && !found; i++)
			found = c->fields[i] == &cat->fields[k];
		if (!found)
			add(c, with_item(c, cat->fields[k].name, item), "field_missing", true,
			    str_printf(c->arena, STR_FMT " has no value: line item %lld is not complete.",
			        STR_ARG(with_item(c, cat->fields[k].name, item)), (long long)item));
	}
	for (size_t i = first; i < end; i++) {
		for (size_t k = 0; k < cat->n_item_amounts; k++)
			amount = amount || catalogue_means(cat->item_amounts[k], c->fields[i]);
	}
	if (!amount)
		add(c, with_item(c, STR("ItemPrice{i}"), item), "field_missing", true,
		    str_printf(c->arena, "ItemPrice%lld has no value: line item %lld has no price.", (long long)item,
		        (long long)item));
}

static void
check_items(struct check *c)
{
	bool order_amount = find_value(c, STR("Amount"), 0) < c->n;
	size_t i = 0;

	while (i < c->n) {
		size_t end = i + 1;

		while (end < c->n && c->items[end] == c->items[i] && c->items[i] > 0)
			end++;
		if (c->items[i] > 0)
			check_item(c, i, end, order_amount);
		i = end;
	}
}

static void
check_exclusive(struct check *c)
{
	for (size_t k = 0; k < c->catalogue->n_exclusive; k++) {
		struct catalogue_pair pair = c->catalogue->exclusive[k];

		if (!has_any(c, &pair.b, 1))
			continue;
		for (size_t i = 0; i < c->n; i++) {
			size_t other;

			if (c->fields[i] == NULL || !catalogue_means(pair.a, c->fields[i]))
				continue;
			other = find_value(c, pair.b, c->items[i]);
			if (other < c->n) {
				add(c, c->values[i].name, "field_exclusive", false,
				    str_printf(c->arena, STR_FMT " and " STR_FMT " must not be sent together.",
				        STR_ARG(c->values[i].name), STR_ARG(c->values[other].name)));
				break;
			}
		}
	}
}

/* Missing ones first, else in the order they were found. */
static void
missing_first(struct check *c)
{
	struct catalogue_fault *sorted = arena_array(c->arena, c->n_faults, sizeof(*sorted));
	size_t n = 0;

	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < c->n_faults; i++) {
			if (c->faults[i].missing == (pass == 0))
				sorted[n++] = c->faults[i];
		}
	}
	c->faults = sorted;
}

size_t
catalogue_check(struct arena *a, const struct catalogue *c, const struct catalogue_value *values, size_t n,
    struct catalogue_fault **faults)
{
	struct check k = { .arena = a, .catalogue = c, .values = values, .n = n };

	k.fields = arena_array(a, n, sizeof(struct catalogue_field *));
	k.items = arena_array(a, n, sizeof(*k.items));
	k.faults = arena_array(a, FAULTS_MAX, sizeof(*k.faults));
	for (size_t i = 0; i < n; i++) {
		k.fields[i] = catalogue_find(c, values[i].name);
		k.items[i] = k.fields[i] == NULL ? 0 : catalogue_item(k.fields[i], values[i].name);
	}
	check_required(&k);
	check_items(&k);
	for (size_t i = 0; i < n; i++) {
		struct catalogue_fault fault;

		if (!catalogue_check_value(a, c, values[i], &fault) && k.n_faults < FAULTS_MAX)
			k.faults[k.n_faults++] = fault;
	}
	check_exclusive(&k);
	missing_first(&k);
	*faults = k.faults;
	return k.n_faults;
}
