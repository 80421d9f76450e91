/* hubspot_app.c - connectorctl hubspot-app: the app's definition with what the tenants' triggers need (I-64). */
#include "task/hubspot_app.h"

#include <stdio.h>

#include "base/arena.h"
#include "core/config_document.h"
#include "ctl/command.h"
#include "io/conf.h"
#include "io/system.h"
#include "store/config.h"
#include "store/tenant.h"

#define FILE_MAX ((size_t)1024 * 1024)

struct work {
	struct ctl *ctl;
	struct str from, to; /* folders */
	struct hubspot_app_property *wanted;
	size_t n_wanted, max;
	bool written;
};

static bool
want(struct work *w, struct str object, struct str property, struct err *e)
{
	for (size_t i = 0; i < w->n_wanted; i++)
		if (str_eq(w->wanted[i].object, object) && str_eq(w->wanted[i].property, property))
			return true;
	if (w->n_wanted == w->max)
		return err_set(e, ERR_LIMIT, "the triggers need more than %zu properties", w->max);
	w->wanted[w->n_wanted++] = (struct hubspot_app_property){ .object = object, .property = property };
	return true;
}

/* What the triggers of one tenant look at, off or live: who switches one on must not have to wait for an upload. */
static bool
gather_tenant(struct work *w, int64_t tenant_id, struct err *e)
{
	struct config_revision now;
	struct config_document doc;
	struct config_fault *faults;
	size_t n;

	if (!config_current(w->ctl->db, w->ctl->arena, tenant_id, &now, e)) {
		if (e->code != ERR_NOT_FOUND)
			return false;
		*e = (struct err){ .code = ERR_NONE };
		return true;
	}
	if (!config_document_parse(w->ctl->arena, now.document, &doc, &faults, &n, e))
		return err_wrap(e, "the configuration of tenant %lld", (long long)tenant_id);
	for (size_t i = 0; i < CONFIG_OBJECTS; i++)
		for (size_t k = 0; k < doc.objects[i].n_triggers; k++)
			if (!doc.objects[i].triggers[k].created &&
			    !want(w, doc.objects[i].type, doc.objects[i].triggers[k].property, e))
				return false;
	return true;
}

/* The triggers that every customer is offered: they are instant for all. */
static bool
gather_predefined(struct work *w, struct err *e)
{
	struct json *doc;

	if (!json_parse(w->ctl->arena, w->ctl->installation->triggers, &json_limits_input, &doc, e))
		return err_wrap(e, "triggers.json");
	for (struct json_walk o = json_walk(json_get(doc, "objects")); json_next(&o);) {
		for (size_t i = 0; i < json_length(o.value); i++) {
			struct str property = json_text_at(w->ctl->arena, json_at(o.value, i), "property");

			if (property.n > 0 && !want(w, str_copy(w->ctl->arena, o.key), property, e))
				return false;
		}
	}
	return true;
}

static bool
gather(struct work *w, struct err *e)
{
	struct tenant *tenants;
	size_t n;

	if (!gather_predefined(w, e) || !tenant_list(w->ctl->db, w->ctl->arena, &tenants, &n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!gather_tenant(w, tenants[i].tenant_id, e))
			return false;
	return true;
}

/* [DIR] [+object.property ...] */
static bool
read_arguments(struct work *w, struct err *e)
{
	for (int i = 0; i < w->ctl->argc; i++) {
		struct str word = str_from(w->ctl->argv[i]), object;

		if (str_starts(word, STR("+"))) {
			word = str_slice(word, 1, word.n);
			if (!str_cut(&word, '.', &object) || word.p == NULL)
				return err_set(e, ERR_INVALID, "write a property as in +deals.priority");
			if (!want(w, object, word, e))
				return false;
		} else if (i == 0) {
			w->to = word;
		} else {
			return err_set(e, ERR_INVALID, "one folder, then properties as in +deals.priority");
		}
	}
	return true;
}

static const char *
path(const struct work *w, struct str folder, const char *name)
{
	return str_c(w->ctl->arena, str_printf(w->ctl->arena, STR_FMT "/%s", STR_ARG(folder), name));
}

/* Writes one file when it differs from what is there. */
static bool
put(struct work *w, const char *name, struct str text, struct err *e)
{
	struct err none = { .code = ERR_NONE };
	struct str old;

	if (conf_read_file(w->ctl->arena, path(w, w->to, name), FILE_MAX, &old, &none) && str_eq(old, text))
		return true;
	if (!system_write_file(w->ctl->arena, path(w, w->to, name), text, e))
		return false;
	w->written = true;
	printf("written: %s\n", path(w, w->to, name));
	return true;
}

static bool
write_definition(struct work *w, struct hubspot_app_report *report, struct err *e)
{
	static const char *const unchanged[] = { "README.md", "hsproject.json", "src/app/app-hsmeta.json" };
	struct arena *a = w->ctl->arena;
	struct str text;

	for (size_t i = 0; i < sizeof(unchanged) / sizeof(unchanged[0]); i++)
		if (!conf_read_file(a, path(w, w->from, unchanged[i]), FILE_MAX, &text, e) ||
		    !put(w, unchanged[i], text, e))
			return false;
	return conf_read_file(a, path(w, w->from, HUBSPOT_APP_PROFILE), FILE_MAX, &text, e) &&
	       hubspot_app_profile(a, text, w->ctl->installation->settings.public_url, &text, e) &&
	       put(w, HUBSPOT_APP_PROFILE, text, e) &&
	       conf_read_file(a, path(w, w->from, HUBSPOT_APP_WEBHOOKS), FILE_MAX, &text, e) &&
	       hubspot_app_extend(a, text, w->wanted, w->n_wanted, &text, report, e) &&
	       put(w, HUBSPOT_APP_WEBHOOKS, text, e);
}

static void
print_report(const struct work *w, const struct hubspot_app_report *report)
{
	bool own = str_eq(w->from, w->to);

	for (size_t i = 0; i < report->added.n; i++)
		printf("added: " STR_FMT "\n", STR_ARG(report->added.v[i]));
	for (size_t i = 0; i < report->refused.n; i++)
		printf("not possible: " STR_FMT "\n", STR_ARG(report->refused.v[i]));
	printf("%zu of at most %d subscriptions, for " STR_FMT ".\n", report->total, HUBSPOT_APP_SUBSCRIPTIONS_MAX,
	    STR_ARG(w->ctl->installation->settings.public_url));
	if (!w->written) {
		printf("Nothing changed: every property that a trigger looks at is subscribed to.\n");
		return;
	}
	printf("Next, in " STR_FMT ":\n"
	       "  hs project validate --profile prod\n"
	       "  hs project upload --profile prod\n"
	       "  hs project deploy\n",
	    STR_ARG(w->to));
	if (!own)
		printf("Then copy it to " STR_FMT ", where the connector reads what is instant, and ",
		    STR_ARG(w->from));
	else
		printf("Then ");
	printf("restart the connector.\n");
}

bool
ctl_hubspot_app(struct ctl *c, struct err *e)
{
	struct hubspot_app_report report;
	struct work w = { .ctl = c,
		.from = installation_app_dir(c->arena, &c->installation->settings),
		.max = HUBSPOT_APP_SUBSCRIPTIONS_MAX * 2 };

	w.to = w.from;
	w.wanted = arena_array(c->arena, w.max, sizeof(*w.wanted));
	if (!gather(&w, e) || !read_arguments(&w, e) || !write_definition(&w, &report, e))
		return false;
	print_report(&w, &report);
	return true;
}
