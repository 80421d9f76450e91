/*
 * effect.h - the key of one effect: tenant, program, event type row and OrderId.
 *
 * One effect is sent once, whatever path leads there.  The claim of a conversion in the ledger is its
 * effect key once it is live.
 */
#ifndef CORE_EFFECT_H
#define CORE_EFFECT_H

#include "base/str.h"

/*
 * A test conversion (task/test_conversion.h) is an effect of its own: its OrderId and CustomerId begin with the prefix,
 * its trigger is this one, which no document can hold, and its trigger value is its OrderId.  So no guard of the ledger
 * takes it for a real conversion of the same record, nor the other way round.
 */
#define EFFECT_TEST_PREFIX  "connector-test-"
#define EFFECT_TEST_TRIGGER "*test"

/* 32 bytes. */
struct str effect_key(struct arena *a, int64_t tenant_id, struct str program_id, int64_t event_type_id,
    struct str order_id);
/* 32 bytes: conversions of one lane are sent one after the other: the CustomerId when there is one, else the object. */
struct str effect_lane(struct arena *a, struct str customer_id, struct str object_type, struct str object_id);

#endif
