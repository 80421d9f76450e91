/* hubspot_watch.c - see hubspot_watch.h. */
#include "task/hubspot_watch.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"
#include "remote/hubspot_oauth.h"
#include "store/alarm.h"
#include "store/transaction.h"
#include "task/connect.h"
#include "task/resume.h"
#include "task/token.h"

#define NAMES_MAX 500
/* Of 100: how far the moment of a refresh is spread, half of it to each side. */
#define SPREAD 11
/* A little after a rest is over. */
#define AFTER_MS 50

int64_t
hubspot_watch_due_ms(const struct settings *s, const struct install *in)
{
	int64_t percent = s->token_refresh_percent - SPREAD / 2 + (in->tenant_id * 7 + in->version * 3) % SPREAD;
	int64_t due = (in->age_ms + in->expires_in_ms) * percent / 100 - in->age_ms;

	return in->access_refused || in->age_ms < 0 || due < 0 ? 0 : due;
}

static int64_t
look_due_ms(const struct settings *s, const struct install *in)
{
	int64_t due = s->hubspot_look_s * 1000 - in->ok_age_ms;

	return in->ok_age_ms < 0 || due < 0 ? 0 : due;
}

static bool
wait(struct token *t)
{
	const struct settings *s = t->step.parts->settings;
	int64_t due = hubspot_watch_due_ms(s, &t->install);
	int64_t look = look_due_ms(s, &t->install);

	t->step.again_in_ms = (due < look ? due : look) + AFTER_MS;
	return true;
}

static struct str
missing(struct arena *a, struct str granted, struct str wanted)
{
	struct err ignored = { .code = ERR_NONE };
	struct str scope, out = { 0 };
	struct buf b;

	buf_init(&b, a, NAMES_MAX);
	while (str_cut(&wanted, ' ', &scope))
		if (!connect_scopes_cover(granted, scope))
			buf_addf(&b, "%s" STR_FMT, b.n > 0 ? " " : "", STR_ARG(scope));
	return buf_done(&b, &out, &ignored) ? out : STR("several");
}

/* What stands against this connection, held against what is known of it. */
static bool
settle(struct token *t, struct err *e)
{
	const struct parts *p = t->step.parts;
	struct str lost = missing(t->step.arena, t->install.scopes, p->scopes);
	int64_t id = t->step.tenant_id;
	struct alarm *list;
	bool over = false;
	size_t n;

	if (!alarm_list(p->db, t->step.arena, id, &list, &n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		over = over || list[i].kind == ALARM_HUBSPOT_ENDED;
	/* Before the alarm ends, so that a crash in between has it done again. */
	if (over)
		resume_hubspot(p->db, id);
	return transaction_begin(p->db, e) &&
	       transaction_end(p->db,
	           (!over || alarm_end(p->db, t->step.arena, id, ALARM_HUBSPOT_ENDED, NULL, e)) &&
	               (lost.n > 0 ? alarm_raise(p->db, t->step.arena, id, ALARM_HUBSPOT_SCOPES, lost, e)
	                           : alarm_end(p->db, t->step.arena, id, ALARM_HUBSPOT_SCOPES, NULL, e)),
	           "alarms of HubSpot", e);
}

static bool
refreshed(struct step *s, struct err *e)
{
	(void)e;
	return wait((struct token *)s);
}

static bool
looked(struct step *s, struct err *e)
{
	struct token *t = (struct token *)s;
	struct hubspot_oauth_identity identity;
	struct err why = { .code = ERR_NONE };
	bool read = hubspot_oauth_read_introspection(s->arena, &s->answers[0], &identity, &why);

	if (read && identity.active) {
		if (identity.scopes.n > 0)
			t->install.scopes = identity.scopes;
		t->install.ok_age_ms = 0;
		return install_looked(s->parts->db, &t->install, t->install.scopes, e) && settle(t, e) && wait(t);
	}
	log_event(LOG_INFO, "hubspot_watch.doubt", LOG_C("why", read ? "the token is not active" : why.text));
	/* No, or our own log-in refused: a refresh settles it.  No answer says nothing of the connection. */
	if (read ||
	    (s->answers[0].outcome == HTTP_ANSWERED && s->answers[0].status / 100 == 4 && s->answers[0].status != 429))
		return token_renew(t, refreshed, e);
	t->install.ok_age_ms = 0;
	return wait(t);
}

static bool
begin(struct step *s, struct err *e)
{
	struct token *t = (struct token *)s;
	const struct parts *p = s->parts;
	struct http_request request;

	if (!install_load(p->db, p->vault, s->arena, s->tenant_id, &t->install, e)) {
		if (e->code != ERR_NOT_FOUND)
			return false;
		*e = (struct err){ .code = ERR_NONE };
		return true;
	}
	if (!t->install.connected)
		return true; /* a log-in makes it due */
	if (!settle(t, e))
		return false;
	/* Somebody refreshes just now, or it failed a moment ago. */
	if (t->install.rest_ms > 0) {
		s->again_in_ms = t->install.rest_ms + AFTER_MS;
		return true;
	}
	if (t->install.refused > 0 || hubspot_watch_due_ms(p->settings, &t->install) == 0)
		return token_renew(t, refreshed, e);
	if (look_due_ms(p->settings, &t->install) > 0)
		return wait(t);
	hubspot_oauth_introspect(s->arena, p->settings, &t->install.refresh_token, true, &request);
	step_request(s, &request);
	s->next = looked;
	return true;
}

struct step *
hubspot_watch_new(struct arena *a, const struct parts *parts, int64_t tenant_id)
{
	struct token *t = arena_alloc(a, sizeof(*t));

	token_init(t, a, parts, tenant_id);
	t->step.next = begin;
	t->scheduled = true;
	return &t->step;
}
