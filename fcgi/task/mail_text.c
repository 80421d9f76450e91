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
