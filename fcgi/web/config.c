/*
 * config.c - the configuration document: read, tried, changed.  A change names the revision that was edited;
 * who comes second gets what is there now (F-022).
 */
#include "base/arena.h"
#include "core/date.h"
#include "store/config.h"
#include "task/config_check.h"
#include "task/resume.h"
#include "web/config_json.h"
#include "web/handlers.h"
#include "web/impact_state.h"

static const struct json_limits document_limits = { .max_depth = 16, .max_tokens = 200000 };

bool
config_json(struct arena *a, const struct config_revision *r, struct json **out, struct err *e)
{
	struct json *document;

	if (!json_parse(a, r->document, &document_limits, &document, e))
		return err_wrap(e, "the stored configuration");
	*out = json_object(a);
	json_set_int(*out, "revision", r->revision);
	json_set_str(*out, "author", r->author);
	json_set_str(*out, "origin", r->origin);
	json_set_str(*out, "at", date_iso_ms(a, r->saved_ms));
	json_set(*out, "document", document);
	return true;
}

bool
config_show(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct config_revision now;

	return web_query(rq, NULL, 0, NULL, e) && config_current(rq->parts->db, rq->arena, rq->tenant_id, &now, e) &&
	       config_json(rq->arena, &now, &rp->json, e);
}

static struct json *
faults_by_path(struct arena *a, const struct config_faults *f)
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

static bool
invalid(struct web_request *rq, struct web_reply *rp, const struct config_faults *f, struct err *e)
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

	if (!config_json(rq->arena, now, &current, e))
		return false;
	rp->status = 409;
	rp->beside = json_object(rq->arena);
	json_set(rp->beside, "current", current);
	return err_set(e, ERR_CONFLICT, "The configuration was changed by somebody else since you opened it.");
}

static bool
save(struct web_request *rq, struct web_reply *rp, const struct config_change *change, struct err *e)
{
	struct config_revision next;
	struct err other = { .code = ERR_NONE };

	if (config_save_from(rq->parts->db, rq->arena, &rq->session.person, change, &next, e)) {
		resume_rules(rq->parts->db, rq->tenant_id);
		return config_json(rq->arena, &next, &rp->json, e);
	}
	if (e->code != ERR_CONFLICT)
		return false;
	if (!config_current(rq->parts->db, rq->arena, rq->tenant_id, &next, &other)) {
		*e = other;
		return false;
	}
	/* Else somebody's lock was in the way each time. */
	return next.revision != change->base && conflict(rq, rp, &next, e);
}

/* The document of the body, an object. */
static bool
document_of(const struct web_request *rq, const struct json **out, struct err *e)
{
	*out = json_get(rq->body, "document");
	return json_type(*out) == JSON_OBJECT || err_set(e, ERR_INVALID, "document must be an object");
}

/* "import", "rollback 3", "account 25002"; or nothing: simply saved. */
static bool
read_origin(const struct json *body, struct str *out, struct err *e)
{
	struct str rest, word;
	int64_t number;

	*out = STR("");
	if (json_get(body, "origin") == NULL)
		return true;
	if (!web_string(body, "origin", out, e))
		return false;
	rest = *out;
	if (out->n == 0 || str_eq(*out, STR("import")))
		return true;
	if (str_cut(&rest, ' ', &word) && (str_eq(word, STR("rollback")) || str_eq(word, STR("account"))) &&
	    str_to_int(rest, 1, INT64_MAX, &number))
		return true;
	return err_set(e, ERR_INVALID, "origin must be \"import\", \"rollback N\" or \"account N\"");
}

/* What a change asks for. */
struct change {
	const struct json *edited;
	int64_t base;
	struct str origin;
	bool impact; /* impact.com's part too */
};

