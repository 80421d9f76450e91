/* hubspot_app.c - see hubspot_app.h. */
#include "task/hubspot_app.h"

#include "base/arena.h"
#include "base/buf.h"

#define PROPERTY_MAX 100

/* The file names one record, the rest of the product all of a kind. */
static const struct {
	const char *one, *all;
} types[] = {
	{ "contact", "contacts" },
	{ "company", "companies" },
	{ "deal", "deals" },
};

static const char *
one_of(struct str all)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (str_eq(all, str_from(types[i].all)))
			return types[i].one;
	return NULL;
}

static bool
read_lists(struct arena *a, struct str text, const struct json **lists, struct err *e)
{
	struct json *doc;

	if (!json_parse(a, text, &json_limits_input, &doc, e))
		return err_wrap(e, "the file of subscriptions");
	*lists = json_get(json_get(doc, "config"), "subscriptions");
	return json_type(json_get(*lists, "crmObjects")) == JSON_ARRAY ||
	       err_set(e, ERR_INVALID, "the file of subscriptions has no list crmObjects");
}

static size_t
count(const struct json *lists)
{
	size_t n = 0;

	for (struct json_walk w = json_walk(lists); json_next(&w);)
		n += json_length(w.value);
	return n;
}

static bool
is_subscribed(struct arena *a, const struct json *lists, const struct hubspot_app_property *p)
{
	const struct json *list = json_get(lists, "crmObjects");
	struct str one = str_from(one_of(p->object));

	for (size_t i = 0; i < json_length(list); i++) {
		const struct json *row = json_at(list, i);
		bool active = false;

		(void)json_bool(json_get(row, "active"), &active);
		if (active && str_eq(json_text_at(a, row, "subscriptionType"), STR("object.propertyChange")) &&
		    str_eq(json_text_at(a, row, "objectType"), one) &&
		    str_eq(json_text_at(a, row, "propertyName"), p->property))
			return true;
	}
	return false;
}

/* Why HubSpot would not take a subscription to it; NULL when it would. */
static const char *
refusal(const struct hubspot_app_property *p)
{
	static const char *const never[] = { "num_unique_conversion_events", "hs_lastmodifieddate",
		"lastmodifieddate" };

	if (one_of(p->object) == NULL)
		return "only contacts, companies and deals are followed";
	if (p->property.n == 0 || p->property.n > PROPERTY_MAX)
		return "this is no name of a property";
	for (size_t i = 0; i < p->property.n; i++) {
		char c = p->property.p[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '_')
			return "names of properties hold small letters, digits and _";
	}
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		if (str_eq(p->property, str_from(never[i])))
			return "HubSpot has no subscription for this property";
	return NULL;
}

/*
 * Where a line can be put in: before the last subscription to a property, which keeps its own comma or lack of one.
 * s.n when there is none on a line of its own.
 */
static size_t
place(struct str s, struct str *indent)
{
	struct str rest = s, line;
	size_t at = 0, found = s.n;

	while (str_cut(&rest, '\n', &line)) {
		struct str bare = str_trim(line);

		if (str_starts(bare, STR("{")) && str_find(bare, STR("\"object.propertyChange\"")) < bare.n) {
			found = at;
			*indent = str_slice(line, 0, str_find_char(line, '{'));
		}
		at += line.n + 1;
	}
	return found;
}

static bool
insert(struct arena *a, struct str text, struct str rows, size_t at, struct str *out, struct err *e)
{
	struct buf b;

	buf_init(&b, a, text.n + rows.n + 1);
	buf_add(&b, str_slice(text, 0, at));
	buf_add(&b, rows);
	buf_add(&b, str_slice(text, at, text.n));
	return buf_done(&b, out, e);
}

/* Sorts the wanted ones into those to add and those that cannot be. */
static size_t
choose(struct arena *a, const struct json *lists, const struct hubspot_app_property *wanted, size_t n,
    struct hubspot_app_property *add, struct hubspot_app_report *report)
{
	struct str *added = arena_array(a, n, sizeof(*added)), *refused = arena_array(a, n, sizeof(*refused));
	size_t n_add = 0, n_refused = 0;

