/* token.c - see token.h. */
#include "task/token.h"

#include "base/arena.h"
#include "base/fault.h"
#include "base/log.h"
#include "remote/hubspot_oauth.h"

/* A token that ends sooner is not begun with. */
#define MARGIN_MS 120000
/* The shortest life that a token may have left while somebody else refreshes it. */
#define LAST_MARGIN_MS 5000
/* Refreshing more often than this means that the token is not the trouble. */
#define REFRESH_GAP_MS   30000
#define AFTER_REFUSAL_MS 60000
#define DISCONNECTED_MS  (24LL * 3600 * 1000)
#define REFUSALS_MAX     2

void
token_init(struct token *t, struct arena *a, const struct parts *parts, int64_t tenant_id)
{
	t->step.arena = a;
	t->step.parts = parts;
	t->step.tenant_id = tenant_id;
	t->step.again_in_ms = -1;
	t->refused_version = -1;
}

int64_t
token_due_ms(const struct settings *s, int64_t expires_in_s)
{
	int64_t before_s = s->token_refresh_before_s;

	return expires_in_s > 2 * before_s ? (expires_in_s - before_s) * 1000 : expires_in_s * 750;
}

/* HubSpot does not take the refresh token: the second time on the same tokens is the end. */
static bool
refused(struct token *t, const struct err *why, struct err *e)
{
	const struct parts *p = t->step.parts;
	const struct person nobody = { .tenant_id = t->step.tenant_id };
	struct err cause = *why;

	if (!install_refresh_failed(p->db, t->step.tenant_id, t->install.version, p->worker, true, e))
		return false;
	t->step.again_in_ms = AFTER_REFUSAL_MS;
	log_event(LOG_WARN, "token.refused", LOG_I("refusals", t->install.refused + 1), LOG_C("problem", cause.text));
	if (t->install.refused + 1 >= REFUSALS_MAX) {
		/* A conflict: somebody logged in meanwhile; scheduled or not, the next look finds the new tokens. */
		if (!install_disconnected(p->db, t->step.arena, &nobody, t->install.version, TENANT_PAUSED, e))
			return false;
		t->step.again_in_ms = DISCONNECTED_MS;
		log_event(LOG_WARN, "token.disconnected", LOG_I("portal_user", t->install.hub_user_id));
	}
	if (t->scheduled)
		return true;
	return err_set(e, ERR_DENIED, "HubSpot no longer accepts this connection; log in again to renew it");
}

static bool
failed(struct token *t, const struct err *why, struct err *e)
{
	const struct parts *p = t->step.parts;
	int64_t left = t->install.expires_in_ms / 4;

	t->step.again_in_ms = left < REFRESH_GAP_MS ? REFRESH_GAP_MS / 6 : REFRESH_GAP_MS;
	if (!install_refresh_failed(p->db, t->step.tenant_id, t->install.version, p->worker, false, e))
		return false;
	if (t->scheduled) {
		log_event(LOG_WARN, "token.not_refreshed", LOG_C("problem", why->text));
		return true;
	}
	*e = *why;
	return err_wrap(e, "refreshing HubSpot's token");
}

static bool
store_tokens(struct token *t, const struct hubspot_oauth_tokens *tokens, struct err *e)
{
	const struct parts *p = t->step.parts;
	const struct install_tokens fresh = { .access = tokens->access_token,
		.refresh = tokens->refresh_token,
		.expires_in_s = tokens->expires_in_s };

	if (!install_refreshed(p->db, p->vault, t->step.arena, &t->install, p->worker, &fresh, e)) {
		if (e->code != ERR_CONFLICT)
			return false;
		*e = (struct err){ .code = ERR_NONE };
	}
	FAULT_POINT("token.stored");
	t->refreshed = true;
	t->step.again_in_ms = token_due_ms(p->settings, tokens->expires_in_s);
	log_event(LOG_INFO, "token.refreshed", LOG_I("expires_in_s", tokens->expires_in_s));
	/* Whoever won, the newest tokens are in the row. */
	return install_load(p->db, p->vault, t->step.arena, t->step.tenant_id, &t->install, e);
}

