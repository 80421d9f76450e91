/* team.c - who belongs to the account, who is invited, and what was changed by whom (C-22). */
#include "base/arena.h"
#include "core/date.h"
#include "core/email.h"
#include "store/audit.h"
#include "task/link.h"
#include "web/cookie.h"
#include "web/handlers.h"

#define PAGE_ROWS 50
#define PAGE_MAX  200

static struct json *
person_json(const struct web_request *rq, const struct person_row *row)
{
	struct json *out = json_object(rq->arena);

	json_set_int(out, "id", row->person.person_id);
	json_set_str(out, "email", row->person.email);
	json_set_str(out, "role", str_from(person_role_name(row->person.role)));
	json_set_bool(out, "hubspot", row->person.hub_user_id != 0);
	json_set_bool(out, "you", row->person.person_id == rq->session.person.person_id);
	web_set_time(rq->arena, out, "joined_at", row->joined_ms);
	web_set_time(rq->arena, out, "seen_at", row->seen_ms);
	web_set_time(rq->arena, out, "removed_at", row->removed_ms);
	return out;
}

static struct json *
invitation_json(const struct web_request *rq, const struct invitation *i)
{
	struct json *out = json_object(rq->arena);

	json_set_int(out, "id", i->invitation_id);
	json_set_str(out, "email", i->email);
	json_set_str(out, "role", str_from(person_role_name(i->role)));
	json_set_str(out, "invited_by", i->invited_by);
	web_set_time(rq->arena, out, "created_at", i->created_ms);
	web_set_time(rq->arena, out, "expires_at", i->expires_ms);
	json_set_bool(out, "expired", i->expired);
	json_set_str(out, "mail", i->mail_state.n == 0 ? STR("none") : i->mail_state);
	json_set_str(out, "mail_problem", i->mail_problem);
	return out;
}

bool
team_show(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct json *people = json_array(rq->arena), *removed = json_array(rq->arena), *open = json_array(rq->arena);
	struct invitation *invitations;
	struct person_row *rows;
	size_t n, m;

	if (!web_query(rq, NULL, 0, NULL, e) || !person_list(rq->parts->db, rq->arena, rq->tenant_id, &rows, &n, e) ||
	    !invitation_list(rq->parts->db, rq->arena, rq->tenant_id, &invitations, &m, e))
		return false;
	for (size_t i = 0; i < n; i++)
		json_push(rows[i].removed_ms > 0 ? removed : people, person_json(rq, &rows[i]));
	for (size_t i = 0; i < m; i++)
		json_push(open, invitation_json(rq, &invitations[i]));
	rp->json = json_object(rq->arena);
	json_set(rp->json, "people", people);
	json_set(rp->json, "removed", removed);
	json_set(rp->json, "invitations", open);
	json_set_bool(rp->json, "mail", rq->parts->settings->smtp_url.n > 0);
	json_set_int(rp->json, "invitation_days", rq->parts->settings->invitation_s / 86400);
	return true;
}

static bool
path_id(const struct web_request *rq, int64_t *id, const char *what, struct err *e)
{
	return str_to_int(rq->params[0], 1, INT64_MAX, id) || err_set(e, ERR_NOT_FOUND, "There is no such %s.", what);
}

static bool
read_role(const struct web_request *rq, enum person_role *role, struct err *e)
{
	struct str name;

	if (!web_string(rq->body, "role", &name, e))
		return false;
	*role = person_role_parse(name);
	return str_eq(name, str_from(person_role_name(*role))) ||
	       err_set(e, ERR_INVALID, "role must be owner, editor or viewer");
}

bool
team_role(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	enum person_role role;
	int64_t id;

	if (!path_id(rq, &id, "member", e) || !web_members(rq->body, WEB_NAMES("role"), e) ||
	    !read_role(rq, &role, e) || !person_change_role(rq->parts->db, rq->arena, &rq->session.person, id, role, e))
		return false;
	rp->json = json_object(rq->arena);
	json_set_str(rp->json, "role", str_from(person_role_name(role)));
	return true;
}

bool
team_remove(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	int64_t id;

	if (!path_id(rq, &id, "member", e) || !web_members(rq->body, NULL, 0, e))
		return false;
	if (id == rq->session.person.person_id)
		return err_set(e, ERR_EXISTS, "You cannot remove yourself. Leave the account instead.");
	if (!person_remove(rq->parts->db, rq->arena, &rq->session.person, id, e))
		return false;
	rp->status = 204;
	return true;
}

bool
team_leave(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	if (!web_members(rq->body, NULL, 0, e) || !person_leave(rq->parts->db, rq->arena, &rq->session.person, e))
		return false;
	web_cookie(rp, cookie_set(rq->arena, rq->parts->settings->public_url, COOKIE_SESSION, STR(""), 0));
	rp->status = 204;
	return true;
}

static struct invitation_terms
terms_of(const struct web_request *rq)
{
	const struct settings *s = rq->parts->settings;

	return (struct invitation_terms){ .valid_s = s->invitation_s, .by_mail = s->smtp_url.n > 0 };
}

