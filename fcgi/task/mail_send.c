/* mail_send.c - see mail_send.h. */
#include "task/mail_send.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "core/email.h"
#include "store/alarm.h"
#include "store/mail.h"
#include "store/tenant.h"
#include "task/link.h"
#include "task/mail_text.h"

/* A worker that dies leaves its e-mails to another after this. */
#define HOLD_S 60
/* Without a relay nothing waits; one that is set up later wants a restart anyway. */
#define IDLE_MS (10LL * 60 * 1000)
#define DAY_S   86400

struct mail_send {
	struct step step; /* first */
	struct mail mails[MAIL_BATCH]; /* mails[i] belongs to request i */
};

/* What is sent, to whom; an empty address: there is nobody to send it to any more. */
struct letter {
	struct str to;
	struct mail_text words;
};

static bool
gone(struct err *e)
{
	if (e->code != ERR_NOT_FOUND)
		return false;
	*e = (struct err){ .code = ERR_NONE };
	return true;
}

static bool
write_invitation(const struct step *s, const struct mail *m, struct letter *out, struct err *e)
{
	const struct parts *p = s->parts;
	struct invitation i;
	struct tenant t;

	if (!invitation_load(p->db, s->arena, m->tenant_id, m->subject_id, &i, e) ||
	    !tenant_load(p->db, s->arena, m->tenant_id, &t, e))
		return gone(e);
	if (i.expired || t.state == TENANT_DELETING)
		return true;
	out->to = i.email;
	out->words = mail_text_invitation(s->arena, &i, t.hub_domain,
	    link_invitation(s->arena, p->settings->public_url, p->vault, &i),
	    (p->settings->invitation_s + DAY_S - 1) / DAY_S);
	return true;
}

/* Only members get a link; the one who asked was told the same in any case. */
static bool
write_sign_in(const struct step *s, const struct mail *m, struct letter *out, struct err *e)
{
	const struct parts *p = s->parts;
	struct person_account *accounts;
	struct sign_in link;
	size_t n;

	if (!sign_in_load(p->db, s->arena, m->subject_id, p->settings->sign_in_link_s, &link, e))
		return gone(e);
	if (!person_accounts_of_email(p->db, s->arena, link.email, &accounts, &n, e))
		return false;
	if (n == 0)
		return true;
	out->to = link.email;
	out->words = mail_text_sign_in(s->arena, link_sign_in(s->arena, p->settings->public_url, p->vault, &link),
	    (p->settings->sign_in_link_s + 59) / 60);
	return true;
}

/* A recovery of something that broke again meanwhile is none, nor is an alarm that is over or old news. */
static bool
outdated(const struct step *s, const struct mail *m, const struct alarm *alarm)
{
	return (m->kind == MAIL_ALARM && alarm->ended_ms != 0) || m->age_s > s->parts->settings->smtp_give_up_s;
}

static bool
write_alarm(const struct step *s, const struct mail *m, struct letter *out, struct err *e)
{
	const struct parts *p = s->parts;
	struct person_row *people;
	struct alarm alarm;
	struct tenant t;
	size_t n;

	if (!alarm_load(p->db, s->arena, m->tenant_id, m->subject_id, &alarm, e) ||
	    !tenant_load(p->db, s->arena, m->tenant_id, &t, e))
		return gone(e);
	if (!person_list(p->db, s->arena, m->tenant_id, &people, &n, e))
		return false;
	if (outdated(s, m, &alarm) || t.state == TENANT_DELETING)
		return true;
	for (size_t i = 0; i < n; i++)
		if (people[i].person.person_id == m->person_id && people[i].person.role == PERSON_OWNER &&
		    people[i].removed_ms == 0)
			out->to = people[i].person.email;
	out->words = mail_text_alarm(s->arena, &alarm, m->kind == MAIL_RECOVERY, &t, p->settings->public_url);
	return true;
}

static bool
write_letter(const struct step *s, const struct mail *m, struct letter *out, struct err *e)
{
	switch (m->kind) {
	case MAIL_SIGN_IN:
		return write_sign_in(s, m, out, e);
	case MAIL_ALARM:
	case MAIL_RECOVERY:
		return write_alarm(s, m, out, e);
	case MAIL_INVITATION:
	case MAIL__COUNT:
		break;
	}
	return write_invitation(s, m, out, e);
}

