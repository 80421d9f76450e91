/* uninstall.c - see uninstall.h. */
#include "task/uninstall.h"

#include "base/log.h"
#include "remote/hubspot_oauth.h"

static bool
over(struct uninstall *u, enum uninstall_result result, struct err *e)
{
	static const char *const names[] = { "undecided", "done", "already", "unreached" };

	u->result = result;
	log_event(result == UNINSTALL_UNREACHED ? LOG_WARN : LOG_INFO, "uninstall.over", LOG_C("result", names[result]),
	    LOG_C("why", u->why.text));
	return u->then(&u->token.step, e);
}

/* Revoked or not: without the app the token is worth nothing. */
static bool
revoked(struct step *s, struct err *e)
{
	return over((struct uninstall *)s, UNINSTALL_DONE, e);
}

static bool call(struct step *s, struct err *e);

static bool
answered(struct step *s, struct err *e)
{
	struct uninstall *u = (struct uninstall *)s;
	const struct http_answer *answer = &s->answers[0];
	struct http_request request;

	if (answer->outcome != HTTP_ANSWERED)
		return err_set(e, ERR_REMOTE, "HubSpot did not answer: %s", answer->err.text);
	/* A token that was good by its time: refreshed once, and refused again means removed. */
	if (answer->status == 401)
		return token_again(&u->token, call, e);
	if (answer->status / 100 != 2 && answer->status != 404)
		return err_set(e, ERR_REMOTE, "HubSpot answered %d", answer->status);
	hubspot_oauth_revoke(s->arena, s->parts->settings, &u->token.install.refresh_token, &request);
	step_request(s, &request);
	s->next = revoked;
	return true;
}

static bool
call(struct step *s, struct err *e)
{
	struct uninstall *u = (struct uninstall *)s;
	struct http_request request;

	(void)e;
	hubspot_oauth_uninstall(s->arena, s->parts->settings, &u->token.install.access_token, &request);
	step_request(s, &request);
	s->next = answered;
	return true;
}

static bool
begin(struct step *s, struct err *e)
{
	return token_get(&((struct uninstall *)s)->token, call, e);
}

/* What ends the steps within in failure is a result here; the database being away is not. */
static bool
guarded(struct step *s, struct err *e)
{
	struct uninstall *u = (struct uninstall *)s;

	s->next = u->inner;
	bool ok = u->inner(s, e);
	u->inner = s->next;
	if (u->result == UNINSTALL_UNDECIDED)
		s->next = guarded;
	if (ok || u->result != UNINSTALL_UNDECIDED)
		return ok;
	if (e->code != ERR_DENIED && e->code != ERR_REMOTE && e->code != ERR_IO && e->code != ERR_TIMEOUT)
		return false;
	u->why = *e;
	*e = (struct err){ .code = ERR_NONE };
	s->n = 0;
	return over(u, u->why.code == ERR_DENIED ? UNINSTALL_ALREADY : UNINSTALL_UNREACHED, e);
}

void
uninstall_init(struct uninstall *u, struct arena *a, const struct parts *parts, int64_t tenant_id, step_fn *then)
{
	token_init(&u->token, a, parts, tenant_id);
	u->inner = begin;
	u->then = then;
	u->token.step.next = guarded;
}
