/*
 * event_type.h - which codes and ids of impact.com are one event type.
 *
 * A row is made for a code or an id as soon as a conversion uses it (conversion_event_type()).  That a code and an id
 * are the same is known only when an action tells both; rows of the ledger keep the row they were made with, and a new
 * conversion is compared with those of all rows that are the same (effect keys, core/effect.h).
 */
#ifndef STORE_EVENT_TYPE_H
#define STORE_EVENT_TYPE_H

#include "base/err.h"
#include "base/str.h"
#include "io/db.h"

/* An action of the program says that this code and this id are one event type.  Told twice it changes nothing. */
bool event_type_learn(struct db *db, struct arena *a, int64_t tenant_id, struct str program_id, struct str code,
    struct str remote_id, struct err *e) CC_MUST_USE;

/* A row and the one that stands for all that are the same. */
struct event_type_same {
	int64_t event_type_id, same_as;
};
/* The tenant's rows that are the same as another one; most tenants have none. */
bool event_type_all_same(struct db *db, struct arena *a, int64_t tenant_id, struct event_type_same **out, size_t *n,
    struct err *e) CC_MUST_USE;
/* Whether two rows are one event type. */
bool event_type_equal(const struct event_type_same *same, size_t n, int64_t x, int64_t y);

/*
 * impact.com judged a conversion by more than its event type: so it has one of that code.  Taking it up proves
 * nothing.
 */
bool event_type_proved(struct db *db, int64_t tenant_id, int64_t event_type_id, struct err *e) CC_MUST_USE;

extern const struct sql event_type_sql[];
extern const size_t event_type_sql_n;

#endif
