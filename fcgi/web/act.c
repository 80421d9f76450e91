/* act.c - what a person does with lines of Activity: one (store/act.h, store/again.h) or all of a cause. */
#include "web/act.h"

#include "base/arena.h"
#include "base/clock.h"
#include "core/effect.h"
#include "core/verdict.h"
#include "flow/decide.h"
#include "store/act.h"
#include "store/again.h"
#include "store/audit.h"
#include "store/transaction.h"
#include "web/activity_filter.h"
#include "web/handlers.h"
#include "web/live.h"

#define NOTE_MAX 2000

typedef bool act_fn(struct db *db, struct arena *a, const struct act *x, struct err *e);

/* What can be done, to what, and whether it needs a reason. */
static const struct doing {
	const char *name;
	const char *decision, *state; /* of the line; "" any */
	bool note;
	act_fn *fn; /* NULL: written below */
	const char *audit;
} doings[] = {
	{ "again", "CONVERSION", "REJECTED", false, NULL, "activity.asked_again" },
	{ "release", "HELD", "", true, act_release, "activity.released" },
	{ "drop", "HELD", "", true, act_drop, "activity.dropped" },
	{ "found", "CONVERSION", "DEAD", true, act_found, "activity.found" },
	{ "resend", "CONVERSION", "DEAD", true, act_resend, "activity.resent" },
	{ "second", "CONVERSION", "CONFIRMED", true, NULL, "activity.sent_second" },
	{ "second", "CONVERSION", "ACCEPTED", true, NULL, "activity.sent_second" },
	{ "look", "WAITING", "", false, act_look, "activity.looked" },
	{ "look", "CONVERSION", "ACCEPTED", false, act_follow, "activity.looked" },
	{ "redecide", "SKIPPED", "", false, act_redecide, "activity.decided_again" },
};

#define DOINGS (sizeof(doings) / sizeof(doings[0]))

/* What DEAD means depends on why. */
static bool
fits_dead(const struct doing *w, struct str code)
{
	if (str_eq(code, STR("superseded")))
		return false;
	return !str_eq(code, STR("dropped_by_person")) || w->fn == act_resend;
}

static bool
fits(const struct doing *w, const struct activity_detail *d)
{
	const struct activity_row *row = &d->row;

	if (!str_eq(row->decision, str_from(w->decision)))
		return false;
	if (str_eq(row->decision, STR("HELD")) && d->held_id == 0)
		return false;
	if (str_eq(row->decision, STR("SKIPPED")) && !str_eq(row->kind, STR("created")) &&
	    !str_eq(row->kind, STR("changed")))
		return false;
	/* A test is never built again, nor is it the first of two: whoever wants another one sends another test. */
	if (str_eq(d->trigger_id, STR(EFFECT_TEST_TRIGGER)) && w->fn == NULL)
		return false;
	if (w->fn == act_follow && !str_eq(row->conversion.code, STR("poison")))
		return false;
	if (w->state[0] != '\0' && !str_eq(row->conversion.state, str_from(w->state)))
		return false;
	return !str_eq(str_from(w->state), STR("DEAD")) || fits_dead(w, row->conversion.code);
}

bool
act_json(const struct web_request *rq, const struct activity_detail *d, struct json **out, struct err *e)
{
	struct json *list = json_array(rq->arena);
	int64_t version;

	if (!act_version(rq->parts->db, rq->arena, rq->tenant_id, d, &version, e))
		return false;
	for (size_t i = 0; i < DOINGS; i++)
		if (fits(&doings[i], d))
			json_push_str(list, str_from(doings[i].name));
	*out = json_object(rq->arena);
	json_set(*out, "allowed", list);
	json_set_int(*out, "version", version);
	return true;
}

/* ---- one line */

static const struct doing *
find(struct str name, const struct activity_detail *d)
{
	for (size_t i = 0; i < DOINGS; i++)
		if (str_eq(name, str_from(doings[i].name)) && fits(&doings[i], d))
			return &doings[i];
	return NULL;
}

