/* mail_text.c - see mail_text.h. */
#include "task/mail_text.h"

#include "base/arena.h"

static const char *
may(enum person_role role)
{
	static const char *const words[] = {
		[PERSON_OWNER] = "As an owner you can change everything and decide who else belongs to the team.",
		[PERSON_EDITOR] = "As an editor you can change all settings, but not the team.",
		[PERSON_VIEWER] = "As a viewer you can look at everything and change nothing.",
	};

	return words[role];
}

struct mail_text
mail_text_invitation(struct arena *a, const struct invitation *i, struct str account, struct str link,
    int64_t valid_days)
{
	struct str by = i->invited_by.n > 0 ? i->invited_by : STR("An owner");

	return (struct mail_text){
		.subject = str_printf(a, "Invitation to the impact.com connector of " STR_FMT, STR_ARG(account)),
		.text = str_printf(a,
		    STR_FMT
		    " invites you to the connector between HubSpot and impact.com of the account\n" STR_FMT
		    ".\n\n%s\n\nOpen this link and press the button there:\n\n" STR_FMT
		    "\n\nThe link works once, for %lld days. It is meant for " STR_FMT
		    ": do not pass it on.\nIf you do not know what this is about, do nothing: nobody gets in.\n",
		    STR_ARG(by), STR_ARG(account), may(i->role), STR_ARG(link), (long long)valid_days,
		    STR_ARG(i->email)),
	};
}

struct mail_text
mail_text_sign_in(struct arena *a, struct str link, int64_t valid_minutes)
{
	return (struct mail_text){
		.subject = STR("Your sign-in link for the impact.com connector"),
		.text = str_printf(a,
		    "Open this link and press the button there to sign in to the connector between HubSpot and "
		    "impact.com:\n\n" STR_FMT
		    "\n\nThe link works once, for %lld minutes. Do not pass it on.\nIf you did not ask for it, do "
		    "nothing: without the link nobody gets in.\n",
		    STR_ARG(link), (long long)valid_minutes),
	};
}

/* Of an alarm: what happened, what becomes of the work meanwhile, the one thing to do, the page for it. */
static const struct {
	const char *subject, *what, *mend, *page;
} alarms[ALARM__COUNT] = {
	[ALARM_HUBSPOT_ENDED] = { "The connection to HubSpot has ended",
	    "HubSpot no longer accepts the connector's connection: the app was removed there, or its access was "
	    "withdrawn.\nNothing is sent to impact.com until it is connected again. Your settings are kept.",
	    "Sign in here through HubSpot, with the account named above", "/oauth/start?portal=" },
	[ALARM_HUBSPOT_SCOPES] = { "HubSpot allows the connector less than it needs",
	    "Permissions of the connector's app were taken away in HubSpot. What needs them waits.",
	    "Sign in here through HubSpot and allow them again", "/oauth/start?portal=" },
	[ALARM_IMPACT_REFUSED] = { "impact.com no longer accepts the credentials",
	    "impact.com refuses the Account SID and Auth Token that are entered in the connector: the token was "
	    "changed,\ndisabled or deleted there.\nConversions wait until the credentials are right again; none is "
	    "lost.",
	    "Enter the Account SID and Auth Token anew", "/settings" },
	[ALARM_IMPACT_SCOPES] = { "The impact.com token allows less than it needs",
	    "The token may no longer read everything that the connector needs to follow conversions to their end.\n"
	    "Conversions are still sent; what becomes of them cannot be told.",
	    "Allow it for the token in impact.com, or enter another token", "/settings" },
};

static struct mail_text
recovered(struct arena *a, const struct tenant *t)
{
	return (struct mail_text){
		.subject = str_printf(a, "Works again: the connector of " STR_FMT, STR_ARG(t->hub_domain)),
		.text = str_printf(a,
		    "The connector between HubSpot and impact.com of the account " STR_FMT
		    " (%lld) works again.\nWhat waited goes on by itself, each conversion once. There is nothing left "
		    "to "
		    "do.\n",
		    STR_ARG(t->hub_domain), (long long)t->portal_id),
	};
}

struct mail_text
mail_text_alarm(struct arena *a, const struct alarm *alarm, bool recovery, const struct tenant *t,
    struct str public_url)
{
	bool names = alarm->kind == ALARM_HUBSPOT_SCOPES || alarm->kind == ALARM_IMPACT_SCOPES;
	bool login = str_ends(str_from(alarms[alarm->kind].page), STR("="));
	struct str number = login ? str_printf(a, "%lld", (long long)t->portal_id) : STR("");

	if (recovery)
		return recovered(a, t);
	return (struct mail_text){
		.subject = str_printf(a, "%s (" STR_FMT ")", alarms[alarm->kind].subject, STR_ARG(t->hub_domain)),
		.text = str_printf(a,
		    "This is about the connector between HubSpot and impact.com of the account\n" STR_FMT
		    " (%lld).\n\n%s\n%s" STR_FMT "%s\n%s:\n\n" STR_FMT "%s" STR_FMT
		    "\n\nWhat HubSpot reports meanwhile is kept and sent afterwards, each conversion once.\nYou get "
		    "this "
		    "e-mail because you are an owner of the account in the connector. It is sent once.\n",
		    STR_ARG(t->hub_domain), (long long)t->portal_id, alarms[alarm->kind].what,
		    names ? "It is missing: " : "", STR_ARG(names ? alarm->detail : STR("")), names ? ".\n" : "",
		    alarms[alarm->kind].mend, STR_ARG(public_url), alarms[alarm->kind].page, STR_ARG(number)),
	};
}
