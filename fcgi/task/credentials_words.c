/* credentials_words.c - see credentials_words.h. */
#include "task/credentials_words.h"

#include "base/arena.h"
#include "base/buf.h"

#define NAMES_SHOWN 5

static void
check(struct credentials *c, const char *id, const char *state, struct str sentence, const char *advice)
{
	struct json *row = json_object(c->step.arena);

	json_set_str(row, "id", str_from(id));
	json_set_str(row, "state", str_from(state));
	json_set_str(row, "sentence", sentence);
	json_set_str(row, "advice", str_from(advice));
	json_push(c->checks, row);
}

static void
company(struct credentials *c)
{
	switch (c->company_state) {
	case CREDENTIALS_OK:
		check(c, "company", "ok",
		    str_printf(c->step.arena, "Connected to " STR_FMT ".", STR_ARG(c->company.name)), "");
		return;
	case CREDENTIALS_NO_SCOPE:
		check(c, "company", "no_scope", STR("The token may not read the company's name and currency."),
		    "Conversions work without it. To see name and currency here, allow Company information for the "
		    "token in impact.com.");
		return;
	case CREDENTIALS_WRONG:
	case CREDENTIALS_UNKNOWN:
		break;
	}
	check(c, "company", "failed", STR("impact.com does not accept this Account SID and Auth Token."),
	    "Copy both again from impact.com: user profile > Settings > Technical > API.");
	json_set_str(c->fields, "auth_token",
	    STR("impact.com does not accept this Account SID and Auth Token. Copy both again, they belong together."));
}

/* "Acme Partner Program (1000), ..." of what the account has. */
static struct str
program_names(struct credentials *c)
{
	struct err e = { 0 };
	struct str names = STR("");
	struct buf b;

	buf_init(&b, c->step.arena, 2048);
	for (size_t i = 0; i < json_length(c->programs) && i < NAMES_SHOWN; i++) {
		const struct json *row = json_at(c->programs, i);

		buf_addf(&b, "%s" STR_FMT " (" STR_FMT ")", i == 0 ? "" : ", ",
		    STR_ARG(json_text_at(c->step.arena, row, "name")), STR_ARG(json_text_at(c->step.arena, row, "id")));
	}
	return buf_done(&b, &names, &e) ? names : STR("");
}

static void
wrong_program(struct credentials *c)
{
	struct str names = program_names(c);

	check(c, "program", "failed", STR("This account has no program with this Program ID."),
	    "Use the grey number below the program's name, behind your account's name in impact.com.");
	json_set_str(c->fields, "program_id",
	    names.n == 0
	        ? STR("This account has no program with this Program ID.")
	        : str_printf(c->step.arena, "This account has no program with this Program ID. It has: " STR_FMT ".",
	              STR_ARG(names)));
}

static void
known_program(struct credentials *c)
{
	struct arena *a = c->step.arena;

	if (c->program.state.n == 0 || str_eq_nocase(c->program.state, STR("ACTIVE"))) {
		check(c, "program", "ok", str_printf(a, "Program " STR_FMT " is active.", STR_ARG(c->program.name)),
		    "");
		return;
	}
	check(c, "program", "unproved",
	    str_printf(a, "Program " STR_FMT " is not active: impact.com says " STR_FMT ".", STR_ARG(c->program.name),
	        STR_ARG(c->program.state)),
	    "impact.com will probably refuse its conversions. Check the Program ID, or activate the program.");
}

static void
program(struct credentials *c)
{
	switch (c->program_state) {
	case CREDENTIALS_OK:
		known_program(c);
		return;
	case CREDENTIALS_WRONG:
		wrong_program(c);
		return;
	case CREDENTIALS_NO_SCOPE:
	case CREDENTIALS_UNKNOWN:
		break;
	}
	check(c, "program", "no_scope", STR("The token may not read programs, so the Program ID could not be checked."),
	    "Make sure that the number is right, or allow Campaigns for the token in impact.com.");
	/* With neither answer there is nothing that shows the token to be any good. */
	if (c->company_state != CREDENTIALS_OK)
		json_set_str(c->fields, "auth_token",
		    STR("impact.com answers, but allows this token nothing: it is disabled, or it has no scopes."));
}

/* Without these two conversions go out, and nobody can tell what becomes of them. */
static void
follow(struct credentials *c, const char *id, enum impact_may may, const char *what, const char *advice)
{
	switch (may) {
	case IMPACT_MAY:
		check(c, id, "ok", str_printf(c->step.arena, "The token may read %s.", what), "");
		return;
	case IMPACT_MAY_NOT:
		check(c, id, "no_scope", str_printf(c->step.arena, "The token may not read %s.", what), advice);
		return;
	case IMPACT_MAY_UNKNOWN:
		check(c, id, "unproved",
		    str_printf(c->step.arena, "Whether the token may read %s is not known yet.", what),
		    "impact.com did not answer this question just now; it is asked again by itself.");
		return;
	}
}

void
credentials_words(struct credentials *c, bool proved)
{
	company(c);
	if (c->company_state == CREDENTIALS_WRONG || c->company_state == CREDENTIALS_UNKNOWN)
		return;
	program(c);
	follow(c, "actions", c->actions, "Actions",
	    "Allow Actions (Retrieve actions, Retrieve action) for the token in impact.com. Without it nobody learns "
	    "which conversions were credited, approved or paid, and one that got no answer cannot be looked for.");
	follow(c, "submissions", c->submissions, "API submissions",
	    "Allow API submissions for the token in impact.com. Without it nobody learns whether a conversion was "
	    "accepted or refused.");
	if (proved)
		check(c, "conversions", "ok", STR("impact.com has accepted conversions with this connection."), "");
	else
		check(c, "conversions", "unproved", STR("Proved by the first send."), "");
}
