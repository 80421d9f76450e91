/*
 * computed.h - the seed's fields in square brackets (decision C-01): deal_[stage]_id, deal_[deal stage],
 * contact_[lead_status]_id.
 *
 * deal_[stage]_id = deal_<dealstage>_<hs_object_id>; characters outside [A-Za-z0-9_.-] become '_'; over 64
 * bytes the stage is cut and "_" and 8 hex digits of its SHA-256 are added, the id stays whole.
 */
#ifndef CORE_COMPUTED_H
#define CORE_COMPUTED_H

#include "base/str.h"

struct computed_options {
	bool prefix; /* default true */
};

enum computed_field {
	COMPUTED_DEAL_STAGE_ID,
	COMPUTED_DEAL_STAGE,
	COMPUTED_CONTACT_LEAD_STATUS_ID,
	COMPUTED__COUNT
};

struct computed {
	const char *name;        /* "deal_[stage]_id" */
	const char *label;       /* "Deal Stage ID" */
	const char *object_type; /* "deals" */
	const char *property;    /* "dealstage": what it is computed from */
};
extern const struct computed computed_table[COMPUTED__COUNT];

/* COMPUTED__COUNT when the name is no computed field. */
enum computed_field computed_find(struct str name);
/* Empty when `value` (the stage or status, internal or label) is empty. */
struct str computed_value(struct arena *a, enum computed_field field, const struct computed_options *options,
    struct str value, struct str object_id);

#endif