static bool
known(struct str name)
{
	for (size_t i = 0; i < DOINGS; i++)
		if (str_eq(name, str_from(doings[i].name)))
			return true;
	return false;
}

static bool
read_note(const struct json *body, struct str *note, struct err *e)
{
	*note = STR("");
	if (json_get(body, "note") != NULL && !web_string(body, "note", note, e))
		return false;
	*note = str_trim(*note);
	return note->n <= NOTE_MAX || err_set(e, ERR_INVALID, "note is longer than %d bytes", NOTE_MAX);
}

static bool
load_line(const struct web_request *rq, struct activity_detail *d, struct err *e)
{
	int64_t id = 0;

	if (!str_to_int(rq->params[0], 1, INT64_MAX, &id))
		return err_set(e, ERR_NOT_FOUND, "there is no such decision");
	if (activity_load(rq->parts->db, rq->arena, rq->tenant_id, id, d, e))
		return true;
	return e->code == ERR_NOT_FOUND ? err_set(e, ERR_NOT_FOUND, "there is no such decision") : false;
}

static struct json *
what_was_done(struct arena *a, const struct activity_detail *d, const struct act *x)
{
	struct json *out = json_object(a);

	json_set_int(out, "decision", d->row.decision_id);
	json_set_str(out, "record",
	    str_printf(a, STR_FMT "/" STR_FMT, STR_ARG(d->row.object_type), STR_ARG(d->row.object_id)));
	json_set_str(out, "order_id", x->order_id.n > 0 ? x->order_id : d->row.conversion.order_id);
	json_set_str(out, "note", x->note);
	return out;
}

/* Inside the transaction.  *shown is the line to look at afterwards. */
static bool
carry_out(const struct web_request *rq, struct str name, struct act *x, struct activity_detail *d, int64_t *shown,
    struct err *e)
{
	struct db *db = rq->parts->db;
	const struct doing *w;
	bool done;

	if (!load_line(rq, d, e))
		return false;
	x->line = d;
	*shown = d->row.decision_id;
	w = find(name, d);
	if (w == NULL)
		return err_set(e, ERR_CONFLICT, "This cannot be done to it any more. Look at what it is now.");
	if (w->note && x->note.n == 0)
		return err_set(e, ERR_INVALID, "Say why, in the note: it is kept with the decision.");
	if (w->fn != NULL)
		done = w->fn(db, rq->arena, x, e);
	else if (str_eq(name, STR("second")))
		done = act_second(db, rq->arena, x, shown, e);
	else
		done = again_ask(db, rq->tenant_id, d, x->version, x->author, x->note, e);
	return done && audit_add(db, rq->arena, &rq->session.person,
	                   &(struct audit){ .action = w->audit,
	                       .subject = str_printf(rq->arena, "%lld", (long long)d->row.decision_id),
	                       .after = what_was_done(rq->arena, d, x) },
	                   e);
}

bool
activity_act(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct act x = { .tenant_id = rq->tenant_id, .author = rq->session.person.email };
	struct activity_detail d = { 0 };
	struct str name;
	int64_t shown = 0;

	if (!web_query(rq, NULL, 0, NULL, e) ||
	    !web_members(rq->body, WEB_NAMES("action", "version", "note", "order_id"), e) ||
	    !web_string(rq->body, "action", &name, e) || !read_note(rq->body, &x.note, e) ||
	    (json_get(rq->body, "order_id") != NULL && !web_string(rq->body, "order_id", &x.order_id, e)))
		return false;
	if (!known(name))
		return err_set(e, ERR_INVALID, "action has a value that is not known here");
	if (!json_int(json_get(rq->body, "version"), &x.version))
		return err_set(e, ERR_INVALID, "version must be given as a number");
	if (!transaction_begin(rq->parts->db, e))
		return false;
	if (!carry_out(rq, name, &x, &d, &shown, e)) {
		db_rollback(rq->parts->db); /* the words are the person's, as they are */
		return false;
	}
	if (!transaction_end(rq->parts->db, true, "doing it", e))
		return false;
	rp->json = json_object(rq->arena);
	json_set_int(rp->json, "id", shown);
	return true;
}

