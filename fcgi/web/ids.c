/* ids.c - the ID doctor: what it found, the properties it makes, the back-fill and the watch over new deals. */
#include "base/arena.h"
#include "core/date.h"
#include "store/audit.h"
#include "store/config.h"
#include "store/install.h"
#include "store/tenant.h"
#include "store/transaction.h"
#include "task/id_properties.h"
#include "web/handlers.h"
#include "web/ids_json.h"
#include "web/live.h"

/* One more than is shown tells that there is more. */
#define PROBLEMS_MAX (RECORD_UPDATE_PROBLEMS_MAX - 1)

/* ---- showing */

/* The latest of a kind, or NULL in *out. */
static bool
latest(struct web_request *rq, enum id_run_kind kind, bool done, struct id_run **out, struct err *e)
{
	struct id_run *run = arena_alloc(rq->arena, sizeof(*run));

	*out = NULL;
	if (id_run_latest(rq->parts->db, rq->arena, rq->tenant_id, kind, done, run, e)) {
		*out = run;
		return true;
	}
	if (e->code != ERR_NOT_FOUND)
		return false;
	*e = (struct err){ .code = ERR_NONE };
	return true;
}

static bool
show_check(struct web_request *rq, struct json *out, struct err *e)
{
	struct arena *a = rq->arena;
	struct id_run *check;
	struct id_run *done;
	struct json *result = NULL;

	if (!latest(rq, ID_RUN_CHECK, false, &check, e) || !latest(rq, ID_RUN_CHECK, true, &done, e) ||
	    (done != NULL && done->result.n > 0 && !json_parse(a, done->result, &json_limits_answer, &result, e)))
		return false;
	json_set(out, "check", ids_run_json(a, check));
	json_set(out, "result", result);
	if (done != NULL)
		json_set_str(out, "checked_at", date_iso_ms(a, done->ended_ms));
	else
		json_set(out, "checked_at", NULL);
	return true;
}

static bool
show_fill(struct web_request *rq, struct json *out, struct err *e)
{
	int64_t counts[UPDATE__COUNT] = { 0 };
	struct id_run *fill;
	struct id_run *keep;

	if (!latest(rq, ID_RUN_FILL, false, &fill, e) || !latest(rq, ID_RUN_KEEP, false, &keep, e))
		return false;
	if (fill != NULL && !record_update_count(rq->parts->db, rq->arena, rq->tenant_id, fill->run_id, counts, e))
		return false;
	json_set(out, "fill", ids_fill_json(rq->arena, fill, counts));
	memset(counts, 0, sizeof(counts));
	if (keep != NULL && !record_update_count(rq->parts->db, rq->arena, rq->tenant_id, keep->run_id, counts, e))
		return false;
	json_set(out, "keep", ids_fill_json(rq->arena, keep, counts));
	return true;
}

static bool
has_scope(struct str scopes, const char *wanted)
{
	struct str one;

	while (str_cut(&scopes, ' ', &one))
		if (str_eq(one, str_from(wanted)))
			return true;
	return false;
}

/* Scopes that are needed and not granted. */
static struct json *
missing_scopes(struct arena *a, struct str granted)
{
	static const char *const wanted[] = { "crm.schemas.contacts.write", "crm.schemas.deals.write",
		"crm.objects.deals.write" };
	struct json *out = json_array(a);

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (!has_scope(granted, wanted[i]))
			json_push_str(out, str_from(wanted[i]));
	return out;
}