/* Together with its link, for the owner to copy. */
static void
answer_invitation(struct web_request *rq, struct web_reply *rp, const struct invitation *i)
{
	rp->json = invitation_json(rq, i);
	json_set_str(rp->json, "link",
	    link_invitation(rq->arena, rq->parts->settings->public_url, rq->parts->vault, i));
}

bool
team_invite(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	const struct invitation_terms terms = terms_of(rq);
	enum person_role role;
	struct invitation i;
	struct str typed, email;

	if (!web_members(rq->body, WEB_NAMES("email", "role"), e) || !web_string(rq->body, "email", &typed, e) ||
	    !read_role(rq, &role, e))
		return false;
	if (!email_normal(rq->arena, typed, &email, e)) {
		rp->status = 422;
		rp->fields = json_object(rq->arena);
		json_set_str(rp->fields, "email", str_copy(rq->arena, str_from(e->text)));
		return false;
	}
	if (!invitation_make(rq->parts->db, rq->arena, &rq->session.person, email, role, &terms, &i, e)) {
		if (e->code == ERR_LIMIT)
			rp->status = 409;
		return false;
	}
	rp->status = 201;
	answer_invitation(rq, rp, &i);
	return true;
}

bool
team_invite_again(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	const struct invitation_terms terms = terms_of(rq);
	struct invitation i;
	int64_t id;

	if (!path_id(rq, &id, "invitation", e) || !web_members(rq->body, NULL, 0, e) ||
	    !invitation_renew(rq->parts->db, rq->arena, &rq->session.person, id, &terms, &i, e))
		return false;
	answer_invitation(rq, rp, &i);
	return true;
}

bool
team_invitation_link(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct invitation i;
	int64_t id;

	if (!web_query(rq, NULL, 0, NULL, e) || !path_id(rq, &id, "invitation", e) ||
	    !invitation_load(rq->parts->db, rq->arena, rq->tenant_id, id, &i, e))
		return false;
	answer_invitation(rq, rp, &i);
	return true;
}

bool
team_revoke(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	int64_t id;

	if (!path_id(rq, &id, "invitation", e) || !web_members(rq->body, NULL, 0, e) ||
	    !invitation_revoke(rq->parts->db, rq->arena, &rq->session.person, id, e))
		return false;
	rp->status = 204;
	return true;
}

static bool
read_day(struct str text, const char *name, int64_t *ms, struct err *e)
{
	if (text.n == 0 || date_parse(text, ms, e))
		return true;
	return err_wrap(e, "%s", name);
}

static bool
read_filter(const struct web_request *rq, struct audit_filter *f, struct err *e)
{
	enum {
		CURSOR,
		LIMIT,
		PERSON,
		ACTION,
		FROM,
		UNTIL,
		VALUES
	};
	struct str v[VALUES];

	*f = (struct audit_filter){ .limit = PAGE_ROWS };
	if (!web_query(rq, WEB_NAMES("cursor", "limit", "person", "action", "from", "until"), v, e) ||
	    !read_day(v[FROM], "from", &f->from_ms, e) || !read_day(v[UNTIL], "until", &f->until_ms, e))
		return false;
	if (v[CURSOR].n > 0 && !str_to_int(v[CURSOR], 1, INT64_MAX, &f->before_id))
		return err_set(e, ERR_INVALID, "cursor is not one that was given out");
	if (v[LIMIT].n > 0 && !str_to_int(v[LIMIT], 1, PAGE_MAX, &f->limit))
		return err_set(e, ERR_INVALID, "limit must be 1 to %d", PAGE_MAX);
	f->email = v[PERSON];
	f->action = v[ACTION];
	return true;
}

static struct json *
facts(struct arena *a, struct str text)
{
	struct err ignored = { .code = ERR_NONE };
	struct json *out = NULL;

	return text.n > 0 && json_parse(a, text, &json_limits_answer, &out, &ignored) ? out : NULL;
}

bool
audit_show(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct json *list = json_array(rq->arena);
	struct audit_filter filter;
	struct audit_row *rows;
	size_t n;

	if (!read_filter(rq, &filter, e) || !audit_list(rq->parts->db, rq->arena, rq->tenant_id, &filter, &rows, &n, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct json *row = json_object(rq->arena);

		json_set_int(row, "id", rows[i].audit_id);
		json_set_str(row, "at", date_iso_ms(rq->arena, rows[i].at_ms));
		json_set_str(row, "email", rows[i].email);
		json_set_str(row, "action", rows[i].action);
		json_set_str(row, "subject", rows[i].subject);
		json_set(row, "before", facts(rq->arena, rows[i].before));
		json_set(row, "after", facts(rq->arena, rows[i].after));
		json_push(list, row);
	}
	rp->json = json_object(rq->arena);
	json_set(rp->json, "rows", list);
	if ((int64_t)n == filter.limit)
		json_set_str(rp->json, "next_cursor", str_printf(rq->arena, "%lld", (long long)rows[n - 1].audit_id));
	else
		json_set(rp->json, "next_cursor", NULL);
	return true;
}