/* ---- before it is sent again: what would be sent now */

static struct str
value_of(struct arena *a, const struct json *fields, struct str name, bool *there)
{
	for (size_t i = 0; i < json_length(fields); i++)
		if (str_eq(json_text_at(a, json_at(fields, i), "name"), name)) {
			*there = true;
			return json_text_at(a, json_at(fields, i), "value");
		}
	*there = false;
	return STR("");
}

static void
push_change(struct arena *a, struct json *list, struct str name, bool was, struct str before, bool is, struct str now)
{
	struct json *one;

	if (was == is && str_eq(before, now))
		return;
	one = json_object(a);
	json_set_str(one, "name", name);
	if (was)
		json_set_str(one, "before", before);
	else
		json_set(one, "before", NULL);
	if (is)
		json_set_str(one, "now", now);
	else
		json_set(one, "now", NULL);
	json_push(list, one);
}

static struct json *
parse(struct arena *a, struct str text, enum json_type type)
{
	struct err why = { .code = ERR_NONE };
	struct json *out = NULL;

	if (text.n == 0 || !json_parse(a, text, &json_limits_answer, &out, &why) || json_type(out) != type)
		return NULL;
	return out;
}

static struct json *
changes(struct arena *a, const struct json *before, const struct json *now)
{
	struct json *list = json_array(a);
	bool there;

	for (size_t i = 0; i < json_length(now); i++) {
		struct str name = json_text_at(a, json_at(now, i), "name");
		struct str old = value_of(a, before, name, &there);

		push_change(a, list, name, there, old, true, json_text_at(a, json_at(now, i), "value"));
	}
	for (size_t i = 0; i < json_length(before); i++) {
		struct str name = json_text_at(a, json_at(before, i), "name");
		struct str old = json_text_at(a, json_at(before, i), "value");

		(void)value_of(a, now, name, &there);
		if (!there)
			push_change(a, list, name, true, old, false, STR(""));
	}
	return list;
}

static struct str
why_not(struct arena *a, const struct decide_look *look)
{
	const struct json *faults = json_get(parse(a, look->detail, JSON_OBJECT), "faults");
	struct str words = str_from(verdict_find(look->code)->sentence);

	for (size_t i = 0; i < json_length(faults); i++) {
		struct str one = json_text_at(a, json_at(faults, i), "message");

		if (!str_eq(one, words))
			words = str_printf(a, STR_FMT " " STR_FMT, STR_ARG(words), STR_ARG(one));
	}
	return words;
}

bool
activity_compare(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct arena *a = rq->arena;
	struct activity_detail d = { 0 };
	struct pending p = { .looks = 1 };
	struct decide_look look = { .event = &p };
	const struct json *now;
	struct json *list;
	bool rejected;

	if (!web_query(rq, NULL, 0, NULL, e) || !web_members(rq->body, NULL, 0, e) || !load_line(rq, &d, e) ||
	    !activity_event(rq->parts->db, a, rq->tenant_id, &d, &p.event, e))
		return false;
	rejected = str_eq(d.row.decision, STR("CONVERSION")) && str_eq(d.row.conversion.state, STR("REJECTED"));
	look.conversion_id = rejected ? d.row.conversion.conversion_id : 0;
	p.key = d.event_key;
	p.received_ms = d.row.received_ms;
	p.waiting_ms = clock_wall_ms() - d.row.received_ms;
	if (!live_run(rq->http, decide_look_new(a, rq->parts, rq->tenant_id, &look), LIVE_DEADLINE_MS, e))
		return false;
	if (!look.done)
		return err_set(e, ERR_REMOTE, "HubSpot cannot be asked just now; try again in a moment");
	now = parse(a, look.fields, JSON_ARRAY);
	list = changes(a, parse(a, d.fields, JSON_ARRAY), now);
	rp->json = json_object(a);
	json_set_bool(rp->json, "sends", look.sends);
	json_set_bool(rp->json, "waits", look.waits);
	json_set_str(rp->json, "why", look.sends ? STR("") : why_not(a, &look));
	json_set_str(rp->json, "code", look.sends ? STR("") : look.code);
	json_set_bool(rp->json, "same", look.sends && json_length(list) == 0);
	json_set_bool(rp->json, "same_helps", rejected && again_same_helps(d.row.conversion.code));
	json_set(rp->json, "changes", look.sends ? list : json_array(a));
	json_set(rp->json, "fields", now == NULL ? json_array(a) : json_copy(a, now));
	return true;
}