static bool
refreshed(struct step *s, struct err *e)
{
	struct token *t = (struct token *)s;
	struct hubspot_oauth_tokens tokens;
	struct err why = { 0 };
	enum hubspot_oauth_result result = hubspot_oauth_read_tokens(s->arena, &s->answers[0], &tokens, &why);

	switch (result) {
	case HUBSPOT_OAUTH_OK:
		return store_tokens(t, &tokens, e) && t->then(s, e);
	case HUBSPOT_OAUTH_DISCONNECTED:
		return refused(t, &why, e);
	case HUBSPOT_OAUTH_CODE_REFUSED:
	case HUBSPOT_OAUTH_MISCONFIGURED:
		log_event(LOG_ERROR, "token.misconfigured", LOG_C("problem", why.text));
		return failed(t, &why, e);
	case HUBSPOT_OAUTH_RETRY:
		break;
	}
	return failed(t, &why, e);
}

static bool
seek(struct step *s, struct err *e)
{
	struct token *t = (struct token *)s;
	const struct parts *p = s->parts;
	struct http_request request;

	s->next = seek;
	if (!install_load(p->db, p->vault, s->arena, s->tenant_id, &t->install, e))
		return e->code == ERR_NOT_FOUND ? err_set(e, ERR_DENIED, "HubSpot is not connected") : false;
	if (!t->install.connected)
		return err_set(e, ERR_DENIED, "HubSpot is not connected");
	if (t->install.version != t->refused_version && t->install.expires_in_ms > MARGIN_MS)
		return t->then(s, e);
	if (!install_lease(p->db, s->tenant_id, t->install.version, p->worker, e)) {
		if (e->code != ERR_CONFLICT || t->install.version == t->refused_version ||
		    t->install.expires_in_ms < LAST_MARGIN_MS)
			return false;
		*e = (struct err){ .code = ERR_NONE };
		return t->then(s, e);
	}
	hubspot_oauth_refresh(s->arena, p->settings, &t->install.refresh_token, &request);
	step_request(s, &request);
	s->next = refreshed;
	return true;
}

bool
token_get(struct token *t, step_fn *then, struct err *e)
{
	t->then = then;
	return seek(&t->step, e);
}

bool
token_again(struct token *t, step_fn *then, struct err *e)
{
	if (t->refreshed)
		return err_set(e, ERR_DENIED, "HubSpot refuses the token that it has just given");
	t->refused_version = t->install.version;
	return token_get(t, then, e);
}

static bool
periodic_done(struct step *s, struct err *e)
{
	struct token *t = (struct token *)s;

	(void)e;
	/* Somebody else refreshed it meanwhile. */
	if (s->again_in_ms < 0)
		s->again_in_ms =
		    t->install.expires_in_ms > REFRESH_GAP_MS ? t->install.expires_in_ms / 2 : REFRESH_GAP_MS / 6;
	return true;
}

/* The schedule knows when; the exception is a row that was refreshed a moment ago by another way. */
static bool
periodic(struct step *s, struct err *e)
{
	struct token *t = (struct token *)s;
	const struct parts *p = s->parts;
	int64_t age, gap;

	if (!install_load(p->db, p->vault, s->arena, s->tenant_id, &t->install, e)) {
		s->again_in_ms = e->code == ERR_NOT_FOUND ? DISCONNECTED_MS : REFRESH_GAP_MS;
		return false;
	}
	if (!t->install.connected) {
		s->again_in_ms = DISCONNECTED_MS;
		return true;
	}
	age = t->install.ok_age_ms;
	gap = (age + t->install.expires_in_ms) / 4 < REFRESH_GAP_MS ? (age + t->install.expires_in_ms) / 4
	                                                            : REFRESH_GAP_MS;
	if (t->install.refused == 0 && age >= 0 && age < gap) {
		s->again_in_ms = gap - age;
		return true;
	}
	t->refused_version = t->install.version;
	t->then = periodic_done;
	return seek(s, e);
}

struct step *
token_refresh_new(struct arena *a, const struct parts *parts, int64_t tenant_id)
{
	struct token *t = arena_alloc(a, sizeof(*t));

	token_init(t, a, parts, tenant_id);
	t->step.next = periodic;
	t->scheduled = true;
	return &t->step;
}
