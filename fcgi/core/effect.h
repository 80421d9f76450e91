/*
 * effect.h - the key of one effect: tenant, program, event type row and OrderId.
 *
 * One effect is sent once, whatever path leads there.  The claim of a conversion in the ledger is its
 * effect key once it is live.
 */
#ifndef CORE_EFFECT_H
#define CORE_EFFECT_H

#include "base/str.h"

/* 32 bytes. */
struct str effect_key(struct arena *a, int64_t tenant_id, struct str program_id, int64_t event_type_id,
    struct str order_id);
/* 32 bytes: conversions of one lane are sent one after the other: the CustomerId when there is one, else the object. */
struct str effect_lane(struct arena *a, struct str customer_id, struct str object_type, struct str object_id);

#endif
