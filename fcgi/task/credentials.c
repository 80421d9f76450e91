/* credentials.c - see credentials.h. */
#include "task/credentials.h"

#include "base/arena.h"
#include "base/clock.h"
#include "core/date.h"
#include "store/activity.h"
#include "store/alarm.h"
#include "store/audit.h"
#include "store/cache.h"
#include "store/budget.h"
#include "store/config.h"
#include "store/credential.h"
#include "store/schedule.h"
#include "store/transaction.h"
#include "task/credentials_words.h"
#include "task/impact_probe.h"
#include "task/resume.h"

#define PAGES_MAX   20
#define SAVE_TRIES  3
#define SID_MAX     64
#define TOKEN_MAX   512
#define PROGRAM_MAX 16
#define SECRET_NAME STR("impact.auth_token")

enum {
	ANSWER_COMPANY,
	ANSWER_PROGRAM,
	ANSWER_LIST,
	ANSWER_ACTIONS,
	ANSWER_SUBMISSIONS
};

static bool
all_in(struct str s, const char *allowed)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '\0' || strchr(allowed, s.p[i]) == NULL)
			return false;
	return true;
}

static bool
printable(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return false;
	return true;
}

/* What can be seen without asking anybody. */
static void
check_shape(struct credentials *c)
{
	struct str token = secret_reveal(&c->account.token);

	if (c->account.sid.n == 0)
		json_set_str(c->fields, "account_sid", STR("Enter the Account SID."));
	else if (c->account.sid.n > SID_MAX ||
	         !all_in(c->account.sid, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"))
		json_set_str(c->fields, "account_sid", STR("An Account SID has letters and digits only."));
	if (token.n == 0)
		json_set_str(c->fields, "auth_token", STR("Enter the Auth Token."));
	else if (token.n > TOKEN_MAX || !printable(token))
		json_set_str(c->fields, "auth_token", STR("An Auth Token has no blanks and no special characters."));
	if (c->program_id.n == 0)
		json_set_str(c->fields, "program_id", STR("Enter the Program ID."));
	else if (c->program_id.n > PROGRAM_MAX || !all_in(c->program_id, "0123456789"))
		json_set_str(c->fields, "program_id",
		    STR("A Program ID is a number: the grey one below the program's name in impact.com."));
}

static bool
no_faults(const struct credentials *c)
{
	struct json_walk w = json_walk(c->fields);

	return !json_next(&w);
}

/* The document with other credentials in it; the same text when nothing differs. */
static bool
with_impact(const struct credentials *c, struct str document, struct str *out, struct err *e)
{
	struct arena *a = c->step.arena;
	struct json *doc, *impact;

	if (!json_parse(a, document, &json_limits_answer, &doc, e))
		return err_wrap(e, "the stored configuration");
	*out = document;
	impact = json_get(doc, "impact");
	if (str_eq(json_text_at(a, impact, "account_sid"), c->account.sid) &&
	    str_eq(json_text_at(a, impact, "program_id"), c->program_id))
		return true;
	json_set_str(impact, "account_sid", c->account.sid);
	json_set_str(impact, "program_id", c->program_id);
	*out = json_write(a, doc);
	return true;
}

/* The next revision over `now`; none when nothing differs. */
static bool
save_revision(struct credentials *c, const struct config_revision *now, struct str document, struct err *e)
{
	const struct config_change change = { .base = now->revision, .action = "impact.changed", .document = document };

	c->revision = now->revision;
	if (str_eq(document, now->document))
		return true;
	if (!config_save_within(c->step.parts->db, c->step.arena, &c->by, &change, e))
		return false;
	c->revision++;
	return true;
}

/* The last good check, for Overview and Settings. */
static bool
remember(struct credentials *c, struct err *e)
{
	struct arena *a = c->step.arena;
	struct json *doc = json_object(a);

	json_set_str(doc, "checked_at", date_iso_ms(a, clock_wall_ms()));
	json_set_str(doc, "account_sid", c->account.sid);
	json_set_str(doc, "program_id", c->program_id);
	json_set_str(doc, "program_name", c->program.name);
	json_set_str(doc, "program_state", c->program.state);
	json_set_str(doc, "click_parameter", c->program.click_parameter);
	json_set_str(doc, "company_name", c->company.name);
	json_set_str(doc, "currency", c->company.currency);
	json_set_str(doc, "time_zone", c->company.time_zone);
	json_set(doc, "checks", json_copy(a, c->checks));
	json_set(doc, "programs", json_copy(a, c->programs));
	return cache_put(c->step.parts->db, c->step.tenant_id, STR("impact.check"), json_write(a, doc), e);
}

/* What may be told of a token: whether there is one, and its end. */
static struct json *
token_facts(struct arena *a, const struct credential_facts *facts)
{
	struct json *out = json_object(a);

	json_set_bool(out, "set", facts->set);
	json_set_str(out, "last4", facts->last4);
	return out;
}

static bool
save_token(struct credentials *c, struct err *e)
{
	const struct parts *p = c->step.parts;
	struct arena *a = c->step.arena;
	struct credential_facts before, after;

	return credential_facts(p->db, a, c->step.tenant_id, SECRET_NAME, &before, e) &&
	       credential_save(p->db, p->vault, a, c->step.tenant_id, SECRET_NAME, &c->account.token, e) &&
	       credential_facts(p->db, a, c->step.tenant_id, SECRET_NAME, &after, e) &&
	       audit_add(p->db, a, &c->by,
	           &(struct audit){ .action = "impact.token_changed",
	               .before = token_facts(a, &before),
	               .after = token_facts(a, &after) },
	           e);
}

/* Account, token, and what was found of them, at one moment: a worker never sends with the token of another account. */
static bool
save_all(struct credentials *c, struct err *e)
{
	struct db *db = c->step.parts->db;
	struct config_revision now = { 0 };
	struct str document = STR("");
	bool ok;

	if (!config_current(db, c->step.arena, c->step.tenant_id, &now, e) ||
	    !with_impact(c, now.document, &document, e) || !transaction_begin(db, e))
		return false;
	ok = save_revision(c, &now, document, e) && (!c->token_entered || save_token(c, e)) && remember(c, e) &&
	     alarm_end(db, c->step.arena, c->step.tenant_id, ALARM_IMPACT_REFUSED, NULL, e) &&
	     schedule_set(db, c->step.tenant_id, SCHEDULE_IMPACT, 0, false, e);
	return transaction_end(db, ok, "saving the impact.com account", e);
}

static bool
save(struct credentials *c, struct err *e)
{
	/* Somebody who saves mappings at this moment is no reason to fail: theirs and ours do not meet. */
	for (int i = 0; !save_all(c, e); i++) {
		if (e->code != ERR_CONFLICT || i >= SAVE_TRIES)
			return false;
		*e = (struct err){ .code = ERR_NONE };
	}
	c->saved = true;
	resume_impact(c->step.parts->db, c->step.tenant_id);
	return true;
}

static bool
finish(struct credentials *c, struct err *e)
{
	bool proved = false;

	/* A step that lost a race is called again and judges anew. */
	c->checks = json_array(c->step.arena);
	c->fields = json_object(c->step.arena);
	if (!activity_proved(c->step.parts->db, c->step.arena, c->step.tenant_id, c->program_id, &proved, e))
		return false;
	credentials_words(c, proved);
	return !no_faults(c) || c->check_only || save(c, e);
}

/* No answer, or one that says nothing about the credentials. */
static bool
no_judgement(struct credentials *c, const struct http_answer *answer, struct err *e)
{
	if (answer->outcome == HTTP_ANSWERED && answer->status == 429)
		return err_set(e, ERR_REMOTE, "impact.com's hourly number of requests is used up; try again later");
	if (impact_ok(c->step.arena, answer, e))
		return err_set(e, ERR_REMOTE, "impact.com's answer could not be understood");
	if (e->code == ERR_IO || e->code == ERR_TIMEOUT)
		return err_set(e, ERR_REMOTE, "impact.com cannot be reached right now; try again in a moment");
	e->code = ERR_REMOTE;
	return err_wrap(e, "impact.com");
}

static bool
judge_company(struct credentials *c, const struct http_answer *answer, struct err *e)
{
	int status = answer->outcome == HTTP_ANSWERED ? answer->status : 0;

	if (status == 401 || status == 404)
		c->company_state = CREDENTIALS_WRONG;
	else if (status == 403)
		c->company_state = CREDENTIALS_NO_SCOPE;
	else if (impact_read_company(c->step.arena, answer, &c->company, e))
		c->company_state = CREDENTIALS_OK;
	else
		return no_judgement(c, answer, e);
	return true;
}

static bool
judge_program(struct credentials *c, const struct http_answer *answer, struct err *e)
{
	int status = answer->outcome == HTTP_ANSWERED ? answer->status : 0;

	if (status == 404 || status == 400)
		c->program_state = CREDENTIALS_WRONG;
	else if (status == 403 || status == 401)
		c->program_state = CREDENTIALS_NO_SCOPE;
	else if (impact_read_program(c->step.arena, answer, &c->program, e))
		c->program_state = CREDENTIALS_OK;
	else
		return no_judgement(c, answer, e);
	return true;
}

static bool
read_list(struct credentials *c, const struct http_answer *answer, struct err *e)
{
	struct impact_program *list;
	size_t n;

	c->next_page = 0;
	/* Without the scope for the list the one program tells all that is needed. */
	if (answer->outcome == HTTP_ANSWERED && (answer->status == 403 || answer->status == 401))
		return true;
	if (!impact_read_programs(c->step.arena, answer, &list, &n, &c->next_page, e))
		return no_judgement(c, answer, e);
	for (size_t i = 0; i < n; i++) {
		struct json *row = json_object(c->step.arena);

		json_set_str(row, "id", list[i].id);
		json_set_str(row, "name", list[i].name);
		json_set_str(row, "state", list[i].state);
		json_push(c->programs, row);
		if (!str_eq(list[i].id, c->program_id))
			continue;
		c->program = list[i];
		c->program_state = CREDENTIALS_OK;
	}
	return true;
}

static bool more_programs(struct step *s, struct err *e);

static bool
next_page_or_finish(struct credentials *c, struct err *e)
{
	struct http_request request;

	if (c->next_page == 0 || ++c->pages >= PAGES_MAX)
		return finish(c, e);
	impact_campaigns(c->step.arena, c->step.parts->settings, &c->account, c->next_page, &request);
	step_request(&c->step, &request);
	c->step.next = more_programs;
	return true;
}

static bool
more_programs(struct step *s, struct err *e)
{
	struct credentials *c = (struct credentials *)s;

	return read_list(c, &s->answers[0], e) && next_page_or_finish(c, e);
}

static bool
answered(struct step *s, struct err *e)
{
	struct credentials *c = (struct credentials *)s;

	c->programs = json_array(s->arena);
	if (!judge_company(c, &s->answers[ANSWER_COMPANY], e))
		return false;
	if (c->company_state == CREDENTIALS_WRONG)
		return finish(c, e);
	c->actions = impact_probe_read(&s->answers[ANSWER_ACTIONS]);
	c->submissions = impact_probe_read(&s->answers[ANSWER_SUBMISSIONS]);
	return judge_program(c, &s->answers[ANSWER_PROGRAM], e) && read_list(c, &s->answers[ANSWER_LIST], e) &&
	       next_page_or_finish(c, e);
}

static bool
stored_token(struct credentials *c, struct err *e)
{
	const struct parts *p = c->step.parts;

	if (c->token_entered ||
	    credential_load(p->db, p->vault, c->step.arena, c->step.tenant_id, SECRET_NAME, &c->account.token, e))
		return true;
	if (e->code != ERR_NOT_FOUND)
		return false;
	*e = (struct err){ .code = ERR_NONE };
	return true;
}

static bool
begin(struct step *s, struct err *e)
{
	struct credentials *c = (struct credentials *)s;
	const struct settings *settings = s->parts->settings;
	struct http_request request;

	if (!stored_token(c, e))
		return false;
	check_shape(c);
	if (!no_faults(c))
		return true;
	impact_company(s->arena, settings, &c->account, &request);
	step_request(s, &request);
	impact_campaign(s->arena, settings, &c->account, c->program_id, &request);
	step_request(s, &request);
	impact_campaigns(s->arena, settings, &c->account, 1, &request);
	step_request(s, &request);
	impact_probe(s, &c->account, c->program_id);
	s->next = answered;
	return true;
}

struct credentials *
credentials_new(struct arena *a, const struct parts *parts, const struct person *by, struct str account_sid,
    struct str auth_token, struct str program_id)
{
	struct credentials *c = arena_alloc(a, sizeof(*c));

	c->step.arena = a;
	c->step.parts = parts;
	c->step.tenant_id = by->tenant_id;
	c->step.next = begin;
	c->step.again_in_ms = -1;
	c->account.sid = str_trim(account_sid);
	c->account.token = secret_copy(a, str_trim(auth_token));
	c->token_entered = !secret_empty(&c->account.token);
	c->program_id = str_trim(program_id);
	c->by = *by;
	c->programs = json_array(a);
	c->checks = json_array(a);
	c->fields = json_object(a);
	return c;
}
