#include "core/state.h"

#define TO(s) (1U << STATE_##s)

/* One row a state: its name, where it may go, and what the site counts it as. */
static const struct row {
	const char *name;
	unsigned next;
	bool ended;
	const char *counter;
} rows[STATE__COUNT] = {
	/* clang-format off */
	[STATE_READY]     = { "READY",     TO(SENDING) | TO(PARKED) | TO(DEAD) | TO(ERASED), false, "waiting" },
	[STATE_SENDING]   = { "SENDING",   TO(READY) | TO(UNKNOWN) | TO(ACCEPTED) | TO(REJECTED) | TO(PARKED) | TO(ERASED), false, "waiting" },
	[STATE_UNKNOWN]   = { "UNKNOWN",   TO(READY) | TO(ACCEPTED) | TO(CONFIRMED) | TO(REJECTED) | TO(PARKED) | TO(DEAD) | TO(ERASED), false, "waiting" },
	[STATE_ACCEPTED]  = { "ACCEPTED",  TO(CONFIRMED) | TO(REJECTED) | TO(ERASED), false, "sent" },
	[STATE_CONFIRMED] = { "CONFIRMED", TO(ERASED), true, "sent" },
	[STATE_REJECTED]  = { "REJECTED",  TO(READY) | TO(ERASED), true, "failed" },
	[STATE_HELD]      = { "HELD",      TO(READY) | TO(DEAD) | TO(ERASED), true, "waiting" },
	[STATE_PARKED]    = { "PARKED",    TO(READY) | TO(ERASED), false, "waiting" },
	[STATE_SHADOW]    = { "SHADOW",    TO(READY) | TO(ERASED), true, "skipped" },
	[STATE_DEAD]      = { "DEAD",      TO(READY) | TO(ACCEPTED) | TO(ERASED), true, "failed" },
	[STATE_ERASED]    = { "ERASED",    0, true, "skipped" },
	/* clang-format on */
};

const char *
state_name(enum state s)
{
	return (unsigned)s < STATE__COUNT ? rows[s].name : "";
}

bool
state_parse(struct str name, enum state *out)
{
	for (unsigned i = 0; i < STATE__COUNT; i++) {
		if (str_eq(name, str_from(rows[i].name))) {
			*out = (enum state)i;
			return true;
		}
	}
	return false;
}

bool
state_may(enum state from, enum state to)
{
	if ((unsigned)from >= STATE__COUNT || (unsigned)to >= STATE__COUNT)
		return false;
	return (rows[from].next & (1U << to)) != 0;
}

bool
state_ended(enum state s)
{
	return (unsigned)s < STATE__COUNT && rows[s].ended;
}

const char *
state_counter(enum state s)
{
	return (unsigned)s < STATE__COUNT ? rows[s].counter : "";
}