	for (size_t i = 0; i < n; i++) {
		const char *why = refusal(&wanted[i]);
		struct str name =
		    str_printf(a, STR_FMT "." STR_FMT, STR_ARG(wanted[i].object), STR_ARG(wanted[i].property));
		bool twice = false;

		for (size_t k = 0; k < i; k++)
			twice = twice || (str_eq(wanted[k].object, wanted[i].object) &&
			                     str_eq(wanted[k].property, wanted[i].property));
		if (why != NULL) {
			refused[n_refused++] = str_printf(a, STR_FMT ": %s", STR_ARG(name), why);
		} else if (!twice && !is_subscribed(a, lists, &wanted[i])) {
			added[n_add] = name;
			add[n_add++] = wanted[i];
		}
	}
	report->added = (struct str_list){ .v = added, .n = n_add };
	report->refused = (struct str_list){ .v = refused, .n = n_refused };
	return n_add;
}

bool
hubspot_app_extend(struct arena *a, struct str text, const struct hubspot_app_property *wanted, size_t n,
    struct str *out, struct hubspot_app_report *report, struct err *e)
{
	struct hubspot_app_property *add = arena_array(a, n, sizeof(*add));
	struct str indent = STR(""), rows;
	const struct json *lists = NULL;
	size_t n_add, before, at;
	struct buf b;

	*report = (struct hubspot_app_report){ .total = 0 };
	*out = text;
	if (!read_lists(a, text, &lists, e))
		return false;
	before = count(lists);
	n_add = choose(a, lists, wanted, n, add, report);
	report->total = before + n_add;
	if (report->total > HUBSPOT_APP_SUBSCRIPTIONS_MAX)
		return err_set(e, ERR_LIMIT,
		    "that would be %zu subscriptions, HubSpot allows %d in one app: take out what no trigger needs",
		    report->total, HUBSPOT_APP_SUBSCRIPTIONS_MAX);
	if (n_add == 0)
		return true;
	at = place(text, &indent);
	buf_init(&b, a, n_add * 512);
	for (size_t i = 0; i < n_add; i++)
		buf_addf(&b,
		    STR_FMT "{\"subscriptionType\": \"object.propertyChange\", \"objectType\": \"%s\", "
		            "\"propertyName\": \"" STR_FMT "\", \"active\": true},\n",
		    STR_ARG(indent), one_of(add[i].object), STR_ARG(add[i].property));
	if (!buf_done(&b, &rows, e) || !insert(a, text, rows, at, out, e))
		return false;
	/* The layout was a guess; the result is read again. */
	if (at == text.n || !read_lists(a, *out, &lists, e) || count(lists) != report->total)
		return err_set(e, ERR_INVALID,
		    "the file of subscriptions must have one subscription on a line, and one to a property at least");
	return true;
}

struct str
hubspot_app_base_url(struct arena *a, struct str profile)
{
	struct err e = { .code = ERR_NONE };
	struct json *doc;

	if (!json_parse(a, profile, &json_limits_input, &doc, &e))
		return STR("");
	return json_text_at(a, json_get(doc, "variables"), "BASE_URL");
}

bool
hubspot_app_profile(struct arena *a, struct str profile, struct str base_url, struct str *out, struct err *e)
{
	struct json *doc, *variables;
	const char *comma = "";
	struct buf b;

	if (!json_parse(a, profile, &json_limits_input, &doc, e))
		return err_wrap(e, HUBSPOT_APP_PROFILE);
	variables = json_type(json_get(doc, "variables")) == JSON_OBJECT ? json_copy(a, json_get(doc, "variables"))
	                                                                 : json_object(a);
	json_set_str(variables, "BASE_URL", base_url);
	buf_init(&b, a, profile.n + base_url.n + 1024);
	buf_addc(&b, '{');
	for (struct json_walk w = json_walk(doc); json_next(&w);) {
		if (str_eq(w.key, STR("variables")))
			continue;
		buf_addf(&b, "%s\n\t\"" STR_FMT "\": " STR_FMT, comma, STR_ARG(w.key), STR_ARG(json_write(a, w.value)));
		comma = ",";
	}
	buf_addf(&b, "%s\n\t\"variables\": {", comma);
	comma = "";
	for (struct json_walk w = json_walk(variables); json_next(&w);) {
		buf_addf(&b, "%s\n\t\t\"" STR_FMT "\": " STR_FMT, comma, STR_ARG(w.key),
		    STR_ARG(json_write(a, w.value)));
		comma = ",";
	}
	buf_add(&b, STR("\n\t}\n}\n"));
	return buf_done(&b, out, e);
}
