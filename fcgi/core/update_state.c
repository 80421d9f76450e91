/* update_state.c - see update_state.h. */
#include "core/update_state.h"

#define TO(s) (1U << UPDATE_##s)

static const struct row {
	const char *name;
	unsigned next;
} rows[UPDATE__COUNT] = {
	/* clang-format off */
	[UPDATE_READY]   = { "READY",   TO(SENDING) | TO(DONE) | TO(KEPT) | TO(REFUSED) | TO(STOPPED) },
	[UPDATE_SENDING] = { "SENDING", TO(READY) | TO(DONE) | TO(REFUSED) },
	[UPDATE_DONE]    = { "DONE",    0 },
	[UPDATE_KEPT]    = { "KEPT",    0 },
	[UPDATE_REFUSED] = { "REFUSED", TO(READY) },
	[UPDATE_STOPPED] = { "STOPPED", 0 },
	/* clang-format on */
};

const char *
update_state_name(enum update_state s)
{
	return (unsigned)s < UPDATE__COUNT ? rows[s].name : "";
}

bool
update_state_parse(struct str name, enum update_state *out)
{
	for (unsigned i = 0; i < UPDATE__COUNT; i++) {
		if (str_eq(name, str_from(rows[i].name))) {
			*out = (enum update_state)i;
			return true;
		}
	}
	return false;
}

bool
update_state_may(enum update_state from, enum update_state to)
{
	return (unsigned)from < UPDATE__COUNT && (unsigned)to < UPDATE__COUNT && (rows[from].next & (1U << to)) != 0;
}
