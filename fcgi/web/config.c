/*
 * config.c - the configuration document: read, tried, changed.  A change names the revision that was edited;
 * who comes second gets what is there now (F-022).
 */
#include "base/arena.h"
#include "core/date.h"
#include "lang/ruleset.h"
#include "store/config.h"
#include "task/catalogue.h"
#include "task/resume.h"
#include "web/handlers.h"

static const struct json_limits document_limits = { .max_depth = 16, .max_tokens = 200000 };

/* What is wrong with a document; paths and sentences. */
struct faults {
	const struct config_fault *list;
	size_t n;
};

static bool
revision_json(struct arena *a, const struct config_revision *r, struct json **out, struct err *e)
{
	struct json *document;

	if (!json_parse(a, r->document, &document_limits, &document, e))
		return err_wrap(e, "the stored configuration");
	*out = json_object(a);
	json_set_int(*out, "revision", r->revision);
	json_set_str(*out, "author", r->author);
	json_set_str(*out, "at", date_iso_ms(a, r->saved_ms));
	json_set(*out, "document", document);
	return true;
}

bool
config_show(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct config_revision now;

	return web_query(rq, NULL, 0, NULL, e) && config_current(rq->parts->db, rq->arena, rq->tenant_id, &now, e) &&
	       revision_json(rq->arena, &now, &rp->json, e);
}

static struct config_fault
not_subscribed(struct arena *a, struct str object, const struct config_trigger *t)
{
	return (struct config_fault){ .path = str_printf(a, "objects." STR_FMT ".triggers." STR_FMT ".property",
		                          STR_ARG(object), STR_ARG(t->id)),
		.message = str_printf(a,
		    "HubSpot does not tell this app about changes of " STR_FMT
		    ". Choose another property, or ask whoever runs the connector to add it: "
		    "connectorctl hubspot-app +" STR_FMT "." STR_FMT,
		    STR_ARG(t->property), STR_ARG(object), STR_ARG(t->property)) };
}

/* Triggers on properties that the app's webhooks do not carry cannot fire yet. */
static void
check_subscriptions(struct web_request *rq, const struct config_document *doc, struct config_fault *list, size_t *n)
{
	for (size_t i = 0; i < CONFIG_OBJECTS; i++) {
		const struct config_object *o = &doc->objects[i];

		for (size_t k = 0; k < o->n_triggers; k++) {
			const struct config_trigger *t = &o->triggers[k];

			if (!t->created && !catalogue_subscribed(rq->installation->subscriptions, o->type, t->property))
				list[(*n)++] = not_subscribed(rq->arena, o->type, t);
		}
	}
}

/* All faults of a document's text. */
static bool
check_document(struct web_request *rq, struct str text, struct faults *out, struct err *e)
{
	struct config_document doc;
	struct config_fault *shape = NULL, *rules = NULL, *all;
	size_t n_shape = 0, n_rules;
	struct err why = { .code = ERR_NONE };

	*out = (struct faults){ 0 };
	if (!config_document_parse(rq->arena, text, &doc, &shape, &n_shape, &why)) {
		if (why.code != ERR_INVALID || n_shape == 0) {
			*e = why;
			return false;
		}
		*out = (struct faults){ .list = shape, .n = n_shape };
		return true;
	}
	n_rules = ruleset_check(rq->arena, &doc, rq->parts->catalogue, &rules);
	all = arena_array(rq->arena, n_rules + (size_t)CONFIG_OBJECTS * CONFIG_TRIGGERS_MAX, sizeof(*all));
	if (n_rules > 0)
		memcpy(all, rules, n_rules * sizeof(*all));
	check_subscriptions(rq, &doc, all, &n_rules);
	*out = (struct faults){ .list = all, .n = n_rules };
	return true;
}

static struct json *
faults_by_path(struct arena *a, const struct faults *f)
{
	struct json *fields = json_object(a);

	for (size_t i = 0; i < f->n; i++) {
		char *path = str_c(a, f->list[i].path);
		struct str before = json_text_at(a, fields, path);

		json_set_str(fields, path,
		    before.n == 0 ? f->list[i].message
		                  : str_printf(a, STR_FMT " " STR_FMT, STR_ARG(before), STR_ARG(f->list[i].message)));
	}
	return fields;
}