static bool
show(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct arena *a = rq->arena;
	struct config_revision current;
	struct config_document document;
	struct config_fault *faults;
	struct install install;
	struct tenant tenant;
	size_t n;

	rp->json = json_object(a);
	if (!tenant_load(rq->parts->db, a, rq->tenant_id, &tenant, e) ||
	    !install_facts(rq->parts->db, a, rq->tenant_id, &install, e) ||
	    !config_current(rq->parts->db, a, rq->tenant_id, &current, e) ||
	    !config_document_parse(a, current.document, &document, &faults, &n, e) || !show_check(rq, rp->json, e) ||
	    !show_fill(rq, rp->json, e))
		return false;
	json_set(rp->json, "sources", ids_sources_json(a, &document));
	json_set(rp->json, "missing_scopes", missing_scopes(a, install.scopes));
	json_set_bool(rp->json, "sending", tenant.sending);
	json_set_bool(rp->json, "connected", install.connected);
	json_set_int(rp->json, "portal_id", tenant.portal_id);
	json_set_str(rp->json, "ui_domain", tenant.ui_domain);
	return true;
}

bool
ids_show(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	return web_query(rq, NULL, 0, NULL, e) && show(rq, rp, e);
}

static struct json *
problem_json(struct arena *a, const struct record_update_problem *p)
{
	struct json *row = json_object(a);

	json_set_str(row, "object", p->object_type);
	json_set_str(row, "id", p->object_id);
	json_set_str(row, "code", p->code);
	json_set_str(row, "message", p->message);
	return row;
}

bool
ids_problems(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct arena *a = rq->arena;
	struct record_update_problem *list = NULL;
	struct json *rows = json_array(a);
	struct str values[2];
	struct id_run *run;
	int64_t after = 0;
	size_t n = 0;

	if (!web_query(rq, WEB_NAMES("kind", "cursor"), values, e))
		return false;
	if (values[0].n > 0 && !str_eq(values[0], STR("fill")) && !str_eq(values[0], STR("keep")))
		return err_set(e, ERR_INVALID, "kind must be fill or keep");
	if (values[1].n > 0 && !str_to_int(values[1], 0, INT64_MAX, &after))
		return err_set(e, ERR_INVALID, "cursor must come from the page before");
	if (!latest(rq, str_eq(values[0], STR("keep")) ? ID_RUN_KEEP : ID_RUN_FILL, false, &run, e) ||
	    (run != NULL && !record_update_problems(rq->parts->db, a, rq->tenant_id, run->run_id, after, &list, &n, e)))
		return false;
	for (size_t i = 0; i < n && i < PROBLEMS_MAX; i++)
		json_push(rows, problem_json(a, &list[i]));
	rp->json = json_object(a);
	json_set(rp->json, "problems", rows);
	if (n > PROBLEMS_MAX)
		json_set_str(rp->json, "next_cursor",
		    str_printf(a, "%lld", (long long)list[PROBLEMS_MAX - 1].update_id));
	else
		json_set(rp->json, "next_cursor", NULL);
	return true;
}

/* ---- doing */

static struct json *
note(struct arena *a, const char *key, bool yes)
{
	struct json *out = json_object(a);

	json_set_bool(out, key, yes);
	return out;
}

static bool
record(struct web_request *rq, const char *action, struct json *after, struct err *e)
{
	return audit_add(rq->parts->db, rq->arena, &rq->session.person,
	    &(struct audit){ .action = action, .subject = STR("impact_customer_id"), .after = after }, e);
}

static bool
begin_run(struct web_request *rq, enum id_run_kind kind, bool overwrite, struct err *e)
{
	int64_t run_id;

	return id_run_begin(rq->parts->db, rq->arena, rq->tenant_id, kind, overwrite, rq->session.person.email, &run_id,
	    e);
}

bool
ids_check(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct db *db = rq->parts->db;

	if (!web_members(rq->body, NULL, 0, e) || !transaction_begin(db, e) ||
	    !transaction_end(db, begin_run(rq, ID_RUN_CHECK, false, e), "beginning a check", e))
		return false;
	return show(rq, rp, e);
}

