/* lookup.h - gives the fields of an expression their values, from the event and the records around it. */
#ifndef LANG_LOOKUP_H
#define LANG_LOOKUP_H

#include "lang/build.h"

/* The argument of lookup_field(); set `arena` and `in`, read the flags afterwards. */
struct lookup {
	struct arena *arena;
	const struct build_input *in;
	bool from_event;        /* the event's own value or facts took part */
	bool lead_status_empty; /* contact_[lead_status]_id was asked for and is empty */
};

/* A lang_lookup. */
bool lookup_field(void *arg, struct str field, size_t item, struct str *value, struct err *e);
/* Whether there is a contact to read from: an associated one, or the record itself. */
bool lookup_has_contact(const struct build_input *in);

#endif
