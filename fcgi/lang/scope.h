/*
 * scope.h - what a field name of an expression means, seen from an object type.
 *
 *   amount, deal.amount      the record itself        contact.email, company.name   an associated record
 *   line_item{i}.name        each line item           line_item2.name               one of them
 *   event.occurredAt         the event                account.currency              the HubSpot account
 *   deal_[stage]_id          a computed field         i                             the line item's number
 */
#ifndef LANG_SCOPE_H
#define LANG_SCOPE_H

#include "base/err.h"
#include "core/computed.h"

enum scope_kind {
	SCOPE_OWN,
	SCOPE_CONTACT,
	SCOPE_COMPANY,
	SCOPE_ITEM,
	SCOPE_EVENT,
	SCOPE_ACCOUNT,
	SCOPE_COMPUTED,
	SCOPE_INDEX
};

struct scope {
	enum scope_kind kind;
	struct str name; /* the property; lastmodifieddate and hs_lastmodifieddate already the object's own (C-03) */
	int64_t item;    /* SCOPE_ITEM: a number from 1, or 0 for {i} */
	enum computed_field computed;
};

/* False with a sentence in *e when the object type has no such field. */
bool scope_resolve(struct str object_type, struct str field, struct scope *out, struct err *e) CC_MUST_USE;
/* Whether the value differs from line item to line item. */
bool scope_per_item(struct str field);

#endif