/* ---- all of a cause */

static const char *const walk_names[] = { "conversion", "decision", "last_conversion", "last_decision" };

/* Where the answer before this one said that it goes on; without it the walk begins. */
static bool
read_walk(const struct json *body, struct again_walk *walk, struct err *e)
{
	const struct json *j = json_get(body, "walk");
	int64_t *const values[] = { &walk->conversion, &walk->decision, &walk->last_conversion, &walk->last_decision };

	*walk = (struct again_walk){ 0 };
	if (!json_has(body, "walk"))
		return true;
	if (json_type(j) != JSON_OBJECT || !web_members(j, walk_names, 4, e))
		return err_set(e, ERR_INVALID, "walk must be what the answer before told");
	for (size_t i = 0; i < 4; i++)
		if (!json_int(json_get(j, walk_names[i]), values[i]) || *values[i] < 0)
			return err_set(e, ERR_INVALID, "walk must be what the answer before told");
	return true;
}

static struct json *
walk_json(struct arena *a, const struct again_walk *walk)
{
	const int64_t values[] = { walk->conversion, walk->decision, walk->last_conversion, walk->last_decision };
	struct json *out = json_object(a);

	for (size_t i = 0; i < 4; i++)
		json_set_int(out, walk_names[i], values[i]);
	return out;
}

bool
activity_again(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct again_counts counts = { 0 };
	struct db *db = rq->parts->db;
	struct again_choice c = { .tenant_id = rq->tenant_id, .author = rq->session.person.email };
	struct again_walk walk;
	struct json *after;
	bool ok;

	if (!web_members(rq->body, WEB_NAMES("note", "walk"), e) || !read_note(rq->body, &c.note, e) ||
	    !read_walk(rq->body, &walk, e) || !activity_filter_read(rq, &c.filter, e))
		return false;
	if (c.filter.code.n == 0)
		return err_set(e, ERR_INVALID, "code must name the cause");
	if (c.filter.search.on || c.filter.outcome.n > 0)
		return err_set(e, ERR_INVALID, "only code, object and period choose what is sent again");
	c.filter.limit = AGAIN_MAX;
	if (!transaction_begin(db, e))
		return false;
	ok = again_ask_all(db, rq->arena, &c, &walk, &counts, e);
	if (ok && counts.asked > 0) {
		after = json_object(rq->arena);
		json_set_str(after, "code", c.filter.code);
		json_set_int(after, "count", counts.asked);
		json_set_str(after, "note", c.note);
		ok = audit_add(db, rq->arena, &rq->session.person,
		    &(struct audit){ .action = "activity.asked_all_again", .subject = c.filter.code, .after = after },
		    e);
	}
	if (!transaction_end(db, ok, "asking for them again", e))
		return false;
	rp->json = json_object(rq->arena);
	json_set_int(rp->json, "asked", counts.asked);
	json_set_int(rp->json, "asked_before", counts.asked_before);
	json_set_int(rp->json, "not_kept", counts.not_kept);
	json_set(rp->json, "walk", walk.ended ? NULL : walk_json(rq->arena, &walk));
	return true;
}