static bool
read_change(struct web_request *rq, struct change *c, struct err *e)
{
	*c = (struct change){ .impact = false };
	if (!web_members(rq->body, WEB_NAMES("revision", "document", "origin", "impact", "confirm"), e) ||
	    !document_of(rq, &c->edited, e) || !read_origin(rq->body, &c->origin, e))
		return false;
	if (json_get(rq->body, "impact") != NULL && !json_bool(json_get(rq->body, "impact"), &c->impact))
		return err_set(e, ERR_INVALID, "impact must be true or false");
	return json_int(json_get(rq->body, "revision"), &c->base) ||
	       err_set(e, ERR_INVALID, "revision must be a number: the one that was edited");
}

/* The account and the program are not changed by the way: that takes the word that it is meant. */
static bool
only_rules(const struct change *c, const struct json *current)
{
	const struct json *mine = json_get(c->edited, "impact");

	return c->impact || mine == NULL || json_equal(mine, json_get(current, "impact"));
}

/* How the audit log calls it. */
static const char *
action_of(struct str origin)
{
	if (origin.n == 0)
		return "config.saved";
	return str_starts(origin, STR("rollback")) ? "config.rolled_back" : "config.imported";
}

static bool
save_checked(struct web_request *rq, struct web_reply *rp, const struct change *c, const struct json *current,
    struct err *e)
{
	const struct json *document = c->impact ? c->edited : config_keep_impact(rq->arena, c->edited, current);
	struct config_change change = { .base = c->base,
		.action = action_of(c->origin),
		.origin = c->origin,
		.document = json_write(rq->arena, document) };
	const struct json *impact = json_get(document, "impact");
	struct config_faults faults;
	struct json *open;

	if (!config_check(rq->arena, rq->installation, change.document, &faults, e))
		return false;
	if (faults.n > 0)
		return invalid(rq, rp, &faults, e);
	if (!impact_state_move(rq, json_text_at(rq->arena, impact, "account_sid"),
	        json_text_at(rq->arena, impact, "program_id"), &open, e))
		return false;
	if (open != NULL)
		return impact_state_ask(rp, rq->arena, open, e);
	if (json_equal(document, current)) {
		struct config_revision now;

		return config_current(rq->parts->db, rq->arena, rq->tenant_id, &now, e) &&
		       config_json(rq->arena, &now, &rp->json, e);
	}
	return save(rq, rp, &change, e);
}

bool
config_change(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct json *current;
	struct config_revision now;
	struct change c;

	if (!read_change(rq, &c, e) || !config_current(rq->parts->db, rq->arena, rq->tenant_id, &now, e) ||
	    !json_parse(rq->arena, now.document, &document_limits, &current, e))
		return false;
	/* Saving twice what is there already is one save. */
	if (json_equal(c.edited, current))
		return config_json(rq->arena, &now, &rp->json, e);
	if (c.base != now.revision)
		return conflict(rq, rp, &now, e);
	if (!only_rules(&c, current)) {
		struct config_fault fault = { STR("impact"),
			STR("The Account SID and Program ID are changed in Settings.") };

		return invalid(rq, rp, &(struct config_faults){ .list = &fault, .n = 1 }, e);
	}
	return save_checked(rq, rp, &c, current, e);
}

struct json *
config_faults_json(struct arena *a, const struct config_faults *faults)
{
	struct json *list = json_array(a);

	for (size_t i = 0; i < faults->n; i++) {
		struct json *row = json_object(a);

		json_set_str(row, "path", faults->list[i].path);
		json_set_str(row, "message", faults->list[i].message);
		json_push(list, row);
	}
	return list;
}

bool
config_try(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	const struct json *document;
	struct config_faults faults;

	if (!web_members(rq->body, WEB_NAMES("document"), e) || !document_of(rq, &document, e) ||
	    !config_check(rq->arena, rq->installation, json_write(rq->arena, document), &faults, e))
		return false;
	rp->json = json_object(rq->arena);
	json_set(rp->json, "faults", config_faults_json(rq->arena, &faults));
	return true;
}
