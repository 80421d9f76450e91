#include "lib/crm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/json.h"

#define RECORDS_MAX 4000
#define LINKS_MAX   8000
#define BATCH_MAX   100
#define FAULTS_MAX  8

struct record {
	struct str type, id, created_at;
	struct json *properties;
};

struct link {
	struct str from_type, from, to_type, to;
	bool primary;
};

static struct {
	struct arena *a;
	struct record records[RECORDS_MAX];
	struct link links[LINKS_MAX];
	size_t n_records, n_links, page;
	struct {
		struct str url_part;
		struct http_answer answer;
	} refused[FAULTS_MAX];
	struct {
		struct str id;
		const char *category;
	} errors[FAULTS_MAX];
	size_t n_refused, n_errors;
} crm;

void
crm_mend(void)
{
	crm.n_refused = crm.n_errors = 0;
}

void
crm_refuse(const char *url_part, struct http_answer answer)
{
	assert_true(crm.n_refused < FAULTS_MAX);
	crm.refused[crm.n_refused].url_part = str_from(url_part);
	crm.refused[crm.n_refused++].answer = answer;
}

void
crm_error(const char *id, const char *category)
{
	assert_true(crm.n_errors < FAULTS_MAX);
	crm.errors[crm.n_errors].id = str_from(id);
	crm.errors[crm.n_errors++].category = category;
}

void
crm_reset(struct arena *a)
{
	crm.a = a;
	crm.n_records = crm.n_links = 0;
	crm_mend();
	crm.page = LINKS_MAX;
}

static struct record *
find(struct str type, struct str id)
{
	for (size_t i = 0; i < crm.n_records; i++)
		if (str_eq(crm.records[i].type, type) && str_eq(crm.records[i].id, id))
			return &crm.records[i];
	return NULL;
}

void
crm_put_created(const char *type, const char *id, const char *properties, const char *created_at)
{
	struct record *r = find(str_from(type), str_from(id));
	struct err e = { .code = ERR_NONE };

	if (r == NULL) {
		assert_true(crm.n_records < RECORDS_MAX);
		r = &crm.records[crm.n_records++];
	}
	*r = (struct record){ .type = str_copy(crm.a, str_from(type)),
		.id = str_copy(crm.a, str_from(id)),
		.created_at = str_from(created_at) };
	if (!json_parse(crm.a, str_copy(crm.a, str_from(properties)), &json_limits_answer, &r->properties, &e))
		fail_msg("%s", e.text);
}

void
crm_put(const char *type, const char *id, const char *properties)
{
	crm_put_created(type, id, properties, "2026-09-01T00:00:00Z");
}

void
crm_remove(const char *type, const char *id)
{
	struct record *r = find(str_from(type), str_from(id));

	if (r == NULL)
		fail_msg("there is no %s %s", type, id);
	else
		r->id = STR("-");
}

void
crm_link(const char *from_type, const char *from, const char *to_type, const char *to, bool primary)
{
	for (size_t i = 0; i < crm.n_links; i++)
		if (str_eq(crm.links[i].from, str_from(from)) && str_eq(crm.links[i].to, str_from(to)) &&
		    str_eq(crm.links[i].from_type, str_from(from_type)) &&
		    str_eq(crm.links[i].to_type, str_from(to_type)))
			return;
	assert_true(crm.n_links < LINKS_MAX);
	crm.links[crm.n_links++] = (struct link){ .from_type = str_from(from_type),
		.from = str_copy(crm.a, str_from(from)),
		.to_type = str_from(to_type),
		.to = str_copy(crm.a, str_from(to)),
		.primary = primary };
}

/* The properties that were asked for, those without a value as null. */
static struct json *
picked(const struct record *r, const struct json *names)
{
	struct json *out = json_object(crm.a);

	for (size_t i = 0; i < json_length(names); i++) {
		struct str name = json_text(crm.a, json_at(names, i));
		const struct json *value = json_get(r->properties, str_c(crm.a, name));

		json_set(out, str_c(crm.a, name), value == NULL ? NULL : json_copy(crm.a, value));
	}
	return out;
}

static void
add_record(struct json *results, struct str type, struct str id, const struct json *names)
{
	const struct record *r = find(type, id);
	struct json *row = json_object(crm.a);

	if (r == NULL)
		return;
	json_set_str(row, "id", id);
	json_set(row, "properties", picked(r, names));
	json_set_str(row, "createdAt", r->created_at);
	json_set_str(row, "updatedAt", r->created_at);
	json_set_bool(row, "archived", false);
	json_push(results, row);
}

static void
add_type(struct json *list, const char *category, int64_t id, const char *label)
{
	struct json *type = json_object(crm.a);

	json_set_str(type, "category", str_from(category));
	json_set_int(type, "typeId", id);
	json_set(type, "label", NULL);
	if (label != NULL)
		json_set_str(type, "label", str_from(label));
	json_push(list, type);
}

/* One page of a record's associations, from that one on; true when there are more. */
static bool
add_ends(struct json *to, struct str from_type, struct str from, struct str to_type, size_t first)
{
	size_t n = 0;

	for (size_t i = 0; i < crm.n_links; i++) {
		const struct link *l = &crm.links[i];
		struct json *x, *types;

		if (!str_eq(l->from_type, from_type) || !str_eq(l->from, from) || !str_eq(l->to_type, to_type) ||
		    n++ < first)
			continue;
		if (n > first + crm.page)
			return true;
		x = json_object(crm.a);
		types = json_array(crm.a);
		add_type(types, "HUBSPOT_DEFINED", 3, NULL);
		if (l->primary)
			add_type(types, "USER_DEFINED", 77, "Primary");
		json_set_str(x, "toObjectId", l->to);
		json_set(x, "associationTypes", types);
		json_push(to, x);
	}
	return false;
}

