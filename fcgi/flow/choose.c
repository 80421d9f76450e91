/* choose.c - see choose.h. */
#include "flow/choose.h"

#include <stdlib.h>

#include "base/arena.h"

/* What the choice looks at. */
struct candidate {
	const struct hubspot_record *record;
	bool primary, clicked;
};

/* Ids are numbers without leading zeros: the shorter one is the smaller one. */
static int
compare_ids(struct str x, struct str y)
{
	if (x.n != y.n)
		return x.n < y.n ? -1 : 1;
	return str_cmp(x, y);
}

/* Which rule tells the two apart: 3 primary, 2 click id, 1 created, 0 only the id; *better says for which. */
static int
compare(const struct candidate *x, const struct candidate *y, bool *better)
{
	if (x->primary != y->primary) {
		*better = x->primary;
		return 3;
	}
	if (x->clicked != y->clicked) {
		*better = x->clicked;
		return 2;
	}
	if (x->record->created_ms != y->record->created_ms) {
		*better = x->record->created_ms < y->record->created_ms;
		return 1;
	}
	*better = compare_ids(x->record->id, y->record->id) < 0;
	return 0;
}

static bool
has_click_id(const struct hubspot_record *contact)
{
	struct str click = { .n = 0 };

	json_string(json_get(contact->properties, "custom_impact_click_id"), &click);
	return click.n > 0;
}

static struct chosen
choose(const struct records *r, struct arena *a, const struct event *ev, struct str to_type)
{
	static const char *const rules[] = { "created_first", "created_first", "click_id", "primary" };
	const struct hubspot_association *links;
	size_t n = records_linked(r, a, ev->object_type, ev->object_id, to_type, &links);
	struct candidate *all = arena_array(a, n, sizeof(*all));
	const struct candidate *best = NULL;
	struct chosen out = { .why = "only" };
	int least = 3;
	bool better;

	for (size_t i = 0; i < n; i++) {
		const struct hubspot_record *record = records_find(r, to_type, links[i].to_id);

		if (record == NULL || record->archived)
			continue;
		all[out.of] = (struct candidate){ .record = record,
			.primary = links[i].primary,
			.clicked = str_eq(to_type, STR("contacts")) && has_click_id(record) };
		(void)(best != NULL && compare(&all[out.of], best, &better));
		if (best == NULL || better)
			best = &all[out.of];
		out.of++;
	}
	/* The closest rival shows what made the difference. */
	for (size_t i = 0; i < out.of; i++) {
		int rule = &all[i] == best ? 3 : compare(best, &all[i], &better);

		least = rule < least ? rule : least;
	}
	if (out.of > 1)
		out.why = rules[least];
	out.record = best == NULL ? NULL : best->record;
	return out;
}

struct chosen
choose_contact(const struct records *r, struct arena *a, const struct event *ev)
{
	return choose(r, a, ev, STR("contacts"));
}

struct chosen
choose_company(const struct records *r, struct arena *a, const struct event *ev)
{
	return choose(r, a, ev, STR("companies"));
}

/* INT64_MAX without one. */
static int64_t
position(const struct hubspot_record *item)
{
	struct str text = { .n = 0 };
	int64_t at;

	json_string(json_get(item->properties, "hs_position_on_quote"), &text);
	return str_to_int(text, 0, INT64_MAX - 1, &at) ? at : INT64_MAX;
}

static int
by_place(const void *x, const void *y)
{
	const struct hubspot_record *const *a = x;
	const struct hubspot_record *const *b = y;
	int64_t p = position(*a);
	int64_t q = position(*b);

	if (p != q)
		return p < q ? -1 : 1;
	return compare_ids((*a)->id, (*b)->id);
}

size_t
choose_items(const struct records *r, struct arena *a, const struct event *ev, const struct hubspot_record ***items)
{
	const struct hubspot_association *links;
	size_t n = records_linked(r, a, ev->object_type, ev->object_id, STR("line_items"), &links);
	const struct hubspot_record **found = arena_array(a, n, sizeof(struct hubspot_record *));
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		const struct hubspot_record *item = records_find(r, STR("line_items"), links[i].to_id);

		if (item != NULL && !item->archived)
			found[count++] = item;
	}
	if (count > 1)
		qsort(found, count, sizeof(found[0]), by_place);
	*items = found;
	return count;
}
