/* records.c - see records.h. */
#include "flow/records.h"

#include <stdint.h>

#include "base/arena.h"

struct slot {
	struct str type, id;
	bool asked, found;
	struct hubspot_record record;
	const struct records_trouble *trouble;
};

struct link {
	struct str from_type, to_type;
	struct hubspot_association pair;
};

struct failed_link {
	struct str from_type, from_id, to_type;
	const struct records_trouble *why;
};

struct records {
	struct arena *arena;
	struct slot *slots; /* in the order wanted */
	size_t n, cap;
	uint32_t *index; /* open addressing over slots, value + 1; size is a power of two */
	size_t index_size;
	struct link *links;
	size_t n_links, cap_links;
	struct failed_link *failed;
	size_t n_failed, cap_failed;
};

static uint32_t
hash(struct str type, struct str id)
{
	uint32_t h = 2166136261U;

	for (size_t i = 0; i < type.n; i++)
		h = (h ^ (unsigned char)type.p[i]) * 16777619U;
	for (size_t i = 0; i < id.n; i++)
		h = (h ^ (unsigned char)id.p[i]) * 16777619U;
	return h;
}

struct records *
records_new(struct arena *a)
{
	struct records *r = arena_alloc(a, sizeof(*r));

	r->arena = a;
	r->index_size = 256;
	r->index = arena_array(a, r->index_size, sizeof(*r->index));
	return r;
}

/* The index place of the record: either it, or the free place where it belongs. */
static size_t
place(const struct records *r, struct str type, struct str id)
{
	size_t i = hash(type, id) & (r->index_size - 1);

	while (r->index[i] != 0) {
		const struct slot *s = &r->slots[r->index[i] - 1];

		if (str_eq(s->id, id) && str_eq(s->type, type))
			break;
		i = (i + 1) & (r->index_size - 1);
	}
	return i;
}

static void
grow(struct records *r)
{
	size_t cap = r->cap == 0 ? 64 : r->cap * 2;
	struct slot *slots = arena_array(r->arena, cap, sizeof(*slots));

	if (r->n > 0)
		memcpy(slots, r->slots, r->n * sizeof(*slots));
	r->slots = slots;
	r->cap = cap;
	r->index_size = cap * 4;
	r->index = arena_array(r->arena, r->index_size, sizeof(*r->index));
	for (size_t i = 0; i < r->n; i++)
		r->index[place(r, r->slots[i].type, r->slots[i].id)] = (uint32_t)i + 1;
}

void
records_want(struct records *r, struct str type, struct str id)
{
	size_t at;

	if (id.n == 0)
		return;
	if (r->n == r->cap)
		grow(r);
	at = place(r, type, id);
	if (r->index[at] != 0)
		return;
	r->slots[r->n] = (struct slot){ .type = type, .id = id };
	r->index[at] = (uint32_t)++r->n;
}

bool
records_wanted(const struct records *r, struct str type, struct str id)
{
	return r->index[place(r, type, id)] != 0;
}

size_t
records_ask(struct records *r, struct str type, struct str *ids, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n && n < max; i++) {
		struct slot *s = &r->slots[i];

		if (s->asked || !str_eq(s->type, type))
			continue;
		s->asked = true;
		ids[n++] = s->id;
	}
	return n;
}

void
records_put(struct records *r, struct str type, const struct hubspot_record *record)
{
	struct slot *s;

	records_want(r, type, record->id);
	s = &r->slots[r->index[place(r, type, record->id)] - 1];
	s->asked = s->found = true;
	s->record = *record;
}

const struct hubspot_record *
records_find(const struct records *r, struct str type, struct str id)
{
	uint32_t at = r->index[place(r, type, id)];

	return at == 0 || !r->slots[at - 1].found ? NULL : &r->slots[at - 1].record;
}

void
records_fail(struct records *r, struct str type, struct str id, const struct records_trouble *why)
{
	struct slot *s;

	if (id.n == 0)
		return;
	records_want(r, type, id);
	s = &r->slots[r->index[place(r, type, id)] - 1];
	s->asked = true;
	s->trouble = why;
}

const struct records_trouble *
records_trouble(const struct records *r, struct str type, struct str id)
{
	uint32_t at = r->index[place(r, type, id)];

	return at == 0 || r->slots[at - 1].found ? NULL : r->slots[at - 1].trouble;
}

void
records_link(struct records *r, struct str from_type, struct str to_type, const struct hubspot_association *x)
{
	if (r->n_links == r->cap_links) {
		size_t cap = r->cap_links == 0 ? 64 : r->cap_links * 2;
		struct link *links = arena_array(r->arena, cap, sizeof(*links));

		if (r->n_links > 0)
			memcpy(links, r->links, r->n_links * sizeof(*links));
		r->links = links;
		r->cap_links = cap;
	}
	r->links[r->n_links++] = (struct link){ .from_type = from_type, .to_type = to_type, .pair = *x };
}

/* Pages overlap when something is added between them: the same end may come twice. */
static void
add_end(struct hubspot_association *found, size_t *n, const struct hubspot_association *pair)
{
	for (size_t i = 0; i < *n; i++)
		if (str_eq(found[i].to_id, pair->to_id)) {
			found[i].primary = found[i].primary || pair->primary;
			return;
		}
	found[(*n)++] = *pair;
}

size_t
records_linked(const struct records *r, struct arena *a, struct str from_type, struct str id, struct str to_type,
    const struct hubspot_association **links)
{
	struct hubspot_association *found;
	size_t n = 0;

	for (size_t i = 0; i < r->n_links; i++)
		n += str_eq(r->links[i].pair.from_id, id) && str_eq(r->links[i].to_type, to_type) &&
		     str_eq(r->links[i].from_type, from_type);
	found = arena_array(a, n, sizeof(*found));
	n = 0;
	for (size_t i = 0; i < r->n_links; i++)
		if (str_eq(r->links[i].pair.from_id, id) && str_eq(r->links[i].to_type, to_type) &&
		    str_eq(r->links[i].from_type, from_type))
			add_end(found, &n, &r->links[i].pair);
	*links = found;
	return n;
}

void
records_fail_links(struct records *r, struct str from_type, struct str id, struct str to_type,
    const struct records_trouble *why)
{
	if (r->n_failed == r->cap_failed) {
		size_t cap = r->cap_failed == 0 ? 16 : r->cap_failed * 2;
		struct failed_link *failed = arena_array(r->arena, cap, sizeof(*failed));

		if (r->n_failed > 0)
			memcpy(failed, r->failed, r->n_failed * sizeof(*failed));
		r->failed = failed;
		r->cap_failed = cap;
	}
	r->failed[r->n_failed++] =
	    (struct failed_link){ .from_type = from_type, .from_id = id, .to_type = to_type, .why = why };
}

const struct records_trouble *
records_links_trouble(const struct records *r, struct arena *a, struct str from_type, struct str id, struct str to_type)
{
	const struct hubspot_association *links;
	size_t n;

	for (size_t i = 0; i < r->n_failed; i++)
		if (str_eq(r->failed[i].from_id, id) && str_eq(r->failed[i].to_type, to_type) &&
		    str_eq(r->failed[i].from_type, from_type))
			return r->failed[i].why;
	n = records_linked(r, a, from_type, id, to_type, &links);
	for (size_t i = 0; i < n; i++) {
		const struct records_trouble *why = records_trouble(r, to_type, links[i].to_id);

		if (why != NULL)
			return why;
	}
	return NULL;
}