/* What a person may do with a fill. */
static const struct fill_action {
	const char *name;
	enum id_run_state from, to;
	const char *audit;
} fill_actions[] = {
	{ "start", ID_RUN_STATES, ID_RUN_RUNNING, "ids.fill_started" },
	{ "pause", ID_RUN_RUNNING, ID_RUN_PAUSED, "ids.fill_paused" },
	{ "resume", ID_RUN_PAUSED, ID_RUN_RUNNING, "ids.fill_resumed" },
	{ "stop", ID_RUN_STATES, ID_RUN_STOPPED, "ids.fill_stopped" },
	{ "retry", ID_RUN_DONE, ID_RUN_RUNNING, "ids.fill_retried" },
};

/* What has not left yet does not; from running or paused. */
static bool
stop_fill(struct web_request *rq, int64_t run_id, bool *moved, struct err *e)
{
	struct db *db = rq->parts->db;
	struct id_run_move m = { .from = ID_RUN_RUNNING, .to = ID_RUN_STOPPED };

	if (!id_run_move(db, rq->tenant_id, run_id, &m, moved, e))
		return false;
	m.from = ID_RUN_PAUSED;
	if (!*moved && !id_run_move(db, rq->tenant_id, run_id, &m, moved, e))
		return false;
	return !*moved || record_update_stop(db, rq->tenant_id, run_id, e);
}

static bool
move_fill(struct web_request *rq, const struct fill_action *action, const struct id_run *run, struct err *e)
{
	struct db *db = rq->parts->db;
	const struct id_run_move m = { .from = action->from, .to = action->to };
	bool moved;
	int64_t n;

	if (run == NULL)
		return err_set(e, ERR_CONFLICT, "there is no back-fill yet");
	if (!(action->to == ID_RUN_STOPPED ? stop_fill(rq, run->run_id, &moved, e)
	                                   : id_run_move(db, rq->tenant_id, run->run_id, &m, &moved, e)))
		return false;
	if (!moved)
		return err_set(e, ERR_CONFLICT, "the back-fill is %s now", id_run_state_name(run->state));
	return action->from != ID_RUN_DONE || record_update_retry(db, rq->tenant_id, run->run_id, &n, e);
}

static bool
change_fill(struct web_request *rq, const struct fill_action *action, const struct id_run *run, bool overwrite,
    struct err *e)
{
	bool start = action->from == ID_RUN_STATES && action->to == ID_RUN_RUNNING;

	if (!(start ? begin_run(rq, ID_RUN_FILL, overwrite, e) : move_fill(rq, action, run, e)))
		return false;
	return record(rq, action->audit,
	    note(rq->arena, "overwrite", start ? overwrite : run != NULL && run->overwrite), e);
}

bool
ids_fill(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	const struct fill_action *action = NULL;
	struct db *db = rq->parts->db;
	bool overwrite = false;
	struct id_run *run;
	struct str name;

	if (!web_members(rq->body, WEB_NAMES("action", "overwrite"), e) || !web_string(rq->body, "action", &name, e))
		return false;
	if (json_get(rq->body, "overwrite") != NULL && !json_bool(json_get(rq->body, "overwrite"), &overwrite))
		return err_set(e, ERR_INVALID, "overwrite must be true or false");
	for (size_t i = 0; i < sizeof(fill_actions) / sizeof(fill_actions[0]); i++)
		if (str_eq(name, str_from(fill_actions[i].name)))
			action = &fill_actions[i];
	if (action == NULL)
		return err_set(e, ERR_INVALID, "action must be start, pause, resume, stop or retry");
	if (!latest(rq, ID_RUN_FILL, false, &run, e) || !transaction_begin(db, e) ||
	    !transaction_end(db, change_fill(rq, action, run, overwrite, e), "the back-fill", e))
		return false;
	return show(rq, rp, e);
}