static struct http_request
request_of(const struct step *s, const struct mail *m, const struct letter *l)
{
	const struct settings *settings = s->parts->settings;
	const struct email_message message = { .from = settings->smtp_from,
		.to = l->to,
		.subject = l->words.subject,
		.text = l->words.text,
		.id = str_printf(s->arena, "connector.%lld.%lld", (long long)m->mail_id, (long long)m->tries),
		.at_ms = clock_wall_ms() };

	return (struct http_request){ .url = settings->smtp_url,
		.auth = settings->smtp_user.n > 0 ? HTTP_AUTH_BASIC : HTTP_AUTH_NONE,
		.user = settings->smtp_user,
		.secret = settings->smtp_password,
		.mail_from = settings->smtp_from,
		.mail_to = l->to,
		.body = email_message(s->arena, &message) };
}

/* Why an e-mail was not taken, in words for the Team page; empty: it was. */
static struct str
problem_of(struct arena *a, const struct http_answer *answer)
{
	switch (retry_classify(RETRY_MAIL, answer)) {
	case RETRY_OK:
		return STR("");
	case RETRY_SIGN_IN:
		return STR("The mail relay refuses the connector's log-in.");
	case RETRY_REFUSED:
		return str_printf(a, "The mail relay refuses the e-mail or its address (code %d).", answer->status);
	default:
		break;
	}
	if (answer->outcome != HTTP_ANSWERED)
		return STR("The mail relay could not be reached.");
	return str_printf(a, "The mail relay puts the e-mail off (code %d).", answer->status);
}

static bool
settle(const struct step *s, const struct mail *m, const struct http_answer *answer, struct err *e)
{
	const struct settings *settings = s->parts->settings;
	struct str problem = problem_of(s->arena, answer);
	bool for_good = retry_classify(RETRY_MAIL, answer) == RETRY_REFUSED;

	if (problem.n == 0) {
		log_event(LOG_INFO, "mail.sent", LOG_I("mail", m->mail_id), LOG_I("tries", m->tries));
		if (!mail_sent(s->parts->db, m, e))
			return false;
		FAULT_POINT("mail.sent");
		return true;
	}
	log_event(LOG_WARN, "mail.not_sent", LOG_I("mail", m->mail_id), LOG_I("tries", m->tries),
	    LOG_S("problem", problem), LOG_C("why", answer->err.text));
	if (m->age_s >= settings->smtp_give_up_s)
		for_good = true;
	return mail_failed(s->parts->db, m, problem,
	    for_good ? -1 : settings_plan_ms(&settings->smtp_plan_s, m->tries - 1), e);
}

/* When to look again: a claimed e-mail is due when its hold ends. */
static bool
rest(struct step *s, struct err *e)
{
	if (!mail_next(s->parts->db, s->arena, &s->again_in_ms, e))
		return false;
	if (s->again_in_ms < 0 || s->again_in_ms > IDLE_MS)
		s->again_in_ms = IDLE_MS;
	return true;
}

static bool
answered(struct step *s, struct err *e)
{
	struct mail_send *send = (struct mail_send *)s;

	for (size_t i = 0; i < s->n_answers; i++)
		if (!settle(s, &send->mails[i], &s->answers[i], e))
			return false;
	return rest(s, e);
}

static bool
take_up(struct mail_send *send, struct mail *m, struct err *e)
{
	struct step *s = &send->step;
	struct letter l = { .to = STR("") };
	struct http_request rq;

	if (!mail_claim(s->parts->db, m, HOLD_S, e)) {
		if (e->code != ERR_CONFLICT)
			return false;
		*e = (struct err){ .code = ERR_NONE };
		return true;
	}
	FAULT_POINT("mail.claimed");
	if (!write_letter(s, m, &l, e))
		return false;
	if (l.to.n == 0)
		return mail_drop(s->parts->db, m, e);
	rq = request_of(s, m, &l);
	send->mails[step_request(s, &rq)] = *m;
	return true;
}

static bool
begin(struct step *s, struct err *e)
{
	struct mail_send *send = (struct mail_send *)s;
	struct mail *due;
	size_t n;

	s->again_in_ms = IDLE_MS;
	if (s->parts->settings->smtp_url.n == 0)
		return true;
	if (!mail_due(s->parts->db, s->arena, &due, &n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!take_up(send, &due[i], e))
			return false;
	if (s->n == 0)
		return rest(s, e);
	s->next = answered;
	return true;
}

struct step *
mail_send_new(struct arena *a, const struct parts *parts)
{
	struct mail_send *send = arena_alloc(a, sizeof(*send));

	send->step.arena = a;
	send->step.parts = parts;
	send->step.next = begin;
	send->step.again_in_ms = IDLE_MS;
	return &send->step;
}