static void
add_paging(struct json *row, size_t after)
{
	struct json *paging = json_object(crm.a), *next = json_object(crm.a);

	json_set_str(next, "after", str_printf(crm.a, "%zu", after));
	json_set(paging, "next", next);
	json_set(row, "paging", paging);
}

static void
add_links(struct json *results, struct str from_type, struct str from, struct str to_type)
{
	struct json *row = json_object(crm.a), *end = json_object(crm.a), *to = json_array(crm.a);
	bool more = add_ends(to, from_type, from, to_type, 0);

	if (json_length(to) == 0)
		return;
	json_set_str(end, "id", from);
	json_set(row, "from", end);
	json_set(row, "to", to);
	if (more)
		add_paging(row, crm.page);
	json_push(results, row);
}

void
crm_page(size_t most)
{
	crm.page = most;
}

/* GET /crm/objects/{version}/{from}/{id}/associations/{to}?limit=500&after=N */
static struct http_answer
answer_page(struct str path)
{
	struct str rest = str_slice(path, str_find(path, STR("/crm/objects/")) + 13, path.n);
	struct str version, type, id, word, to_type, after = str_slice(rest, str_find(rest, STR("after=")) + 6, rest.n);
	struct json *answer = json_object(crm.a), *to = json_array(crm.a);
	int64_t first = 0;

	assert_true(str_cut(&rest, '/', &version) && str_cut(&rest, '/', &type) && str_cut(&rest, '/', &id) &&
	            str_cut(&rest, '/', &word) && str_cut(&rest, '?', &to_type));
	assert_true(str_eq(word, STR("associations")) && str_to_int(after, 1, LINKS_MAX, &first));
	if (add_ends(to, type, id, to_type, (size_t)first))
		add_paging(answer, (size_t)first + crm.page);
	json_set(answer, "results", to);
	return (struct http_answer){ .outcome = HTTP_ANSWERED, .status = 200, .body = json_write(crm.a, answer) };
}

/* The path's segments behind /crm/objects/{version}/ or /crm/associations/{version}/. */
static bool
path_of(const struct http_request *q, const char *kind, struct str *first, struct str *second)
{
	struct str path = str_slice(q->url, str_find(q->url, STR("/crm/")), q->url.n), rest, ignored;
	struct str start = str_printf(crm.a, "/crm/%s/", kind);

	if (!str_starts(path, start) || !str_ends(path, STR("/batch/read")))
		return false;
	rest = str_slice(path, start.n, path.n);
	return str_cut(&rest, '/', &ignored) && str_cut(&rest, '/', first) && str_cut(&rest, '/', second);
}

static void
check_ids(const struct json *inputs, size_t max)
{
	size_t n = json_length(inputs);

	assert_in_range(n, 1, max);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++)
			if (str_eq(json_text_at(crm.a, json_at(inputs, i), "id"),
			        json_text_at(crm.a, json_at(inputs, k), "id")))
				fail_msg("an id is asked for twice");
}

/* Adds an error for the id when there is to be one. */
static bool
add_error(struct json *errors, struct str id)
{
	for (size_t i = 0; i < crm.n_errors; i++) {
		struct json *row, *context, *ids;

		if (!str_eq(crm.errors[i].id, id))
			continue;
		row = json_object(crm.a);
		context = json_object(crm.a);
		ids = json_array(crm.a);
		json_set_str(row, "status", STR("error"));
		json_set_str(row, "category", str_from(crm.errors[i].category));
		json_set_str(row, "message", STR("no luck with this one"));
		json_push_str(ids, id);
		json_set(context, "ids", ids);
		json_set(row, "context", context);
		json_push(errors, row);
		return true;
	}
	return false;
}

struct http_answer
crm_answer(const struct http_request *q)
{
	struct json *errors = json_array(crm.a);
	struct json *body, *answer = json_object(crm.a), *results = json_array(crm.a);
	struct err e = { .code = ERR_NONE };
	struct str type, to_type;
	const struct json *inputs;
	bool links = path_of(q, "associations", &type, &to_type);

	for (size_t i = 0; i < crm.n_refused; i++)
		if (str_find(q->url, crm.refused[i].url_part) < q->url.n)
			return crm.refused[i].answer;
	if (q->method == HTTP_GET)
		return answer_page(q->url);
	if (!links && !path_of(q, "objects", &type, &to_type))
		fail_msg("HubSpot has no " STR_FMT, STR_ARG(q->url));
	assert_int_equal(q->method, HTTP_POST);
	assert_int_equal(q->auth, HTTP_AUTH_BEARER);
	assert_false(secret_empty(&q->secret));
	if (!json_parse(crm.a, q->body, &json_limits_answer, &body, &e))
		fail_msg("%s", e.text);
	inputs = json_get(body, "inputs");
	check_ids(inputs, links ? 1000 : BATCH_MAX);
	for (size_t i = 0; i < json_length(inputs); i++) {
		struct str id = json_text_at(crm.a, json_at(inputs, i), "id");

		if (add_error(errors, id))
			continue;
		if (links)
			add_links(results, type, id, to_type);
		else
			add_record(results, type, id, json_get(body, "properties"));
	}
	json_set_str(answer, "status", STR("COMPLETE"));
	json_set(answer, "results", results);
	if (json_length(errors) > 0)
		json_set(answer, "errors", errors);
	return (struct http_answer){ .outcome = HTTP_ANSWERED,
		.status = json_length(errors) > 0 ? 207 : 200,
		.body = json_write(crm.a, answer) };
}