static bool
keep_to(struct web_request *rq, const struct id_run *run, bool on, struct err *e)
{
	struct db *db = rq->parts->db;
	bool was = run != NULL && run->state == ID_RUN_RUNNING;
	const struct id_run_move m = { .from = was ? ID_RUN_RUNNING : ID_RUN_PAUSED,
		.to = was ? ID_RUN_PAUSED : ID_RUN_RUNNING };
	bool moved;

	if (was == on)
		return true;
	if (run == NULL && !begin_run(rq, ID_RUN_KEEP, false, e))
		return false;
	if (run != NULL && !id_run_move(db, rq->tenant_id, run->run_id, &m, &moved, e))
		return false;
	return audit_add(db, rq->arena, &rq->session.person,
	    &(struct audit){ .action = "ids.keep_switched",
	        .subject = STR("impact_customer_id"),
	        .before = note(rq->arena, "on", was),
	        .after = note(rq->arena, "on", on) },
	    e);
}

bool
ids_keep(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct db *db = rq->parts->db;
	struct id_run *run;
	bool on;

	if (!web_members(rq->body, WEB_NAMES("on"), e))
		return false;
	if (!json_bool(json_get(rq->body, "on"), &on))
		return err_set(e, ERR_INVALID, "on must be true or false");
	if (!latest(rq, ID_RUN_KEEP, false, &run, e) || !transaction_begin(db, e) ||
	    !transaction_end(db, keep_to(rq, run, on, e), "the watch over new deals", e))
		return false;
	return show(rq, rp, e);
}

/* ---- properties */

static bool
read_wanted(const struct json *which, bool wanted[ID_PROPERTIES], struct err *e)
{
	if (json_type(which) != JSON_ARRAY || json_length(which) == 0)
		return err_set(e, ERR_INVALID, "which must list click_id, customer_id or both");
	for (size_t i = 0; i < json_length(which); i++) {
		struct str name = STR("");
		bool known = false;

		json_string(json_at(which, i), &name);
		for (size_t k = 0; k < ID_PROPERTIES; k++)
			if (str_eq(name, str_from(id_properties[k].id)))
				wanted[k] = known = true;
		if (!known)
			return err_set(e, ERR_INVALID, "which must list click_id, customer_id or both");
	}
	return true;
}

static struct json *
property_json(struct arena *a, const struct id_properties_task *t, size_t k)
{
	struct json *row = json_object(a);

	json_set_str(row, "id", str_from(id_properties[k].id));
	json_set_str(row, "object", str_from(id_properties[k].object));
	json_set_str(row, "name", str_from(id_properties[k].name));
	json_set_str(row, "state", str_from(id_property_state_name(t->state[k])));
	json_set_str(row, "type", t->type[k]);
	json_set_str(row, "scope", str_from(id_properties[k].scope));
	return row;
}

static bool
record_made(struct web_request *rq, const struct id_properties_task *t, struct err *e)
{
	bool ok = true;

	if (!transaction_begin(rq->parts->db, e))
		return false;
	for (size_t k = 0; k < ID_PROPERTIES && ok; k++)
		if (t->state[k] == ID_PROPERTY_MADE)
			ok = audit_add(rq->parts->db, rq->arena, &rq->session.person,
			    &(struct audit){ .action = "ids.property_created",
			        .subject = str_from(id_properties[k].name) },
			    e);
	return transaction_end(rq->parts->db, ok, "recording what was made", e);
}

bool
ids_make(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	bool wanted[ID_PROPERTIES] = { false };
	struct json *list = json_array(rq->arena);
	struct id_properties_task *t;

	if (!web_members(rq->body, WEB_NAMES("which"), e) || !read_wanted(json_get(rq->body, "which"), wanted, e))
		return false;
	t = id_properties_new(rq->arena, rq->parts, rq->tenant_id, wanted);
	if (!live_run(rq->http, &t->token.step, LIVE_DEADLINE_MS, e)) {
		/* HubSpot's refusal is not the person's. */
		if (e->code == ERR_DENIED || e->code == ERR_CONFLICT)
			e->code = ERR_REMOTE;
		return false;
	}
	if (!record_made(rq, t, e))
		return false;
	for (size_t k = 0; k < ID_PROPERTIES; k++)
		if (wanted[k])
			json_push(list, property_json(rq->arena, t, k));
	rp->json = json_object(rq->arena);
	json_set(rp->json, "properties", list);
	return true;
}
