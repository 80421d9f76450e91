/* catalogue.c - see catalogue.h. */
#include "task/catalogue.h"

#include "base/arena.h"
#include "base/log.h"
#include "core/computed.h"
#include "core/date.h"
#include "remote/hubspot_crm.h"
#include "store/cache.h"

/* What an expression of an object may read, and how the names of each type are written in it. */
struct source {
	const char *object, *type, *prefix, *name;
};

/* clang-format off */
static const struct source sources[] = {
	{ "deals",     "deals",      "",               "record"    },
	{ "deals",     "contacts",   "contact.",       "contact"   },
	{ "deals",     "companies",  "company.",       "company"   },
	{ "deals",     "line_items", "line_item{i}.",  "line_item" },
	{ "contacts",  "contacts",   "",               "record"    },
	{ "contacts",  "companies",  "company.",       "company"   },
	{ "companies", "companies",  "",               "record"    },
	{ "companies", "contacts",   "contact.",       "contact"   },
};

/* Names that belong to the event or the account and not to a record. */
static const struct general {
	const char *name, *label, *type, *source;
} generals[] = {
	{ "event.occurredAt", "When it happened",           "datetime", "event"   },
	{ "event.property",   "Which property changed",     "string",   "event"   },
	{ "event.value",      "What it changed to",         "string",   "event"   },
	{ "account.currency", "The account's currency",     "string",   "account" },
	{ "account.timeZone", "The account's time zone",    "string",   "account" },
};
/* clang-format on */

#define N_SOURCES  (sizeof(sources) / sizeof(sources[0]))
#define N_GENERALS (sizeof(generals) / sizeof(generals[0]))

bool
catalogue_known_object(struct str object)
{
	return str_eq(object, STR("deals")) || str_eq(object, STR("contacts")) || str_eq(object, STR("companies"));
}

bool
catalogue_subscribed(struct str subscriptions, struct str object, struct str property)
{
	struct str one;

	while (str_cut(&subscriptions, ' ', &one))
		if (one.n == object.n + 1 + property.n && str_starts(one, object) && one.p[object.n] == '.' &&
		    str_ends(one, property))
			return true;
	return false;
}

static struct str
cache_name(struct arena *a, const char *what, struct str type)
{
	return str_printf(a, "hubspot.%s." STR_FMT, what, STR_ARG(type));
}

/* A kept document, or NULL when there is none yet. */
static bool
cached(struct arena *a, const struct parts *p, int64_t tenant_id, struct str name, struct json **out,
    int64_t *fetched_ms, struct err *e)
{
	struct str text;

	*out = NULL;
	if (!cache_get(p->db, a, tenant_id, name, &text, fetched_ms, e)) {
		if (e->code != ERR_NOT_FOUND)
			return false;
		*e = (struct err){ .code = ERR_NONE };
		return true;
	}
	return json_parse(a, text, &json_limits_answer, out, e);
}

static bool
has_name(const struct json *properties, struct str name)
{
	struct str other;

	for (size_t i = 0; i < json_length(properties); i++)
		if (json_string(json_get(json_at(properties, i), "name"), &other) && str_eq(other, name))
			return true;
	return false;
}

/* The names that the list before did not have; none when there was no list. */
static bool
keep_new_names(struct step *s, struct str type, const struct json *now, struct err *e)
{
	struct json *before, *names = json_array(s->arena);
	int64_t fetched_ms;
	struct str name;

	if (!cached(s->arena, s->parts, s->tenant_id, cache_name(s->arena, "properties", type), &before, &fetched_ms,
	        e))
		return false;
	for (size_t i = 0; before != NULL && i < json_length(now); i++)
		if (json_string(json_get(json_at(now, i), "name"), &name) && !has_name(before, name))
			json_push_str(names, name);
	return cache_put(s->parts->db, s->tenant_id, cache_name(s->arena, "new", type), json_write(s->arena, names), e);
}

static bool
keep(struct step *s, struct str type, const struct json *properties, struct err *e)
{
	return keep_new_names(s, type, properties, e) &&
	       cache_put(s->parts->db, s->tenant_id, cache_name(s->arena, "properties", type),
	           json_write(s->arena, properties), e);
}

/* What to do about an answer that is no list: other types may be missing, the object's own may not. */
static bool
unreadable(struct str type, bool own, enum retry_class result, struct err *e)
{
	if (result == RETRY_FORBIDDEN && !own) {
		log_event(LOG_WARN, "catalogue.scope_missing", LOG_S("type", type));
		*e = (struct err){ .code = ERR_NONE };
		return true;
	}
	if (result == RETRY_WAIT)
		return err_set(e, ERR_REMOTE, "HubSpot asks to slow down; try again in a moment");
	e->code = ERR_REMOTE;
	return err_wrap(e, "properties of " STR_FMT, STR_ARG(type));
}

static bool ask(struct step *s, struct err *e);

/* True in *again when HubSpot refused the token. */
static bool
take_answer(struct catalogue_refresh *c, size_t i, bool *again, struct err *e)
{
	struct step *s = &c->token.step;
	bool pipelines = i == c->n_types;
	struct str type = str_from(pipelines ? "deals" : c->types[i]);
	enum retry_class result = hubspot_classify(s->arena, RETRY_HUBSPOT_READ, &s->answers[i], e);
	struct json *list;

	if (result == RETRY_SIGN_IN) {
		*again = true;
		*e = (struct err){ .code = ERR_NONE };
		return true;
	}
	if (result != RETRY_OK)
		return unreadable(type, i == 0, result, e);
	if (pipelines)
		return hubspot_crm_read_pipelines(s->arena, &s->answers[i], &list, e) &&
		       cache_put(s->parts->db, s->tenant_id, STR("hubspot.pipelines.deals"), json_write(s->arena, list),
		           e);
	return hubspot_crm_read_properties(s->arena, &s->answers[i], &list, e) && keep(s, type, list, e);
}