/* The edited document with impact.com's part as it is now; a fault when the edit differs there. */
static bool
merge_impact(struct web_request *rq, const struct json *edited, const struct json *current, struct json **out,
    bool *differs)
{
	const struct json *mine = json_get(edited, "impact"), *theirs = json_get(current, "impact");

	*out = json_copy(rq->arena, edited);
	*differs = mine != NULL && !json_equal(mine, theirs);
	json_set(*out, "impact", json_copy(rq->arena, theirs));
	return !*differs;
}

static bool
invalid(struct web_request *rq, struct web_reply *rp, const struct faults *f, struct err *e)
{
	rp->status = 422;
	rp->fields = faults_by_path(rq->arena, f);
	return err_set(e, ERR_INVALID,
	    f->n == 1 ? "One thing keeps this from being saved." : "%zu things keep this from being saved.", f->n);
}

static bool
conflict(struct web_request *rq, struct web_reply *rp, const struct config_revision *now, struct err *e)
{
	struct json *current = NULL;

	if (!revision_json(rq->arena, now, &current, e))
		return false;
	rp->status = 409;
	rp->beside = json_object(rq->arena);
	json_set(rp->beside, "current", current);
	return err_set(e, ERR_CONFLICT, "The configuration was changed by somebody else since you opened it.");
}

static bool
save(struct web_request *rq, struct web_reply *rp, int64_t base, struct str text, struct err *e)
{
	struct config_revision next;

	if (config_save(rq->parts->db, rq->arena, &rq->session.person, base, "config.saved", text, &next, e)) {
		resume_rules(rq->parts->db, rq->tenant_id);
		return revision_json(rq->arena, &next, &rp->json, e);
	}
	if (e->code != ERR_CONFLICT)
		return false;
	return config_current(rq->parts->db, rq->arena, rq->tenant_id, &next, e) && conflict(rq, rp, &next, e);
}

/* The document of the body, an object. */
static bool
document_of(const struct web_request *rq, const struct json **out, struct err *e)
{
	*out = json_get(rq->body, "document");
	return json_type(*out) == JSON_OBJECT || err_set(e, ERR_INVALID, "document must be an object");
}

bool
config_change(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	const struct json *edited;
	struct json *current, *merged;
	struct config_revision now;
	struct faults faults;
	int64_t base;
	bool differs;

	if (!web_members(rq->body, WEB_NAMES("revision", "document"), e) || !document_of(rq, &edited, e))
		return false;
	if (!json_int(json_get(rq->body, "revision"), &base))
		return err_set(e, ERR_INVALID, "revision must be a number: the one that was edited");
	if (!config_current(rq->parts->db, rq->arena, rq->tenant_id, &now, e) ||
	    !json_parse(rq->arena, now.document, &document_limits, &current, e))
		return false;
	/* Saving twice what is there already is one save. */
	if (json_equal(edited, current))
		return revision_json(rq->arena, &now, &rp->json, e);
	if (base != now.revision)
		return conflict(rq, rp, &now, e);
	if (!merge_impact(rq, edited, current, &merged, &differs)) {
		struct config_fault fault = { STR("impact"),
			STR("The Account SID and Program ID are changed in Settings.") };

		return invalid(rq, rp, &(struct faults){ .list = &fault, .n = 1 }, e);
	}
	if (!check_document(rq, json_write(rq->arena, merged), &faults, e))
		return false;
	if (faults.n > 0)
		return invalid(rq, rp, &faults, e);
	if (json_equal(merged, current))
		return revision_json(rq->arena, &now, &rp->json, e);
	return save(rq, rp, base, json_write(rq->arena, merged), e);
}

bool
config_try(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	const struct json *document;
	struct json *list = json_array(rq->arena);
	struct faults faults;

	if (!web_members(rq->body, WEB_NAMES("document"), e) || !document_of(rq, &document, e) ||
	    !check_document(rq, json_write(rq->arena, document), &faults, e))
		return false;
	for (size_t i = 0; i < faults.n; i++) {
		struct json *row = json_object(rq->arena);

		json_set_str(row, "path", faults.list[i].path);
		json_set_str(row, "message", faults.list[i].message);
		json_push(list, row);
	}
	rp->json = json_object(rq->arena);
	json_set(rp->json, "faults", list);
	return true;
}