static bool
take_answers(struct step *s, struct err *e)
{
	struct catalogue_refresh *c = (struct catalogue_refresh *)s;
	size_t n = c->n_types + (c->pipelines ? 1 : 0);
	bool again = false;

	for (size_t i = 0; i < n && !again; i++)
		if (!take_answer(c, i, &again, e))
			return false;
	return !again || token_again(&c->token, ask, e);
}

static bool
ask(struct step *s, struct err *e)
{
	struct catalogue_refresh *c = (struct catalogue_refresh *)s;
	struct http_request request;

	(void)e;
	for (size_t i = 0; i < c->n_types; i++) {
		hubspot_crm_properties(s->arena, s->parts->settings, &c->token.install.access_token,
		    str_from(c->types[i]), &request);
		step_request(s, &request);
	}
	if (c->pipelines) {
		hubspot_crm_pipelines(s->arena, s->parts->settings, &c->token.install.access_token, STR("deals"),
		    &request);
		step_request(s, &request);
	}
	s->next = take_answers;
	return true;
}

static bool
begin(struct step *s, struct err *e)
{
	return token_get((struct token *)s, ask, e);
}

struct step *
catalogue_refresh_new(struct arena *a, const struct parts *parts, int64_t tenant_id, struct str object)
{
	struct catalogue_refresh *c = arena_alloc(a, sizeof(*c));

	token_init(&c->token, a, parts, tenant_id);
	c->token.step.next = begin;
	c->object = object;
	c->pipelines = str_eq(object, STR("deals"));
	for (size_t i = 0; i < N_SOURCES; i++)
		if (str_eq(object, str_from(sources[i].object)))
			c->types[c->n_types++] = sources[i].type;
	return &c->token.step;
}

static void
push_field(struct arena *a, struct json *list, const char *name, const char *label, const char *type,
    const char *source)
{
	struct json *row = json_object(a);

	json_set_str(row, "name", str_from(name));
	json_set_str(row, "label", str_from(label));
	json_set_str(row, "type", str_from(type));
	json_set_str(row, "field_type", STR(""));
	json_set_str(row, "group", str_from(source));
	json_set_str(row, "description", STR(""));
	json_set_bool(row, "computed", str_eq(str_from(source), STR("computed")));
	json_set_str(row, "source", str_from(source));
	json_set_bool(row, "subscribed", false);
	json_set(row, "options", json_array(a));
	json_push(list, row);
}

static void
push_properties(struct arena *a, struct json *list, const struct json *properties, const struct source *source,
    struct str subscriptions)
{
	bool own = str_eq(str_from(source->name), STR("record"));

	for (size_t i = 0; i < json_length(properties); i++) {
		struct json *row = json_copy(a, json_at(properties, i));
		struct str name = json_text_at(a, row, "name");

		json_set_str(row, "name", str_printf(a, "%s" STR_FMT, source->prefix, STR_ARG(name)));
		json_set_bool(row, "computed", false);
		json_set_str(row, "source", str_from(source->name));
		json_set_bool(row, "subscribed",
		    own && catalogue_subscribed(subscriptions, str_from(source->object), name));
		json_push(list, row);
	}
}

static bool
push_sources(struct arena *a, const struct parts *parts, int64_t tenant_id, struct str object, struct str subscriptions,
    struct json *list, int64_t *fetched_ms, struct err *e)
{
	struct json *properties;
	int64_t at;

	for (size_t i = 0; i < N_SOURCES; i++) {
		const struct source *source = &sources[i];

		if (!str_eq(object, str_from(source->object)))
			continue;
		at = 0;
		if (!cached(a, parts, tenant_id, cache_name(a, "properties", str_from(source->type)), &properties, &at,
		        e))
			return false;
		if (str_eq(object, str_from(source->type)))
			*fetched_ms = at;
		/* The page asks for a refresh as long as the object's own were never read. */
		if (*fetched_ms > 0)
			push_properties(a, list, properties, source, subscriptions);
	}
	return true;
}

bool
catalogue_view(struct arena *a, const struct parts *parts, int64_t tenant_id, struct str object,
    struct str subscriptions, struct json **out, struct err *e)
{
	struct json *list = json_array(a), *pipelines = NULL, *names;
	int64_t fetched_ms = 0, ignored;

	if (!push_sources(a, parts, tenant_id, object, subscriptions, list, &fetched_ms, e) ||
	    !cached(a, parts, tenant_id, cache_name(a, "new", object), &names, &ignored, e))
		return false;
	if (str_eq(object, STR("deals")) &&
	    !cached(a, parts, tenant_id, STR("hubspot.pipelines.deals"), &pipelines, &ignored, e))
		return false;
	for (size_t i = 0; fetched_ms > 0 && i < COMPUTED__COUNT; i++)
		if (str_eq(object, str_from(computed_table[i].object_type)))
			push_field(a, list, computed_table[i].name, computed_table[i].label, "string", "computed");
	for (size_t i = 0; fetched_ms > 0 && i < N_GENERALS; i++)
		push_field(a, list, generals[i].name, generals[i].label, generals[i].type, generals[i].source);
	*out = json_object(a);
	if (fetched_ms > 0)
		json_set_str(*out, "fetched_at", date_iso_ms(a, fetched_ms));
	else
		json_set(*out, "fetched_at", NULL);
	json_set(*out, "properties", list);
	json_set(*out, "pipelines", pipelines == NULL ? json_array(a) : json_copy(a, pipelines));
	json_set(*out, "new_since_last", names == NULL ? json_array(a) : json_copy(a, names));
	return true;
}
